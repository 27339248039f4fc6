"""Empty sheets with the right heads, and what each column takes."""

import csv
import io
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.writer.excel import save_workbook

from .book import Book
from .table import Guide, Table

_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # or Excel takes Russian for something else
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = (16, 70, 12, 70)


def made(table: type[Table[Any]], book: Book, *, as_xlsx: bool) -> tuple[str, str, bytes]:
    """The name, the type and the bytes of a template."""
    guide = table.guide(book)
    if as_xlsx:
        return f"{table.name}.xlsx", _XLSX, _xlsx(table, guide)
    return f"{table.name}.csv", "text/csv; charset=utf-8", _csv(table, guide)


def _csv(table: type[Table[Any]], guide: list[Guide]) -> bytes:
    """Heads, and a note for each column: rows that begin with # are not read."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.name for column in table.columns])
    for row in guide:
        codes = _("Codes: %(codes)s.") % {"codes": ", ".join(c for c, _w in row.codes)}
        writer.writerow([f"# {row.name}: {row.says} {codes if row.codes else ''}".strip()])
    return (_BYTE_ORDER_MARK + text.getvalue()).encode()


def _xlsx(table: type[Table[Any]], guide: list[Guide]) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = table.name
    sheet.append([column.name for column in table.columns])
    sheet.freeze_panes = "A2"
    about = book.create_sheet("columns")
    about.append([_("Column"), _("What it says"), _("Edited"), _("Codes")])
    for row in guide:
        codes = "\n".join(f"{code}: {words}" for code, words in row.codes)
        about.append([row.name, row.says, _("yes") if row.is_edited else _("no"), codes])
    for place, width in zip("ABCD", _WIDTHS, strict=True):
        about.column_dimensions[place].width = width
    for cells in about.iter_rows():
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in [*sheet[1], *about[1]]:
        cell.font = Font(bold=True)
    file = io.BytesIO()
    save_workbook(book, file)
    return file.getvalue()
