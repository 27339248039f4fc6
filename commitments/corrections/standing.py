"""Commitments that quote a report already: its workbench shows them, so that nobody registers them twice."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from accounts.models import User
from commitments.choices import CandidateState
from commitments.claims import claim
from commitments.models import CandidateDecision, Commitment, Quotation
from commitments.workbench.coded import decision_of
from commitments.workbench.quoting import joined
from commitments.workbench.services import spans_of
from meetings.choices import Function
from meetings.models import Passage, Report

from .moves import Span, touched

# Shared characters of all: two quotations of the same act.
SAME_ACT = 0.5


def note_registered(*, report: Report, actor: User | None, now: datetime) -> None:
    """Show every commitment that quotes a report among its candidates, and settle their passages.

    Belongs into the transaction that stored the quotations.
    """
    quoted = _quoted(report)
    candidates = CandidateDecision.objects.of(report).shown().in_text_order()
    known = {candidate.commitment_id for candidate in candidates}
    waiting: dict[int, list[CandidateDecision]] = defaultdict(list)
    for candidate in candidates:
        if candidate.state in {CandidateState.OPEN, CandidateState.ACCEPTED}:
            waiting[candidate.passage_id].append(candidate)
    passages = list(report.passages.in_text_order())
    for commitment, quotations in quoted.items():
        if commitment.pk not in known and (home := _home(passages, quotations[0])):
            _note(home, commitment, quotations, waiting[home.pk], actor, now)
    _settle(report, quoted, actor, now)


def _quoted(report: Report) -> dict[Commitment, list[Quotation]]:
    rows = Quotation.objects.filter(report=report).select_related("commitment").in_text_order()
    found: dict[Commitment, list[Quotation]] = defaultdict(list)
    for row in rows:
        found[row.commitment].append(row)
    return found


def _home(passages: Sequence[Passage], first: Quotation) -> Passage | None:
    """The passage in which a commitment begins."""
    spans = [(passage.start, passage.end) for passage in passages]
    under = touched(spans, (first.start, first.end))
    return passages[under.start] if under else None


def _note(
    home: Passage,
    commitment: Commitment,
    quotations: Sequence[Quotation],
    waiting: list[CandidateDecision],
    actor: User | None,
    now: datetime,
) -> None:
    """Of the candidate that says the same, make the commitment; or add one as the register has it.

    What is taken goes out of `waiting`.
    """
    spans = [(row.start, row.end) for row in quotations]
    decided: dict[str, Any] = {
        "state": CandidateState.REGISTERED,
        "commitment": commitment,
        "decided_by": actor,
        "decided_at": now,
    }
    alike = next((row for row in waiting if shared(spans_of(row), spans) >= SAME_ACT), None)
    if alike:
        waiting.remove(alike)
        claim(alike, alike.version, **decided)
        return
    made = decision_of(home.report, commitment, actor, now)
    made.passage = home
    made.save()


def shared(one: Iterable[Span], other: Iterable[Span]) -> float:
    """The share of characters that two quotations have in common, of all that either has."""
    a, b = list(one), list(other)
    both = sum(max(0, min(x[1], y[1]) - max(x[0], y[0])) for x in a for y in b)
    either = sum(end - start for start, end in [*a, *b]) - both
    return both / max(1, either)


def _settle(
    report: Report,
    quoted: dict[Commitment, list[Quotation]],
    actor: User | None,
    now: datetime,
) -> None:
    """A passage with a commitment in it and nothing left to decide is a commitment."""
    held = joined((row.start, row.end) for rows in quoted.values() for row in rows)
    open_rows = CandidateDecision.objects.of(report).open()
    waiting = joined(span for row in open_rows for span in spans_of(row))
    for passage in report.passages.unconfirmed():
        whole = (passage.start, passage.end)
        if touched(held, whole) and not touched(waiting, whole):
            values: dict[str, Any] = {"confirmed_by": actor, "confirmed_at": now}
            claim(passage, passage.version, function=Function.COMMITMENT, **values)
