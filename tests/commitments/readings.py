"""A short report as the reader would give it back, without the reader: for tests of the workbench."""

from datetime import date
from typing import Any

from accounts.choices import Via
from commitments.models import CandidateDecision
from commitments.workbench.deeds import By
from commitments.workbench.storing import store_reading
from meetings.models import Passage, Report
from meetings.reader.types import Candidate, Reading, Timing
from meetings.reader.types import Passage as Read
from tests.factories import NOW, make_meeting, make_officer, make_party, make_report

SENTENCES = (
    ("The ninth gathering of the harbour masters was held in Port Amber.", "procedure"),
    ("They noted that storms are growing stronger.", "context"),
    (
        "The masters agreed to share tide tables every month, and to train young pilots by 30 June 2027.",
        "commitment",
    ),
    ("They stressed the importance of dredging the northern channel.", "commitment"),
    ("They thanked the city for its welcome.", "acknowledgement"),
    ("They believe that the sea belongs to everybody.", "commitment"),
)
TEXT = "\n".join(sentence for sentence, _function in SENTENCES)
QUOTES = (
    (2, "share tide tables every month", "agreed to", "agreed"),
    (2, "train young pilots by 30 June 2027", "agreed to", "agreed"),
    (3, "dredging the northern channel", "stressed the importance of", "stresses"),
    (5, "the sea belongs to everybody", "believe that", "agreed"),
)


def span(words: str, text: str = TEXT) -> tuple[int, int]:
    """Where these words stand in the report."""
    start = text.index(words)
    return start, start + len(words)


def reading(text: str = TEXT) -> Reading:
    """What a reader could find in `TEXT`: three candidates that are good and one that is none."""
    passages = tuple(
        Read(*span(said), function, reason="by its verb") for said, function in SENTENCES
    )
    return Reading("en", passages, tuple(_candidate(*quote) for quote in QUOTES))


def _candidate(passage: int, words: str, operative: str, strength: str) -> Candidate:
    timing = Timing()
    if "30 June" in words:
        where = span("by 30 June 2027")
        timing = Timing(None, date(2027, 6, 30), "stated", "by 30 June 2027", where)
    return Candidate(
        passage=passage,
        spans=(span(words),),
        operative=span(operative),
        title=words[:1].upper() + words[1:],
        strength=strength,
        parties=("all",),
        timing=Timing(standing=True) if "every month" in words else timing,
        confidence=0.9,
        why=f"“{operative}” and an act",
    )


def make_read_report(read: Reading | None = None, **values: Any) -> Report:
    """A report of a meeting with three member states, with its passages and candidates stored."""
    for code, name in (("AA", "Amber"), ("BB", "Basalt"), ("CC", "Cobalt")):
        make_party(code, name=name)
    meeting = values.pop("meeting", None) or make_meeting(slug="harbour-9", number=9)
    report = make_report(meeting, **{"text": TEXT, **values})
    store_reading(report=report, reading=read or reading(), actor=None, now=NOW, via=Via.COMMAND)
    return report


def by(user: Any = None) -> By:
    return By(user or make_officer(), NOW, Via.PAGE)


def candidate(words: str) -> CandidateDecision:
    """The shown candidate whose title begins so."""
    rows = CandidateDecision.objects.shown().filter(title__istartswith=words)
    return rows.select_related("passage__report").get()


def passage(number: int) -> Passage:
    return Passage.objects.select_related("report").get(number=number)
