"""Whether reminders run and mail goes out: judged by work done, never by processes alive."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from .models import Pulse

TASKS = ("plan", "send")
SILENT_AFTER = timedelta(minutes=3)


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
    is_late = finished is None or is_silent(finished, now)
    return Beat(name, finished, is_late, pulse.counts if pulse else {})


def is_silent(finished: datetime, now: datetime) -> bool:
    """Whether a task that ended at a moment should have ended again by now."""
    return finished < silent_before(now)


def silent_before(now: datetime) -> datetime:
    """Since when a task has to have ended."""
    # Where ticks are rarer than usual, two of them may be missed.
    return now - max(SILENT_AFTER, timedelta(seconds=3 * settings.TICK_SECONDS))
