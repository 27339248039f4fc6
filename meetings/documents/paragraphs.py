"""Printed lines put together to the paragraphs that they were broken from."""

import re
from itertools import pairwise
from statistics import quantiles

from meetings.documents.printed import Line, is_chinese

_MARKER = re.compile(
    r"(?:[•●▪■◦·*–—-]\s|\(?(?:\d{1,3}|[a-zа-я]|[ivx]{1,5})[.)]\s|\d{1,2}(?:\.\d{1,2})+\.?\s"
    r"|[（(]?[一二三四五六七八九十]{1,3}[、)）.])",
    re.I,
)
_SENTENCE_END = re.compile(r"[.!?:;。！？：；…][\"»”’)）」]*$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_FIRST_HALF = re.compile(r"[\w’'-]*\w(?=-$)")
_HYPHENED = re.compile(r"\w-$")
_SECOND_HALF = re.compile(r"\w[\w’'-]*")
# Before these a hyphen is more often the writer's than the printer's.
_PREFIXES = frozenset({
    "non", "anti", "co", "counter", "self", "cross", "high", "low", "long", "short", "well",
    "large", "full", "half", "all", "северо", "юго", "научно", "военно", "социально",
    "торгово", "культурно", "информационно", "финансово", "общественно", "политико",
    "транспортно", "организационно", "нормативно", "по", "кое",
})  # fmt: skip
_WIDER_GAP = 1.35
_EM = 0.8
_SOME, _MUCH = 0.2, 0.5  # of the width of a column
_SAME_MARGIN = 30  # points
_FEW = 20  # lines


def paragraphs(lines: list[Line]) -> list[str]:
    """The text of the lines, one string a paragraph."""
    texts: list[str] = []
    words = {word.lower() for line in lines for word in _WORD.findall(line.text)}
    opened: list[Line] = []
    for line, column in zip(lines, _columns(lines), strict=True):
        if opened and _starts_anew(opened, line, column):
            texts.append(_text(opened, words))
            opened = []
        opened.append(line)
    return [*texts, _text(opened, words)] if opened else texts


# Columns ------------------------------------------------------------------------------------------


class Column:
    """How lines are set that begin at one margin: where they end, and how far they stand apart."""

    def __init__(self, lines: list[Line]) -> None:
        self.left = min(line.left for line in lines)
        self.right = _right(lines)
        self._pitches = _pitches(lines)

    def pitch(self, size: float) -> float:
        """From one line to the next within a paragraph of that size."""
        return self._pitches.get(size, 1.3 * size)

    def room(self, line: Line) -> float:
        """How much more would have fitted on a line."""
        if self.is_centred(line):
            return self.right - self.left - (line.right - line.left)
        return self.right - line.right

    def is_centred(self, line: Line) -> bool:
        off = (line.left + line.right) / 2 - (self.left + self.right) / 2
        return line.left > self.left + line.size and abs(off) < 0.5 * line.size


def _columns(lines: list[Line]) -> list[Column]:
    """The column of each line. Runs between about the same margins share one."""
    runs = _runs(lines)
    groups: list[list[list[Line]]] = []
    for run in sorted(runs, key=len, reverse=True):
        for group in groups:
            if _belongs(run, group[0]):
                group.append(run)
                break
        else:
            groups.append([run])
    column_of: dict[int, Column] = {}
    for group in groups:
        column = Column([line for run in group for line in run])
        column_of.update((id(run), column) for run in group)
    return [column_of[id(run)] for run in runs for _ in run]


def _belongs(run: list[Line], longer: list[Line]) -> bool:
    """Whether both stand in one column. Of a few lines, none may reach to where the column ends."""
    off = min(line.left for line in run) - min(line.left for line in longer)
    beyond = _right(run) - _right(longer)
    return abs(off) < _SAME_MARGIN and (
        abs(beyond) < _SAME_MARGIN or (len(run) < _FEW and beyond < 0)
    )


def _right(lines: list[Line]) -> float:
    """The right margin; a few lines may run beyond it."""
    rights = [line.right for line in lines]
    return max(rights) if len(rights) < _FEW else quantiles(rights, n=20, method="inclusive")[-1]


def _runs(lines: list[Line]) -> list[list[Line]]:
    """Lines that stand one below the other."""
    runs: list[list[Line]] = []
    for line in lines:
        if runs and not _is_elsewhere(runs[-1][-1], line):
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs


def _is_elsewhere(before: Line, line: Line) -> bool:
    """Whether a line stands on another page, or at the top of another column."""
    return line.page != before.page or line.base > before.base + before.size


def _pitches(lines: list[Line]) -> dict[float, float]:
    gaps: dict[float, list[float]] = {}
    for before, line in pairwise(lines):
        gap = before.base - line.base
        if before.size == line.size and 0.8 * line.size < gap < 3 * line.size:
            gaps.setdefault(line.size, []).append(gap)
    return {size: sorted(some)[len(some) // 4] for size, some in gaps.items()}


# Where a paragraph begins -------------------------------------------------------------------------


def _starts_anew(opened: list[Line], line: Line, column: Column) -> bool:
    before = opened[-1]
    if abs(line.size - before.size) > 0.08 * before.size:
        return True
    if _HYPHENED.search(before.text) and line.text[0].isalnum():
        return False
    if _is_elsewhere(before, line):
        return not _crosses(before, line, column)
    gap = before.base - line.base
    if gap < 0.3 * line.size:  # cells of one row
        return False
    return gap > _WIDER_GAP * column.pitch(line.size) or _begins(opened, line, column)


def _begins(opened: list[Line], line: Line, column: Column) -> bool:
    """By how it is set: after a line that had room left, with a bullet, in or out of the margin."""
    before = opened[-1]
    if before.is_row or line.is_row or _had_room(before, line, column):
        return True
    is_item = _MARKER.match(opened[0].text) is not None
    ended = _SENTENCE_END.search(before.text) is not None
    if ended and _MARKER.match(line.text):
        return True
    if column.is_centred(before) and column.is_centred(line):
        return False
    if line.left > (column.left if ended else before.left) + _EM * line.size:
        return not is_item and not line.text[0].islower()
    return len(opened) > 1 and line.left < before.left - _EM * line.size


def _had_room(before: Line, line: Line, column: Column) -> bool:
    """Whether the first word would have fitted on the line before: then that ended on purpose.

    In the middle of a sentence more room is needed: spaces at which no line may end are not seen.
    """
    spare = 2.2 if is_chinese(line.text[0]) else 0.6
    needed = line.first + spare * line.size
    if not _SENTENCE_END.search(before.text) and not _MARKER.match(line.text):
        share = _MUCH if line.text[0].islower() else _SOME
        needed = max(needed, share * (column.right - column.left))
    return column.room(before) > needed


def _crosses(before: Line, line: Line, column: Column) -> bool:
    """Whether a paragraph goes on at the top of the next page or column."""
    if _SENTENCE_END.search(before.text) or _MARKER.match(line.text):
        return False
    goes_on = line.text[0].islower() or is_chinese(line.text[0])
    return goes_on or not _had_room(before, line, column)


# What is between two lines ------------------------------------------------------------------------


def _text(lines: list[Line], words: set[str]) -> str:
    text = lines[0].text
    for line in lines[1:]:
        text = _put_together(text, line.text, words)
    return text


def _put_together(text: str, more: str, words: set[str]) -> str:
    first, second = _FIRST_HALF.search(text), _SECOND_HALF.match(more)
    if first and second:
        return (text if _keeps_hyphen(first[0], second[0], words) else text[:-1]) + more
    if is_chinese(text[-1]) and is_chinese(more[0]):
        return text + more
    return f"{text} {more}"


def _keeps_hyphen(first: str, second: str, words: set[str]) -> bool:
    """Whether a hyphen at a line end belongs to the word; other lines may show how it is written."""
    if (first + second).lower() in words:
        return False
    if f"{first}-{second}".lower() in words or first.lower() in _PREFIXES or "-" in first:
        return True
    return not second[0].islower() or not first[-1].isalpha()
