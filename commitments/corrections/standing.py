"""Commitments that quote a report already: its workbench shows them, so that nobody registers them twice."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from accounts.models import User
from commitments.choices import CandidateState, Origin, Role
from commitments.claims import claim
from commitments.models import CandidateDecision, Commitment, Quotation
from commitments.workbench.quoting import touches
from commitments.workbench.services import spans_of
from meetings.choices import Function
from meetings.models import Passage, Report

from .moves import Span

# Shared characters of all: two quotations of the same act.
SAME_ACT = 0.5


def note_registered(*, report: Report, actor: User | None, now: datetime) -> None:
    """Show every commitment that quotes a report among its candidates, and settle their passages.

    Belongs into the transaction that stored the quotations.
    """
    rows = Quotation.objects.filter(report=report).select_related("commitment").in_text_order()
    quoted: dict[Commitment, list[Quotation]] = defaultdict(list)
    for row in rows:
        quoted[row.commitment].append(row)
    candidates = list(CandidateDecision.objects.of(report).shown().in_text_order())
    known = {candidate.commitment_id for candidate in candidates}
    for commitment, quotations in quoted.items():
        if commitment.pk not in known:
            _note(report, commitment, quotations, candidates, actor, now)
    _settle(report, quoted, actor, now)


def _note(
    report: Report,
    commitment: Commitment,
    quotations: Sequence[Quotation],
    candidates: Iterable[CandidateDecision],
    actor: User | None,
    now: datetime,
) -> None:
    """Of the candidate that says the same, make the commitment; or add one as the register has it."""
    spans = [(row.start, row.end) for row in quotations]
    decided: dict[str, Any] = {
        "state": CandidateState.REGISTERED,
        "commitment": commitment,
        "decided_by": actor,
        "decided_at": now,
    }
    alike = [row for row in candidates if shared(spans_of(row), spans) >= SAME_ACT]
    waiting = [row for row in alike if row.state in {CandidateState.OPEN, CandidateState.ACCEPTED}]
    if waiting:
        claim(waiting[0], waiting[0].version, reason="", **decided)
    elif passage := _passage_at(report, spans[0][0]):
        made = _from_register(passage, commitment, quotations)
        for name, value in decided.items():
            setattr(made, name, value)
        made.save()


def shared(one: Iterable[Span], other: Iterable[Span]) -> float:
    """The share of characters that two quotations have in common, of all that either has."""
    a, b = list(one), list(other)
    both = sum(max(0, min(x[1], y[1]) - max(x[0], y[0])) for x in a for y in b)
    either = sum(end - start for start, end in [*a, *b]) - both
    return both / max(1, either)


def _passage_at(report: Report, start: int) -> Passage | None:
    return report.passages.filter(start__lte=start, end__gt=start).first()


def _from_register(
    passage: Passage, commitment: Commitment, quotations: Sequence[Quotation]
) -> CandidateDecision:
    lines = commitment.obligations.select_related("party").order_by("party__code")
    owing = [line.party.code for line in lines if line.role == Role.LEAD]
    first = quotations[0]
    return CandidateDecision(
        passage=passage,
        spans=[[row.start, row.end] for row in quotations],
        operative=None
        if first.operative_start is None
        else [first.operative_start, first.operative_end],
        title=commitment.title,
        strength=commitment.strength,
        parties=owing,
        contributing=[line.party.code for line in lines if line.role == Role.CONTRIBUTING],
        theme_id=commitment.theme_id,
        confidence=1.0,
        origin=Origin.PERSON,
    )


def _settle(
    report: Report,
    quoted: dict[Commitment, list[Quotation]],
    actor: User | None,
    now: datetime,
) -> None:
    """A passage with a commitment in it and nothing left to decide is a commitment."""
    held = [(row.start, row.end) for rows in quoted.values() for row in rows]
    open_rows = CandidateDecision.objects.of(report).open()
    waiting = [span for row in open_rows for span in spans_of(row)]
    for passage in report.passages.unconfirmed():
        whole = (passage.start, passage.end)
        if touches(whole, held) and not touches(whole, waiting):
            values: dict[str, Any] = {"confirmed_by": actor, "confirmed_at": now}
            claim(passage, passage.version, function=Function.COMMITMENT, **values)
