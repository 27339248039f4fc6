"""When a reminder is due and when mail may go out. Pure functions; time is always an argument."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from django.utils.crypto import salted_hmac

from .choices import Rung

# These two are told until midnight; for all others the day ends at EVENING.
URGENT = frozenset({-1, 0})
EVENING = time(21)
EVERY_DAY = frozenset(range(1, 8))
# A step moves by less than a week when a person gets mail on one weekday only.
LONGEST_MOVE = 6
# Long after the due day steps come every so many days, and so often at most: three years.
MONTH = 30
MOST_MONTHS = 36
# Whom a line is brought to, in the order of the ladder, by the names that the ledger gives to it.
RUNGS = {f"E{number}": rung.value for number, rung in enumerate(Rung, start=1)}
_STEP = re.compile(r"(T-?|O\+)([0-9]{1,4})")


@dataclass(frozen=True)
class Schedule:
    """On which days from the due day people are told; days before it are negative.

    `monthly`: after the last day every 30 days, for as long as nobody higher up has been told.
    """

    offsets: tuple[int, ...] = (-30, -14, -7, -1, 0, 1, 3, 7, 14)
    monthly: bool = True

    @property
    def last(self) -> int:
        """The day from which the monthly steps are counted."""
        return max((*self.offsets, 0))

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last offset that a step can have."""
        months = MOST_MONTHS * MONTH if self.monthly else 0
        return min((*self.offsets, 0)), self.last + months


STANDARD = Schedule()
OFFSETS = STANDARD.offsets


@dataclass(frozen=True)
class Step:
    """One day on which a person is told about a deadline. `day` is the one that they get mail on."""

    occasion: str
    nominal: date
    day: date

    @property
    def offset(self) -> int | None:
        """Days from the due day; None for a rung of the ladder."""
        return offset_of(self.occasion)

    @property
    def is_urgent(self) -> bool:
        return self.offset in URGENT


def occasion(offset: int) -> str:
    """The name of a step in the ledger: "T-30" … "T-1", "T0", "O+1" …"""
    if offset > 0:
        return f"O+{offset}"
    return f"T-{-offset}" if offset else "T0"


@lru_cache(maxsize=1024)
def offset_of(name: str) -> int | None:
    """The days from the due day that a step's name says; None for an occasion that is no step."""
    found = _STEP.fullmatch(name)
    if not found:
        return None
    days = int(found[2])
    return days if found[1] == "O+" else -days


def snooze(until: date) -> str:
    """The occasion of a line that was to be quiet until a day: told again on it."""
    return f"S:{until.isoformat()}"


def is_snooze(name: str) -> bool:
    return name.startswith("S:")


def event(key: int) -> str:
    """The occasion of something that happened, by the key of its event in the log."""
    return f"V{key}"


def event_of(name: str) -> int | None:
    """The key of the event that an occasion names; None for another occasion."""
    return int(name[1:]) if name[:1] == "V" and name[1:].isdecimal() else None


def delivery_days(days: Collection[int]) -> frozenset[int]:
    """ISO weekdays on which a person gets mail. None chosen means all: nothing is lost that way."""
    return frozenset(days) & EVERY_DAY or EVERY_DAY


def delivery_day(nominal: date, *, days: Collection[int], earlier: bool) -> date:
    """The day of mail for something that falls on `nominal`: the last one before, or the next one."""
    move = timedelta(days=-1 if earlier else 1)
    while nominal.isoweekday() not in days:
        nominal += move
    return nominal


def steps(
    due: date,
    days: Collection[int] = EVERY_DAY,
    schedule: Schedule = STANDARD,
    *,
    months: int = 0,
) -> list[Step]:
    """The steps of a deadline for a person who gets mail on these ISO weekdays, in order.

    `months` is how many of the monthly steps there are.
    """
    days = delivery_days(days)
    later = (schedule.last + MONTH * number for number in range(1, months + 1))
    nominal = [(offset, due + timedelta(days=offset)) for offset in (*schedule.offsets, *later)]
    return [
        Step(occasion(offset), day, delivery_day(day, days=days, earlier=offset <= 0))
        for offset, day in nominal
    ]


def reached(
    due: date,
    today: date,
    days: Collection[int] = EVERY_DAY,
    schedule: Schedule = STANDARD,
    *,
    ended: bool = True,
) -> list[Step]:
    """The steps whose day has come or passed, in order. Never "equals today": days get lost.

    `ended` says that the ladder came to its end: then there are no monthly steps.
    """
    months = 0 if ended else _months(schedule, (today - due).days)
    found = steps(due, days, schedule, months=months)
    return [step for step in found if step.day <= today]


def coming(
    due: date,
    today: date,
    days: Collection[int] = EVERY_DAY,
    schedule: Schedule = STANDARD,
    *,
    ends_on: date | None = None,
) -> list[Step]:
    """The steps that are still ahead; monthly ones before `ends_on`, the day when the ladder ends.

    None stands for no monthly steps, `date.max` for a ladder that does not end.
    """
    months = _months(schedule, (ends_on - due).days) if ends_on else 0
    ahead = [step for step in steps(due, days, schedule, months=months) if step.day > today]
    usual = due + timedelta(days=schedule.last)
    return [step for step in ahead if step.nominal <= usual or step.day < (ends_on or usual)]


