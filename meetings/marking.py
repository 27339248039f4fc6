"""Marking spans in a text: cutting it where a mark begins or ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@dataclass(frozen=True)
class Mark:
    """A span of characters, what it is (for the page to choose a look) and what it belongs to."""

    start: int
    end: int
    kind: str
    of: Any = None


@dataclass(frozen=True)
class Segment:
    """A piece of text and the marks that cover all of it."""

    start: int
    text: str
    marks: tuple[Mark, ...]

    @property
    def kinds(self) -> set[str]:
        return {mark.kind for mark in self.marks}

    @property
    def quote(self) -> Mark | None:
        """The quotation that the piece belongs to."""
        return self.first("quote")

    def first(self, kind: str) -> Mark | None:
        return next((mark for mark in self.marks if mark.kind == kind), None)


def segments(text: str, start: int, end: int, marks: Iterable[Mark]) -> list[Segment]:
    """Cut `text[start:end]` so that every mark covers whole segments. Joined, they give the text back."""
    near = [mark for mark in marks if mark.start < end and mark.end > start]
    cuts = {start, end}
    for mark in near:
        cuts |= {max(mark.start, start), min(mark.end, end)}
    points = sorted(cuts)
    return [
        Segment(a, text[a:b], tuple(m for m in near if m.start <= a and m.end >= b))
        for a, b in zip(points, points[1:], strict=False)
    ]


@lru_cache(maxsize=32)
def paragraphs(text: str) -> tuple[tuple[int, int], ...]:
    """The lines of a text that are not empty, as spans. Pages of commitments ask for the same few texts."""
    found, start = [], 0
    for line in text.split("\n"):
        if line.strip():
            found.append((start, start + len(line)))
        start += len(line) + 1
    return tuple(found)


def around(spans: Sequence[tuple[int, int]], start: int, end: int) -> tuple[list[int], list[int]]:
    """Which of the spans (ascending) a range touches, and which stand just before and after those."""
    inside = [i for i, (a, b) in enumerate(spans) if a < end and b > start]
    if not inside:
        return [], []
    beside = [i for i in (inside[0] - 1, inside[-1] + 1) if 0 <= i < len(spans)]
    return inside, beside
