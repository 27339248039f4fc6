"""A sheet and the register side by side: what would change, and what is wrong. Nothing is written."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from commitments.choices import SheetKind
from ui.exports import restored

from .book import Book
from .cells import Wrong, number
from .columns import Problems
from .lines import Lines
from .parse import Row, Sheet
from .promises import Promises
from .table import Cell, Change, Column, Key, Problem, Stored, Table, folded

TABLES: dict[str, type[Table[Any]]] = {
    SheetKind.LINES: Lines,
    SheetKind.COMMITMENTS: Promises,
}
_VERSION = "version"


@dataclass
class Comparison:
    """All that a sheet would do."""

    table: Table[Any]
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unchanged: int = 0

    @property
    def counts(self) -> dict[str, int]:
        new = sum(change.is_new for change in self.changes)
        edited = [change for change in self.changes if not change.is_new]
        return {
            "new": new,
            "rows": len(edited),
            "cells": sum(len(change.cells) for change in edited),
            "unchanged": self.unchanged,
        }

    @property
    def fingerprint(self) -> str:
        """The same for the same changes of the same versions, and for nothing else."""
        told = [
            [change.key, change.version, [(c.column, c.before, c.after) for c in change.cells]]
            for change in self.changes
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def kind_of(sheet: Sheet) -> str:
    """What the rows of a sheet are: those that name a party are lines."""
    return SheetKind.LINES if "party" in sheet.heads else SheetKind.COMMITMENTS


def compare(sheet: Sheet, kind: str, book: Book) -> Comparison:
    """Every row of a sheet beside the row of the register with the same key."""
    table = TABLES[kind](book, sheet.heads)
    found = Comparison(table, problems=list(_problems_of_heads(sheet, table)))
    if found.problems:
        return found
    rows = [(row, _named(sheet, row)) for row in sheet.rows]
    typed = [tuple(cells[name].strip() for name in table.key) for _row, cells in rows]
    keys = [folded(key) for key in typed]
    stored = table.stored(dict(zip(keys, typed, strict=True)))
    first: dict[Key, int] = {}
    for (row, cells), key in zip(rows, keys, strict=True):
        if problem := _problem_of_key(table, row, key, first):
            found.problems.append(problem)
            continue
        _compare_row(found, row, key, cells, stored.get(key))
    found.problems.sort(key=lambda problem: problem.row)
    return found


def _named(sheet: Sheet, row: Row) -> dict[str, str]:
    """The cells by the heads of their columns, as they were before the export made them harmless."""
    return {
        head: restored(cell.replace("\r\n", "\n"))
        for head, cell in zip(sheet.heads, row.cells, strict=True)
        if head
    }


def _problems_of_heads(sheet: Sheet, table: Table[Any]) -> Iterator[Problem]:
    known = [column.name for column in table.columns]
    for name in table.key:
        if name not in sheet.heads:
            yield Problem(1, name, _("This column is missing: it says which row is meant."))
    for name in sheet.heads:
        if name and name not in known:
            words = _("This column is not known. Remove it, or use one of: %(names)s.")
            yield Problem(1, name, words % {"names": ", ".join(known)})


def _problem_of_key(table: Table[Any], row: Row, key: Key, first: dict[Key, int]) -> Problem | None:
    for name, part in zip(table.key, key, strict=True):
        if not part:
            return Problem(row.number, name, _("Fill this in: it says which row is meant."))
    if key in first:
        words = _("The same stands in row %(row)d already. Keep one of the two.")
        return Problem(row.number, table.key[0], words % {"row": first[key]})
    first[key] = row.number
    return None


def _compare_row(
    found: Comparison, row: Row, key: Key, cells: dict[str, str], stored: Stored[Any] | None
) -> None:
    table = found.table
    differing, problems, computed = _differing(table, cells, stored)
    is_edited = bool(differing or problems or stored is None)
    if stale := _problem_of_version(cells, stored):
        # Whatever else is wrong may come of it; in a row that nobody edited nothing is.
        problems = {_VERSION: stale} if is_edited else {}
    elif problems or computed:
        problems = {**problems, **computed}
    elif is_edited:
        problems = table.problems(key, stored, {cell.column: cell.after for cell in differing})
    if problems:
        found.problems += [Problem(row.number, name, str(said)) for name, said in problems.items()]
    elif differing or stored is None:
        found.changes.append(
            Change(
                number=row.number,
                key=key,
                label=tuple(cells[name].strip() for name in table.key),
                title=table.title(key, stored, cells),
                version=stored.row.version if stored else 0,
                row=stored.row if stored else None,
                cells=tuple(differing),
            )
        )
    else:
        found.unchanged += 1


def _differing(
    table: Table[Any], cells: dict[str, str], stored: Stored[Any] | None
) -> tuple[list[Cell], Problems, Problems]:
    """The cells that differ, what is wrong with such cells, and computed ones that say something else."""
    differing: list[Cell] = []
    problems: Problems = {}
    computed: Problems = {}
    for column in table.columns:
        if column.name not in cells or column.name in {*table.key, _VERSION}:
            continue
        try:
            cell = _cell(table, column, cells[column.name], stored)
        except Wrong as error:
            (problems if column.read else computed)[column.name] = error.words
        else:
            differing += [cell] if cell else []
    return differing, problems, computed


def _cell(table: Table[Any], column: Column, text: str, stored: Stored[Any] | None) -> Cell | None:
    """The cell, if it differs from the register. Raises `Wrong` if it cannot stand."""
    before = stored.texts[column.name] if stored else ""
    if text == before or (stored is None and not text.strip()):
        return None
    if column.read is None or (stored and column.instead):
        _check_computed(table, column, text, stored)
        return None
    after = column.read(text, table.book)
    if after == before:
        return None
    if column.needed and not after:
        raise Wrong(_("Fill this in: it cannot be empty."))
    return Cell(column.name, before, after)


def _check_computed(
    table: Table[Any], column: Column, text: str, stored: Stored[Any] | None
) -> None:
    """What cannot be edited must say what the register says. In a new row nobody reads it."""
    if stored is None:
        return
    said, known = (
        " ".join(words.split()).casefold() for words in (text, stored.texts[column.name])
    )
    if said != known and not table.accepts(column.name, text, stored):
        raise Wrong(column.instead)


def _loosely(text: str) -> str:
    """A text without what spreadsheets do to spaces, letter case and moments."""
    return " ".join(text.casefold().replace("+00:00", "").split())


def _problem_of_version(cells: dict[str, str], stored: Stored[Any] | None) -> str:
    """Why a row cannot be changed though each of its cells may be right."""
    told = cells.get(_VERSION, "").strip()
    if not told:
        return ""
    if stored is None:
        return _(
            "The register has no such row, but this one has a version: was its reference or party "
            "changed? Put that back, or leave version empty for a new row."
        )
    try:
        is_same = number(told) == stored.texts[_VERSION]
    except Wrong:
        return _("Leave version as the export wrote it.")
    return "" if is_same else _("This row was changed since this sheet was made; export again.")
