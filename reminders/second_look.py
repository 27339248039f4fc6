"""The second look: what of a planned mail is no longer true when it is about to go out."""

from datetime import datetime

from commitments.rules import is_open

from .choices import Reason
from .models import Email, Reminder
from .querysets import awaiting, capacities, readable


def untrue(email: Email, now: datetime) -> dict[int, Reason]:
    """The promises of a digest that should not be kept any more, by key, each with the reason."""
    assert email.recipient
    person = email.recipient
    rows = list(email.reminders.for_look())
    lines = [row.obligation_id for row in rows]
    answers = capacities(person, lines, now.astimezone(person.zone).date())
    may_read = readable(person, lines, now)
    waiting = awaiting(lines)
    found = ((row, _why_untrue(row, answers, may_read, waiting)) for row in rows)
    return {row.pk: reason for row, reason in found if reason}


def _why_untrue(
    row: Reminder, answers: dict[int, str], may_read: set[int], waiting: set[int]
) -> Reason | None:
    line = row.obligation
    if not is_open(status=line.status, life=line.commitment.life):
        return Reason.CLOSED
    if line.pk in waiting:
        return Reason.AWAITING
    if row.deadline_id != line.next_deadline_id:
        return Reason.DEADLINE_MOVED
    if line.pk not in answers:
        return Reason.REASSIGNED
    return None if line.pk in may_read else Reason.NOT_VISIBLE
