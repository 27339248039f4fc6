"""Where the passages and the words of an earlier version of a report stand in a corrected one."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from meetings.comparing import Counterpart, changes, counterpart, match
from meetings.marking import paragraphs
from meetings.models import Passage, Report

Span = tuple[int, int]  # start inclusive, end exclusive
Place = Counterpart


class Moves:
    """The passages of two versions, matched. Offsets are characters of the whole texts."""

    def __init__(self, earlier: Report, later: Report, passages: Sequence[Passage]) -> None:
        self.earlier, self.later = earlier, later
        self._before = list(earlier.passages.in_text_order())
        self._after = list(passages)
        # A text that was never read has no passages; its paragraphs do for finding quotations again.
        is_read = bool(self._before)
        self._old = _spans_of(self._before) if is_read else list(paragraphs(earlier.text))
        self._new = _spans_of(self._after) if is_read else list(paragraphs(later.text))
        self._matches = match(_cut(earlier.text, self._old), _cut(later.text, self._new))

    def same_passages(self) -> Iterator[tuple[Passage, Passage]]:
        """Pairs of passages with the same words."""
        if not self._before:
            return
        for old, held in zip(self._before, self._matches, strict=True):
            if held and held.is_same:
                yield old, self._after[held.index]

    def passages_under(self, spans: Iterable[Span]) -> list[Passage]:
        """The passages of the earlier version in which these spans stand."""
        return [self._before[at] for at in self._under(spans)] if self._before else []

    def place(self, span: Span | None) -> Place | None:
        """Where a span stands now, and whether in the same words; None when it is gone."""
        region = self._region(span) if span else None
        if span is None or region is None:
            return None
        (start, end), (first, last) = region
        found = counterpart(
            span[0] - start,
            span[1] - start,
            self.earlier.text[start:end],
            self.later.text[first:last],
        )
        return found and Place(first + found.start, first + found.end, found.is_same)

    def same_span(self, span: Sequence[int]) -> list[int] | None:
        """Where the same words stand now."""
        place = self.place((span[0], span[1]))
        return [place.start, place.end] if place and place.is_same else None

    def leaves_alone(self, own: Iterable[Span], others: Sequence[Span]) -> bool:
        """Whether these words, and what governs them, say the same in the corrected version.

        In a sentence that was changed, every change has to lie in the words of `others`: what stands
        between the quotations, such as a “not”, speaks of all of them.
        """
        for span in own:
            place, region = self.place(span), self._region(span)
            if place is None or not place.is_same or region is None:
                return False
            (start, end), (first, last) = region
            for change in changes(self.earlier.text[start:end], self.later.text[first:last]):
                a, b = start + change.start, start + change.end
                if not any(other[0] <= a and b <= other[1] for other in others):
                    return False
        return True

    def sentences(self, spans: Iterable[Span]) -> str:
        """The passages of the earlier version in which these spans stand, a line each."""
        return "\n".join(self._words(self.earlier, self._old[at]) for at in self._under(spans))

    def counterparts(self, spans: Iterable[Span]) -> str:
        """The same passages as they are now; empty when all of them are gone."""
        held = (self._matches[at] for at in self._under(spans))
        return "\n".join(self._words(self.later, self._new[m.index]) for m in held if m)

    def added(self) -> list[str]:
        """The passages that the earlier version did not have, in whatever words."""
        taken = {held.index for held in self._matches if held}
        free = (span for at, span in enumerate(self._new) if at not in taken)
        return [self._words(self.later, span) for span in free]

    def _under(self, spans: Iterable[Span]) -> list[int]:
        return sorted({at for span in spans for at in touched(self._old, span)})

    def _region(self, span: Span) -> tuple[Span, Span] | None:
        """The passages under a span, then and now; None when one is gone or they are apart now."""
        under = self._under([span])
        held = [found for at in under if (found := self._matches[at])]
        if not under or len(held) < len(under):
            return None
        indexes = [found.index for found in held]
        if indexes != list(range(indexes[0], indexes[0] + len(indexes))):
            return None
        then = (self._old[under[0]][0], self._old[under[-1]][1])
        return then, (self._new[indexes[0]][0], self._new[indexes[-1]][1])

    @staticmethod
    def _words(report: Report, span: Span) -> str:
        return report.text[span[0] : span[1]]


def touched(spans: Sequence[Span], span: Span) -> range:
    """Which of some spans, ascending and apart from each other, share a character with another one."""
    first = bisect_right(spans, span[0], key=lambda held: held[1])
    return range(first, max(first, bisect_left(spans, span[1], key=lambda held: held[0])))


def _spans_of(passages: Iterable[Passage]) -> list[Span]:
    return [(passage.start, passage.end) for passage in passages]


def _cut(text: str, spans: Iterable[Span]) -> list[str]:
    return [text[start:end] for start, end in spans]
