"""What is due to whom at a moment and stands in no line of the ledger. Selected by the database.

A tick that finds nothing costs a few statements, whatever the size of the register.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from commitments.models import Obligation

from . import rules
from .changes import to_hear
from .ladder import Ladders, on_rung, restarts
from .models import Mute, Reminder
from .policy import schedule
from .querysets import Told, pairs, recipients

# A line that was to be quiet until a day long ago is not told for that any more.
LONGEST_SNOOZE_LATE = timedelta(days=30)


@dataclass(frozen=True)
class Round:
    """People who get mail now, on the same local date and the same ISO weekdays.

    Late in the evening only urgent steps speak.
    """

    today: date
    days: frozenset[int]
    urgent_only: bool = False


def to_tell(people: Collection[int], round_: Round, ladders: Ladders, now: datetime) -> set[Told]:
    """What these people have to be told and have not been: the latest step, rungs, ends of snoozes."""
    asked = list(people)
    queries = list(_steps(round_, ladders))
    if not round_.urgent_only:
        queries += _rungs(dated(), round_.today, ladders)
    found = pairs(
        query.filter(told__in=asked).exclude(Exists(_told_already())) for query in queries
    )
    found = _without_new_grace(found, round_.today, ladders)
    if round_.urgent_only:
        return found
    return found | _snoozes(asked, round_.today, ladders) | to_hear(asked, round_.today, now)


def dated() -> Any:
    """Lines that reminders are about: open, with a date, and no report waiting for an answer."""
    return Obligation.objects.open().not_awaiting().filter(next_deadline__isnull=False)


def _steps(round_: Round, ladders: Ladders) -> list[Any]:
    lines = dated().annotate(occasion=_latest_occasion(round_, ladders)).exclude(occasion="")
    if round_.urgent_only:
        lines = lines.filter(occasion__in=[rules.occasion(offset) for offset in rules.URGENT])
    return recipients(lines, round_.today)


def _latest_occasion(round_: Round, ladders: Ladders) -> Case:
    """The SQL twin of rules.reached: the name of the latest reached step, empty before the first."""
    return Case(*_whens(round_, ladders), default=Value(""), output_field=models.CharField())


def _whens(round_: Round, ladders: Ladders) -> Iterator[When]:
    for lines, policy in ladders.policies.groups():
        ends = ladders.parties_by_end(policy, round_.today)
        for end, parties in ends.items():
            these = lines & Q(party__in=parties) if len(ends) > 1 else lines
            for first, last, offset in rules.due_ranges(
                round_.today, round_.days, schedule(policy), end
            ):
                yield When(these & _due_between(first, last), then=Value(rules.occasion(offset)))


def _due_between(first: date | None, last: date) -> Q:
    if first is None:
        return Q(next_deadline__due__lte=last)
    return Q(next_deadline__due__range=(first, last))


def on_rungs(
    lines: Collection[int], people: Collection[int], today: date, ladders: Ladders
) -> set[Told]:
    """Which of these lines have come to a rung that one of these people stands on, told or not."""
    queries = _rungs(dated().filter(pk__in=lines), today, ladders)
    if not queries:
        return set()
    found = pairs(query.filter(told__in=people) for query in queries)
    return _without_new_grace(found, today, ladders)


def _rungs(lines: Any, today: date, ladders: Ladders) -> list[Any]:
    found = []
    for name, condition in ladders.reached(today).items():
        there = lines.filter(condition)
        for query in on_rung(there, name, today, ladders.policies.site):
            found.append(query.annotate(occasion=named(name)))
    return found


def named(occasion: str) -> Value:
    """An occasion as the database says it."""
    return Value(occasion, output_field=models.CharField())


def _told_already() -> Any:
    """Told themselves, or somebody in their place."""
    them = Q(recipient=OuterRef("told")) | Q(stands_for=OuterRef("told"))
    return Reminder.objects.live().filter(
        them,
        obligation=OuterRef("pk"),
        deadline=OuterRef("next_deadline"),
        occasion=OuterRef("occasion"),
    )


def _without_new_grace(found: set[Told], today: date, ladders: Ladders) -> set[Told]:
    """Leave out rungs that are not reached after all: their grace began anew."""
    escalated = {row.line for row in found if row.occasion in rules.RUNGS}
    began_anew = restarts(escalated) if escalated else {}
    if not began_anew:
        return found
    lines = Obligation.objects.select_related("next_deadline", "commitment").in_bulk(began_anew)
    reached = {
        (pk, step.occasion)
        for pk, line in lines.items()
        for step in ladders.steps(line, began_anew[pk])
        if step.day <= today
    }
    return {
        row
        for row in found
        if row.occasion not in rules.RUNGS
        or row.line not in began_anew
        or (row.line, row.occasion) in reached
    }


def _snoozes(people: list[int], today: date, ladders: Ladders) -> set[Told]:
    """Lines that people wanted to hear nothing of until a day that has come."""
    ended = Mute.objects.filter(
        user__in=people, until__lte=today, until__gt=today - LONGEST_SNOOZE_LATE
    )
    wanted = {
        (line, user): rules.snooze(until)
        for line, user, until in ended.order_by().values_list("obligation", "user", "until")
        if until
    }
    if not wanted:
        return set()
    lines = dated().filter(pk__in={line for line, _user in wanted})
    users = {user for _line, user in wanted}
    told = pairs(query.filter(told__in=users) for query in recipients(lines, today))
    told |= on_rungs({line for line, _user in wanted}, users, today, ladders)
    written = _written(users, set(wanted.values()))
    return {
        Told(row.line, row.person, row.capacity, name)
        for row in {(row.line, row.person): row for row in told}.values()
        if (name := wanted.get((row.line, row.person)))
        and (row.line, row.person, name) not in written
    }


def _written(users: set[int], occasions: set[str]) -> set[tuple[int, int, str]]:
    """What the ledger tells of these occasions, as (line, whose, occasion)."""
    them = Q(recipient__in=users) | Q(stands_for__in=users)
    rows = Reminder.objects.live().filter(them, occasion__in=occasions)
    keys = rows.order_by().values_list("obligation", "recipient", "stands_for", "occasion")
    return {(line, whose or user, name) for line, user, whose, name in keys}
