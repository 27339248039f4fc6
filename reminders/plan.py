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
from functools import cache
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.asking import today_of
from accounts.models import User
from commitments.models import Obligation

from . import brakes, due, rules
from .choices import Capacity, Kind, Outcome, Reason, State
from .due import Round
from .failpoints import here
from .hindrances import Wishes, unreachable
from .ladder import Ladders
from .models import Absence, Email, Pulse, Reminder
from .policy import Policies, schedule
from .querysets import Told, readable

logger = logging.getLogger(__name__)

PEOPLE_AT_ONCE = 2000
# Whose mails are written in one transaction. If one of them was planned meanwhile, each gets its own.
PEOPLE_TOGETHER = 100
# A reader who answers for nobody: whoever is active may read what they may. Most lines are such,
# and asking once for all costs less than asking for each person.
ANYBODY = User(pk=0)


class Tell(NamedTuple):
    """One thing to tell, and to whom: the person whom it concerns, or who stands in for them."""

    recipient: int
    row: Told


@dataclass(frozen=True)
class Part:
    """Some people of a round, and all that they are to be told."""

    round: Round
    people: dict[int, User]
    rows: list[Tell]


def run(*, now: datetime) -> dict[str, int]:
    """Write every promise that is due at `now`. Returns how many mails and lines were written."""
    Pulse.objects.began("plan", now)
    began = time.monotonic()
    counts: Counter[str] = Counter(mails=0, included=0, superseded=0, suppressed=0)
    ladders = Ladders.of(Policies.stored())
    parts = missing(User.objects.order_by("pk"), now, ladders)
    # Counted before anything is written: a flood waits for a person to let it go.
    mails = len({tell.recipient for part in parts for tell in part.rows})
    state = brakes.state_of_new(mails, now)
    for part in parts:
        counts.update(_plan(part, ladders, state, now))
    Pulse.objects.ended("plan", now + timedelta(seconds=time.monotonic() - began), dict(counts))
    return dict(counts)


def missing(people: Iterable[User], now: datetime, ladders: Ladders) -> list[Part]:
    """What has to be written at a moment, for people who get mail then. Reads only."""
    return [
        Part(told, some, _to_tell(told, some, ladders, now))
        for told, those in rounds(people, now).items()
        for some in _in_parts(_not_yet_told(those, told.today))
    ]


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
            found[Round(today_of(person, now), days, not usual)].append(person)
    return found


def _not_yet_told(people: list[User], today: date) -> list[User]:
    """Whoever has a digest of the day already waits for tomorrow's."""
    told = set(Email.objects.of_the_day(today).values_list("recipient", flat=True))
    return [person for person in people if person.pk not in told]


def _in_parts(people: list[User]) -> Iterator[dict[int, User]]:
    for start in range(0, len(people), PEOPLE_AT_ONCE):
        yield {person.pk: person for person in people[start : start + PEOPLE_AT_ONCE]}


def _to_tell(told: Round, people: dict[int, User], ladders: Ladders, now: datetime) -> list[Tell]:
    """What these people are to be told, for themselves or in the place of somebody who is away."""
    away = Absence.objects.stand_ins(told.today)
    asked = {*people, *(user for user, other in away.items() if other.pk in people)}
    found = sorted(due.to_tell(asked, told, ladders, now))
    readers = _readers(found, away, now)
    tells = (Tell(_whom(row, away, readers), row) for row in found)
    return [tell for tell in tells if tell.recipient in people]


def _readers(found: list[Told], away: dict[int, User], now: datetime) -> set[tuple[int, int]]:
    """Who stands in for whom, and may read of which line: standing in gives no rights."""
    theirs: dict[int, set[int]] = defaultdict(set)
    for row in found:
        if row.person in away:
            theirs[row.person].add(row.line)
    return {
        (user, line) for user, lines in theirs.items() for line in readable(away[user], lines, now)
    }


def _whom(row: Told, away: dict[int, User], readers: set[tuple[int, int]]) -> int:
    return away[row.person].pk if (row.person, row.line) in readers else row.person


