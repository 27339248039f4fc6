"""The table every list page is made of."""

import copy
import inspect
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import QuerySet
from django.db.models.expressions import Combinable, OrderBy
from django_tables2.rows import BoundRow
from django_tables2.utils import Accessor


def ends_in_pk(ordering: tuple[Any, ...]) -> bool:
    return bool(ordering) and isinstance(ordering[-1], str) and ordering[-1].lstrip("-") == "pk"


def with_tie_break(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """The same rows in the same order, and rows that tie in the order of their keys.

    Without it a database may answer ties differently each time, so that a row shows on two pages
    and another on none.
    """
    query = queryset.query
    ordering: tuple[str | Combinable | OrderBy, ...] = tuple(query.order_by)
    if not ordering and query.default_ordering:
        ordering = tuple(query.get_meta().ordering or ())
    return queryset if ends_in_pk(ordering) else queryset.order_by(*ordering, "pk")


class _Columns(dict[str, Any]):
    """The columns of a table as declared. A table's own are shallow copies: it changes no more than a head."""

    def __deepcopy__(self, memo: Any) -> dict[str, Any]:
        return {name: copy.copy(column) for name, column in self.items()}


@lru_cache(maxsize=256)
def _takes_a_record(render: Callable[..., Any]) -> bool:
    return list(inspect.signature(render).parameters) == ["self", "record"]


class BaseTable(tables.Table):
    """A table in our look: sorted by links, stacked on small screens, ties broken by key.

    `row_head` names the column whose cells head their rows; `optional` columns are shown to those
    who choose them.

    An export has the fields of the columns that are shown: a column's own name, or those that
    `exported` gives it, and in any case `always`. Their values are those that the cells are made
    from; `value_<field>(record)` says otherwise.
    """

    row_head: ClassVar[str] = ""
    optional: ClassVar[tuple[str, ...]] = ()
    always: ClassVar[tuple[str, ...]] = ()
    exported: ClassVar[dict[str, tuple[str, ...]]] = {}

    class Meta:
        template_name = "ui/_table.html"
        attrs: ClassVar[dict[str, str]] = {"class": "tbl tbl--stack tbl--panel"}

    def __init_subclass__(cls) -> None:
        cls.base_columns = _Columns(cls.base_columns)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kept_from = [name for name in type(self).base_columns if not self.offers(name)]
        super().__init__(*args, exclude=kept_from, **kwargs)
        self._break_ties()

    def offers(self, column: str) -> bool:
        """Whether the reader may have this column at all: not shown, sorted by or exported otherwise."""
        return True

    def read_for(self, rows: QuerySet[Any], shown: set[str]) -> QuerySet[Any]:
        """The rows with what these columns read of other tables, beyond what every page reads."""
        return rows

    def prepare(self, records: list[Any]) -> None:
        """Put on records what their cells and values are made from: called for a page or a batch."""

    def before_render(self, request: Any) -> None:
        self.prepare([row.record for row in self.paginated_rows])

    def cells(self, row: BoundRow) -> Iterator[tuple[Any, Any]]:
        """The cells of a row with their columns."""
        for column in self.columns:
            own = self._from_records.get(column.name)
            yield column, own(row.record) if own else row.get_cell(column.name)

    @cached_property
    def _from_records(self) -> dict[str, Callable[[Any], Any]]:
        """Columns whose cells are made from the record alone: nobody has to look for a value first."""
        own = {}
        for column in self.columns.iterall():
            render = column.render
            is_made = _takes_a_record(getattr(render, "__func__", render))
            if is_made and column.column.empty_values == () and column.link is None:
                own[column.name] = render
        return own

    @property
    def fields(self) -> list[str]:
        """The fields of an export, each once."""
        shown = (field for column in self.columns for field in self.fields_of(column.name))
        return list(dict.fromkeys([*self.always, *shown]))

    def fields_of(self, column: str) -> tuple[str, ...]:
        """What a column is in an export."""
        return self.exported.get(column, (column,))

    def value(self, field: str, record: Any) -> Any:
        """A field of an export for one row."""
        if own := getattr(self, f"value_{field}", None):
            return own(record)
        declared = self.base_columns.get(field)
        accessor = (declared.accessor if declared else None) or Accessor(field)
        return accessor.resolve(record, quiet=True)

    def printed(self, column: str, row: BoundRow) -> Any:
        """A cell on paper: as on the page, unless `print_<column>(record)` says it in other words."""
        own = getattr(self, f"print_{column}", None)
        return own(row.record) if own else row.get_cell(column)

    @property
    def order_by(self) -> Any:
        return self._order_by

    @order_by.setter
    def order_by(self, value: Any) -> None:
        tables.Table.order_by.fset(self, value)
        self._break_ties()

    def _break_ties(self) -> None:
        rows = self.data.data
        if isinstance(rows, QuerySet) and not rows.query.is_sliced:
            self.data.data = with_tie_break(rows)
