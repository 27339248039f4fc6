"""Reading what a digest says beside its own rows, in a few queries however long it is."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from accounts.models import Event
from commitments.models import Obligation

from . import forecast
from .choices import Duty
from .items import Facts
from .ladder import Ladders
from .models import Email, Policy, Reminder
from .policy import Policies


def promises(email: Email) -> list[Reminder]:
    """The rows of one digest with everything that its items say."""
    return promises_of([email])[email.pk]


def promises_of(emails: Iterable[Email]) -> dict[int, list[Reminder]]:
    """The rows of digests, by mail, with everything that their items say."""
    found: dict[int, list[Reminder]] = {email.pk: [] for email in emails}
    for row in Reminder.objects.for_mail().select_related("stands_for").filter(email__in=found):
        found[row.email_id or 0].append(row)
    return found


def of(reminders: Sequence[Reminder], now: datetime) -> Facts:
    """What these rows do not say themselves at a moment."""
    return Facts(
        events=events(row.occasion for row in reminders),
        next_rungs=_next_rungs(reminders, now),
        duties=duties(),
    )


def duties() -> frozenset[str]:
    """What an administrator made mandatory for the whole site: values of `Duty`."""
    site = Policy.objects.filter(site=True).values_list("mandatory", flat=True).first()
    return frozenset(site or ()) & frozenset(Duty.values)


def events(occasions: Iterable[str]) -> dict[str, Event]:
    """By occasion, the events that these tell of."""
    keys = {int(name[1:]): name for name in occasions if re.fullmatch("V[0-9]+", name)}
    found = Event.objects.in_bulk(list(keys)) if keys else {}
    return {keys[key]: event for key, event in found.items()}


def _next_rungs(reminders: Sequence[Reminder], now: datetime) -> dict[int, list[tuple[str, date]]]:
    """Who is told next, for lines that are overdue and have steps of their own here."""
    late = [
        row.obligation
        for row in reminders
        if row.offset is not None and row.obligation.due_at and row.obligation.due_at <= now
    ]
    if not late:
        return {}
    lines = Obligation.objects.filter(pk__in=[line.pk for line in late])
    ladders = Ladders.of(Policies.stored())
    return forecast.next_rungs(
        lines.select_related("next_deadline", "commitment"), now.date(), ladders
    )
