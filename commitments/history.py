"""The log of a commitment, as a person reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Event
from ui.words import day_words

from .choices import Status
from .models import Commitment, Obligation

WHAT: dict[str, str | Promise] = {
    "commitment.registered": gettext_lazy("entered the commitment"),
    "status.changed": gettext_lazy("changed the status"),
    "done.proposed": gettext_lazy("proposed the line as done"),
    "deadline.set": gettext_lazy("set a deadline"),
    "deadline.moved": gettext_lazy("moved the deadline"),
}


@dataclass(frozen=True)
class Entry:
    """One thing that happened: when, who, to whose line, what, from what to what, and why."""

    at: datetime
    who: str
    line: str
    what: str | Promise
    change: str
    why: str


def entries(commitment: Commitment, lines: Iterable[Obligation]) -> list[Entry]:
    """What happened to a commitment and to the lines given (those that the reader may see), newest first."""
    by_key = {line.pk: line for line in lines}
    events = Event.objects.filter(
        Q(object_type="commitment", object_id=commitment.pk)
        | Q(object_type="obligation", object_id__in=list(by_key))
    ).select_related("actor")
    return [_entry(event, by_key) for event in events]


def _entry(event: Event, lines: dict[int, Obligation]) -> Entry:
    line = lines.get(event.object_id) if event.object_type == "obligation" else None
    return Entry(
        at=event.at,
        who=event.actor.name if event.actor else _("The system"),
        line=str(line.party) if line else "",
        what=WHAT.get(event.action, event.action),
        change=_change(event.action, event.before, event.after),
        why=event.why,
    )


def _change(action: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    if action.startswith("deadline."):
        return f"{_day(before)} → {_day(after)}"
    if action in {"status.changed", "done.proposed"}:
        return f"{_status(before['status'])} → {_status(after.get('proposed', after['status']))}"
    return ""


def _day(told: dict[str, Any]) -> str:
    return day_words(date.fromisoformat(told["due"])) if told.get("due") else _("No date set")


def _status(value: str) -> str:
    return str(Status(value).label) if value in Status.values else value
