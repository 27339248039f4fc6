"""Planning: writing down whom to tell what, once.

Nobody tells the planner anything. Each time it compares the register with the ledger and writes what
is missing, so it may run at any time, late, twice, or in several processes at once.
"""

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from accounts.models import User
from commitments.models import Obligation

from . import brakes, rules
from .choices import Kind, Outcome, Reason, State
from .failpoints import here
from .models import Email, Pulse, Reminder
from .querysets import Told, readable, to_tell

logger = logging.getLogger(__name__)

PEOPLE_AT_ONCE = 500
# A reader who answers for nobody: whoever is active may read what they may. Most lines are such,
# and asking once for all costs less than asking for each person.
ANYBODY = User(pk=0)


@dataclass(frozen=True)
class Round:
    """People who get mail now, on the same local date and the same weekdays."""

    today: date
    days: frozenset[int]
    urgent_only: bool


def run(*, now: datetime) -> dict[str, int]:
    """Write every promise that is due at `now`. Returns how many mails and lines were written."""
    Pulse.objects.began("plan", now)
    began = time.monotonic()
    counts: Counter[str] = Counter(mails=0, included=0, superseded=0, suppressed=0)
    due = missing(User.objects.order_by("pk"), now)
    # Counted before anything is written: a flood waits for a person to let it go.
    mails = len({row.person for _told, _people, rows in due for row in rows})
    state = brakes.state_of_new(mails, now)
    for told, people, rows in due:
        counts.update(_plan(told, people, rows, state, now))
    Pulse.objects.ended("plan", now + timedelta(seconds=time.monotonic() - began), dict(counts))
    return dict(counts)


def rounds(people: Iterable[User], now: datetime) -> dict[Round, list[User]]:
    """Those whose delivery time it is, by what decides about their steps."""
    found: dict[Round, list[User]] = defaultdict(list)
    for person in people:
        days = rules.delivery_days(person.delivery_days)
        urgent, usual = (
            rules.is_delivery_time(
                now, zone=person.zone, hour=person.delivery_hour, days=days, urgent=urgent
            )
            for urgent in (True, False)
        )
        if urgent:
            found[Round(now.astimezone(person.zone).date(), days, not usual)].append(person)
    return found


def promises(
    person: User, lines: dict[Obligation, str], may_read: set[int], told: Round, now: datetime
) -> Iterator[Reminder]:
    """What the ledger gains for one person. Only the latest reached step of a line speaks.

    `lines` have their deadline at hand; the values are capacities. `may_read` are the keys of those
    that the person may read.
    """
    for line, capacity in lines.items():
        deadline = line.next_deadline
        steps = (
            rules.reached(deadline.due, told.today, told.days) if deadline and deadline.due else []
        )
        if not steps or (told.urgent_only and not steps[-1].is_urgent):
            continue
        for step in steps:
            outcome, reason = _verdict(step, steps[-1], line, person, line.pk in may_read)
            yield Reminder(
                obligation=line,
                deadline=deadline,
                recipient=person,
                capacity=capacity,
                occasion=step.occasion,
                outcome=outcome,
                reason=reason,
                planned_at=now,
            )


def _verdict(
    step: rules.Step, latest: rules.Step, line: Obligation, person: User, may_read: bool
) -> tuple[str, str]:
    entered = line.next_deadline.created_at if line.next_deadline else line.registered_at
    if rules.is_before_registration(
        step, entered=entered, registered=line.registered_at, zone=person.zone
    ):
        return Outcome.SUPERSEDED, Reason.BEFORE_REGISTRATION
    if step is not latest:
        return Outcome.SUPERSEDED, Reason.OVERTAKEN
    if reason := hindrance(person, may_read):
        return Outcome.SUPPRESSED, reason
    return Outcome.INCLUDED, ""


def hindrance(person: User, may_read: bool) -> Reason | None:
    """Why a person cannot be told, if so."""
    if not person.is_active:
        return Reason.INACTIVE
    if not person.email:
        return Reason.NO_ADDRESS
    return None if may_read else Reason.NOT_VISIBLE


def _not_yet_told(people: list[User], today: date) -> list[User]:
    """Whoever has a digest of the day already waits for tomorrow's."""
    told = set(Email.objects.of_the_day(today).values_list("recipient", flat=True))
    return [person for person in people if person.pk not in told]


def _in_parts(people: list[User]) -> Iterator[dict[int, User]]:
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        yield {person.pk: person for person in people[start : start + PEOPLE_AT_ONCE]}


def missing(
    people: Iterable[User], now: datetime
) -> list[tuple[Round, dict[int, User], set[Told]]]:
    """What has to be written at a moment, for people who get mail then. Reads only."""
    return [
        (told, some, _missing(told, some))
        for told, those in rounds(people, now).items()
        for some in _in_parts(_not_yet_told(those, told.today))
    ]


def _missing(told: Round, people: dict[int, User]) -> set[Told]:
    return to_tell(list(people), today=told.today, days=told.days, urgent_only=told.urgent_only)


def _plan(
    told: Round, people: dict[int, User], lacking: set[Told], state: State, now: datetime
) -> Counter[str]:
    lines = Obligation.objects.select_related("next_deadline").in_bulk(
        {row.line for row in lacking}
    )
    common = readable(ANYBODY, lines, now)
    counts: Counter[str] = Counter()
    for pk, theirs in _by_person(lacking, lines).items():
        person = people[pk]
        closed = [line.pk for line in theirs if line.pk not in common]
        may_read = common | (readable(person, closed, now) if closed else set())
        rows = list(promises(person, theirs, may_read, told, now))
        counts.update(_tell(person, rows, told, state, now))
    return counts


def _by_person(
    missing: Iterable[Told], lines: dict[int, Obligation]
) -> dict[int, dict[Obligation, str]]:
    found: dict[int, dict[Obligation, str]] = defaultdict(dict)
    for row in sorted(missing):
        found[row.person][lines[row.line]] = row.capacity
    return found


def _tell(
    person: User, rows: list[Reminder], told: Round, state: State, now: datetime
) -> Counter[str]:
    """Write one person's mail and ledger lines, all or nothing."""
    try:
        mails = _write(person, rows, told, state, now)
    except IntegrityError as error:
        # Another planner was quicker. Its rows are complete: they were committed together.
        logger.info("Planned by another process at the same time: %s", error)
        return Counter()
    return Counter({"mails": mails, **Counter(str(row.outcome) for row in rows)})


def _write(person: User, rows: list[Reminder], told: Round, state: State, now: datetime) -> int:
    """The number of mails written: one, or none when there is nothing to say."""
    said = [row for row in rows if row.outcome == Outcome.INCLUDED]
    unsaid = [row for row in rows if row.outcome != Outcome.INCLUDED]
    here("planning")
    with transaction.atomic():
        if said:
            email = _digest(person, said, told, state, now)
            here("plan mail")
            for row in said:
                row.email = email
            Reminder.objects.bulk_create(said)
        # Older steps of a line have their line already when an earlier one was told.
        Reminder.objects.bulk_create(unsaid, ignore_conflicts=True)
        here("plan rows")
    here("planned")
    return int(bool(said))


def _digest(person: User, said: list[Reminder], told: Round, state: State, now: datetime) -> Email:
    urgent = any(row.offset in rules.URGENT for row in said)
    return Email.objects.create(
        kind=Kind.DIGEST,
        state=state,
        recipient=person,
        slot=told.today,
        created_at=now,
        not_before=now,
        expires_at=rules.end_of_delivery(told.today, zone=person.zone, urgent=urgent),
    )
