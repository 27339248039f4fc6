"""Pages of a long list: counted no further than anybody reads, and the last as quick as the first."""

from collections.abc import Callable, Iterable
from functools import cached_property, partial
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.db.models.query import ModelIterable

from .counting import Counted

# Totals above it are "more than 10,000". The pages behind it are there all the same.
COUNTED_UP_TO = 10_000
# Registers above it have no counts beside the views of a list: each would look at every line.
VIEWS_COUNTED_UP_TO = 2_000
# A page that no list has.
FAR = 10**9


# Rows from one place to another; where they are to be counted, each with how many there are as `rows_found`.
ReadRows = Callable[[int, int, bool], Iterable[Any]]


def rows_between(
    queryset: QuerySet[Any],
    bottom: int,
    top: int,
    counted: bool = True,
    of: QuerySet[Any] | None = None,
) -> QuerySet[Any]:
    """One statement for a page: the keys of its rows, for which an index is enough, what these rows show,
    and unless they are not to be counted, how many rows there are, as `rows_found`.

    A query set that knows a cheaper way to its keys says so by a method `keys_of(bottom, top)`; `of` is
    one with as many rows that is cheaper to count.
    """
    own = getattr(queryset, "keys_of", None)
    keys = own(bottom, top) if own else queryset.values("pk")[bottom:top]
    rows = queryset.all()
    rows.query.clear_where()  # the keys meet every condition: not asked a second time
    rows = rows.filter(pk__in=keys)
    if not counted:
        return rows
    return rows.annotate(
        rows_found=Counted(_bare(queryset if of is None else of)[: COUNTED_UP_TO + 1])
    )


def _bare(queryset: QuerySet[Any]) -> QuerySet[Any]:
    """What is to be counted, without its order and without what rows read beside their own."""
    bare = queryset.order_by()
    return bare.values("pk") if _are_objects(queryset) else bare


def _are_objects(queryset: QuerySet[Any]) -> bool:
    return queryset._iterable_class is ModelIterable


def _asked(number: Any) -> int:
    """The page that an address asks for: the first for what is no number, a far one for one out of range."""
    try:
        wanted = int(str(number))
    except ValueError:
        return 1
    return wanted if 0 < wanted < FAR else FAR


class OnePage(Page):
    def end_index(self) -> int:
        return max(self.start_index() + len(self) - 1, 0)


class Pages(Paginator):
    """The pages of a table's rows.

    How many rows there are is counted up to `COUNTED_UP_TO`; `is_bounded` says that there are more.
    A page behind that exists as long as it has rows. One statement reads a page (`rows_between`);
    `read(bottom, top, counted)` may give its rows in place of the query set. `of` has as many rows, and is
    counted, unless how many there are is `known`, up to one above the bound.
    """

    _reached = 0

    def __init__(
        self,
        rows: Any,
        per_page: int,
        read: ReadRows | None = None,
        of: QuerySet[Any] | None = None,
        known: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rows, per_page, **kwargs)
        self.rows = rows
        self._read_rows = read
        data = rows.data.data
        self.queryset: QuerySet[Any] | None = data if isinstance(data, QuerySet) else None
        self._of = self.queryset if of is None else of
        self._known = known

    @cached_property
    def found(self) -> int:
        """How many rows there are, counted up to one above the bound."""
        if self._known is not None:
            return self._known
        if self._of is None:
            return len(self.rows)
        return _bare(self._of)[: COUNTED_UP_TO + 1].count()

    @property
    def is_bounded(self) -> bool:
        return self._reached * self.per_page > COUNTED_UP_TO or self.found > COUNTED_UP_TO

    @property
    def count(self) -> int:
        """How many rows there are; the bound, when there are more."""
        return COUNTED_UP_TO if self.is_bounded else self.found

    @property
    def num_pages(self) -> int:
        """How many pages are known to have rows."""
        return max(-(-self.count // self.per_page), self._reached, 1)

    def get_page(self, number: Any) -> Page:
        """The page, or the nearest that there is."""
        page = self._read(_asked(number))
        if len(page) or page.number == 1:
            return page
        # Behind the end: now the end has to be known.
        if self.is_bounded and self._of is not None:
            self._reached = -(-_bare(self._of).count() // self.per_page)
        return self._read(self.num_pages)

    def page(self, number: int | str) -> Page:
        return self._read(self.validate_number(number))

    def _read(self, number: int) -> Page:
        """The rows of a page. Whether another follows is seen from one row more."""
        bottom = (number - 1) * self.per_page
        rows = self._rows(bottom, bottom + self.per_page + 1)
        if rows:
            self._reached = max(self._reached, number + (len(rows) > self.per_page))
        return OnePage(self._bound(rows[: self.per_page]), number, self)

    def _rows(self, bottom: int, top: int) -> list[Any]:
        if self.queryset is None:
            return list(self.rows.data[bottom:top])
        if not _are_objects(self.queryset):
            return list(self.queryset[bottom:top])
        read = self._read_rows or partial(rows_between, self.queryset, of=self._of)
        counted = self._known is None
        found = {row.pk: row for row in read(bottom, top, counted)}
        if counted and (found or not bottom):
            self.found = next((row.rows_found for row in found.values()), 0)
        return list(found.values())

    def _bound(self, rows: list[Any]) -> Any:
        """The rows as the table draws them."""
        return type(self.rows)(data=rows, table=self.rows.table)