@dataclass(frozen=True)
class Desk:
    """All that is known about the lines and wishes of one part of a round."""

    round: Round
    lines: dict[int, Obligation]
    wishes: Wishes
    ladders: Ladders
    now: datetime

    @classmethod
    def of(cls, part: Part, ladders: Ladders, now: datetime) -> "Desk":
        keys = {tell.row.line for tell in part.rows}
        lines = Obligation.objects.select_related("next_deadline", "commitment").only(
            "registered_at",
            "remind_backlog",
            "party",
            "commitment__meeting",
            "next_deadline__due",
            "next_deadline__created_at",
        )
        told = {pk for tell in part.rows for pk in (tell.recipient, tell.row.person)}
        wishes = Wishes.of(
            User.objects.filter(pk__in=told),
            keys,
            site=ladders.policies.site,
            today=part.round.today,
            now=now,
        )
        return cls(part.round, lines.in_bulk(keys), wishes, ladders, now)

    def reached(self, line: Obligation, row: Told) -> list[rules.Step]:
        """The steps that a row stands for, the one that speaks last."""
        deadline = line.next_deadline
        if rules.offset_of(row.occasion) is not None and deadline and deadline.due:
            today = self.round.today
            return rules.reached(
                deadline.due,
                today,
                self.round.days,
                schedule(self.ladders.policies.of(line)),
                ended=self.ladders.has_ended(line, today),
            )
        rungs = [step for step in self.ladders.steps(line) if step.occasion == row.occasion]
        return rungs or [rules.Step(row.occasion, self.round.today, self.round.today)]


def _plan(part: Part, ladders: Ladders, state: State, now: datetime) -> Counter[str]:
    counts: Counter[str] = Counter()
    for some in _together(part):
        desk = Desk.of(some, ladders, now)
        common = readable(ANYBODY, desk.lines, now)
        written: dict[User, list[Reminder]] = {}
        for pk, theirs in _by_recipient(some.rows).items():
            person = part.people[pk]
            closed = {row.line for row in theirs} - common
            may_read = common | (readable(person, closed, now) if closed else set())
            written[person] = list(promises(person, theirs, may_read, desk))
        counts.update(_tell(written, part.round, state, now))
    return counts


def _together(part: Part) -> Iterator[Part]:
    """Some people at a time, in one order, so that planners at the same time meet and do not cross."""
    recipients = sorted({tell.recipient for tell in part.rows})
    by_recipient: dict[int, list[Tell]] = defaultdict(list)
    for tell in part.rows:
        by_recipient[tell.recipient].append(tell)
    for start in range(0, len(recipients), PEOPLE_TOGETHER):
        some = recipients[start : start + PEOPLE_TOGETHER]
        yield Part(part.round, part.people, [tell for pk in some for tell in by_recipient[pk]])


def _by_recipient(tells: Iterable[Tell]) -> dict[int, list[Told]]:
    found: dict[int, list[Told]] = defaultdict(list)
    for tell in tells:
        found[tell.recipient].append(tell.row)
    return found


def promises(
    person: User, theirs: list[Told], may_read: set[int], desk: Desk
) -> Iterator[Reminder]:
    """What the ledger gains for one person. Only the latest reached step of a line speaks.

    `may_read` are the keys of the lines that the person may read.
    """
    own = {(row.line, row.occasion) for row in theirs if row.person == person.pk}
    own |= _heard_already(person, theirs)
    loudest = _loudest(theirs)
    for row in theirs:
        line = desk.lines[row.line]
        steps = desk.reached(line, row)
        for step in steps:
            promise = _promise(person, row, step, line, desk.now)
            if row.person != person.pk and (row.line, step.occasion) in own:
                _leave_to_them(promise, row.person)
            else:
                is_event = rules.event_of(row.occasion) is not None
                is_latest = is_event or (step is steps[-1] and loudest[row.line, row.person] == row)
                promise.is_backlog = _is_over(step, line, person)
                promise.outcome, promise.reason = _verdict(
                    promise, row, person, row.line in may_read, is_latest, desk
                )
            yield promise


def _promise(
    person: User, row: Told, step: rules.Step, line: Obligation, now: datetime
) -> Reminder:
    is_event = rules.event_of(row.occasion) is not None
    return Reminder(
        obligation=line,
        deadline=None if is_event else line.next_deadline,
        recipient=person,
        stands_for_id=None if row.person == person.pk else row.person,
        capacity=row.capacity if row.person == person.pk else Capacity.STAND_IN,
        occasion=step.occasion,
        planned_at=now,
    )


def _heard_already(person: User, theirs: list[Told]) -> set[tuple[int, str]]:
    """What somebody who stands in knows of these lines from mail of their own."""
    lines = {row.line for row in theirs if row.person != person.pk}
    if not lines:
        return set()
    rows = Reminder.objects.live().filter(
        recipient=person, obligation__in=lines, deadline=F("obligation__next_deadline")
    )
    return set(rows.values_list("obligation", "occasion"))


