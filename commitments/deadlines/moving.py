"""Setting and moving the deadline of a line, or that of a whole commitment."""

from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.models import User
from commitments import notes, rules
from commitments.choices import Purpose
from commitments.claims import claim
from commitments.models import Commitment, Deadline, Obligation

from .periods import Move, Period, check_due, opening
from .reckoning import effective, holding, lock_lines, refresh
from .replacing import add, replace_of_all, replace_of_line


def enter(
    *, commitment: Commitment, purpose: str, period: Period, author: User | None, now: datetime
) -> Deadline:
    """Give a whole commitment its first deadline of this purpose. Lines follow unless they have their own."""
    with transaction.atomic():
        lines = lock_lines(commitment)
        deadline = add(commitment, None, purpose, period, author, now, replaces=None)
        refresh(lines)
    return deadline


def move(
    *,
    obligation: Obligation,
    seen: int,
    due: date,
    reason: str,
    actor: User,
    now: datetime,
    via: str,
    purpose: str | None = None,
) -> Deadline:
    """Set or move the deadline of one line. The deadline that it replaces stays on the page.

    `seen` is the version of the line that the person looked at; `purpose` is by default that of the
    deadline which counts now, else final. Raises `Stale` when somebody changed the line since, and
    `ValidationError` by field for a day or a reason that cannot stand.
    """
    check_due(obligation.commitment.meeting, due)
    reason = notes.reason("reason", reason)
    with transaction.atomic():
        claim(obligation, seen)
        old = effective(obligation, purpose)
        purpose = purpose or (old.purpose if old else Purpose.FINAL)
        period = Period(due=due, opens=opening(old, due), reason=reason)
        by = Move(actor=actor, now=now, via=via, reason=reason)
        return replace_of_line(obligation, old, purpose, period, by, version=seen + 1)


def move_all(
    *,
    commitment: Commitment,
    seen: int,
    purpose: str,
    due: date,
    reason: str,
    actor: User,
    now: datetime,
    via: str,
) -> Deadline:
    """Set or move the deadline that holds for every line of a commitment without one of its own.

    `seen` is the version of the commitment. Raises as `move` does.
    """
    check_due(commitment.meeting, due)
    reason = notes.reason("reason", reason)
    with transaction.atomic():
        claim(commitment, seen)
        lines = lock_lines(commitment)
        rows = Deadline.objects.current().of_commitment().filter(commitment=commitment)
        old = rows.filter(purpose=purpose).first()
        period = Period(due=due, opens=opening(old, due), reason=reason)
        by = Move(actor=actor, now=now, via=via, reason=reason)
        new = replace_of_all(commitment, old, purpose, period, by, version=seen + 1)
        refresh(lines)
    return new


def open_next_review(*, obligation: Obligation, by: Move) -> Deadline | None:
    """After a report was accepted: the next period of the line's review rhythm, if it has one.

    Belongs into the transaction that accepts the report.
    """
    every = obligation.commitment.review_days
    old = holding(obligation).get(Purpose.REVIEW)
    if not every or old is None or old.due is None:
        return None
    today = by.now.astimezone(obligation.party.zone).date()
    due = rules.next_review(due=old.due, every=every, today=today)
    period = Period(due=due, opens=old.due + timedelta(days=1), reason=by.reason)
    return replace_of_line(obligation, old, Purpose.REVIEW, period, by)
