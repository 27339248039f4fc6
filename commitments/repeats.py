"""Near repeats: what a new commitment may do to one of an earlier meeting (coding manual §3)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from meetings.models import Meeting

from .choices import LinkKind
from .models import Commitment

# Tuned on the examples of tests/commitments/test_repeats.py: below it, what is found merely speaks of
# the same things.
ENOUGH = 78
MOST = 3
# Too few words of content say nothing: "strengthen cooperation" is in every report.
LEAST_WORDS = 3
_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"([\u3400-\u9fff])")
_YEARS = re.compile(r"\b(?:19|20)\d\d\b")
_EMPTY = frozenset(
    _WORD.findall(
        "a an and as at by for from in into of on or the to with their its his her all within between "
        "и в во на с со по для о об от к до за из у их"
    )
)


@dataclass(frozen=True)
class Offer:
    """An earlier commitment, what the new one seems to do to it, and how much they are alike (0-100)."""

    earlier: Commitment
    kind: str
    likeness: float


def offers(meeting: Meeting, sought: Mapping[int, Sequence[str]]) -> dict[int, list[Offer]]:
    """For each key the earlier commitments that its texts (title, quotation) come near, the nearest first.

    Reads the register once, however many are sought.
    """
    if not sought:
        return {}
    earlier = _earlier(meeting)
    texts = {(n, i): text for n, row in enumerate(earlier) for i, text in enumerate(_texts(row))}
    return {key: _offers(said, earlier, texts) for key, said in sought.items()}


def guess(new: str, old: str) -> str:
    """What a new text does to an old one, by the words of content that one has and the other lacks."""
    ours, theirs = _content(new), _content(old)
    years = set(_YEARS.findall(new)), set(_YEARS.findall(old))
    if years[0] and years[1] and years[0] != years[1]:
        return LinkKind.REPLACES
    more, fewer = len(ours - theirs), len(theirs - ours)
    if more > fewer + 1 and fewer <= 1:
        return LinkKind.WIDENS
    if fewer > more + 1 and more <= 1:
        return LinkKind.NARROWS
    return LinkKind.REAFFIRMS


def likeness(new: str, old: str) -> float:
    """How near two texts are, 0 to 100: word order and little words count for nothing."""
    ours, theirs = _content(new), _content(old)
    if min(len(ours), len(theirs)) < LEAST_WORDS:
        return 0.0
    return float(fuzz.token_set_ratio(_plain(new), _plain(old)))


def _earlier(meeting: Meeting) -> list[Commitment]:
    """The commitments of meetings before this one: of its series by number, of others by day."""
    rows = Commitment.objects.of_meetings_before(meeting)
    return list(rows.only("pk", "reference", "title", "search_text"))


def _texts(commitment: Commitment) -> list[str]:
    """The title and the quotations, out of what search reads: its first line is the reference."""
    return [commitment.title, *commitment.search_text.split("\n")[2:]]


def _offers(
    said: Iterable[str], earlier: Sequence[Commitment], texts: dict[tuple[int, int], str]
) -> list[Offer]:
    best: dict[int, Offer] = {}
    for new in said:
        found = process.extract(new, texts, scorer=_score, score_cutoff=ENOUGH, limit=MOST * 4)
        for old, score, (number, _line) in found:
            if number not in best or best[number].likeness < score:
                best[number] = Offer(earlier[number], guess(new, old), score)
    return sorted(best.values(), key=lambda offer: (-offer.likeness, offer.earlier.pk))[:MOST]


def _score(new: str, old: str, *, score_cutoff: float | None = None) -> float:
    found = likeness(new, old)
    return found if found >= (score_cutoff or 0) else 0.0


def _plain(text: str) -> str:
    """Lower case, years and little words out, Chinese signs apart."""
    return " ".join(sorted(_content(text)))


def _content(text: str) -> frozenset[str]:
    spaced = _HAN.sub(r" \1 ", _YEARS.sub(" ", text.casefold()))
    return frozenset(_WORD.findall(spaced)) - _EMPTY
