"""What the reader finds in a report: plain values, offsets in characters of the canonical text."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

Span = tuple[int, int]  # start inclusive, end exclusive

ALL = "all"  # every member on the day of the meeting (coding manual §5)

# Coding manual §2, in the order of precedence: where the clauses of a passage differ, the first wins.
FUNCTIONS = ("commitment", "call", "position", "acknowledgement", "context", "procedure")
# Coding manual §4, strongest first.
STRENGTHS = ("agreed", "intends", "supports", "stresses", "calls")


@dataclass(frozen=True)
class Passage:
    """One sentence, heading or list item, and what it does.

    `operative` are the words that decide, `reason` says in one line how it was decided. An item of a
    list names the passage of its stem by `stem`, an index into the reading's passages.
    """

    start: int
    end: int
    function: str
    operative: Span | None = None
    reason: str = ""
    stem: int | None = None


@dataclass(frozen=True)
class Timing:
    """The period of a deadline (coding manual §6), with the words it was read from and where they stand.

    `opens` and `due` are None where the words name no day. `basis` is "stated", "derived" (worked out
    from something outside the words, such as the next meeting) or "" without a deadline. A standing
    commitment has no end: it recurs or goes on.
    """

    opens: date | None = None
    due: date | None = None
    basis: str = ""
    wording: str = ""
    where: Span | None = None
    standing: bool = False


@dataclass(frozen=True)
class Candidate:
    """What may be a commitment. Nothing is one until a person says so.

    `parties` are codes (ISO 3166 alpha-2, SEC, RATS) or the one word `all`; `contributing` those who
    say that they support what the others owe. `confidence` lies between 0 and 1, `why` says in one
    line what it rests on. `passage` is the index of the passage in which the first span stands.
    """

    passage: int
    spans: tuple[Span, ...]
    operative: Span | None
    title: str
    strength: str
    parties: tuple[str, ...]
    contributing: tuple[str, ...] = ()
    timing: Timing = field(default_factory=Timing)
    instruments: tuple[str, ...] = ()
    confidence: float = 0.0
    why: str = ""

    @property
    def start(self) -> int:
        return self.spans[0][0]

    @property
    def end(self) -> int:
        return self.spans[-1][1]


@dataclass(frozen=True)
class Reading:
    """A report, read: its passages cover every character that is no space exactly once, in order."""

    language: str
    passages: tuple[Passage, ...]
    candidates: tuple[Candidate, ...]

    def as_json(self) -> dict[str, Any]:
        """The shape that `manage.py read_report --json` prints (INTERFACE.md), without the digest."""
        return {
            "language": self.language,
            "passages": [_passage_json(passage) for passage in self.passages],
            "candidates": [_candidate_json(candidate) for candidate in self.candidates],
        }


def _passage_json(passage: Passage) -> dict[str, Any]:
    return {"start": passage.start, "end": passage.end, "function": passage.function}


def _candidate_json(candidate: Candidate) -> dict[str, Any]:
    timing = candidate.timing
    return {
        "start": candidate.start,
        "end": candidate.end,
        "spans": [list(span) for span in candidate.spans],
        "title": candidate.title,
        "strength": candidate.strength,
        "parties": list(candidate.parties),
        "opens": timing.opens.isoformat() if timing.opens else None,
        "due": timing.due.isoformat() if timing.due else None,
        "basis": timing.basis or None,
        "wording": timing.wording or None,
        "instruments": list(candidate.instruments),
        "confidence": candidate.confidence,
        "why": candidate.why,
    }
