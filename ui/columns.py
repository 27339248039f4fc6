"""Which columns a list shows: chosen in the address (`?cols=title,due`), without script."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import django_tables2 as tables
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .filterbar import COLS, EXPORT, PAGE, Choice

if TYPE_CHECKING:
    from .tables import BaseTable


class PageColumn(tables.Column):
    """A value of the row that leads to a page: `address(record)`, by default the row's own page.

    As `linkify` does, made from the record alone (`BaseTable.cells`). Name the value by `accessor`.
    """

    def __init__(
        self,
        *args: Any,
        address: Callable[[Any], str] = methodcaller("get_absolute_url"),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, empty_values=(), **kwargs)
        self.address = address

    def render(self, record: Any) -> SafeString:
        said = self.accessor.resolve(record)
        return format_html('<a href="{}">{}</a>', self.address(record), said)


def asked(params: QueryDict) -> set[str]:
    """The names in the address: `cols=a,b` as people write it, `cols=a&cols=b` as a form sends it."""
    return {name.strip() for value in params.getlist(COLS) for name in value.split(",")}


def declared(table: "BaseTable") -> Iterator[Any]:
    """The columns of a table without those that a page adds, such as its boxes."""
    return (column for column in table.columns.iterall() if column.name in type(table).base_columns)


def choose(table: "BaseTable", params: QueryDict) -> None:
    """Show what the address asks for; without anything known, what the table shows by itself.

    What heads the rows always stays. The order of the columns is the table's own.
    """
    names = [column.name for column in declared(table)]
    wanted = asked(params) & set(names) or set(names) - set(table.optional)
    for name in names:
        if name not in wanted and name != table.row_head:
            table.columns.hide(name)


@dataclass(frozen=True)
class ColumnMenu:
    """The boxes to tick, and what the form sends along so that filters and order stay."""

    head: str
    choices: list[Choice]
    kept: list[tuple[str, str]]

    @classmethod
    def of(cls, table: "BaseTable", params: QueryDict) -> "ColumnMenu":
        return cls(table.row_head, list(_choices(table)), list(_kept(params)))


def _choices(table: "BaseTable") -> Iterator[Choice]:
    for column in declared(table):
        if column.name != table.row_head:
            # What heads a page may be more than a name: the words are those of the declaration.
            said = type(table).base_columns[column.name].verbose_name
            yield Choice(column.name, str(said or column.verbose_name), column.visible)


def _kept(params: QueryDict) -> Iterator[tuple[str, str]]:
    for name, values in params.lists():
        if name not in (PAGE, COLS, EXPORT):
            yield from ((name, value) for value in values)
