"""What the head of every page says of reminders: unread news, and alarms for the secretariat.

Every page asks for it: one query, each part of it answered from an index.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, DateTimeField, Exists, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.counting import keys
from accounts.models import User
from ui.counting import Counted
from ui.prepared import Given, Prepared

from . import durations, news
from .choices import State
from .health import TASKS, silent_before
from .models import Email, Pulse, Switch
from .reconciliation import FAULTS

MANY_FAILURES = 3
MOST = 999
_LATELY = timedelta(days=1)
_SWITCH = ("held_at", "held_reason", "installation_id", "relay_down_since", "relay_said")


@dataclass(frozen=True)
class Head:
    """How many news there are since the person last looked, and what is wrong, in sentences."""

    unread: int
    alarms: list[str]


def of(user: User, now: datetime) -> Head:
    """What there is to say to a person."""
    if not user.is_secretariat:
        return Head(_UNREAD(user=user.pk)[0]["unread"], [])
    since = {"failed_since": now - _LATELY, "silent_since": silent_before(now)}
    # The switch is missing only where somebody emptied its table.
    found = (_WITH_SWITCH(user=user.pk, **since) or _WITHOUT_SWITCH(user=user.pk, **since))[0]
    return Head(found["unread"], _alarms(dict.fromkeys(_SWITCH) | found, now))


def _unread() -> dict[str, Any]:
    return {"unread": Counted(keys(news.unread_of(_USER), news.MOST + 1))}


def _questions() -> dict[str, Any]:
    """What is asked for the secretariat beside the switch, as columns of any row."""
    ended_long_ago = Pulse.objects.filter(name__in=TASKS, finished__lt=_moment("silent_since"))
    proof = Pulse.objects.filter(name="reconcile")
    failed = Email.objects.failed_since(_moment("failed_since"))
    log = Pulse.objects.filter(name="verify")
    return _unread() | {
        "is_silent": Exists(ended_long_ago),
        "proof": Subquery(proof.values("counts")),
        "log": Subquery(log.values("counts")),
        "failed": Counted(keys(failed, MOST)),
        "undecided": Counted(keys(Email.objects.filter(state=State.HELD), MOST)),
    }


def _moment(name: str) -> Given:
    return Given(name, DateTimeField())


_USER = Given("user", BigIntegerField())
_UNREAD = Prepared(lambda: User.objects.filter(pk=_USER).values(**_unread()))
_WITH_SWITCH = Prepared(lambda: Switch.objects.filter(pk=1).values(*_SWITCH, **_questions()))
_WITHOUT_SWITCH = Prepared(lambda: User.objects.filter(pk=_USER).values(**_questions()))


def _alarms(answers: Mapping[str, Any], now: datetime) -> list[str]:
    found = [
        _silent(answers["is_silent"]),
        _stopped(answers),
        _away(answers, now),
        _many_failed(answers["failed"]),
        _flood(answers["undecided"]),
        _forgotten(answers["proof"] or {}),
        _touched(answers["log"] or {}),
    ]
    return [said for said in found if said]


def _silent(is_silent: bool) -> str:
    """What never ran has not been started yet: the health page says so, no alarm."""
    return _("Reminders are not running.") if is_silent else ""


def _stopped(answers: Mapping[str, Any]) -> str:
    if answers["held_at"]:
        return _("Reminders are stopped: %(why)s") % {"why": _(answers["held_reason"])}
    if answers["installation_id"] and answers["installation_id"] != settings.INSTALLATION_ID:
        return _("This copy is not the installation that sends: nothing goes out.")
    return ""


def _away(answers: Mapping[str, Any], now: datetime) -> str:
    since = answers["relay_down_since"]
    if since is None or now - since < durations.BANNER():
        return ""
    return _("The mail server has been away for a while; mail waits for it. It said: %(said)s") % {
        "said": answers["relay_said"] or _("nothing")
    }


def _many_failed(failed: int) -> str:
    """Several mails that were given up: one alone is the business of its address."""
    if failed < MANY_FAILURES:
        return ""
    said = ngettext("%(n)s mail failed within a day.", "%(n)s mails failed within a day.", failed)
    return said % {"n": failed}


def _flood(held: int) -> str:
    said = ngettext(
        "%(n)s mail waits for a decision of an administrator.",
        "%(n)s mails wait for a decision of an administrator.",
        held,
    )
    return said % {"n": held} if held else ""


def _forgotten(proof: Mapping[str, int]) -> str:
    """What the hourly proof found; each number should be 0."""
    wrong = sum(proof.get(name, 0) for name in FAULTS)
    said = ngettext(
        "%(n)s promise does not add up: see the health page.",
        "%(n)s promises do not add up: see the health page.",
        wrong,
    )
    return said % {"n": wrong} if wrong else ""


def _touched(log: Mapping[str, int]) -> str:
    """What the nightly check of the seals found."""
    if not log.get("problems"):
        return ""
    return _("The log of events is not as it was written: see the health page.")
