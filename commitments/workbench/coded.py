"""A report that was coded before it came here: its passages, and its commitments as decisions taken."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from accounts.audit import record
from accounts.models import User
from commitments.choices import CandidateState, Origin, Purpose, Role
from commitments.models import CandidateDecision, Commitment, Deadline
from meetings.choices import Function
from meetings.models import Passage, Report
from meetings.reader.types import ALL, Reading

from .deeds import lock
from .quoting import Span, touches
from .storing import LINE_LENGTH, store_passages


def store_coded(
    *,
    report: Report,
    reading: Reading,
    commitments: Iterable[Commitment],
    actor: User | None,
    now: datetime,
    via: str,
) -> None:
    """Keep the passages of a report whose commitments are in the register already.

    Every passage is confirmed: those that are quoted as commitments, the others as the reader labels
    them. The reader's candidates are not kept: people have decided. A report that has been read stays
    as it is.
    """
    with transaction.atomic():
        lock(report)
        if not Report.objects.filter(pk=report.pk, read_at=None).update(read_at=now):
            return
        report.read_at = now
        rows = _decided(report, commitments, actor, now)
        passages = store_passages(report, reading)
        _confirm(passages, [span for row in rows for span in row.spans], actor, now)
        for row in rows:
            row.passage = _home(row, passages)
        CandidateDecision.objects.bulk_create(rows)
        after = {"passage_count": len(passages), "candidate_count": len(rows)}
        record(actor=actor, at=now, via=via, action="text.read", of=report, after=after)


def _decided(
    report: Report, commitments: Iterable[Commitment], actor: User | None, now: datetime
) -> list[CandidateDecision]:
    rows = Commitment.objects.filter(
        pk__in=[row.pk for row in commitments], quotations__report=report
    )
    whole = rows.distinct().select_related("theme").order_by("reference", "pk")
    found = whole.prefetch_related("quotations", "obligations__party", "deadlines", "instruments")
    return [decision_of(report, row, actor, now) for row in found]


def decision_of(
    report: Report, commitment: Commitment, actor: User | None, now: datetime
) -> CandidateDecision:
    """A commitment that quotes a report, as the decision that would have led to it. Its passage is not set."""
    quotes = [row for row in commitment.quotations.all() if row.report_id == report.pk]
    quotes.sort(key=lambda row: row.start)
    operative = [quotes[0].operative_start, quotes[0].operative_end]
    final = _final(commitment)
    return CandidateDecision(
        spans=[[row.start, row.end] for row in quotes],
        operative=None if None in operative else operative,
        title=commitment.title,
        strength=commitment.strength,
        parties=_parties(report, commitment),
        contributing=_codes(commitment, Role.CONTRIBUTING),
        opens=final.opens if final else None,
        due=final.due if final else None,
        basis=final.basis if final else "",
        wording=final.wording if final else "",
        standing=bool(commitment.review_days),
        instruments=[row.name for row in commitment.instruments.all()],
        theme=commitment.theme,
        confidence=1.0,
        why=commitment.coder_note[:LINE_LENGTH],
        origin=Origin.PERSON,
        state=CandidateState.REGISTERED,
        commitment=commitment,
        decided_by=actor,
        decided_at=now,
    )


def _final(commitment: Commitment) -> Deadline | None:
    rows = (row for row in commitment.deadlines.all() if row.obligation_id is None)
    return next((r for r in rows if r.is_current and r.purpose == Purpose.FINAL), None)


def _parties(report: Report, commitment: Commitment) -> list[str]:
    """Who leads; "all" when it is every member on the day of the meeting."""
    leading = [row.party for row in commitment.obligations.all() if row.role == Role.LEAD]
    day = report.meeting.starts_on
    codes = sorted(party.code for party in leading)
    if day and len(leading) > 1 and all(party.was_member(day) for party in leading):
        members = type(leading[0]).objects.members(day).values_list("code", flat=True)
        return [ALL] if codes == sorted(members) else codes
    return codes


def _codes(commitment: Commitment, role: str) -> list[str]:
    return sorted(row.party.code for row in commitment.obligations.all() if row.role == role)


def _confirm(
    passages: Sequence[Passage], quoted: Sequence[Span], actor: User | None, now: datetime
) -> None:
    heads = {row.stem_id for row in passages}
    for row in passages:
        row.confirmed_by, row.confirmed_at = actor, now
        if touches((row.start, row.end), quoted):
            row.function = Function.COMMITMENT
        elif row.function == Function.COMMITMENT and row.pk not in heads:
            row.function = Function.POSITION
    Passage.objects.bulk_update(passages, ["function", "confirmed_by", "confirmed_at"])


def _home(row: CandidateDecision, passages: Sequence[Passage]) -> Passage:
    """The passage in which its first span begins."""
    start = row.spans[0][0]
    return next(passage for passage in passages if passage.end > start)
