"""Handing a party over from one person to another: the terms and the open lines, in one transaction."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from meetings.calendar import today
from meetings.models import FocalPoint, Party
from meetings.services import appoint, end_term

from . import editing
from .models import Obligation


def hand_over(
    *,
    party: Party,
    leaving: User,
    arriving: User,
    on: date,
    actor: User,
    now: datetime,
    via: str,
) -> int:
    """Let one person answer for a party in the place of another from a day on.

    The term of the leaving person ends the day before, the arriving one gets a term of the same rank
    (or keeps one that is at least as high), and the party's open lines that name the leaving person
    as owner name the arriving one. Returns how many lines moved. Lines that are done, and lines of
    other parties, keep their owner.

    Raises `ValidationError` by field. The day is today (the party's) or an earlier one: lines move at
    once, so the person that they name must answer for the party already.
    """
    with transaction.atomic():
        Party.objects.select_for_update().get(pk=party.pk)
        terms = _terms_to_end(party, leaving, arriving, on, today(party, now))
        for term in terms:
            end_term(term=term, ends_on=on - timedelta(days=1), actor=actor, now=now, via=via)
        is_deputy = all(term.is_deputy for term in terms)
        try:
            _take_office(party, arriving, on, is_deputy, actor, now, via)
        except ValidationError as error:
            raise ValidationError({"arriving": error.messages}) from error
        moved = _move_lines(party, leaving, arriving, actor, now, via)
        told = {"from": leaving.pk, "to": arriving.pk, "on": on, "lines": moved}
        record(actor=actor, at=now, via=via, action="party.handed_over", of=party, after=told)
    return moved


def _terms_to_end(
    party: Party, leaving: User, arriving: User, on: date, today: date
) -> list[FocalPoint]:
    if leaving == arriving:
        raise ValidationError({"arriving": _("Choose somebody else than the person who leaves.")})
    if arriving.is_mailbox or not arriving.is_active:
        raise ValidationError({"arriving": _("Name somebody who can sign in.")})
    if on > today:
        raise ValidationError(
            {
                "on": _(
                    "Enter today or an earlier day: the lines move at once. Come back on the day."
                )
            }
        )
    terms = list(FocalPoint.objects.running(on).filter(party=party, user=leaving))
    if not terms:
        raise ValidationError(
            {"on": _("%(name)s does not answer for this party on that day.") % {"name": leaving}}
        )
    if any(term.starts_on >= on for term in terms):
        raise ValidationError({"on": _("Enter a day after the first day of the term.")})
    return terms


def _take_office(
    party: Party,
    user: User,
    on: date,
    is_deputy: bool,
    actor: User,
    now: datetime,
    via: str,
) -> None:
    """Give somebody a term from a day on. A deputy who moves up stops being a deputy."""
    running = list(FocalPoint.objects.running(on).filter(party=party, user=user))
    if any(is_deputy or not term.is_deputy for term in running):
        return
    for term in running:
        end_term(term=term, ends_on=on - timedelta(days=1), actor=actor, now=now, via=via)
    appoint(
        party=party,
        user=user,
        starts_on=on,
        is_deputy=is_deputy,
        actor=actor,
        now=now,
        via=via,
    )


def _move_lines(
    party: Party, leaving: User, arriving: User, actor: User, now: datetime, via: str
) -> int:
    lines = Obligation.objects.open().filter(party=party, owner=leaving)
    rows = list(lines.select_for_update(of=("self",)).order_by("pk"))
    for line in rows:
        editing.edit_line(
            obligation=line,
            seen=line.version,
            values={"owner": arriving},
            why=_("Hand-over of the focal point."),
            actor=actor,
            now=now,
            via=via,
        )
    return len(rows)
