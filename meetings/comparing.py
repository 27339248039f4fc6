"""Comparing two versions of a text: which passages go together, and which words differ.

Plain values in and out; nothing here knows the database.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

# Of 100. Sentences that say different things in the same formula reach about 65; one sentence before and
# after a correction stays above 75. Whatever is taken for the same sentence is shown to a person.
ALIKE = 70.0
# How far from its expected place a changed passage is looked for, in passages.
_REACH = 40

# A word, a number, one Chinese character (there are no spaces between those), white space, or a sign.
_TOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W\u3400-\u9fff\uf900-\ufaff]+|\s+|[^\w\s]")

SAME, GONE, NEW = "same", "gone", "new"


@dataclass(frozen=True)
class Match:
    """Where a passage of the earlier text stands in the later one, and whether with the same words."""

    index: int
    is_same: bool


@dataclass(frozen=True)
class Piece:
    """A run of words: the same in both texts, gone from the earlier one, or new in the later one."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """Characters of the earlier text (start inclusive, end exclusive) that became others.

    Where words were only put in, start and end are the same.
    """

    start: int
    end: int

    def touches(self, start: int, end: int) -> bool:
        """Whether it changes a span: words inside it, or words put in between its own."""
        if self.start == self.end:
            return start < self.start < end
        return self.start < end and self.end > start

    def lies_in(self, start: int, end: int) -> bool:
        return start <= self.start and self.end <= end


@dataclass(frozen=True)
class Counterpart:
    """Where a span stands in the later text, and whether its words are the same there."""

    start: int
    end: int
    is_same: bool


def flat(text: str) -> str:
    """A text in which only its words count: every run of white space is one space."""
    return " ".join(text.split())


def match(earlier: Sequence[str], later: Sequence[str]) -> list[Match | None]:
    """For each passage of the earlier text, its place in the later one; None where it is gone.

    Equal words come first: those in the same order, then those that were moved. Of the rest, what is
    alike goes together as far as the order allows. No passage is matched twice.
    """
    before, after = [flat(text) for text in earlier], [flat(text) for text in later]
    found: list[Match | None] = [None] * len(before)
    for old, new in _same_in_order(before, after):
        found[old] = Match(new, is_same=True)
    for gap in _gaps(found, len(after)):
        for old, new in _alike(before, after, *gap):
            found[old] = Match(new, is_same=False)
    _find_moved(before, after, found)
    return found


def pieces(earlier: str, later: str) -> list[Piece]:
    """The two texts as one, word by word: what stayed, what is gone, what is new."""
    before, after = _TOKEN.findall(earlier), _TOKEN.findall(later)
    found: list[Piece] = []
    for is_equal, old, new in _runs(before, after):
        if is_equal:
            _add(found, SAME, before[old])
        else:
            _add(found, GONE, before[old])
            _add(found, NEW, after[new])
    return _without_lonely_spaces(found)


def changes(earlier: str, later: str) -> list[Change]:
    """Where the earlier text was changed. White space does not count."""
    before = _words(earlier)
    words, after = [word[0] for word in before], [word[0] for word in _words(later)]
    starts = [*(token.start() for token in before), len(earlier)]
    return [
        Change(starts[old.start], before[old.stop - 1].end() if words[old] else starts[old.start])
        for is_equal, old, _new in _runs(words, after)
        if not is_equal
    ]


def counterpart(start: int, end: int, earlier: str, later: str) -> Counterpart | None:
    """Where a span of the earlier text stands in the later one; None when nothing of it is left.

    With other words it is the span from the counterpart of its first word to that of its last.
    """
    before, after = _words(earlier), _words(later)
    inside = [at for at, word in enumerate(before) if word.start() < end and word.end() > start]
    if not inside:
        return None
    first, last = inside[0], inside[-1]
    a = b = -1
    is_same = False
    for is_equal, old, new in _runs([w[0] for w in before], [w[0] for w in after]):
        if old.start <= first < old.stop:
            a = new.start + (first - old.start if is_equal else 0)
            is_same = is_equal and last < old.stop
        if old.start <= last < old.stop:
            b = new.start + last - old.start if is_equal else new.stop - 1
    if b < a or b < 0:
        return None
    if not is_same:
        return Counterpart(after[a].start(), after[b].end(), is_same=False)
    # A span may begin or end inside a word.
    head, tail = start - before[first].start(), before[last].end() - end
    return Counterpart(after[a].start() + max(0, head), after[b].end() - max(0, tail), is_same=True)


def closest(text: str, among: Sequence[str]) -> int | None:
    """Which of some texts is most like `text`; None when none is alike."""
    scores = [fuzz.ratio(flat(text), flat(other), score_cutoff=ALIKE) for other in among]
    best = max(scores, default=0.0)
    return scores.index(best) if best else None


def _words(text: str) -> list[re.Match[str]]:
    return [token for token in _TOKEN.finditer(text) if not token[0].isspace()]


def _same_in_order(before: list[str], after: list[str]) -> list[tuple[int, int]]:
    """The longest common run of equal passages, gaps allowed."""
    found = []
    for is_equal, old, new in _runs(before, after):
        if is_equal:
            olds, news = range(old.start, old.stop), range(new.start, new.stop)
            found += list(zip(olds, news, strict=True))
    return found


def _runs(before: list[str], after: list[str]) -> Iterator[tuple[bool, slice, slice]]:
    """Cut two sequences where they begin or cease to be equal. What differs is one run, gone and new."""
    a = c = 0
    for code in LCSseq.opcodes(before, after):
        if code.tag != "equal":
            continue
        if a < code.src_start or c < code.dest_start:
            yield False, slice(a, code.src_start), slice(c, code.dest_start)
        a, c = code.src_end, code.dest_end
        yield True, slice(code.src_start, a), slice(code.dest_start, c)
    if a < len(before) or c < len(after):
        yield False, slice(a, len(before)), slice(c, len(after))


def _find_moved(before: list[str], after: list[str], found: list[Match | None]) -> None:
    """Equal words that stand at another place of the order win over words that are only alike."""
    taken = {match.index for match in found if match and match.is_same}
    free: dict[str, list[int]] = defaultdict(list)
    for new in reversed(range(len(after))):
        if new not in taken:
            free[after[new]].append(new)
    moved = {}
    for old, words in enumerate(before):
        held = found[old]
        if (held is None or not held.is_same) and free[words]:
            moved[old] = free[words].pop()
    given = set(moved.values())
    for old, held in enumerate(found):
        if held and not held.is_same and held.index in given:
            found[old] = None
    for old, new in moved.items():
        found[old] = Match(new, is_same=True)


def _gaps(found: list[Match | None], length: int) -> list[tuple[range, range]]:
    """The stretches between passages that stayed: of the earlier text and of the later one."""
    stayed = [(old, held.index) for old, held in enumerate(found) if held]
    ends = [(-1, -1), *stayed, (len(found), length)]
    return [
        (range(a + 1, c), range(b + 1, d))
        for (a, b), (c, d) in zip(ends, ends[1:], strict=False)
        if c > a + 1 and d > b + 1
    ]


def _alike(before: list[str], after: list[str], old: range, new: range) -> list[tuple[int, int]]:
    """Pairs of a gap, in order, that together are most alike."""
    scores = {
        (i, j): score
        for i in range(len(old))
        for j in _near(i, len(old), len(new))
        if (score := fuzz.ratio(before[old[i]], after[new[j]], score_cutoff=ALIKE))
    }
    return [(old[i], new[j]) for i, j in _best_in_order(scores)]


def _near(i: int, olds: int, news: int) -> range:
    """The places of the later text around the one that corresponds: comparing all with all grows too fast."""
    middle = i * news // olds
    return range(max(0, middle - _REACH), min(news, middle + _REACH + 1))


def _best_in_order(scores: dict[tuple[int, int], float]) -> list[tuple[int, int]]:
    """The chain of pairs, both ascending, with the greatest sum: the heaviest increasing sequence."""
    rows: dict[int, list[int]] = defaultdict(list)
    for i, j in sorted(scores):
        rows[i].append(j)
    best = _Heaviest(max((j for _i, j in scores), default=0) + 1)
    for i, columns in rows.items():
        reached = [(best.before(j), j) for j in columns]
        for (total, chain), j in reached:  # only now: two pairs of one row are no chain
            best.put(j, (total + scores[i, j], ((i, j), chain)))
    return _unrolled(best.before(best.size)[1])


# A chain is its last pair and the chain before it; the empty one is None.
_Chain = tuple[tuple[int, int], Any] | None
_Reached = tuple[float, _Chain]


class _Heaviest:
    """The heaviest chain that ends before a column: a tree of maxima (Fenwick), so that each costs log n."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._tree: list[_Reached] = [(0.0, None)] * (size + 1)

    def before(self, column: int) -> _Reached:
        held: _Reached = (0.0, None)
        while column > 0:
            held = max(held, self._tree[column], key=_weight)
            column -= column & -column
        return held

    def put(self, column: int, reached: _Reached) -> None:
        column += 1
        while column <= self.size:
            self._tree[column] = max(self._tree[column], reached, key=_weight)
            column += column & -column


def _weight(reached: _Reached) -> float:
    return reached[0]


def _unrolled(chain: _Chain) -> list[tuple[int, int]]:
    found = []
    while chain:
        pair, chain = chain
        found.append(pair)
    return found[::-1]


def _add(found: list[Piece], kind: str, tokens: list[str]) -> None:
    if tokens:
        found.append(Piece(kind, "".join(tokens)))


def _without_lonely_spaces(found: list[Piece]) -> list[Piece]:
    """A space that stayed between changed words is no news: it goes with what stands around it."""
    made: list[Piece] = []
    waiting = {GONE: "", NEW: ""}

    def close() -> None:
        for kind, text in waiting.items():
            if text:
                made.append(Piece(kind, text))
                waiting[kind] = ""

    for at, piece in enumerate(found):
        between = 0 < at < len(found) - 1 and any(waiting.values())
        if piece.kind != SAME:
            waiting[piece.kind] += piece.text
        elif piece.text.isspace() and between:
            for kind in waiting:
                waiting[kind] += piece.text
        else:
            close()
            made.append(piece)
    close()
    return made
