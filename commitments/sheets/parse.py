"""Reading a file into rows of text, within limits. Plain Python: nothing here knows the register.

CSV with commas, semicolons or tabs, in UTF-8 or UTF-16; XLSX with the values that it holds. A
formula is never worked out: what counts is the value that the spreadsheet program stored beside it.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any
from zipfile import ZipFile

import openpyxl
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from commitments import filetypes

MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE
MOST_UNPACKED = 100 * MEGABYTE
MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_CHARACTERS = 20_000_000
_LAST_ROW = 1_048_576  # of any spreadsheet; a file may claim to have more
_WIDEST_READ = 256
_MOST_SHEETS = 20
_NOTE = "#"  # a row that begins so explains, as in the templates
_KEY = "reference"
_DECLARED = re.compile(
    b"|".join(re.escape("<!DOCTYPE".encode(name)) for name in ("utf-8", "utf-16-le", "utf-16-be")),
    re.IGNORECASE,
)
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")


class Unreadable(ValueError):
    """A file cannot be read as a sheet. Carries the sentence that says what to do."""

    def __init__(self, words: str | Promise) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True)
class Row:
    """A row of text under the heads, with the number that the spreadsheet shows beside it."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class Sheet:
    heads: list[str]
    rows: list[Row]

    def as_json(self) -> dict[str, Any]:
        return {"heads": self.heads, "rows": [[row.number, row.cells] for row in self.rows]}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Sheet":
        return cls(kept["heads"], [Row(number, cells) for number, cells in kept["rows"]])


TOO_LARGE = format_lazy(
    _("The file is larger than {most} MB. Split it, and send the parts one by one."),
    most=MOST_BYTES // MEGABYTE,
)
_ROWS = format_lazy(
    _("The sheet has more than {most} rows. Split it, and send the parts one by one."),
    most=f"{MOST_ROWS:,}".replace(",", "\u00a0"),
)
_COLUMNS = format_lazy(
    _("The sheet has more than {most} columns. Remove those that are not of the template."),
    most=MOST_COLUMNS,
)
_EMPTY = _("The file is empty. Choose the sheet that you edited.")
_NO_HEADS = _(
    "No row has the head “reference”. Take the heads from the template or from an export."
)
_NO_ROWS = _("There are heads but no rows below them. Choose the sheet that you edited.")
_ENCODING = _(
    "The text is neither in UTF-8 nor in UTF-16. Save it as “CSV UTF-8” or as XLSX, and send that."
)
_OTHER_KIND = _("Files of this kind are not read. Save it as CSV or XLSX, and send that.")
_TOO_MUCH = _("The file holds more text than is taken. Split it, and send the parts one by one.")
_DAMAGED = _("The file is damaged and cannot be read. Save it anew as XLSX or CSV, and send that.")
_FOREIGN = _(
    "The file declares parts of its own that no spreadsheet needs. Save it anew as XLSX, and "
    "send that."
)


def read(raw: bytes, name: str) -> Sheet:
    """The sheet in a file. Raises `Unreadable` with a sentence that says what to do."""
    if not raw.strip():
        raise Unreadable(_EMPTY)
    if len(raw) > MOST_BYTES:
        raise Unreadable(TOO_LARGE)
    ending = name.rpartition(".")[2].lower()
    if raw.startswith(b"PK\x03\x04") and ending in {"xlsx", "csv", "txt"}:
        return _xlsx(raw)
    if ending not in {"csv", "tsv", "txt"}:
        raise Unreadable(filetypes.NOT_WHAT_IT_SAYS if ending == "xlsx" else _OTHER_KIND)
    return _csv(_decoded(raw))


# CSV ---------------------------------------------------------------------------------------------


def _decoded(raw: bytes) -> str:
    try:
        text = raw.decode(_encoding(raw))
    except UnicodeError:
        raise Unreadable(_ENCODING) from None
    if "\0" in text:
        raise Unreadable(_ENCODING)
    return text


