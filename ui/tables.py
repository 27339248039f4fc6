"""The table every list page is made of."""

from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import QuerySet
from django.db.models.expressions import Combinable, OrderBy


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


class BaseTable(tables.Table):
    """A table in our look: sorted by links, stacked on small screens, ties broken by key.

    `row_head` names the column whose cells head their rows.
    """

    row_head: ClassVar[str] = ""

    class Meta:
        template_name = "ui/_table.html"
        attrs: ClassVar[dict[str, str]] = {"class": "tbl tbl--stack tbl--panel"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._break_ties()

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
