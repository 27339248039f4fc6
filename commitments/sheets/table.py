"""What a kind of sheet consists of: its columns, and what one row of it may change."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar

from django.db.models import Model
from django.utils.functional import Promise

from ui.exports import plain
from ui.tables import BaseTable

from .book import Book

Key = tuple[str, ...]
R = TypeVar("R", bound=Model)


@dataclass(frozen=True)
class Column:
    """One column: what it says, how a cell of it is read, and what to do where it cannot be edited.

    `read` gives the canonical text of a cell or raises `Wrong`. `instead` is the sentence for whoever
    changes a column that is computed; such a column is compared and never written.
    """

    name: str
    says: str | Promise
    read: Callable[[str, Book], str] | None = None
    instead: str | Promise = ""
    needed: bool = False
    codes: Callable[[Book], Iterable[tuple[str, str | Promise]]] | None = None


@dataclass(frozen=True)
class Cell:
    """One cell that differs."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Problem:
    """What is wrong, where: `row` as the spreadsheet counts, `column` by its head or empty."""

    row: int
    column: str
    words: str

    def as_json(self) -> list[Any]:
        return [self.row, self.column, self.words]


@dataclass(frozen=True)
class Change:
    """What one row of the sheet changes. `row` is what the register holds, None for a new one."""

    number: int
    key: Key
    label: Key
    title: str
    version: int
    row: Any
    cells: tuple[Cell, ...]

    @property
    def is_new(self) -> bool:
        return self.row is None

    @property
    def after(self) -> dict[str, str]:
        return {cell.column: cell.after for cell in self.cells}


@dataclass(frozen=True)
class Stored(Generic[R]):
    """A row of the register with the text of its cells."""

    row: R
    texts: dict[str, str]


@dataclass(frozen=True)
class By:
    """Who changes something, when, through which door, and why: the same for a whole sheet."""

    note: str
    who: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Guide:
    """A column as the templates explain it."""

    name: str
    says: str
    is_edited: bool
    codes: list[tuple[str, str]]


class Table(Generic[R]):
    """One kind of sheet."""

    name: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    key: ClassVar[tuple[str, ...]]
    # What `problems` asks of a row whatever the sheet holds.
    asked: ClassVar[frozenset[str]] = frozenset({"version"})

    def __init__(self, book: Book, heads: Iterable[str] = ()) -> None:
        self.book = book
        self.wanted = [
            column.name for column in self.columns if column.name in {*heads, *self.asked}
        ]
        self.exported = self.export()

    def export(self) -> BaseTable:
        """The list whose export the sheet is."""
        raise NotImplementedError

    def stored_row(self, record: R) -> Stored[R]:
        """A row with its cells as the export writes them."""
        self.exported.prepare([record])
        return Stored(
            record, {name: told(self.exported.value(name, record)) for name in self.wanted}
        )

    @classmethod
    def guide(cls, book: Book) -> list[Guide]:
        """What each column of the template takes."""
        return [
            Guide(
                name=column.name,
                says=str(column.says),
                is_edited=column.read is not None,
                codes=[(code, str(words)) for code, words in column.codes(book)]
                if column.codes
                else [],
            )
            for column in cls.columns
        ]

    def stored(self, keys: dict[Key, Key]) -> dict[Key, Stored[R]]:
        """The rows of the register with these keys, as far as the person may see them.

        `keys` are those looked for (`folded`) with what was typed.
        """
        raise NotImplementedError

    def title(self, key: Key, stored: Stored[R] | None, cells: dict[str, str]) -> str:
        """What the row is about, for the preview."""
        raise NotImplementedError

    def accepts(self, column: str, text: str, stored: Stored[R]) -> bool:
        """Whether a cell that cannot be edited may say this, though the register says otherwise now."""
        return False

    def problems(
        self, key: Key, stored: Stored[R] | None, after: dict[str, str]
    ) -> dict[str, str | Promise]:
        """What is wrong with a row whose cells can be read, by column. `after` is what it changes."""
        raise NotImplementedError

    def apply(self, change: Change, by: By) -> None:
        """Write what one row changes. Raises `ValidationError` by field as the services do."""
        raise NotImplementedError


def told(value: Any) -> str:
    """A value of an export as text; of several the order does not count."""
    value = plain(sorted(value) if isinstance(value, list) else value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.isoformat() if isinstance(value, date) else value)


def folded(key: Iterable[str]) -> Key:
    """A key as it is looked for: letter case does not count."""
    return tuple(part.strip().casefold() for part in key)
