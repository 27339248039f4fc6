"""Lines as they are printed on a page: what they say, where they stand, how large they are."""

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

# What a smaller letter above the line must be to be a reference to a note.
_RAISED = 0.12
_SMALLER = 0.82
# How the library writes a hyphen at a line end.
_HYPHENS = "\ufffe\x02"
# Further apart than words are, in justified text as well; in sizes of the type.
_CELLS_APART = 1.8
_LONGEST_NUMBER = 5  # "(iii)"
_REFERENCE = re.compile(r"[\d*†‡,]+")
# A raised digit after these is an exponent: km², 10⁶.
_TAKES_EXPONENT = re.compile(r"(?:^|[\s/])(?:[a-z]{1,2}|м|км|см|мм|10)$")
_CHINESE = re.compile(r"[\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


class Glyph(NamedTuple):
    """One character on a page that is held upright. Points, from the lower left corner."""

    char: str
    left: float
    right: float
    base: float
    size: float


@dataclass(frozen=True)
class Line:
    """A printed line. `first` is how wide its first word is; `page` counts from 0."""

    text: str
    left: float
    right: float
    base: float
    size: float
    first: float
    page: int
    is_note: bool = False  # begins with a raised number, as notes do
    is_row: bool = False  # wide gaps in it: cells of a table


def is_chinese(char: str) -> bool:
    return _CHINESE.match(char) is not None


def printed_lines(glyphs: Iterable[Glyph], page: int) -> list[Line]:
    """The lines of a page, in the order in which they are written into the file."""
    lines: list[Line] = []
    for part in _parts(glyphs):
        line = _line(part, page)
        if line is None:
            continue
        if lines and _is_reference_beside(line, lines[-1]):
            continue
        if lines and _goes_on(lines[-1], line):
            lines[-1] = _joined(lines[-1], line)
        else:
            lines.append(line)
    return lines


def _parts(glyphs: Iterable[Glyph]) -> Iterator[list[Glyph]]:
    """Runs of glyphs up to a line end, a hyphen that stands at one, or a step down and back."""
    part: list[Glyph] = []
    last: Glyph | None = None
    for glyph in glyphs:
        inked = not glyph.char.isspace()
        if glyph.char in "\r\n" or (inked and last and _is_below(glyph, last)):
            yield part
            part = []
        if glyph.char in _HYPHENS:
            yield [*part, glyph._replace(char="-")]
            part = []
        elif glyph.char not in "\r\n":
            part.append(glyph)
        last = glyph if inked else last
    yield part


def _is_below(glyph: Glyph, last: Glyph) -> bool:
    """Rows of a table come without line ends."""
    return last.base - glyph.base > 0.7 * last.size and glyph.left < last.left


def _line(glyphs: list[Glyph], page: int) -> Line | None:
    inked = [glyph for glyph in glyphs if not glyph.char.isspace()]
    if not inked:
        return None
    size = Counter(round(glyph.size, 1) for glyph in inked).most_common(1)[0][0]
    base = statistics.median(g.base for g in inked if abs(g.size - size) < 0.1 * size + 0.1)
    kept = _without_references(glyphs, size, base)
    text = "".join(glyph.char for glyph in kept).strip()
    if not text:
        return None
    return Line(
        text=text,
        left=min(glyph.left for glyph in inked),
        right=max(glyph.right for glyph in inked),
        base=base,
        size=size,
        first=_first_width([glyph for glyph in kept if glyph.size > 0], text),
        page=page,
        is_note=_is_raised(inked[0], size, base) and inked[0].char in "0123456789*†",
        is_row=_has_gaps(inked, size),
    )


def _without_references(glyphs: list[Glyph], size: float, base: float) -> list[Glyph]:
    """The glyphs without raised numbers that lead to notes."""
    kept: list[Glyph] = []
    raised: list[Glyph] = []
    for glyph in [*glyphs, None]:
        if glyph is not None and _is_raised(glyph, size, base) and not glyph.char.isspace():
            raised.append(glyph)
            continue
        if raised and not _are_reference(raised, kept):
            kept += raised
        raised = []
        if glyph is not None:
            kept.append(glyph)
    return kept


def _is_raised(glyph: Glyph, size: float, base: float) -> bool:
    return glyph.size < _SMALLER * size and glyph.base > base + _RAISED * size


def _are_reference(raised: list[Glyph], before: list[Glyph]) -> bool:
    if not _REFERENCE.fullmatch("".join(glyph.char for glyph in raised)):
        return False
    word = "".join(glyph.char for glyph in before[-4:])
    return not _TAKES_EXPONENT.search(word)


def _first_width(glyphs: list[Glyph], text: str) -> float:
    """How much room the first word needs; Chinese may be broken after each character."""
    word = [g for g in glyphs if not g.char.isspace()]
    count = 1 if is_chinese(text[0]) else len(text.split()[0])
    return word[min(count, len(word)) - 1].right - word[0].left


def _has_gaps(inked: list[Glyph], size: float) -> bool:
    """Gaps wider than between words; the one behind the number of a paragraph is none."""
    pairs = enumerate(pairwise(inked), start=1)
    return any(
        after.left - glyph.right > _CELLS_APART * size and count > _LONGEST_NUMBER
        for count, (glyph, after) in pairs
    )


def _is_reference_beside(line: Line, before: Line) -> bool:
    """A raised number that the file treats as a line of its own."""
    if not re.fullmatch(r"\d{1,3}|\*{1,3}", line.text) or line.size >= _SMALLER * before.size:
        return False
    rise = line.base - before.base
    beside = abs(line.left - before.right) < before.size
    return _RAISED * before.size < rise < before.size and beside


def _goes_on(before: Line, line: Line) -> bool:
    """Whether two pieces stand on one line, the second to the right of the first."""
    level = abs(before.base - line.base) < 0.15 * max(before.size, line.size)
    return level and line.left > before.right - 0.3 * before.size and not before.text.endswith("-")


def _are_cells(before: Line, line: Line) -> bool:
    apart = line.left - before.right > _CELLS_APART * before.size
    return apart and len(before.text) > _LONGEST_NUMBER


def _joined(before: Line, line: Line) -> Line:
    gap = " " if line.left - before.right > 0.15 * before.size else ""
    return replace(
        before,
        text=before.text + gap + line.text,
        right=line.right,
        size=max(before, line, key=lambda one: len(one.text)).size,
        is_row=before.is_row or line.is_row or _are_cells(before, line),
    )
