"""A new row in the place of the one that held, told in the log: the only place that adds a Deadline."""

from datetime import datetime

from accounts.audit import record
from accounts.models import User
from commitments.models import Commitment, Deadline, Obligation

from .periods import Move, Period
from .reckoning import refresh


def replace_of_line(
    obligation: Obligation,
    old: Deadline | None,
    purpose: str,
    period: Period,
    by: Move,
    version: int | None = None,
) -> Deadline:
    """Put a new deadline of one line in the place of the one that held; tell it in the log."""
    if old and old.obligation_id:
        Deadline.objects.filter(pk=old.pk, is_current=True).update(is_current=False)
    new = add(obligation.commitment, obligation, purpose, period, by.actor, by.now, replaces=old)
    refresh([obligation])
    _tell(obligation, old, new, by, version)
    return new


def replace_of_all(
    commitment: Commitment,
    old: Deadline | None,
    purpose: str,
    period: Period,
    by: Move,
    version: int | None = None,
) -> Deadline:
    """The same for a whole commitment. The caller reckons its lines anew."""
    if old:
        Deadline.objects.filter(pk=old.pk, is_current=True).update(is_current=False)
    new = add(commitment, None, purpose, period, by.actor, by.now, replaces=old)
    _tell(commitment, old, new, by, version)
    return new


def _tell(
    of: Commitment | Obligation, old: Deadline | None, new: Deadline, by: Move, version: int | None
) -> None:
    record(
        actor=by.actor,
        at=by.now,
        via=by.via,
        action="deadline.moved" if old else "deadline.set",
        of=of,
        before=old.as_event() if old else {},
        after=new.as_event() | ({"version": version} if version else {}),
        why=by.reason,
    )


def add(
    commitment: Commitment,
    obligation: Obligation | None,
    purpose: str,
    period: Period,
    author: User | None,
    now: datetime,
    *,
    replaces: Deadline | None,
) -> Deadline:
    """Store one deadline, of a commitment or of one line of it; `replaces` stays as its history.

    The caller holds the lock and has checked the period.
    """
    return Deadline.objects.create(
        commitment=commitment,
        obligation=obligation,
        purpose=purpose,
        opens=period.opens,
        due=period.due,
        wording=period.wording,
        basis=period.basis,
        reason=period.reason,
        meeting=period.meeting,
        author=author,
        created_at=now,
        replaces=replaces,
    )
