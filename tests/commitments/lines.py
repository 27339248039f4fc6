"""A reading without the reader: each line of a text is a passage, and "agreed to …" a candidate."""

from typing import Any

from accounts.choices import Via
from commitments import intake
from meetings.models import Report
from meetings.reader.types import Candidate, Passage, Reading
from tests.factories import NOW, make_report

OPERATIVE = "agreed to "


def read_lines(text: str) -> Reading:
    """What a reader could find that knows one verb."""
    passages, candidates, start = [], [], 0
    for line in text.split("\n"):
        if line.strip():
            at = line.find(OPERATIVE)
            verb = (start + at, start + at + len(OPERATIVE) - 1) if at >= 0 else None
            function = "context" if verb is None else "commitment"
            passages.append(Passage(start, start + len(line), function, verb))
            if verb:
                quote = (verb[1] + 1, start + len(line.rstrip(".")))
                candidates.append(_candidate(len(passages) - 1, text, quote, verb))
        start += len(line) + 1
    return Reading("en", tuple(passages), tuple(candidates))


def _candidate(passage: int, text: str, quote: tuple[int, int], verb: tuple[int, int]) -> Candidate:
    words = text[quote[0] : quote[1]]
    return Candidate(
        passage=passage,
        spans=(quote,),
        operative=verb,
        title=words[:1].upper() + words[1:],
        strength="agreed",
        parties=("all",),
        confidence=0.9,
        why="“agreed to” and an act",
    )


def keep_lines(report: Report, **values: Any) -> None:
    """Keep such a reading of a stored report, as the worker does."""
    given = {"actor": None, "now": NOW, "via": Via.WORKER, **values}
    assert intake.keep(report=report, reading=read_lines(report.text), **given)


def make_version(earlier: Report | None, text: str, **values: Any) -> Report:
    """A report that is stored and read; with `earlier`, the version that corrects it."""
    if earlier:
        values = {"version": earlier.version + 1, "language": earlier.language, **values}
    report = make_report(earlier.meeting if earlier else None, text, **values)
    keep_lines(report)
    report.refresh_from_db()
    return report
