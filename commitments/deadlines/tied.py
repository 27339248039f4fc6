"""A meeting that moves takes the deadlines along that are tied to it."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

import meetings.errors
from accounts.audit import record
from accounts.models import User
from commitments import notes
from commitments.models import Deadline
from meetings.models import Meeting, check_days

from .periods import Move, by_meeting, day_before, opening
from .reckoning import lock_lines, refresh
from .replacing import replace_of_all, replace_of_line


def move_meeting(
    *,
    meeting: Meeting,
    starts_on: date | None,
    ends_on: date | None,
    reason: str,
    actor: User | None,
    now: datetime,
    via: str,
    seen: int | None = None,
) -> int:
    """Move a meeting, and with it every deadline that is tied to it. Returns how many moved.

    `seen` is the version of the meeting that the person looked at; None takes the present one.
    Raises `Stale` when somebody changed the meeting since, and `ValidationError` by field for days
    that cannot stand or a reason that is missing.
    """
    reason = notes.reason("reason", reason)
    check_days(starts_on, ends_on)
    by = Move(actor=actor, now=now, via=via, reason=reason)
    with transaction.atomic():
        meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
        if seen not in {None, meeting.version}:
            raise meetings.errors.Stale
        before = {"starts_on": meeting.starts_on, "ends_on": meeting.ends_on}
        meeting.starts_on, meeting.ends_on = starts_on, ends_on
        meeting.version += 1
        meeting.save(update_fields=["starts_on", "ends_on", "version"])
        after = {"starts_on": starts_on, "ends_on": ends_on}
        record(
            actor=actor,
            at=now,
            via=via,
            action="meeting.moved",
            of=meeting,
            before=before,
            after=after,
            why=by.reason,
        )
        return sum(_follow(deadline, meeting, by) for deadline in _tied(meeting))


def _tied(meeting: Meeting) -> list[Deadline]:
    rows = Deadline.objects.current().filter(meeting=meeting)
    return list(rows.select_related("commitment", "obligation__party").order_by("pk"))


def _follow(deadline: Deadline, meeting: Meeting, by: Move) -> bool:
    """Move one deadline after its meeting."""
    due = day_before(meeting)
    if due == deadline.due:
        return False
    period = replace(
        by_meeting(meeting, wording=deadline.wording, reason=by.reason),
        opens=opening(deadline, due) if due else deadline.opens,
    )
    lines = lock_lines(deadline.commitment)
    if not Deadline.objects.current().filter(pk=deadline.pk).exists():
        return False  # somebody gave it another day meanwhile
    if deadline.obligation:
        replace_of_line(deadline.obligation, deadline, deadline.purpose, period, by)
    else:
        replace_of_all(deadline.commitment, deadline, deadline.purpose, period, by)
        refresh(lines)
    return True
