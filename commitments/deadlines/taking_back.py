"""Taking a deadline back: what held before it holds again, in a row of its own."""

from datetime import datetime

from django.db import transaction

from accounts.audit import record
from accounts.models import User
from commitments import notes
from commitments.claims import claim
from commitments.errors import Stale
from commitments.models import Commitment, Deadline, Obligation
from commitments.querysets import DeadlineQuerySet

from .periods import Move, Period, day_before, opening
from .reckoning import lock_lines, refresh
from .replacing import add


def take_back(
    *,
    obligation: Obligation,
    seen: int,
    deadline: int,
    reason: str,
    actor: User,
    now: datetime,
    via: str,
) -> Deadline | None:
    """Put what held before in the place of a line's own deadline: its own earlier one, or that of all.

    `deadline` is the key of the one that is taken back, which has to hold still. Raises as `move` does.
    """
    reason = notes.reason("reason", reason)
    with transaction.atomic():
        version = claim(obligation, seen)
        by = Move(actor=actor, now=now, via=via, reason=reason)
        mine = Deadline.objects.filter(obligation=obligation)
        return _take_back(_still_held(mine, deadline), obligation, [obligation], by, version)


def take_back_of_all(
    *,
    commitment: Commitment,
    seen: int,
    deadline: int,
    reason: str,
    actor: User,
    now: datetime,
    via: str,
) -> Deadline | None:
    """The same for the deadline of every line of a commitment without one of its own."""
    reason = notes.reason("reason", reason)
    with transaction.atomic():
        version = claim(commitment, seen)
        by = Move(actor=actor, now=now, via=via, reason=reason)
        lines = lock_lines(commitment)
        of_all = Deadline.objects.of_commitment().filter(commitment=commitment)
        return _take_back(_still_held(of_all, deadline), commitment, lines, by, version)


def _still_held(rows: DeadlineQuerySet, key: int) -> Deadline:
    found = rows.current().filter(pk=key).select_related("replaces__meeting").first()
    if found is None:
        raise Stale
    return found


def _take_back(
    held: Deadline,
    of: Commitment | Obligation,
    lines: list[Obligation],
    by: Move,
    version: int,
) -> Deadline | None:
    """A new row says what the one before said. Where the line had none of its own, it has none again."""
    before = held.replaces
    Deadline.objects.filter(pk=held.pk).update(is_current=False)
    new = None
    if before and before.obligation_id == held.obligation_id:
        period = _period(before, by.reason)
        commitment, line = held.commitment, held.obligation
        new = add(commitment, line, held.purpose, period, by.actor, by.now, replaces=held)
    refresh(lines)
    holds = new or before
    record(
        actor=by.actor,
        at=by.now,
        via=by.via,
        action="deadline.moved",
        of=of,
        before=held.as_event(),
        after=(holds.as_event() if holds else {}) | {"version": version},
        why=by.reason,
    )
    return holds


def _period(deadline: Deadline, reason: str) -> Period:
    """What a deadline says, once more; one that is tied to a meeting follows where that is now."""
    meeting = deadline.meeting
    due = day_before(meeting) if meeting else deadline.due
    return Period(
        due=due,
        opens=opening(deadline, due) if due else deadline.opens,
        wording=deadline.wording,
        basis=deadline.basis,
        reason=reason,
        meeting=meeting,
    )
