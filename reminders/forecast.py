"""What will be told next, if nothing changes, and what another policy would change. Stores nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from accounts.asking import today_of
from accounts.models import Event, User
from commitments.models import Obligation

from . import due, rules
from .hindrances import duty
from .ladder import Ladders, on_rung, restarts
from .models import Mute, Policy
from .policy import Policies, schedule
from .querysets import Told, pairs, recipients


@dataclass(frozen=True)
class Coming:
    """One step ahead: this person will be told about this line."""

    step: rules.Step
    line: Obligation
    person: User
    capacity: str


@dataclass(frozen=True)
class Load:
    """How much is told: reminders, and the mails that carry them."""

    reminders: int
    mails: int


@dataclass(frozen=True)
class DryRun:
    """What a change of policy would do: told with the next mail of everybody, and in the days ahead."""

    at_once: Load
    before: Load
    after: Load


def run(
    *, now: datetime, days: int, person: User | None = None, policies: Policies | None = None
) -> list[Coming]:
    """The steps of the next days, today excluded, in order; of one person or of all."""
    today, last = now.date(), now.date() + timedelta(days=days)
    ladders = Ladders.of(policies or Policies.stored())
    lines: Any = due.dated().filter(_can_come(ladders, today, last))
    if person:
        lines = lines.visible_to(person, now)
    told = _told(lines, person, today, ladders)
    people = [person] if person else User.objects.in_bulk({row.person for row in told}).values()
    active = {one.pk: one for one in people if one.is_active}
    rows = _rows(told, active, now, last, ladders)
    return sorted(rows, key=lambda row: (row.step.day, row.person.name, row.line.pk))


def dry_run(*, policies: Policies, now: datetime, days: int) -> DryRun:
    """What would change if these policies held from now on."""
    stored = Policies.stored()
    return DryRun(
        _at_once(policies, now, but=_due_now(stored, now)),
        _load(run(now=now, days=days, policies=stored)),
        _load(run(now=now, days=days, policies=policies)),
    )


def next_steps(
    lines: Iterable[Obligation], today: date, ladders: Ladders
) -> list[tuple[rules.Step, Obligation]]:
    """The steps of the nearest day, each with its line.

    By the calendar alone, for lines with deadline and commitment at hand: weekdays of mail differ by
    person.
    """
    ahead = [
        (step, line)
        for line in lines
        if line.next_deadline and line.next_deadline.due
        for step in _steps(line, today, rules.EVERY_DAY, ladders)[:1]
    ]
    nearest = min((step.day for step, _line in ahead), default=None)
    return [(step, line) for step, line in ahead if step.day == nearest]


def next_rungs(
    lines: Iterable[Obligation], today: date, ladders: Ladders
) -> dict[int, list[tuple[str, date]]]:
    """By line, to whom it will be brought if no report comes, and when: values of `Rung`.

    For lines with deadline and commitment at hand.
    """
    those = list(lines)
    anew = restarts(line.pk for line in those)
    return {
        line.pk: [
            (rules.RUNGS[step.occasion], step.day)
            for step in ladders.steps(line, anew.get(line.pk))
            if step.day > today
        ]
        for line in those
    }


def _can_come(ladders: Ladders, today: date, last: date) -> Q:
    """Lines that can have a step between two days: by their due day, or with a grace that began anew."""
    policies = [policy for _lines, policy in ladders.policies.groups()]
    first = min(schedule(policy).span[0] for policy in policies)
    final = max(schedule(policy).last for policy in policies)
    climb = max((rung["after"] for policy in policies for rung in policy.ladder), default=0)
    # Two weeks of five working days for each week of the ladder, and a month of holidays.
    back = timedelta(days=max(final, climb * 2 + 30) + rules.LONGEST_MOVE)
    until = last + timedelta(days=rules.LONGEST_MOVE - first)
    begun = Event.objects.filter(
        object_type="obligation",
        at__date__gte=today - back,
        action__in=["report.returned", "line.edited"],
    )
    due_then = Q(next_deadline__due__range=(today - back, until))
    return due_then | Q(pk__in=begun.order_by().values("object_id")) | _without_end(policies)


def _without_end(policies: list[Policy]) -> Q:
    """Where monthly steps go on for good, an old line may have one."""
    endless = any(policy.monthly and not policy.ladder for policy in policies)
    return Q(next_deadline__isnull=False) if endless else Q(pk__in=[])


def _told(lines: Any, person: User | None, today: date, ladders: Ladders) -> set[Told]:
    queries = recipients(lines, today)
    for name in rules.RUNGS:
        for query in on_rung(lines, name, today, ladders.policies.site):
            queries.append(query.annotate(occasion=due.named(name)))
    first = [query for query in queries if "occasion" not in query.query.annotations]
    others = [query for query in queries if "occasion" in query.query.annotations]
    return _pairs(first, person) | _pairs(others, person)


def _pairs(queries: list[Any], person: User | None) -> set[Told]:
    if not queries:
        return set()
    return pairs(query.filter(told=person.pk) if person else query for query in queries)


def _rows(
    told: set[Told], people: dict[int, User], now: datetime, last: date, ladders: Ladders
) -> Iterator[Coming]:
    lines = Obligation.objects.for_list().in_bulk({row.line for row in told})
    anew = restarts(row.line for row in told if row.occasion)
    quiet = _Quiet.of(set(people), ladders.policies.site)
    for row in told:
        line, person = lines[row.line], people.get(row.person)
        if person is None:
            continue
        today = today_of(person, now)
        days = rules.delivery_days(person.delivery_days)
        if row.occasion:
            steps = _rung(row.occasion, line, today, days, ladders, anew.get(line.pk))
        else:
            steps = _steps(line, today, days, ladders)
        for step in quiet.heard(steps, person, line, today):
            if step.day <= last:
                yield Coming(step, line, person, row.capacity)


def _steps(
    line: Obligation, today: date, days: frozenset[int], ladders: Ladders
) -> list[rules.Step]:
    assert line.next_deadline
    assert line.next_deadline.due
    plan = schedule(ladders.policies.of(line))
    ends_on = ladders.ends_on(line)
    return rules.coming(line.next_deadline.due, today, days, plan, ends_on=ends_on)


def _rung(
    name: str,
    line: Obligation,
    today: date,
    days: frozenset[int],
    ladders: Ladders,
    anew: datetime | None,
) -> list[rules.Step]:
    """The day on which somebody on a rung hears of a line, if it is ahead."""
    for step in ladders.steps(line, anew):
        if step.occasion == name and step.day > today:
            day = rules.delivery_day(step.day, days=days, earlier=False)
            return [rules.Step(name, step.nominal, day)]
    return []


@dataclass(frozen=True)
class _Quiet:
    """Which lines people keep quiet, and until when."""

    until: dict[tuple[int, int], date | None]
    mandatory: frozenset[str]

    @classmethod
    def of(cls, people: set[int], site: Policy) -> "_Quiet":
        rows = Mute.objects.filter(user__in=people).order_by()
        found = {(user, line): until for user, line, until in
                 rows.values_list("user", "obligation", "until")}  # fmt: skip
        return cls(found, frozenset(site.mandatory))

    def heard(
        self, steps: list[rules.Step], person: User, line: Obligation, today: date
    ) -> list[rules.Step]:
        """What the person hears of these steps, and the day on which the line is told again."""
        key = (person.pk, line.pk)
        if key not in self.until:
            return steps
        until = self.until[key]
        rest = [
            step
            for step in steps
            if duty(step.occasion) in self.mandatory or (until and step.day >= until)
        ]
        if until and until > today and all(step.day != until for step in rest):
            rest.append(rules.Step(rules.snooze(until), until, until))
        return rest


def _due_now(policies: Policies, now: datetime) -> set[Told]:
    """What everybody's next mail would tell, whatever their hour and weekdays."""
    people = User.objects.active().order_by("pk").values_list("pk", flat=True)
    day = due.Round(now.date(), rules.EVERY_DAY)
    return due.to_tell(list(people), day, Ladders.of(policies), now)


def _at_once(policies: Policies, now: datetime, *, but: set[Told]) -> Load:
    found = _due_now(policies, now) - but
    return Load(len(found), len({row.person for row in found}))


def _load(coming: list[Coming]) -> Load:
    return Load(len(coming), len({(row.person.pk, row.step.day) for row in coming}))
