"""The text of a PDF that holds text: paragraphs in the order of its pages."""

import ctypes
import math
import threading
from collections.abc import Iterator
from typing import Any

import pypdfium2
from django.utils.translation import gettext_lazy as _
from pypdfium2 import raw as pdfium

from meetings.documents.limits import TOO_LONG, check_length
from meetings.documents.margins import without_margins
from meetings.documents.paragraphs import paragraphs
from meetings.documents.printed import Glyph, Line, printed_lines
from meetings.documents.streams import check_streams
from meetings.errors import DocumentError

MOST_PAGES = 2000
# The library must not be entered by two threads at once.
_ONE_AT_A_TIME = threading.Lock()
# Ligatures as their letters, and bullets of the fonts Symbol and Wingdings as bullets.
_PLAIN = {
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
    "\uf0b7": "•", "\uf0a7": "•", "\uf0d8": "•", "\x00": "",
}  # fmt: skip

_DAMAGED = _("The PDF is damaged and cannot be opened. Save or export it anew, and send that.")
_LOCKED = _("The PDF is protected by a password. Save it without a password, and send that.")
_SCANNED = _(
    "The PDF holds pictures of pages and no text. Send it with recognised text, or paste its text."
)


def read(raw: bytes) -> str:
    """The paragraphs of all pages, one a line. Raises `DocumentError` when there are none to read."""
    check_streams(raw)
    with _ONE_AT_A_TIME:
        pages, heights = _read_pages(raw)
    if not any(pages):
        raise DocumentError(_SCANNED)
    kept = without_margins(pages, heights)
    return "\n".join(paragraphs([line for page in kept for line in page]))


def _read_pages(raw: bytes) -> tuple[list[list[Line]], list[float]]:
    document = _opened(raw)
    try:
        if len(document) > MOST_PAGES:
            raise DocumentError(TOO_LONG)
        return _lines_and_heights(document)
    except pypdfium2.PdfiumError:
        raise DocumentError(_DAMAGED) from None
    finally:
        document.close()


def _opened(raw: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code == pdfium.FPDF_ERR_PASSWORD
        raise DocumentError(_LOCKED if locked else _DAMAGED) from None


def _lines_and_heights(document: pypdfium2.PdfDocument) -> tuple[list[list[Line]], list[float]]:
    pages, heights, characters = [], [], 0
    for number, page in enumerate(document):
        words = page.get_textpage()
        characters += words.count_chars()
        check_length(characters)
        turned = page.get_rotation()
        pages.append(printed_lines(_glyphs(words.raw, turned), number))
        heights.append(page.get_height())
        words.close()
        page.close()
    return pages, heights


def _glyphs(words: Any, turned: int) -> Iterator[Glyph]:
    """The characters of a page, spaces and line ends among them, as if the page were upright."""
    box, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    to_box, to_matrix, to_x, to_y = map(ctypes.byref, (box, matrix, x, y))
    for i in range(pdfium.FPDFText_CountChars(words)):
        code = pdfium.FPDFText_GetUnicode(words, i)
        if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
            continue
        char = chr(code)
        pdfium.FPDFText_GetLooseCharBox(words, i, to_box)
        pdfium.FPDFText_GetCharOrigin(words, i, to_x, to_y)
        pdfium.FPDFText_GetMatrix(words, i, to_matrix)
        size = pdfium.FPDFText_GetFontSize(words, i) * math.hypot(matrix.c, matrix.d)
        ends = (box.left, box.right) if turned in {0, 180} else (box.bottom, box.top)
        yield _upright(_PLAIN.get(char, char), ends, (x.value, y.value), size, turned)


def _upright(
    char: str, ends: tuple[float, float], origin: tuple[float, float], size: float, turned: int
) -> Glyph:
    """A character as it stands when the page is shown, turned clockwise by so many degrees."""
    low, high = ends
    if turned in {180, 270}:
        low, high = -high, -low
    base = {0: origin[1], 90: -origin[0], 180: -origin[1], 270: origin[0]}[turned]
    return Glyph(char, low, high, base, size)
