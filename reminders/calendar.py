"""A person's deadlines as a calendar that their own program subscribes to (RFC 5545).

The address is the key: whoever has it may read, so that it can be taken back, and only its hash is
kept. It shows what its person may read at the moment of asking, and of restricted lines no details.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Prefetch, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from accounts import audit
from accounts.models import Event as Entry
from accounts.models import User
from commitments.choices import Life, Status
from commitments.models import Obligation
from commitments.querysets import ObligationQuerySet
from meetings.models import Report

from . import links
from .items import absolute, is_restricted, one_line
from .links import Purpose
from .models import Feed

# How long a deadline stays in the calendar after its day.
KEPT = timedelta(days=366)
REFRESH = timedelta(hours=6)
_BYTES = 24
_REPORTS = "commitment__quotations__report"


@dataclass(frozen=True)
class Changes:
    """What the history says of a line and its commitment: how many entries, and the latest one's time.

    The history only grows, so that the number is a SEQUENCE (RFC 5546 §2.1.4) that never goes back:
    not when a line is reopened either, nor when its next review takes the place of its last.
    """

    number: int
    last: datetime


def make(*, user: User, now: datetime, via: str) -> str:
    """Give a person a new address of their calendar, and return its token; an older one ends."""
    token = secrets.token_urlsafe(_BYTES)
    with transaction.atomic():
        Feed.objects.update_or_create(user=user, defaults={"key": _key(token), "at": now})
        audit.record(actor=user, at=now, via=via, action="calendar.made", of=user)
    return token


def end(*, user: User, now: datetime, via: str) -> bool:
    """Take the address back. False: there was none."""
    with transaction.atomic():
        ended, _rows = Feed.objects.filter(user=user).delete()
        if ended:
            audit.record(actor=user, at=now, via=via, action="calendar.ended", of=user)
    return bool(ended)


def path(token: str) -> str:
    """Where the calendar of a token is fetched."""
    return reverse("calendar", args=[token])


def reader(token: str) -> User | None:
    """Whose calendar a token opens; None for one that is over or of somebody who left."""
    found: User | None = User.objects.active().filter(feed__key=_key(token)).first()
    return found


def written(user: User, now: datetime) -> bytes:
    """The calendar as a file, in the person's language."""
    with translation.override(user.language), timezone.override(user.zone):
        calendar = Calendar()
        calendar.add("prodid", "-//SCO Tracker//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("name", _("SCO Tracker"))
        calendar.add("x-wr-calname", _("SCO Tracker"))
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        rows = list(lines(user, now))
        history = _changes(rows)
        for line in rows:
            calendar.add_component(_event(line, user, history.get(line.pk), now))
    content: bytes = calendar.to_ical()
    return content


def lines(user: User, now: datetime) -> ObligationQuerySet:
    """Dated lines that a person answers for or is the desk officer of, as far as they may read them.

    What is done needs no day any more; what was withdrawn or is not owed is in it as cancelled.
    """
    owed = Obligation.objects.owed_by(user, now).values("pk")
    mine = Q(pk__in=owed) | Q(commitment__officer=user)
    mine |= Q(commitment__officer=None, commitment__meeting__officer=user)
    recent = Q(next_deadline__due__gte=now.date() - KEPT)
    found = Obligation.objects.visible_to(user, now).filter(mine & recent)
    with_all = found.select_related("next_deadline", "party", "commitment").prefetch_related(
        "commitment__quotations", Prefetch(_REPORTS, Report.objects.defer("raw"))
    )
    return with_all.exclude(status=Status.DONE).soonest_first()


def _event(line: Obligation, user: User, changes: Changes | None, now: datetime) -> Event:
    assert line.next_deadline
    assert line.next_deadline.due
    event = Event()
    event.add("uid", f"{line.pk}-{line.party.code}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", changes.number if changes else 0)
    event.add("dtstamp", now)
    event.add("last-modified", changes.last if changes else line.registered_at)
    event.add("dtstart", line.next_deadline.due)
    event.add("transp", "TRANSPARENT")
    event.add("status", "CANCELLED" if _is_off(line) else "CONFIRMED")
    for name, value in _said(line, user, now).items():
        event.add(name, value)
    return event


def _said(line: Obligation, user: User, now: datetime) -> dict[str, str]:
    """What the entry says: of a restricted line only that there is one, as in a mail."""
    if is_restricted(line):
        url = absolute(links.path(Purpose.OPEN, user, line.pk, now))
        return {"summary": _("A deadline: sign in to see of what"), "url": url}
    words = {"reference": line.commitment.reference, "title": line.commitment.title}
    return {
        "summary": one_line(_("%(reference)s: %(title)s") % words),
        "description": one_line(
            _("%(party)s: %(status)s.")
            % {"party": line.party.name, "status": line.get_status_display()}
        ),
        "url": absolute(line.get_absolute_url()),
    }


def _is_off(line: Obligation) -> bool:
    return line.commitment.life != Life.ACTIVE or line.status == Status.NOT_OWED


def _changes(rows: list[Obligation]) -> dict[int, Changes]:
    of_lines = _entries("obligation", {line.pk for line in rows})
    of_commitments = _entries("commitment", {line.commitment_id for line in rows})
    found: dict[int, Changes] = {}
    for line in rows:
        both = [
            entry
            for entry in (of_lines.get(line.pk), of_commitments.get(line.commitment_id))
            if entry
        ]
        if both:
            found[line.pk] = Changes(
                sum(entry.number for entry in both), max(entry.last for entry in both)
            )
    return found


def _entries(kind: str, keys: set[int]) -> dict[int, Changes]:
    entries = Entry.objects.filter(object_type=kind, object_id__in=keys).order_by()
    rows = entries.values_list("object_id").annotate(Count("pk"), Max("at"))
    return {key: Changes(number, last) for key, number, last in rows}


def _key(token: str) -> str:
    return sha256(token.encode()).hexdigest()
