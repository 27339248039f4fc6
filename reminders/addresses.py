"""Addresses that get no mail: how they come to that, who hears of it, and how it is lifted."""

import logging
from datetime import datetime

from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.asking import today_of
from accounts.choices import Role, Via
from accounts.models import User
from commitments.models import Obligation
from meetings.models import Meeting

from . import backend, rules
from .choices import Ground, Kind, Stage
from .models import Attempt, Email, Suppression
from .querysets import recipients
from .relay import Answer

logger = logging.getLogger(__name__)

# On so many different days an address has to be refused for good before nothing goes there any more.
REFUSED_DAYS = 2
# These stop the mail that people ask for themselves too; an unsubscription does not.
STOPS_ALL = frozenset({Ground.HARD_BOUNCE, Ground.ADMIN})


def stops(address: str, kind: str, now: datetime) -> bool:
    """Whether a mail of this kind must not go to an address.

    Who unsubscribed still gets what is mandatory: the planner and the second look decide for each line.
    """
    ground = Suppression.objects.stopped([address], now).get(address)
    if ground is None or ground == Ground.ONE_CLICK:
        return False
    return ground in STOPS_ALL or kind != Kind.ACCOUNT


def refused(email: Email, answer: Answer, now: datetime) -> None:
    """Count an attempt that was refused for good, stored already: against the address or the mail."""
    if answer.stage is not Stage.RECIPIENT:
        logger.error("Mail %s was refused for what it says: %s", email.pk, answer.text)
        return
    lifted = Suppression.objects.of(email.to_address).order_by("lifted_at", "pk")
    since = lifted.filter(lifted_at__isnull=False).values_list("lifted_at", flat=True).last()
    if Attempt.objects.refused_days(email.to_address, since) >= REFUSED_DAYS:
        suppress(email.to_address, ground=Ground.HARD_BOUNCE, now=now, via=Via.WORKER)


def suppress(
    address: str,
    *,
    ground: Ground,
    now: datetime,
    via: str,
    actor: User | None = None,
    until: datetime | None = None,
) -> bool:
    """Stop mail to an address; its officers hear of it, unless it was its owner's wish. False: stopped already."""
    row = Suppression(address_hash=rules.address_hash(address), reason=ground, at=now, until=until)
    person = User.objects.by_address(address).first()
    try:
        with transaction.atomic():
            _forget_ended(row.address_hash, now)
            row.save()
            if person:
                _note("address.stopped", person, ground, actor, now, via)
            if person and ground in {Ground.HARD_BOUNCE, Ground.COMPLAINT}:
                _tell_officers(person, ground, now)
    except IntegrityError:
        return False
    return True


def lift(*, suppression: Suppression, actor: User | None, now: datetime, via: str) -> bool:
    """Let mail go to an address again. False: it does already."""
    with transaction.atomic():
        lifted = Suppression.objects.filter(pk=suppression.pk, lifted_at=None).update(
            lifted_at=now, lifted_by=actor
        )
        if lifted and (person := owner(suppression)):
            _note("address.lifted", person, suppression.reason, actor, now, via)
    return bool(lifted)


def owner(suppression: Suppression) -> User | None:
    """Whose address it is. Addresses are not kept, so every person's is compared."""
    people = User.objects.exclude(email="").order_by("pk")
    for pk, address in people.values_list("pk", "email"):
        if rules.address_hash(address) == suppression.address_hash:
            found: User | None = User.objects.filter(pk=pk).first()
            return found
    return None


def officers(person: User, now: datetime) -> list[User]:
    """The desk officers of the meetings whose open lines a person hears of; else the administrators."""
    today = today_of(person, now)
    meetings = {
        meeting
        for query in recipients(Obligation.objects.open(), today)
        for meeting in query.filter(told=person.pk).values_list("commitment__meeting", flat=True)
    }
    named = Meeting.objects.filter(pk__in=meetings).order_by().values("officer")
    desk = User.objects.active().filter(pk__in=named)
    found = desk or User.objects.active().filter(role=Role.ADMINISTRATOR)
    return list(found.exclude(pk=person.pk).order_by("pk"))


def _forget_ended(hashed: str, now: datetime) -> None:
    """One that ended by itself makes room for the next."""
    Suppression.objects.filter(address_hash=hashed, lifted_at=None, until__lte=now).update(
        lifted_at=now
    )


def _tell_officers(person: User, ground: Ground, now: datetime) -> None:
    for officer in officers(person, now):
        with translation.override(officer.language):
            words = {"name": person.name, "why": ground.label}
            message = EmailMessage(
                _("Mail to %(name)s is stopped") % words,
                _(
                    "Mail to %(name)s came back for good or was complained about: %(why)s.\n"
                    "Nothing is sent to that address until it is corrected or an administrator "
                    "lifts the stop:\n%(url)s\n"
                )
                % {**words, "url": backend.url(reverse("reminders:addresses"))},
            )
        backend.put(message, officer.email, kind=Kind.NOTICE, now=now)


def _note(
    action: str, person: User, ground: str, actor: User | None, now: datetime, via: str
) -> None:
    audit.record(
        actor=actor, at=now, via=via, action=action, of=person, after={"ground": str(ground)}
    )
