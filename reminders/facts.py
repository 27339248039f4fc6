"""Reading what a digest says beside its own rows, in a few queries however long it is."""

import re
from collections.abc import Iterable

from accounts.models import Event

from .choices import Duty
from .items import Facts
from .models import Email, Policy, Reminder


def promises(email: Email) -> list[Reminder]:
    """The rows of one digest with everything that its items say."""
    return promises_of([email])[email.pk]


def promises_of(emails: Iterable[Email]) -> dict[int, list[Reminder]]:
    """The rows of digests, by mail, with everything that their items say."""
    found: dict[int, list[Reminder]] = {email.pk: [] for email in emails}
    for row in Reminder.objects.for_mail().select_related("stands_for").filter(email__in=found):
        found[row.email_id or 0].append(row)
    return found


def of(reminders: Iterable[Reminder]) -> Facts:
    """What these rows do not say themselves."""
    return Facts(
        events=_events(row.occasion for row in reminders),
        duties=duties(),
    )


def duties() -> frozenset[str]:
    """What an administrator made mandatory for the whole site: values of `Duty`."""
    site = Policy.objects.filter(site=True).values_list("mandatory", flat=True).first()
    return frozenset(site or ()) & frozenset(Duty.values)


def _events(occasions: Iterable[str]) -> dict[str, Event]:
    keys = {int(name[1:]): name for name in occasions if re.fullmatch("V[0-9]+", name)}
    found = Event.objects.in_bulk(list(keys)) if keys else {}
    return {keys[key]: event for key, event in found.items()}