def _leave_to_them(promise: Reminder, whose: int) -> None:
    """Whoever stands in hears of it for themselves, so the person who is away needs no line of theirs."""
    promise.recipient_id, promise.stands_for_id = whose, None
    promise.outcome, promise.reason = Outcome.SUPPRESSED, Reason.STOOD_IN


def _loudest(theirs: list[Told]) -> dict[tuple[int, int], Told]:
    """Which of several occasions about one line speaks for the others, by line and whose it is."""
    found: dict[tuple[int, int], Told] = {}
    for row in sorted(theirs, key=lambda row: _loudness(row.occasion)):
        if rules.event_of(row.occasion) is None:
            found[row.line, row.person] = row
    return found


def _loudness(occasion: str) -> int:
    """The highest rung speaks, else a step, else the end of a snooze."""
    if occasion in rules.RUNGS:
        return 2 + list(rules.RUNGS).index(occasion)
    return int(rules.offset_of(occasion) is not None)


def _is_over(step: rules.Step, line: Obligation, person: User) -> bool:
    """Whether the day of a step had passed when the line was registered."""
    entered = line.next_deadline.created_at if line.next_deadline else line.registered_at
    return rules.is_before_registration(
        step, entered=entered, registered=line.registered_at, zone=person.zone
    )


def _verdict(
    promise: Reminder, row: Told, person: User, may_read: bool, is_latest: bool, desk: Desk
) -> tuple[str, str]:
    if promise.is_backlog and not promise.obligation.remind_backlog:
        return Outcome.SUPERSEDED, Reason.BEFORE_REGISTRATION
    if not is_latest:
        return Outcome.SUPERSEDED, Reason.OVERTAKEN
    reason = unreachable(person, may_read)
    reason = reason or desk.wishes.against(person, row.line, promise.occasion, row.person)
    return (Outcome.SUPPRESSED, reason) if reason else (Outcome.INCLUDED, "")


def _tell(
    written: dict[User, list[Reminder]], told: Round, state: State, now: datetime
) -> Counter[str]:
    """Write the mails and ledger lines of some people; what belongs to one person, all or nothing."""
    try:
        return _write(written, told, state, now)
    except IntegrityError as error:
        # Another planner was quicker. Its rows are complete: they were committed together.
        logger.info("Planned by another process at the same time: %s", error)
    if len(written) == 1:
        return Counter()
    counts: Counter[str] = Counter()
    for person, rows in written.items():
        counts.update(_tell({person: rows}, told, state, now))
    return counts


def _write(
    written: dict[User, list[Reminder]], told: Round, state: State, now: datetime
) -> Counter[str]:
    """Returns how many mails and lines were written. There is no mail where there is nothing to say."""
    rows = [row for theirs in written.values() for row in theirs]
    said = [row for row in rows if row.outcome == Outcome.INCLUDED]
    here("planning")
    with transaction.atomic():
        mails = Email.objects.bulk_create(_digests(written, told, state, now))
        here("plan mail")
        by_person = {mail.recipient_id: mail for mail in mails}
        for row in said:
            row.email = by_person[row.recipient_id]
        Reminder.objects.bulk_create(said)
        # Older steps of a line have their line already when an earlier one was told.
        unsaid = [row for row in rows if row.outcome != Outcome.INCLUDED]
        Reminder.objects.bulk_create(unsaid, ignore_conflicts=True)
        here("plan rows")
    here("planned")
    return Counter({"mails": len(mails), **Counter(str(row.outcome) for row in rows)})


def _digests(
    written: dict[User, list[Reminder]], told: Round, state: State, now: datetime
) -> Iterator[Email]:
    # A backlog that somebody asked for waits for an administrator, however small it is.
    of_backlog = cache(lambda: brakes.state_of_backlog(now))
    for person, rows in written.items():
        said = [row for row in rows if row.outcome == Outcome.INCLUDED]
        if said:
            is_backlog = any(row.is_backlog for row in said)
            yield _digest(person, said, told, of_backlog() if is_backlog else state, now)


def _digest(person: User, said: list[Reminder], told: Round, state: State, now: datetime) -> Email:
    urgent = any(row.offset in rules.URGENT for row in said)
    return Email(
        kind=Kind.DIGEST,
        state=state,
        recipient=person,
        slot=told.today,
        created_at=now,
        not_before=now,
        expires_at=rules.end_of_delivery(told.today, zone=person.zone, urgent=urgent),
    )
