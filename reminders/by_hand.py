"""What an officer or an administrator sends by hand: a reminder now, a test mail. Through ledger and outbox."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from commitments.models import Obligation

from . import backend
from .choices import Kind, Outcome, Reason
from .hindrances import Wishes, unreachable
from .models import Email, Policy, Reminder
from .querysets import pairs, readable, recipients

# Nobody is pressed more often than this about one line, and no mailbox filled with tests.
BETWEEN = timedelta(days=1)
TESTS_AN_HOUR = 5


@dataclass(frozen=True)
class Aim:
    """One person whom a reminder by hand would go to, and why not, if so."""

    person: User
    capacity: str
    hindrance: Reason | None


def aims(line: Obligation, now: datetime) -> list[Aim]:
    """Whom a reminder of a line would go to now. Their wishes hold, as with every other mail."""
    today = now.astimezone(line.party.zone).date()
    told = pairs(recipients(Obligation.objects.filter(pk=line.pk), today))
    people = User.objects.in_bulk({row.person for row in told})
    site = Policy.objects.filter(site=True).first() or Policy(site=True)
    wishes = Wishes.of(people.values(), [line.pk], site=site, today=today, now=now)
    return [
        Aim(people[row.person], row.capacity, _hindrance(people[row.person], line, wishes, now))
        for row in sorted(told)
    ]


def last(line: Obligation) -> datetime | None:
    """When somebody was last reminded of a line by hand."""
    rows = Reminder.objects.live().filter(obligation=line, occasion__startswith="N")
    return rows.order_by("-planned_at", "pk").values_list("planned_at", flat=True).first()


def send_now(*, line: Obligation, actor: User, now: datetime, via: str) -> int:
    """Remind of a line at once. Returns to how many people; what is held back stands in the ledger.

    Raises `ValidationError` when nothing is open, nobody is named, or somebody did the same within a day.
    """
    with transaction.atomic():
        Obligation.objects.select_for_update().get(pk=line.pk)
        check(line, now)
        found = aims(line, now)
        if not found:
            raise ValidationError(_("Nobody answers for this line. Name a focal point first."))
        for aim in found:
            _promise(line, aim, now)
        sent = sum(aim.hindrance is None for aim in found)
        told = {"recipients": sent}
        record(actor=actor, at=now, via=via, action="reminders.sent_now", of=line, after=told)
    return sent


def test_mail(*, to: User, now: datetime, via: str) -> Email:
    """A mail to oneself, the way that reminders go. Raises `ValidationError` after too many."""
    tests = Email.objects.filter(
        kind=Kind.NOTICE, recipient=to, created_at__gt=now - timedelta(hours=1)
    )
    if tests.count() >= TESTS_AN_HOUR:
        raise ValidationError(_("Five test mails an hour are enough. Look at the outbox."))
    with translation.override(to.language), transaction.atomic():
        message = EmailMessage(
            _("A test of the mail of SCO Tracker"),
            _("This mail was asked for by hand. It went the way that reminders go.") + "\n",
        )
        email = backend.put(message, to.email, kind=Kind.NOTICE, now=now)
        record(actor=to, at=now, via=via, action="reminders.tested", of=to)
    return email


def check(line: Obligation, now: datetime) -> None:
    """Raises `ValidationError` when a line may not be reminded of by hand now."""
    lines = Obligation.objects.filter(pk=line.pk)
    if not lines.open().exists():
        raise ValidationError(_("Nothing is open on this line."))
    if lines.awaiting().exists():
        raise ValidationError(_("A report on this line awaits validation: the party has answered."))
    before = last(line)
    if before and before > now - BETWEEN:
        raise ValidationError(_("A reminder of this line was sent by hand within the last day."))


def _hindrance(person: User, line: Obligation, wishes: Wishes, now: datetime) -> Reason | None:
    if why := unreachable(person, line.pk in readable(person, [line.pk], now)):
        return why
    return wishes.against(person, line.pk, "N", person.pk)


def _promise(line: Obligation, aim: Aim, now: datetime) -> None:
    email = None
    if aim.hindrance is None:
        email = Email.objects.create(
            kind=Kind.PROMPT,
            recipient=aim.person,
            created_at=now,
            not_before=now,
            expires_at=now + BETWEEN,
        )
    Reminder.objects.create(
        obligation=line,
        deadline=line.next_deadline,
        recipient=aim.person,
        capacity=aim.capacity,
        occasion=f"N{int(now.timestamp())}",
        outcome=Outcome.INCLUDED if email else Outcome.SUPPRESSED,
        reason=aim.hindrance or "",
        planned_at=now,
        email=email,
    )
