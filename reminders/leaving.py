"""What mail knows of somebody who is forgotten, and what they answer for in it."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.asking import today_of
from accounts.forgetting import Held
from accounts.models import User

from .choices import Reason, State
from .models import Absence, Email, Feed, Mute, Policy, Reminder, Seen

# A letter of a script that puts spaces between words; Chinese and Japanese do not.
_LETTER = r"[^\W\d_\u3040-\u30ff\u3400-\u9fff]"
_NO_LETTER_BEFORE, _NO_LETTER_AFTER = f"(?<!{_LETTER})", f"(?!{_LETTER})"


def held(user: User, now: datetime) -> list[Held]:
    """Being the head of the secretariat in a policy, and standing in for somebody."""
    today = today_of(user, now)
    away = Absence.objects.filter(stand_in=user, ends_on__gte=today).select_related("user")
    heads = Policy.objects.filter(head=user).exists()
    return [
        *([Held(_("Head of secretariat"), reverse("reminders:policy"))] if heads else []),
        *(
            Held(_("Stands in for %(name)s until the days away end") % {"name": row.user})
            for row in away.order_by("pk")
        ),
    ]


def forget(was: User, user: User, now: datetime) -> int:
    """Cancel the mail that waits for a person, and take their name and address out of every mail.

    The ledger stays: that somebody was told, of which line, when and with which result.
    """
    own = Email.objects.filter(Q(recipient=user) | Q(to_address__iexact=was.email))
    waiting = own.filter(state__in=[State.WAITING, State.HELD])
    Reminder.objects.filter(email__in=waiting).void(Reason.INACTIVE)
    waiting.update(state=State.CANCELLED, error=Reason.INACTIVE, lease_until=None)
    emptied = own.update(to_address=user.email, subject="", frozen=None, reply="")
    return emptied + sum(_unname(mail, was.name) for mail in _naming(was.name))


def _naming(name: str) -> Iterable[Email]:
    return Email.objects.filter(subject__contains=name).only("subject")


def _unname(mail: Email, name: str) -> int:
    """Take a name out of a subject, where it is no part of another word; says whether it stood there."""
    subject = re.sub(rf"{_NO_LETTER_BEFORE}{re.escape(name)}{_NO_LETTER_AFTER}", "…", mail.subject)
    return Email.objects.filter(pk=mail.pk).exclude(subject=subject).update(subject=subject)


# What mail knows of a person is theirs to see: it names lines by their number alone.
SHOWN: dict[Any, Callable[[User, datetime], Any]] = {
    Absence: lambda user, now: Absence.objects.filter(user=user),
    Email: lambda user, now: Email.objects.filter(recipient=user),
    Feed: lambda user, now: Feed.objects.filter(user=user),
    Mute: lambda user, now: Mute.objects.filter(user=user),
    Reminder: lambda user, now: Reminder.objects.filter(recipient=user),
    Seen: lambda user, now: Seen.objects.filter(user=user),
}
