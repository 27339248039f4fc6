"""Finding words of a report again: what a person selected, typed or pasted, as spans of its text."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

Span = tuple[int, int]  # start inclusive, end exclusive, in characters of the report

TITLE_LENGTH = 200
GAP = "…"  # between two spans that make one part
# Where a candidate can be split when nothing else says so.
_JOINT = re.compile(r"[,;]?\s+(?:as well as|and|и|а также)\s+(?:to\s+)?|;\s+|，并|，以及|；")


class NotQuoted(Exception):
    """Words that do not stand in the text."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def locate(
    text: str, ranges: Sequence[Span], lines: Iterable[str], near: Sequence[Span] = ()
) -> list[Span]:
    """The span of each line of words within the ranges, in the order of the text.

    Space counts as any space. Of several occurrences the one that touches a span of `near` is meant,
    else the first. Raises `NotQuoted` with the words that occur nowhere.
    """
    found = {_locate(text, ranges, line, near) for line in lines if line.strip()}
    return joined(sorted(found))


def _locate(text: str, ranges: Sequence[Span], words: str, near: Sequence[Span]) -> Span:
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words.split()))
    spans = [match.span() for start, end in ranges for match in pattern.finditer(text, start, end)]
    if not spans:
        raise NotQuoted(" ".join(words.split()))
    return next((span for span in spans if touches(span, near)), spans[0])


def touches(span: Span, others: Iterable[Span]) -> bool:
    """Whether a span shares a character with one of the others."""
    return any(span[0] < end and span[1] > start for start, end in others)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Ascending spans, with those that overlap made one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def quoted(text: str, spans: Iterable[Sequence[int]]) -> list[str]:
    """The words of each span, on one line each."""
    return [" ".join(text[start:end].split()) for start, end in spans]


def parts_of(text: str, spans: Sequence[Span]) -> list[str]:
    """A first proposal for splitting: several spans apart; of one, what stands between its conjunctions."""
    if len(spans) > 1:
        return quoted(text, spans)
    (start, end), cuts = spans[0], []
    for joint in _JOINT.finditer(text, start, end):
        cuts.append(joint.span())
    edges = [start, *(edge for cut in cuts for edge in cut), end]
    pieces = [
        (a, b) for a, b in list(pairwise(edges))[::2] if len(text[a:b].split()) > 1 or b - a > 3
    ]
    return quoted(text, pieces)


def title_of(words: str) -> str:
    """A first title: the words themselves, from a capital letter on, cut between words."""
    said = " ".join(words.split()).rstrip(".,;:")
    if len(said) > TITLE_LENGTH:
        said = said[: TITLE_LENGTH - 1].rsplit(" ", 1)[0] + GAP
    return said[:1].upper() + said[1:]
