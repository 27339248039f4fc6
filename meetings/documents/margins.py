"""What stands on a page but belongs to no text: running heads, page numbers, notes."""

import re
from collections import Counter
from collections.abc import Iterator

from meetings.documents.printed import Line

_EDGE = 3  # lines at the top and at the bottom that may be heads or feet
_MOST_OF = 0.4  # of the pages: books have one head on the left and another on the right
_ZONE = 0.12  # of the height: where a single page has its number
_PAGE_NUMBER = re.compile(
    r"[\s\-–—]*(?:page|p\.|стр\.?|страница|第)?\s*(?:\d{1,4}|[ivxl]{1,6})\s*"
    r"(?:(?:of|из|/|页，?共|页/共|共)\s*\d{1,4})?\s*(?:页)?[\s\-–—]*",
    re.I,
)
_NOTE = re.compile(r"(?:\d{1,3}|\*{1,3}|†)(?:[\s.)]|$)")
_SMALL = 0.92


def without_margins(pages: list[list[Line]], heights: list[float]) -> list[list[Line]]:
    """The pages without what is repeated at their edges, and without the notes below the text."""
    pages = _without_running(pages)
    pages = [_without_number(page, height) for page, height in zip(pages, heights, strict=True)]
    body = body_size(line for page in pages for line in page)
    return [_without_notes(page, body) for page in pages]


def body_size(lines: Iterator[Line]) -> float:
    """The size in which most letters are set."""
    letters: Counter[float] = Counter()
    for line in lines:
        letters[line.size] += len(line.text)
    return letters.most_common(1)[0][0] if letters else 0.0


# Running heads ------------------------------------------------------------------------------------


def _without_running(pages: list[list[Line]]) -> list[list[Line]]:
    counts: Counter[tuple[str, str]] = Counter()
    for page in pages:
        counts.update({key for line in page for key in _keys(line, page)})
    enough = max(2, _MOST_OF * len(pages)) if len(pages) > 2 else 2
    return [
        [line for line in page if not any(counts[key] >= enough for key in _keys(line, page))]
        for page in pages
    ]


def _keys(line: Line, page: list[Line]) -> Iterator[tuple[str, str]]:
    """Under what a line at an edge is counted: its words; its words with a page number in them.

    A number that grows by one from page to page is a page number. Others ("Article 5") are not.
    """
    edge = _edge(line, page)
    if not edge:
        return
    text = re.sub(r"\s+", " ", line.text)
    yield edge, text
    for match in re.finditer(r"\d{1,5}", text):
        offset = int(match[0]) - line.page
        yield edge, f"{text[: match.start()]}<{offset}>{text[match.end() :]}"


def _edge(line: Line, page: list[Line]) -> str:
    """Heads and feet are lines with few others beyond them, wherever in the file they stand."""
    above = {round(other.base) for other in page if other.base > line.base + 1}
    if len(above) < _EDGE:
        return "top"
    below = {round(other.base) for other in page if other.base < line.base - 1}
    return "bottom" if len(below) < _EDGE else ""


def _without_number(page: list[Line], height: float) -> list[Line]:
    """Without a number that stands alone where page numbers stand."""
    return [line for line in page if not _is_number(line, page, height)]


def _is_number(line: Line, page: list[Line], height: float) -> bool:
    outside = not _ZONE * height < line.base < (1 - _ZONE) * height
    if not outside or not _PAGE_NUMBER.fullmatch(line.text):
        return False
    bases = [other.base for other in page]
    return len(page) > 1 and line.base in {min(bases), max(bases)}


# Notes --------------------------------------------------------------------------------------------


def _without_notes(page: list[Line], body: float) -> list[Line]:
    """Without the block of smaller type at the bottom, from the line on that begins with a number."""
    block: list[Line] = []
    for line in sorted(page, key=lambda one: one.base):
        if line.size >= _SMALL * body:
            break
        block.append(line)
    numbered = [line.base for line in block if line.is_note or _NOTE.match(line.text)]
    if not numbered or len(block) == len(page):
        return page
    top = max(numbered) + 1
    return [line for line in page if line.base > top or line.size >= _SMALL * body]