def _months(schedule: Schedule, elapsed: int) -> int:
    """How many monthly steps there are so many days after the due day."""
    if not schedule.monthly:
        return 0
    return max(0, min(MOST_MONTHS, (elapsed - schedule.last) // MONTH))


def due_ranges(
    today: date,
    days: Collection[int] = EVERY_DAY,
    schedule: Schedule = STANDARD,
    ended_by: date = date.max,
) -> list[tuple[date | None, date, int]]:
    """Which due days have which latest reached step today, as (first, last, offset); both included.

    The same rule as `reached`, turned round so that a query can use it: for due days up to `ended_by`
    the ladder came to its end. Each range follows on the one before; the first has no first day.
    """
    return list(_due_ranges(today, frozenset(days), schedule, ended_by))


@lru_cache(maxsize=256)
def _due_ranges(
    today: date, days: frozenset[int], schedule: Schedule, ended_by: date
) -> list[tuple[date | None, date, int]]:
    first, last = schedule.span
    oldest = today - timedelta(days=schedule.last + LONGEST_MOVE)
    # Due days before the oldest one have all the same latest step.
    far = today - timedelta(days=last + LONGEST_MOVE)
    if schedule.monthly and ended_by < oldest:
        oldest = max(ended_by, far)
    ranges: list[tuple[date | None, date, int]] = []
    for number in range((today - oldest).days - first + LONGEST_MOVE + 1):
        due = oldest + timedelta(days=number)
        told = reached(due, today, days, schedule, ended=due <= ended_by)
        offset = told[-1].offset if told else None
        if offset is None:
            continue
        if ranges and ranges[-1][2] == offset and ranges[-1][1] == due - timedelta(days=1):
            ranges[-1] = (ranges[-1][0], due, offset)
        else:
            ranges.append((due if number else None, due, offset))
    if schedule.monthly and date.min < ended_by < far and ranges:
        # A ladder that ended longer ago than the months go on: before it they never came.
        ranges[0] = (ended_by + timedelta(days=1), *ranges[0][1:])
        if told := reached(ended_by, today, days, schedule):
            ranges.insert(0, (None, ended_by, told[-1].offset or 0))
    return ranges


# The ladder -------------------------------------------------------------------------------------


def ladder(
    start: date, rungs: Iterable[Mapping[str, object]], nth: Callable[[date, int], date]
) -> list[Step]:
    """The days on which a line is brought to somebody higher up, in order.

    `start` is the day from which the grace is counted; `nth(day, n)` is the n-th working day after a
    day, of the party that owes the line.
    """
    wanted = {str(rung["rung"]): int(str(rung["after"])) for rung in rungs}
    found = ((name, nth(start, wanted[rung])) for name, rung in RUNGS.items() if rung in wanted)
    return [Step(name, day, day) for name, day in found]


def latest_start(today: date, after: int, nth: Callable[[date, int], date]) -> date:
    """The last day from which a grace of so many working days is over today: `ladder` turned round."""
    return nth(today + timedelta(days=1), -after) - timedelta(days=1)


# Time of mail ------------------------------------------------------------------------------------


def is_before_registration(
    step: Step, *, entered: datetime, registered: datetime, zone: tzinfo
) -> bool:
    """Whether a step was over before the register knew the line.

    Only for a deadline that came with the line. One that an officer enters later is news, however
    late it is: its latest step speaks at once.
    """
    if entered > registered:
        return False
    return max(step.nominal, step.day) < registered.astimezone(zone).date()


def is_delivery_time(
    now: datetime, *, zone: tzinfo, hour: int, days: Collection[int], urgent: bool = False
) -> bool:
    """Whether a person gets mail now: on their days, from their hour to the evening.

    `urgent` is for the day before and the day itself: these may go out until midnight.
    """
    local = now.astimezone(zone)
    if local.isoweekday() not in delivery_days(days) or local.hour < hour:
        return False
    return urgent or local.time() < EVENING


def end_of_delivery(day: date, *, zone: tzinfo, urgent: bool) -> datetime:
    """The instant from which a mail of this local day is too late."""
    if urgent:
        return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
    return datetime.combine(day, EVENING, tzinfo=zone)


def days_to_say(due: date, *, today: date, is_overdue: bool) -> int:
    """Days to the due day as a mail says them, by the calendar of the person who reads it.

    The end of the due day is that of the party's zone: a person elsewhere may have another date at
    that moment, and is still told "late" or "due" as the register counts it.
    """
    days = (due - today).days
    return min(days, -1) if is_overdue else max(days, 0)


def address_hash(address: str) -> str:
    """How an address is remembered without keeping it: keyed, the same for capitals and small letters."""
    return salted_hmac(
        "reminders.address", address.strip().casefold(), algorithm="sha256"
    ).hexdigest()
