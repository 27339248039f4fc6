"""The text of a Word document, as somebody reads it who accepts all tracked changes.

Headers, footers and notes are not part of it; text boxes follow the paragraph that they hang on.
"""

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from docx import Document as open_word
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError, PackageNotFoundError

from meetings.documents.archive import BROKEN, DAMAGED_WORD, check_archive
from meetings.documents.lines import Lines
from meetings.documents.numbering import Numbering
from meetings.documents.word import M, W, is_on, symbol
from meetings.errors import DocumentError

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.oxml.xmlchemy import BaseOxmlElement as Element

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DROPPED = {_FALLBACK} | {
    W + tag for tag in (
        "del", "moveFrom", "pPr", "rPr", "instrText", "delText", "drawing", "pict", "object", "rt",
        "sdtPr", "sdtEndPr", "tblPr",
    )
}  # fmt: skip
_SIGNS = {
    W + "tab": "\t",
    W + "ptab": "\t",
    W + "br": "\n",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
}
_WRAPPERS = frozenset(W + tag for tag in ("sdt", "sdtContent", "customXml", "ins", "moveTo"))


def read(raw: bytes) -> str:
    """Paragraphs and rows of tables in their order, one a line, with their numbers."""
    check_archive(raw)
    document = _opened(raw)
    try:
        return "\n".join(_Reader(document).lines(document.element.body))
    except (*BROKEN, AttributeError, TypeError):
        # Parts that are there, but are not what they should be.
        raise DocumentError(DAMAGED_WORD) from None


def _opened(raw: bytes) -> "WordDocument":
    try:
        return open_word(io.BytesIO(raw))
    except (*BROKEN, AttributeError, OpcError, PackageNotFoundError, ParseError, SyntaxError):
        # lxml's own errors of syntax are `SyntaxError`s.
        raise DocumentError(DAMAGED_WORD) from None


class _Reader:
    def __init__(self, document: "WordDocument") -> None:
        self._numbering = Numbering(_numbering_of(document), document.styles.element)

    def lines(self, container: "Element") -> list[str]:
        """The lines of the body, of a cell or of a text box."""
        lines = Lines()
        for block in _blocks(container):
            if block.tag == W + "tbl":
                self._table(block, lines)
            else:
                self._paragraph(block, lines)
        lines.end_block()
        return lines.done

    def _paragraph(self, paragraph: "Element", lines: Lines) -> None:
        text = "".join(_pieces(paragraph))
        merged = _mark_is_deleted(paragraph)
        label = self._numbering.label(paragraph) if text.strip() or not merged else ""
        if text.strip():
            lines.add(label + text.lstrip() if label else text)
        if not merged:
            lines.end_block()
        for box in _boxes(paragraph):
            lines.done += self.lines(box)

    def _table(self, table: "Element", lines: Lines) -> None:
        lines.end_block()
        for row in _below(table, W + "tr"):
            if row.find(f"{W}trPr/{W}del") is None:
                for cell in _below(row, W + "tc"):
                    lines.add_cell(self.lines(cell))
                lines.end_block()


def _numbering_of(document: "WordDocument") -> "Element | None":
    try:
        part = document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING)
    except KeyError:
        return None
    return getattr(part, "element", None)


def _blocks(container: "Element") -> Iterator["Element"]:
    """Paragraphs and tables, also those within fields that are filled in."""
    for child in container:
        if child.tag in {W + "p", W + "tbl"}:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _blocks(child)


def _below(parent: "Element", tag: str) -> Iterator["Element"]:
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _below(child, tag)


def _pieces(element: "Element") -> Iterator[str]:
    """What is to be read below an element, piece by piece."""
    for child in element:
        if child.tag in {W + "t", M + "t"}:
            yield re.sub(r"[\r\n]", " ", child.text or "")
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag == W + "sym":
            yield symbol(child)
        elif isinstance(child.tag, str) and child.tag not in _DROPPED and not _is_hidden(child):
            yield from _pieces(child)


def _is_hidden(run: "Element") -> bool:
    return run.tag == W + "r" and is_on(run.find(f"{W}rPr/{W}vanish"))


def _mark_is_deleted(paragraph: "Element") -> bool:
    """Whether somebody deleted the end of a paragraph, so that the next one continues it."""
    mark = f"{W}pPr/{W}rPr/{W}"
    return paragraph.find(mark + "del") is not None or paragraph.find(mark + "moveFrom") is not None


def _boxes(element: "Element") -> Iterator["Element"]:
    """Text boxes, each once: an older form for older programs stands beside the newer."""
    for child in element:
        if child.tag == W + "txbxContent":
            yield child
        elif isinstance(child.tag, str) and child.tag != _FALLBACK:
            yield from _boxes(child)
