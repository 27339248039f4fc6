"""Whether reminders run and mail goes out: judged by work done, never by processes alive."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import durations
from .models import Email, Pulse, Switch
from .reconciliation import FAULTS

TASKS = ("plan", "send")
SILENT_AFTER = timedelta(minutes=3)
MANY_FAILURES = 3


@dataclass(frozen=True)
class Beat:
    """One regular task: when it last came to its end, and whether that is too long ago."""

    name: str
    finished: datetime | None
    is_late: bool
    counts: dict[str, int]

    @property
    def next_at(self) -> datetime | None:
        return self.finished + timedelta(seconds=settings.TICK_SECONDS) if self.finished else None


def beats(now: datetime) -> list[Beat]:
    """The heartbeats of planning and sending."""
    pulses = Pulse.objects.by_name()
    return [_beat(name, pulses.get(name), now) for name in TASKS]


def is_well(now: datetime) -> bool:
    return not any(beat.is_late for beat in beats(now))


def _beat(name: str, pulse: Pulse | None, now: datetime) -> Beat:
    finished = pulse.finished if pulse else None
    # Where ticks are rarer than usual, two of them may be missed.
    patience = max(SILENT_AFTER, timedelta(seconds=3 * settings.TICK_SECONDS))
    is_late = finished is None or finished < now - patience
    return Beat(name, finished, is_late, pulse.counts if pulse else {})


def alarms(now: datetime) -> list[str]:
    """What a person of the secretariat has to know at once, in sentences. Empty when all is well.

    Asked for on every page of theirs: three questions, each of them answered from an index.
    """
    pulses = Pulse.objects.by_name()
    switch = Switch.objects.filter(pk=1).first() or Switch()
    mails = Email.objects.trouble(now)
    found = [
        _silent(pulses, now),
        _stopped(switch),
        _away(switch, now),
        _many_failed(mails["failed"]),
        _flood(mails["held"]),
        _forgotten(pulses.get("reconcile")),
    ]
    return [said for said in found if said]


def _silent(pulses: dict[str, Pulse], now: datetime) -> str:
    """What never ran has not been started yet: the health page says so, no alarm."""
    ran = (_beat(name, pulses.get(name), now) for name in TASKS)
    silent = any(beat.is_late and beat.finished for beat in ran)
    return _("Reminders are not running.") if silent else ""


def _stopped(switch: Switch) -> str:
    if switch.held_at:
        return _("Reminders are stopped: %(why)s") % {"why": _(switch.held_reason)}
    if switch.installation_id and switch.installation_id != settings.INSTALLATION_ID:
        return _("This copy is not the installation that sends: nothing goes out.")
    return ""


def _away(switch: Switch, now: datetime) -> str:
    since = switch.relay_down_since
    if since is None or now - since < durations.BANNER():
        return ""
    return _("The mail server has been away for a while; mail waits for it. It said: %(said)s") % {
        "said": switch.relay_said or _("nothing")
    }


def _many_failed(failed: int) -> str:
    """Several mails that were given up: one alone is the business of its address."""
    if failed < MANY_FAILURES:
        return ""
    said = ngettext("%(n)s mail failed within a day.", "%(n)s mails failed within a day.", failed)
    return said % {"n": failed}


def _flood(held: int) -> str:
    said = ngettext(
        "%(n)s mail waits for a decision: too many came up at once.",
        "%(n)s mails wait for a decision: too many came up at once.",
        held,
    )
    return said % {"n": held} if held else ""


def _forgotten(proof: Pulse | None) -> str:
    """What the hourly proof found; each number should be 0."""
    wrong = sum(proof.counts.get(name, 0) for name in FAULTS) if proof else 0
    said = ngettext(
        "%(n)s promise does not add up: see the health page.",
        "%(n)s promises do not add up: see the health page.",
        wrong,
    )
    return said % {"n": wrong} if wrong else ""
