"""The news inside the product: what the ledger told a person since they last looked.

It needs no mail: whatever happens to the mail server, the count is exact.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from ui.prepared import Given

from .choices import Outcome, Reason
from .models import Reminder, Seen
from .querysets import ReminderQuerySet

# Held back for the mail alone: the person may read it here all the same.
_STILL_NEWS = (Reason.UNSUBSCRIBED, Reason.BOUNCED, Reason.NO_ADDRESS, Reason.CAP)
MOST = 99


def of(user: User | Given) -> ReminderQuerySet:
    """What a person was to be told, except what they wished to hear nothing of or may not read."""
    told = Q(outcome=Outcome.INCLUDED) | Q(outcome=Outcome.SUPPRESSED, reason__in=_STILL_NEWS)
    return Reminder.objects.of(user).filter(told)


def unread_of(user: User | Given) -> ReminderQuerySet:
    """Those since the person last looked."""
    seen = Exists(Seen.objects.filter(user=OuterRef("recipient"), at__gte=OuterRef("planned_at")))
    return of(user).filter(~seen)


def unread(user: User) -> int:
    """How many there are since the person last looked; from `MOST` on the exact number says nothing."""
    return unread_of(user).order_by()[: MOST + 1].count()


def is_new(reminder: Reminder, seen: datetime | None) -> bool:
    return seen is None or reminder.planned_at > seen


def last_look(user: User) -> datetime | None:
    """Up to when a person has read their news; None when they never looked."""
    return Seen.objects.filter(user=user).values_list("at", flat=True).first()
