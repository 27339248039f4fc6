"""Exports of a list: exactly its rows and columns, in values that a machine reads back.

The first row names the fields. Choices are codes, days and moments (UTC) are ISO, numbers are
numbers, nothing is empty, several values stand behind each other with "; ". What the rows need is
read in batches, so that the memory does not grow with them. docs/lists.md says it at length.
"""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from django.http import FileResponse, HttpRequest, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from openpyxl import Workbook

from .filterbar import EXPORT, OLD_EXPORT

if TYPE_CHECKING:
    from .tables import BaseTable

PRINT = "print"
KINDS = ("csv", "excel", "xlsx", "json", PRINT)
BATCH = 500
BETWEEN = "; "

_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # or Excel takes Russian for something else
# What makes a spreadsheet take a text for a formula or drop what it begins with; and the mark itself.
_RISKY = ("=", "+", "-", "@", "'", "\t", "\r", "\n", "\0")
# What no XLSX file can hold.
_UNSPEAKABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_FIRST_OF_EXCEL = 1901  # the calendar of Excel is wrong before 1 March 1900

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = {
    "csv": ("csv", "text/csv; charset=utf-8"),
    "excel": ("csv", "text/csv; charset=utf-8"),
    "xlsx": ("xlsx", _XLSX),
    "json": ("json", "application/json"),
}


def asked(params: QueryDict) -> str:
    """The kind of export that an address asks for; nothing for none or one that nobody knows."""
    kind = params.get(EXPORT) or params.get(OLD_EXPORT) or ""
    return kind if kind in KINDS else ""


# Who is told ---------------------------------------------------------------------------------------

Hear = Callable[[HttpRequest, str, int], None]
_hearers: list[Hear] = []


def register(hear: Hear) -> None:
    """Tell `hear(request, kind, rows)` of each export, before its first row is read."""
    if hear not in _hearers:
        _hearers.append(hear)


def tell(request: HttpRequest, kind: str, rows: int) -> None:
    for hear in _hearers:
        hear(request, kind, rows)


# Values --------------------------------------------------------------------------------------------


def neutral(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe stands before what is risky."""
    return f"'{text}" if text.startswith(_RISKY) else text


def restored(text: str) -> str:
    """What `neutral` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_RISKY) else text


def plain(value: Any) -> Any:
    """A value as an export holds it: None, a number, a text, a day, or a moment in UTC."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=0)
    if isinstance(value, date):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return BETWEEN.join(str(item) for item in value)
    return str(value)


def rows(table: "BaseTable") -> Iterator[list[Any]]:
    """The values of every row, in the order of the fields.

    Rows are read while they are sent, when the language and the zone of the page are gone: they
    are those of now.
    """
    return _rows(table, translation.get_language(), timezone.get_current_timezone())


def _rows(table: "BaseTable", language: str, zone: tzinfo) -> Iterator[list[Any]]:
    fields = table.fields
    waiting = table.data.data.iterator(chunk_size=BATCH)
    while batch := list(islice(waiting, BATCH)):
        with translation.override(language), timezone.override(zone):
            table.prepare(batch)
            made = [[plain(table.value(field, record)) for field in fields] for record in batch]
        yield from made


# Files ---------------------------------------------------------------------------------------------


def response(table: "BaseTable", kind: str, *, name: str, now: datetime) -> HttpResponseBase:
    """A download of every row of a table."""
    ending, content_type = _TYPES[kind]
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-{now:%Y-%m-%d}.{ending}"',
        "Cache-Control": "private, no-store",
    }
    if kind == "xlsx":
        book = xlsx(table.fields, rows(table), name)
        # Named here: a FileResponse takes the type in its headers for none.
        return FileResponse(book, content_type=content_type, headers=headers)
    made = {"csv": csv_lines, "excel": excel_lines, "json": json_lines}[kind]
    lines = made(table.fields, rows(table))
    return StreamingHttpResponse(lines, content_type=content_type, headers=headers)


class _Echo:
    """A file for the csv module that hands back each line."""

    def write(self, line: str) -> str:
        return line


def csv_lines(
    fields: Iterable[str], rows: Iterable[list[Any]], delimiter: str = ","
) -> Iterator[str]:
    writer = csv.writer(_Echo(), delimiter=delimiter)
    yield writer.writerow(fields)
    for row in rows:
        yield writer.writerow([_in_text(value) for value in row])


def excel_lines(fields: Iterable[str], rows: Iterable[list[Any]]) -> Iterator[str]:
    """CSV as Excel opens it with a double click in most of Europe and Asia."""
    yield _BYTE_ORDER_MARK
    yield from csv_lines(fields, rows, delimiter=";")


def json_lines(fields: list[str], rows: Iterable[list[Any]]) -> Iterator[str]:
    between = "["
    for row in rows:
        told = dict(zip(fields, (_iso(value) for value in row), strict=True))
        yield f"{between}\n{json.dumps(told, ensure_ascii=False)}"
        between = ","
    yield "[]\n" if between == "[" else "\n]\n"


def xlsx(fields: Iterable[str], rows: Iterable[list[Any]], title: str) -> IO[bytes]:
    """A workbook of one sheet, written row by row to a file that vanishes when it is closed."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.append(list(fields))
    for row in rows:
        sheet.append([_in_cell(value) for value in row])
    file = TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    book.save(file)
    file.seek(0)
    return file


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _in_text(value: Any) -> Any:
    """A cell of a CSV file."""
    if isinstance(value, bool):
        return str(value).lower()
    return neutral(value) if isinstance(value, str) else _iso(value)


def _in_cell(value: Any) -> Any:
    """A cell of a sheet: days and moments (UTC) are dates that Excel knows."""
    if isinstance(value, str):
        return neutral(_UNSPEAKABLE.sub("", value))
    if not isinstance(value, date):
        return value
    if value.year < _FIRST_OF_EXCEL:
        return value.isoformat()
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
