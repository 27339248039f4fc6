"""The dossier as a document for a word processor: A4 across, headings, tables whose heads repeat.

Tables are written as XML at once: cell by cell through the library would take minutes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt

from .dossier_parts import (
    CHOICES,
    HEADS,
    Dossier,
    Owing,
    Part,
    Promise,
    full_address,
    printable,
)

_NAMESPACES = nsdecls("w", "r")
MARGIN = Mm(15)
# Twentieths of a point, together as wide as A4 across between its margins.
_PART_WIDTHS = (1900, 2400, 3600, 3300, 3936)
_PARTY_WIDTHS = (1500, 5436, 2400, 2900, 2900)
_SUM_WIDTHS = (4536, 1768, 1768, 1768, 1768, 1768, 1760)


@dataclass(frozen=True)
class Run:
    """Some words of a cell: plain, bold, or a link."""

    words: str
    is_bold: bool = False
    address: str = ""


Lines = Sequence[Run]


def document(found: Dossier, site: str) -> bytes:
    book = Document()
    _lay_out(book, found)
    book.add_heading(printable(found.title), 0)
    book.add_paragraph(printable(f"{CHOICES[found.choice]}. {found.as_of_words}"))
    if found.left_out:
        rest = f"{found.left_out_words} {full_address(site, found.rest)}"
        book.add_paragraph(printable(rest))
    if not found.themes:
        book.add_paragraph(_("Nothing was promised before that belongs here."))
    else:
        _summary(book, found)
    for theme in found.themes:
        book.add_heading(printable(theme.name), 1)
        for promise in theme.promises:
            _promise(book, promise, found, site)
    for owing in found.parties:
        _owing(book, owing, found)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _lay_out(book: Any, found: Dossier) -> None:
    section = book.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    book.styles["Normal"].font.size = Pt(9)
    book.core_properties.title = printable(found.title)
    book.core_properties.author = "SCO Tracker"
    book.core_properties.language = get_language() or "en"
    footer = section.footer.paragraphs[0]
    footer.text = f"{printable(found.title)}    "
    for field in ("PAGE", "NUMPAGES"):
        footer._p.append(
            parse_xml(
                f'<w:fldSimple {_NAMESPACES} w:instr="{field}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
            )
        )
        if field == "PAGE":
            footer.add_run(" / ")


def _summary(book: Any, found: Dossier) -> None:
    book.add_heading(_("In short"), 1)
    rows = [
        [[[Run(owing.party.name)]], *([[Run(str(number))]] for number in owing.figures)]
        for owing in found.parties
    ]
    _table(book, [_("Party"), *map(str, HEADS)], rows, _SUM_WIDTHS)


def _promise(book: Any, promise: Promise, found: Dossier, site: str) -> None:
    commitment = promise.commitment
    book.add_heading(printable(f"{commitment.reference} {commitment.title}"), 2)
    facts = [commitment.meeting.title, promise.done, promise.life]
    book.add_paragraph(printable(", ".join(filter(None, facts))))
    for words in promise.quotations:
        book.add_paragraph(printable(words), style="Quote")
    for change in promise.changes:
        book.add_paragraph(printable(change), style="List Bullet")
    heads = [_("Party"), _("Status"), _("Deadline"), _("Evidence"), found.since_words]
    _table(book, heads, [_parts(parts, site) for parts in promise.rows], _PART_WIDTHS)


def _parts(parts: Sequence[Part], site: str) -> list[list[Lines]]:
    """The row of parties of which the same is to be said."""
    part = parts[0]
    moved = [[Run(part.move.words)]] if part.move else []
    return [
        [[Run(", ".join(each.line.party.name for each in parts))]],
        [[Run(part.signed_status)], *([Run(mark, is_bold=True)] for mark in part.marks)],
        [[Run(part.due_words)], *moved],
        [[Run(proof.words, address=full_address(site, proof.address))] for proof in part.proofs],
        [[Run(change, is_bold=True)] for change in part.changes],
    ]


def _owing(book: Any, owing: Owing, found: Dossier) -> None:
    book.add_heading(printable(owing.party.name), 1)
    rows = [_owed(part) for part in owing.parts]
    heads = [_("Reference"), _("Commitment"), _("Status"), _("Deadline"), found.since_words]
    _table(book, heads, rows, _PARTY_WIDTHS)


def _owed(part: Part) -> list[list[Lines]]:
    changed: list[Lines] = [[Run(_("Changed"), is_bold=True)]] if part.is_changed else []
    return [
        [[Run(part.line.commitment.reference)]],
        [[Run(part.line.commitment.title)]],
        [[Run(part.signed_status)], *([Run(mark, is_bold=True)] for mark in part.marks)],
        [[Run(part.due_words)]],
        changed,
    ]


def _table(
    book: Any,
    heads: Sequence[str],
    rows: Iterable[Sequence[Sequence[Lines]]],
    widths: Sequence[int],
) -> None:
    links: dict[str, str] = {}
    head = _row(book, [[[Run(head, is_bold=True)]] for head in heads], widths, links, is_head=True)
    body = "".join(_row(book, row, widths, links) for row in rows)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    table = parse_xml(
        f'<w:tbl {_NAMESPACES}><w:tblPr><w:tblStyle w:val="TableGrid"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{head}{body}</w:tbl>"
    )
    book.add_paragraph()._p.addprevious(table)


def _row(
    book: Any,
    cells: Sequence[Sequence[Lines]],
    widths: Sequence[int],
    links: dict[str, str],
    *,
    is_head: bool = False,
) -> str:
    head = "<w:tblHeader/>" if is_head else ""
    inside = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
        f"{''.join(_paragraph(book, runs, links) for runs in lines) or '<w:p/>'}</w:tc>"
        for lines, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{inside}</w:tr>"


def _paragraph(book: Any, runs: Lines, links: dict[str, str]) -> str:
    inside = "".join(_run(book, run, links) for run in runs)
    return f'<w:p><w:pPr><w:spacing w:after="20"/></w:pPr>{inside}</w:p>'


def _run(book: Any, run: Run, links: dict[str, str]) -> str:
    words = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line)}</w:t>'
        for line in printable(run.words).splitlines()
    )
    look = "<w:b/>" if run.is_bold else ""
    if not run.address:
        return f"<w:r><w:rPr>{look}</w:rPr>{words}</w:r>"
    if run.address not in links:
        links[run.address] = book.part.relate_to(
            printable(run.address), RELATIONSHIP_TYPE.HYPERLINK, is_external=True
        )
    look += '<w:color w:val="0A5965"/><w:u w:val="single"/>'
    return f'<w:hyperlink r:id="{links[run.address]}"><w:r><w:rPr>{look}</w:rPr>{words}</w:r></w:hyperlink>'
