"""What people decide about their own mail: keeping a line quiet, days away, having looked at the news."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.asking import today_of
from accounts.audit import record
from accounts.choices import Role
from accounts.models import User
from accounts.querysets import UserQuerySet
from commitments.models import Obligation
from meetings.querysets import parties_of

from .choices import Duty
from .facts import duties
from .models import Absence, Mute, Seen

LONGEST_SNOOZE = timedelta(days=92)
LONGEST_ABSENCE = timedelta(days=366)


def mute(*, user: User, line: Obligation, until: date | None, now: datetime, via: str) -> Mute:
    """Keep a line quiet for a person: until a day, on which it is told again, or for good.

    Raises `ValidationError` for a day that is not ahead or too far, and when the reminders of the line
    are mandatory.
    """
    today = today_of(user, now)
    if until is not None and not today < until <= today + LONGEST_SNOOZE:
        raise ValidationError({"until": _("Choose a day within the next three months.")})
    if is_mandatory(line, now):
        raise ValidationError(
            _("Reminders of what is overdue are mandatory here: this line cannot be kept quiet.")
        )
    with transaction.atomic():
        row, _is_new = Mute.objects.update_or_create(
            user=user, obligation=line, defaults={"until": until, "at": now}
        )
        _note("reminders.muted", user, line, now, via, until=until)
    return row


def unmute(*, user: User, line: Obligation, now: datetime, via: str) -> bool:
    """Tell a person of a line again. False: it was not quiet."""
    with transaction.atomic():
        gone, _rows = Mute.objects.filter(user=user, obligation=line).delete()
        if gone:
            _note("reminders.unmuted", user, line, now, via)
    return bool(gone)


def is_mandatory(line: Obligation, now: datetime) -> bool:
    """Whether nobody may keep the line quiet as it stands now."""
    overdue = line.due_at is not None and line.due_at <= now
    return overdue and Duty.OVERDUE in duties()


def be_away(
    *, user: User, stand_in: User, starts_on: date, ends_on: date, now: datetime, via: str
) -> Absence:
    """Let somebody else get a person's mail from one day to another, both included.

    Raises `ValidationError` by field: for days that are over or in the wrong order, for a stand-in who
    cannot sign in or is away on these days, and when the days meet another absence.
    """
    _check_days(starts_on, ends_on, today_of(user, now))
    _check_stand_in(user, stand_in, starts_on, ends_on, now)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if _meets(user, starts_on, ends_on):
            raise ValidationError({"starts_on": _("You are away on some of these days already.")})
        row = Absence.objects.create(
            user=user, stand_in=stand_in, starts_on=starts_on, ends_on=ends_on
        )
        told = {"from": starts_on, "until": ends_on, "person": stand_in.pk}
        record(actor=user, at=now, via=via, action="absence.entered", of=user, after=told)
    return row


def colleagues(user: User, now: datetime) -> UserQuerySet:
    """Who may stand in for somebody: others of the secretariat, or who answers or answered for a party of theirs."""
    others: UserQuerySet = User.objects.active().people().exclude(pk=user.pk)
    if user.is_secretariat:
        return others.filter(role__in=Role.secretariat())
    parties = parties_of(user, today_of(user, now))
    return others.filter(terms__party__in=parties).distinct()


def come_back(*, absence: Absence, now: datetime, via: str) -> None:
    """Take an absence out: the person's mail is their own again."""
    told = {"from": absence.starts_on, "until": absence.ends_on, "person": absence.stand_in_id}
    with transaction.atomic():
        if Absence.objects.filter(pk=absence.pk).delete()[0]:
            user = absence.user
            record(actor=user, at=now, via=via, action="absence.removed", of=user, before=told)


def looked(*, user: User, at: datetime) -> None:
    """Note that a person has read their news up to a moment. Never goes back."""
    Seen.objects.get_or_create(user=user, defaults={"at": at})
    Seen.objects.filter(user=user, at__lt=at).update(at=at)


def _check_days(starts_on: date, ends_on: date, today: date) -> None:
    if ends_on < today:
        raise ValidationError({"ends_on": _("Enter a day that is not over.")})
    if ends_on < starts_on:
        raise ValidationError({"ends_on": _("The last day is before the first.")})
    if ends_on - starts_on > LONGEST_ABSENCE:
        raise ValidationError({"ends_on": _("Enter a year at most.")})


def _check_stand_in(
    user: User, stand_in: User, starts_on: date, ends_on: date, now: datetime
) -> None:
    if not colleagues(user, now).filter(pk=stand_in.pk).exists():
        raise ValidationError({"stand_in": _("Choose somebody else who works with you.")})
    if _meets(stand_in, starts_on, ends_on):
        raise ValidationError({"stand_in": _("They are away on some of these days themselves.")})


def _meets(user: User, starts_on: date, ends_on: date) -> bool:
    theirs = Absence.objects.filter(user=user)
    return theirs.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists()


def _note(
    action: str, user: User, line: Obligation, now: datetime, via: str, until: date | None = None
) -> None:
    """Of the person, not of the line: what somebody wants to hear of is nobody else's history."""
    after = {"line": line.pk, **({"until": until} if until else {})}
    record(actor=user, at=now, via=via, action=action, of=user, after=after)