def _encoding(raw: bytes) -> str:
    """By its mark; without one, UTF-16 shows by the empty half of the letters of its heads."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = raw[:40]
    if b"\0" in start:
        return "utf-16-be" if start[:1] == b"\0" else "utf-16-le"
    return "utf-8-sig"


def _csv(text: str) -> Sheet:
    first, _break, rest = text.partition("\n")
    told = re.fullmatch(r"\"?sep=(.)\"?\s*", first)
    if told:  # a line for Excel, which shows no row for it
        text = rest
    delimiter = told[1] if told else _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _sheet(enumerate(reader, start=1))
    except csv.Error:
        words = _("Row %(row)d cannot be read: a quotation mark is missing or too much there.")
        raise Unreadable(words % {"row": reader.line_num}) from None


def _delimiter(text: str) -> str:
    """Whatever stands most often in the row of heads."""
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith(_NOTE))
    heads = next(lines, "")
    return max(",;\t", key=heads.count)


# XLSX --------------------------------------------------------------------------------------------


def _xlsx(raw: bytes) -> Sheet:
    try:
        filetypes.check(io.BytesIO(raw), len(raw), "xlsx")
    except filetypes.Refused as error:
        raise Unreadable(error.words) from None
    has_formulas = _look_inside(raw)
    try:
        return _first_with_heads(raw, has_formulas)
    except Unreadable:
        raise
    except Exception:  # whatever a broken file makes the library stumble over
        raise Unreadable(_DAMAGED) from None


def _look_inside(raw: bytes) -> bool:
    """Whether there are formulas. Raises `Unreadable` for what unpacks to too much or declares entities."""
    found = False
    with ZipFile(io.BytesIO(raw)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
            raise Unreadable(_TOO_MUCH)
        for entry in archive.infolist():
            if not entry.filename.lower().endswith((".xml", ".rels")):
                continue
            content = archive.read(entry)
            if _DECLARED.search(content):
                raise Unreadable(_FOREIGN)
            found = found or ("worksheets/" in entry.filename and bool(_FORMULA.search(content)))
    return found


def _first_with_heads(raw: bytes, has_formulas: bool) -> Sheet:
    """The first sheet that has the head "reference". One that explains the columns is passed over."""
    values = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    problem = Unreadable(_NO_HEADS)
    for name in values.sheetnames[:_MOST_SHEETS]:
        if not hasattr(values[name], "iter_rows"):  # a sheet that is one chart
            continue
        try:
            sheet = _sheet(_texts(values[name]))
        except Unreadable as error:
            if error.words is not _NO_HEADS:
                raise
            continue
        if has_formulas:
            _check_formulas(raw, name, sheet)
        return sheet
    raise problem


def _texts(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    rows = sheet.iter_rows(max_col=_WIDEST_READ, values_only=True)
    for number, row in enumerate(rows, start=1):
        if number > _LAST_ROW:
            raise Unreadable(_ROWS)
        if row.count(None) < len(row):
            yield number, [_text(value) for value in row]


def _check_formulas(raw: bytes, name: str, sheet: Sheet) -> None:
    """A formula whose value nobody stored would look like an empty cell, and empty the register's."""
    taken = {row.number: row.cells for row in sheet.rows}
    formulas = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=False)
    rows = formulas[name].iter_rows(max_col=len(sheet.heads), values_only=True)
    for number, row in enumerate(islice(rows, _LAST_ROW), start=1):
        for place, value in enumerate(row):
            cells = taken.get(number)
            is_formula = isinstance(value, str) and value.startswith("=")
            if is_formula and cells and not cells[place]:
                words = _(
                    "Row %(row)d, %(column)s: the formula has no stored value. Write the value in "
                    "its place."
                )
                raise Unreadable(words % {"row": number, "column": sheet.heads[place]})


def _text(value: Any) -> str:
    """A value as CSV would have it."""
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


# Both --------------------------------------------------------------------------------------------


def _sheet(rows: Iterable[tuple[int, list[str]]]) -> Sheet:
    """Heads and rows. Blank rows, notes and columns without a head that are blank are left out."""
    heads: list[str] = []
    found: list[Row] = []
    size = 0
    for number, cells in rows:
        if not any(cell.strip() for cell in cells) or cells[0].startswith(_NOTE):
            continue
        if not heads:
            heads = _heads(cells)
            continue
        size += sum(map(len, cells))
        if size > MOST_CHARACTERS:
            raise Unreadable(_TOO_MUCH)
        if len(found) == MOST_ROWS:
            raise Unreadable(_ROWS)
        found.append(Row(number, _under(heads, cells, number)))
    if not heads:
        raise Unreadable(_NO_HEADS)
    if not found:
        raise Unreadable(_NO_ROWS)
    return Sheet(heads, found)


def _heads(cells: list[str]) -> list[str]:
    """The names of the columns, in small letters. Raises `Unreadable` for what cannot be heads."""
    heads = [re.sub(r"[\s-]+", "_", cell.strip().lower()) for cell in cells]
    while heads and not heads[-1]:
        heads.pop()
    if len(heads) > MOST_COLUMNS:
        raise Unreadable(_COLUMNS)
    if _KEY not in heads:
        raise Unreadable(_NO_HEADS)
    twice = sorted({head for head in heads if head and heads.count(head) > 1})
    if twice:
        words = _("Two columns are called “%(name)s”. Remove one of them.")
        raise Unreadable(words % {"name": twice[0]})
    return heads


def _under(heads: list[str], cells: list[str], number: int) -> list[str]:
    """The cells of a row, one a head."""
    beyond = cells[len(heads) :]
    headless = [cell for head, cell in zip(heads, cells, strict=False) if not head]
    if any(cell.strip() for cell in [*beyond, *headless]):
        words = _(
            "Row %(row)d has a value in a column without a head. Give the column its head, or "
            "remove the value."
        )
        raise Unreadable(words % {"row": number})
    return [*cells, *[""] * len(heads)][: len(heads)]
