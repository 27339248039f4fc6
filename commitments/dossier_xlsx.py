"""The dossier as a workbook: a row a line, and a sheet that sums up by party."""

from collections.abc import Iterable, Iterator
from datetime import date
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from .dossier_parts import CHOICES, HEADS, Dossier, Part, Promise, full_address, printable

LONGEST = 32_767  # characters that a cell holds
DAY = "yyyy-mm-dd"
_WIDTHS = (12, 40, 24, 24, 60, 16, 22, 18, 14, 12, 14, 40, 40, 60)


def workbook(found: Dossier, site: str) -> bytes:
    book = Workbook(write_only=True)
    book.properties.title = found.title
    _lines(book, found, site)
    _parties(book, found)
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def _lines(book: Workbook, found: Dossier, site: str) -> None:
    sheet = book.create_sheet(_("Lines"))
    _lay_out(sheet, _WIDTHS, repeated="5:5")
    for words in (
        found.title,
        f"{CHOICES[found.choice]}. {found.as_of_words}",
        found.left_out_words,
        "",
    ):
        sheet.append([text(sheet, words)])
    heads = [_("Reference"), _("Commitment"), _("Theme"), _("Meeting"), _("Quotation"), _("Party"),
             _("Status"), _("Timing"), _("Deadline"), _("Basis"), _("First deadline"),
             _("Reason of the move"), _("Evidence"), found.since_words]  # fmt: skip
    sheet.append([text(sheet, head, bold=True) for head in heads])
    for row in _rows(found, site):
        sheet.append([_cell(sheet, value) for value in row])


def _rows(found: Dossier, site: str) -> Iterator[list[Any]]:
    for theme in found.themes:
        for promise in theme.promises:
            for part in promise.parts:
                yield _row(theme.name, promise, part, site)


def _row(theme: str, promise: Promise, part: Part, site: str) -> list[Any]:
    commitment, deadline = promise.commitment, part.line.next_deadline
    return [
        commitment.reference,
        commitment.title,
        theme,
        commitment.meeting.title,
        "\n".join(promise.quotations),
        part.line.party.name,
        part.signed_status,
        ", ".join([*([promise.life] if promise.life else []), *part.marks]),
        part.due,
        str(deadline.get_basis_display()) if deadline else "",
        part.move.first if part.move else None,
        part.move.reason if part.move else "",
        "\n".join(f"{proof.words} {full_address(site, proof.address)}" for proof in part.proofs),
        "\n".join([*promise.changes, *part.changes]),
    ]


def _parties(book: Workbook, found: Dossier) -> None:
    sheet = book.create_sheet(_("By party"))
    _lay_out(sheet, (28, *[14] * len(HEADS)), repeated="1:1")
    sheet.append([text(sheet, head, bold=True) for head in (_("Party"), *map(str, HEADS))])
    for owing in found.parties:
        sheet.append([text(sheet, owing.party.name), *owing.figures])


def _lay_out(sheet: Any, widths: Iterable[int], *, repeated: str) -> None:
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 0, True
    sheet.print_title_rows = repeated
    first, _last = repeated.split(":")
    sheet.freeze_panes = f"A{int(first) + 1}"


def _cell(sheet: Any, value: str | date | None) -> Any:
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet, value=value)
        cell.number_format = DAY
        return cell
    return text(sheet, value or "")


def text(sheet: Any, words: Any, *, bold: bool = False) -> Any:
    """Words as words: what begins like a formula is none."""
    cell = WriteOnlyCell(sheet, value=printable(words)[:LONGEST])
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if bold:
        cell.font = Font(bold=True)
    return cell
