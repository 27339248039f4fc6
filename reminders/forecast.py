"""What will be told next, if nothing changes. Computed from the register; stores nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import User
from commitments.models import Obligation

from . import rules
from .querysets import Told, pairs, recipients


@dataclass(frozen=True)
class Coming:
    """One step ahead: this person will be told about this line."""

    step: rules.Step
    line: Obligation
    person: User
    capacity: str


def run(*, now: datetime, days: int, person: User | None = None) -> list[Coming]:
    """The steps of the next days, today excluded, in order; of one person or of all."""
    last = now.date() + timedelta(days=days)
    lines = (
        Obligation.objects.open()
        .not_awaiting()
        .filter(next_deadline__due__range=_dues(now.date(), last))
    )
    queries = recipients(lines.visible_to(person, now) if person else lines, now.date())
    told = pairs(query.filter(told=person.pk) for query in queries) if person else pairs(queries)
    rows = [row for row in _rows(told, now) if row.step.day <= last]
    return sorted(rows, key=lambda row: (row.step.day, row.person.name, row.line.pk))


def next_steps(lines: Iterable[Obligation], today: date) -> list[tuple[rules.Step, Obligation]]:
    """The steps of the nearest day, each with its line.

    By the calendar alone, for lines with their deadline at hand: weekdays of mail differ by person.
    """
    ahead = [
        (step, line)
        for line in lines
        if line.next_deadline and line.next_deadline.due
        for step in rules.coming(line.next_deadline.due, today)[:1]
    ]
    nearest = min((step.day for step, _line in ahead), default=None)
    return [(step, line) for step, line in ahead if step.day == nearest]


def _dues(today: date, last: date) -> tuple[date, date]:
    """The due days that can have a step between two days."""
    move = timedelta(days=rules.LONGEST_MOVE)
    first, final = (timedelta(days=rules.OFFSETS[end]) for end in (0, -1))
    return today - final - move, last - first + move


def _rows(told: set[Told], now: datetime) -> Iterator[Coming]:
    lines = Obligation.objects.for_list().in_bulk({row.line for row in told})
    people = User.objects.active().in_bulk({row.person for row in told})
    for row in told:
        line, person = lines[row.line], people.get(row.person)
        if person and line.next_deadline and line.next_deadline.due:
            today = now.astimezone(person.zone).date()
            days = rules.delivery_days(person.delivery_days)
            for step in rules.coming(line.next_deadline.due, today, days):
                yield Coming(step, line, person, row.capacity)
