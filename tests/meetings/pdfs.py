"""PDFs written by hand, so that a test knows where each letter of a page stands.

Courier is used, whose letters are all of one width: how long a line is can be reckoned.
"""

import itertools
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

LEFT, TOP, PITCH, SIZE = 72, 720, 14, 10
WIDTH = 78  # letters a line
LINES = 44  # lines a page
_ROOM = LINES - 3  # of them for the text

SENTENCES = (
    "The participants agreed to hold joint consultations of the competent authorities by the end "
    "of the year and to strengthen practical cooperation against terrorism, separatism and "
    "extremism.",
    "They noted the importance of implementing the programme of cooperation, and expressed their "
    "intention to continue exchanging information on transnational organised crime.",
    "Delegations undertake to submit their proposals on international information security to the "
    "secretariat, which will circulate a consolidated document among the member states.",
)


@dataclass(frozen=True)
class Words:
    """Words on a page: where they begin (points from the lower left corner) and how large they are."""

    text: str
    x: float = LEFT
    y: float = TOP
    size: float = SIZE


def pdf(*sheets: list[Words], rotate: int = 0, packed: bool = False) -> bytes:
    """A PDF of these pages; `rotate` (0 or 90) is how they are turned, their text reads upright."""
    first = 4
    kids = " ".join(f"{first + 2 * i} 0 R" for i in range(len(sheets)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(sheets)}/Kids[{kids}]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>",
    ]
    for i, sheet in enumerate(sheets):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Rotate {rotate}"
            f"/Contents {first + 2 * i + 1} 0 R/Resources<</Font<</F 3 0 R>>>>>>".encode()
        )
        objects.append(_stream(_drawn(sheet, rotate), packed))
    return assembled(objects)


def assembled(objects: list[bytes], trailer: str = "") -> bytes:
    """The objects, numbered from 1, as one file; the first is the catalogue."""
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\n".encode()
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def _stream(content: bytes, packed: bool) -> bytes:
    how = b"/Filter/FlateDecode" if packed else b""
    content = zlib.compress(content) if packed else content
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), how, content)


def _drawn(sheet: list[Words], rotate: int) -> bytes:
    return b"\n".join(
        b"BT /F %g Tf %s Tm (%s) Tj ET" % (words.size, _place(words, rotate), _escaped(words.text))
        for words in sheet
    )


def _place(words: Words, rotate: int) -> bytes:
    if rotate == 90:
        return b"0 1 -1 0 %g %g" % (792 - words.y, words.x)
    return b"1 0 0 1 %g %g" % (words.x, words.y)


def _escaped(text: str) -> bytes:
    for sign in "\\()":
        text = text.replace(sign, "\\" + sign)
    return text.encode("cp1252")


# A long report ------------------------------------------------------------------------------------


def pages(n: int) -> bytes:
    """A report of n pages: running heads, page numbers, footnotes, words broken at line ends."""
    lines = _lines(paragraphs(n))
    return pdf(*(_page(number, n, lines) for number in range(1, n + 1)), packed=True)


def paragraphs(n: int) -> list[str]:
    """What somebody reads in `pages(n)`: as many paragraphs as fit, each with a number of its own."""
    texts: list[str] = []
    left = n * _ROOM
    for number in itertools.count(1):
        text = f"{number}. {' '.join(_turned(SENTENCES, number))}"
        left -= len(list(broken(text)))
        if left < 0:
            break
        texts.append(text)
    return texts


def _turned(sentences: tuple[str, ...], by: int) -> tuple[str, ...]:
    by %= len(sentences)
    return sentences[by:] + sentences[:by]


def _page(number: int, n: int, lines: Iterator[str]) -> list[Words]:
    sheet = [Words("Council of Heads of State - Report", y=TOP + 36, size=8)]
    for place in range(_ROOM):
        if (line := next(lines, None)) is not None:
            sheet.append(Words(line, y=TOP - PITCH * place))
    sheet += [
        Words(f"{number}", y=TOP - PITCH * LINES + 4, size=5),
        Words("Adopted without a vote.", x=LEFT + 4, y=TOP - PITCH * LINES, size=8),
        Words(f"Page {number} of {n}", x=280, y=TOP - PITCH * LINES - 30, size=8),
    ]
    return sheet


def _lines(texts: list[str]) -> Iterator[str]:
    for text in texts:
        yield from broken(text)


def broken(text: str, width: int = WIDTH) -> Iterator[str]:
    """The text in lines, with long words broken by a hyphen as a typesetter does."""
    line = ""
    for word in text.split(" "):
        room = width - len(line) - (1 if line else 0)
        if len(word) <= room:
            line = f"{line} {word}".strip()
            continue
        cut = min(room - 1, len(word) - 3)
        if cut >= 3 and word[: cut + 3].isalpha():
            yield f"{line} {word[:cut]}-".strip()
            line = word[cut:]
        else:
            yield line
            line = word
    if line:
        yield line
