"""Writing deadlines: the only place that adds a Deadline row or an Obligation's `due_at`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from meetings.rules import end_of_day

from .choices import NOTE_LENGTH, Basis, Purpose
from .errors import Stale
from .models import Commitment, Deadline, Obligation

LAST_YEAR = 2100


@dataclass(frozen=True)
class Period:
    """When something falls due, in whose words, and on what ground."""

    due: date | None
    opens: date | None = None
    wording: str = ""
    basis: str = Basis.SET
    reason: str = ""


def enter(
    *, commitment: Commitment, purpose: str, period: Period, author: User | None, now: datetime
) -> Deadline:
    """Give a whole commitment its first deadline of this purpose. Lines follow unless they have their own."""
    with transaction.atomic():
        deadline = _add(commitment, None, purpose, period, author, now, replaces=None)
        refresh(commitment.obligations.all())
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
    check_due(obligation.commitment, due)
    _check_reason(reason.strip())
    with transaction.atomic():
        _claim(obligation, seen)
        old = effective(obligation, purpose)
        purpose = purpose or (old.purpose if old else Purpose.FINAL)
        opens = old.opens if old and old.opens and old.opens <= due else None
        period = Period(due=due, opens=opens, basis=Basis.SET, reason=reason.strip())
        if old and old.obligation_id:
            Deadline.objects.filter(pk=old.pk, is_current=True).update(is_current=False)
        new = _add(obligation.commitment, obligation, purpose, period, actor, now, replaces=old)
        refresh([obligation])
        record(
            actor=actor,
            at=now,
            via=via,
            action="deadline.moved" if old else "deadline.set",
            of=obligation,
            before=old.as_event() if old else {},
            after=new.as_event(),
            why=period.reason,
        )
    return new


def effective(obligation: Obligation, purpose: str | None = None) -> Deadline | None:
    """The current deadline that holds for a line: its own before the commitment's, the earliest first."""
    dated = [
        (row.due, row.pk, row)
        for row in holding(obligation).values()
        if row.due is not None and purpose in {None, row.purpose}
    ]
    return min(dated)[2] if dated else None


def holding(obligation: Obligation) -> dict[str, Deadline]:
    """The current deadlines of a line by purpose."""
    rows = Deadline.objects.current().filter(commitment=obligation.commitment_id)
    found = {row.purpose: row for row in rows if row.obligation_id is None}
    found |= {row.purpose: row for row in rows if row.obligation_id == obligation.pk}
    return found


def refresh(obligations: Iterable[Obligation]) -> None:
    """Write what the current deadlines mean for these lines: the next of them, and its last instant."""
    for line in obligations:
        next_one = effective(line)
        due_at = end_of_day(next_one.due, line.party.zone) if next_one and next_one.due else None
        Obligation.objects.filter(pk=line.pk).update(next_deadline=next_one, due_at=due_at)


def check_due(commitment: Commitment, due: date) -> None:
    """Refuse a day that the commitment cannot fall due on."""
    held = commitment.meeting.starts_on
    if held and due <= held:
        words = {"day": date_format(held, "DATE_FORMAT")}
        raise ValidationError(
            {"due": _("Enter a date after %(day)s, the day of the meeting.") % words}
        )
    if due.year > LAST_YEAR:
        raise ValidationError({"due": _("Enter a year up to %(year)d.") % {"year": LAST_YEAR}})


def _check_reason(reason: str) -> None:
    if not reason:
        raise ValidationError({"reason": _("Give a reason: it is kept in the history.")})
    if len(reason) > NOTE_LENGTH:
        words = {"most": NOTE_LENGTH, "has": len(reason)}
        raise ValidationError(
            {"reason": _("Shorten the reason to %(most)d characters; it has %(has)d.") % words}
        )


def _claim(obligation: Obligation, seen: int) -> None:
    """Take the next version of a line, or notice that somebody else did."""
    mine = Obligation.objects.filter(pk=obligation.pk, version=seen)
    if not mine.update(version=F("version") + 1):
        raise Stale


def _add(
    commitment: Commitment,
    obligation: Obligation | None,
    purpose: str,
    period: Period,
    author: User | None,
    now: datetime,
    *,
    replaces: Deadline | None,
) -> Deadline:
    return Deadline.objects.create(
        commitment=commitment,
        obligation=obligation,
        purpose=purpose,
        opens=period.opens,
        due=period.due,
        wording=period.wording,
        basis=period.basis,
        reason=period.reason,
        author=author,
        created_at=now,
        replaces=replaces,
    )
