"""What a digest says of each line, and in which group it stands. Asks nothing: all is handed to it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.asking import today_of
from accounts.models import Event, User
from commitments.choices import Basis
from commitments.models import Commitment, Obligation
from commitments.reading import current
from meetings.choices import Sensitivity
from ui import words

from . import links
from .choices import Capacity, Duty
from .links import Purpose
from .models import Reminder
from .rules import days_to_say

LONGEST_QUOTATION = 500
# Between the parts of a quotation that stand apart in the report.
GAP = " […] "
# Control characters, and those that turn the direction of writing round, have no place in one line.
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")
# They answer for the line itself, so that a link can take their answer.
_ANSWERING = frozenset({Capacity.OWNER, Capacity.FOCAL_POINT, Capacity.DEPUTY})
# What wants somebody to do something; all other events only tell.
_AWAITING = frozenset({"report.submitted", "report.returned", "extension.asked"})


class Place(Enum):
    """The groups of a digest, in their order."""

    ESCALATED = gettext_lazy("Escalated to you")
    OVERDUE = gettext_lazy("Overdue")
    SOON = gettext_lazy("Due soon")
    AWAITING = gettext_lazy("Awaiting you")
    CHANGED = gettext_lazy("Changed")

    @property
    def is_urgent(self) -> bool:
        return self in {Place.ESCALATED, Place.OVERDUE}


@dataclass(frozen=True)
class Facts:
    """What the rows of a mail do not say themselves.

    `events` by occasion; `next_rungs` by line: who is told next if nothing is reported, and when;
    `duties`: what is mandatory.
    """

    events: Mapping[str, Event] = field(default_factory=dict)
    next_rungs: Mapping[int, Sequence[tuple[str, date]]] = field(default_factory=dict)
    duties: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Item:
    """One line as a digest tells it. A restricted one has no details, only a link that names nothing."""

    place: Place
    url: str
    is_overdue: bool
    is_restricted: bool
    answer_url: str = ""
    snooze_url: str = ""
    title: str = ""
    quotation: str = ""
    timing: str = ""
    day: str = ""
    basis: str = ""
    reference: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_event(self) -> bool:
        return self.place in {Place.AWAITING, Place.CHANGED}


@dataclass(frozen=True)
class Group:
    """Items under one heading, numbered on from the group before."""

    place: Place
    items: list[tuple[int, Item]]

    @property
    def heading(self) -> Any:
        return self.place.value

    @property
    def is_overdue(self) -> bool:
        return self.place.is_urgent


def groups(items: Sequence[Item]) -> list[Group]:
    """The items by group, the empty ones left out."""
    order = list(Place)
    numbered = list(enumerate(sorted(items, key=lambda item: order.index(item.place)), start=1))
    found = (
        Group(place, [(n, item) for n, item in numbered if item.place is place]) for place in order
    )
    return [group for group in found if group.items]


def item(reminder: Reminder, person: User, facts: Facts, now: datetime) -> Item:
    """What one promise says to its reader."""
    line = reminder.obligation
    event = facts.events.get(reminder.occasion)
    is_overdue = line.due_at is not None and line.due_at <= now
    place = _place(reminder, event, is_overdue)
    if is_restricted(line):
        url = absolute(links.path(Purpose.OPEN, person, line.pk, now))
        return Item(place, url, is_overdue, True)
    return Item(
        place=place,
        is_overdue=is_overdue,
        url=absolute(line.get_absolute_url()),
        is_restricted=False,
        title=one_line(line.commitment.title),
        quotation=_quoted(line.commitment, event),
        reference=line.commitment.reference,
        notes=tuple(_notes(reminder, event)),
        **_acts(reminder, person, facts, is_overdue, now),
        **_when(reminder, person, is_overdue, now),
    )


def is_restricted(line: Obligation) -> bool:
    """Whether a mail may only point to it. The strictest of line, commitment and reports counts."""
    commitment = line.commitment
    reports = [quotation.report for quotation in commitment.quotations.all()]
    levels = {line.sensitivity, commitment.sensitivity, *(report.sensitivity for report in reports)}
    return not levels <= {Sensitivity.PUBLIC, Sensitivity.MEMBERS}


def one_line(text: str) -> str:
    """Flat: no line ends, no control characters, single spaces."""
    return " ".join(_UNWANTED.sub(" ", text).split())


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _place(reminder: Reminder, event: Event | None, is_overdue: bool) -> Place:
    if reminder.occasion.startswith("V"):
        return Place.AWAITING if event and event.action in _AWAITING else Place.CHANGED
    if reminder.occasion.startswith("E"):
        return Place.ESCALATED
    return Place.OVERDUE if is_overdue else Place.SOON


def _acts(
    reminder: Reminder, person: User, facts: Facts, is_overdue: bool, now: datetime
) -> dict[str, Any]:
    """The links by which the reader can act without signing in."""
    line = reminder.obligation
    found: dict[str, str] = {}
    if reminder.occasion.startswith("V"):
        return found
    if reminder.capacity in _ANSWERING and not person.is_mailbox:
        found["answer_url"] = absolute(links.path(Purpose.ANSWER, person, line.pk, now))
    if not _is_mandatory(reminder, facts, is_overdue):
        found["snooze_url"] = absolute(links.path(Purpose.SNOOZE, person, line.pk, now))
    return found


def _is_mandatory(reminder: Reminder, facts: Facts, is_overdue: bool) -> bool:
    if reminder.occasion.startswith("E") and Duty.ESCALATED in facts.duties:
        return True
    return is_overdue and Duty.OVERDUE in facts.duties


def _when(reminder: Reminder, person: User, is_overdue: bool, now: datetime) -> dict[str, Any]:
    deadline = reminder.deadline
    if reminder.occasion.startswith("V") or not deadline or not deadline.due:
        return {}
    today = today_of(person, now)
    days = days_to_say(deadline.due, today=today, is_overdue=is_overdue)
    return {
        "timing": words.in_days(days),
        "day": words.day_words(deadline.due),
        "basis": _basis(deadline.basis),
    }


def _notes(reminder: Reminder, event: Event | None) -> Iterator[str]:
    """Sentences of their own: what happened, who is away, why it comes now."""
    if event:
        yield happened(event)
    if reminder.stands_for:
        yield _("For %(name)s, who is away.") % {"name": one_line(reminder.stands_for.name)}
    if reminder.occasion.startswith("E"):
        yield _("No report came, so it was brought to you.")
    if reminder.occasion.startswith("S:"):
        yield _("You wanted to be told again today.")
    if reminder.occasion.startswith("N"):
        yield _("The secretariat sent this reminder by hand.")


_WHAT: dict[str, str | Promise] = {
    "report.submitted": gettext_lazy("A report was sent and awaits validation."),
    "report.returned": gettext_lazy("The secretariat returned the report. Answer with a new one."),
    "report.accepted": gettext_lazy("The secretariat accepted the report."),
    "extension.asked": gettext_lazy("More time was asked for."),
    "extension.granted": gettext_lazy("More time was granted."),
    "extension.refused": gettext_lazy("More time was refused: the deadline stays."),
}


def happened(event: Event) -> str:
    """What an event means to whoever is told of it, in a sentence."""
    if event.action.startswith("deadline."):
        return _("The deadline was moved: %(day)s.") % {"day": _day_of(event)}
    return str(_WHAT.get(event.action, _("Something on it changed.")))


def _day_of(event: Event) -> str:
    try:
        return words.day_words(date.fromisoformat(str(event.after.get("due"))))
    except ValueError:
        return _("No date set")


def _quoted(commitment: Commitment, event: Event | None) -> str:
    """The words of the report, or those of whoever decided."""
    if event:
        return shortened(one_line(event.why))
    parts = sorted(
        current(commitment.quotations.all()), key=lambda part: (part.report_id, part.start)
    )
    return shortened(one_line(GAP.join(part.text for part in parts)))


def shortened(text: str) -> str:
    if len(text) <= LONGEST_QUOTATION:
        return text
    return text[:LONGEST_QUOTATION].rsplit(" ", 1)[0] + " …"


def _basis(basis: str) -> str:
    """Where the date comes from, as the end of a sentence."""
    return {
        Basis.STATED.value: _("stated in the report"),
        Basis.DERIVED.value: _("derived from the report"),
        Basis.SET.value: _("set by the secretariat"),
    }[basis]
