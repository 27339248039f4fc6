"""When a reminder is due and when mail may go out. Pure functions; time is always an argument."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.utils.crypto import salted_hmac

# Days from the due day. The order is that in which the steps are reached.
OFFSETS = (-30, -14, -7, -1, 0, 1, 3, 7, 14)
# These two are told until midnight; for all others the day ends at EVENING.
URGENT = frozenset({-1, 0})
EVENING = time(21)
EVERY_DAY = frozenset(range(1, 8))
# A step moves by less than a week when a person gets mail on one weekday only.
LONGEST_MOVE = 6


@dataclass(frozen=True)
class Step:
    """One day on which a person is told about a deadline. `day` is the one that they get mail on."""

    offset: int
    nominal: date
    day: date

    @property
    def occasion(self) -> str:
        return occasion(self.offset)

    @property
    def is_urgent(self) -> bool:
        return self.offset in URGENT


def occasion(offset: int) -> str:
    """The name of a step in the ledger: "T-30" … "T-1", "T0", "O+1" …"""
    if offset > 0:
        return f"O+{offset}"
    return f"T-{-offset}" if offset else "T0"


def offset_of(name: str) -> int | None:
    """The days from the due day that a step's name says; None for an occasion that is no step."""
    return _OFFSETS_BY_NAME.get(name)


_OFFSETS_BY_NAME = {occasion(offset): offset for offset in OFFSETS}


def delivery_days(days: Collection[int]) -> frozenset[int]:
    """ISO weekdays on which a person gets mail. None chosen means all: nothing is lost that way."""
    return frozenset(days) & EVERY_DAY or EVERY_DAY


def delivery_day(nominal: date, *, days: Collection[int], earlier: bool) -> date:
    """The day of mail for something that falls on `nominal`: the last one before, or the next one."""
    move = timedelta(days=-1 if earlier else 1)
    while nominal.isoweekday() not in days:
        nominal += move
    return nominal


def steps(due: date, days: Collection[int] = EVERY_DAY) -> list[Step]:
    """All steps of a deadline for a person who gets mail on these ISO weekdays."""
    days = delivery_days(days)
    nominal = [(offset, due + timedelta(days=offset)) for offset in OFFSETS]
    return [
        Step(offset, day, delivery_day(day, days=days, earlier=offset <= 0))
        for offset, day in nominal
    ]


def reached(due: date, today: date, days: Collection[int] = EVERY_DAY) -> list[Step]:
    """The steps whose day has come or passed, in order. Never "equals today": days get lost."""
    return [step for step in steps(due, days) if step.day <= today]


def coming(due: date, today: date, days: Collection[int] = EVERY_DAY) -> list[Step]:
    """The steps that are still ahead."""
    return [step for step in steps(due, days) if step.day > today]


def due_ranges(
    today: date, days: Collection[int] = EVERY_DAY
) -> list[tuple[date | None, date, int]]:
    """Which due days have which latest reached step today, as (first, last, offset); both included.

    The same rule as `reached`, turned round so that a query can use it. The range of the last step
    has no first day.
    """
    oldest = today - timedelta(days=OFFSETS[-1] + LONGEST_MOVE)
    span = OFFSETS[-1] - OFFSETS[0] + 2 * LONGEST_MOVE
    ranges: list[tuple[date | None, date, int]] = [(None, oldest, OFFSETS[-1])]
    for due in (oldest + timedelta(days=number) for number in range(1, span + 1)):
        told = reached(due, today, days)
        if not told:
            continue
        first, last, offset = ranges[-1]
        if offset == told[-1].offset and last == due - timedelta(days=1):
            ranges[-1] = (first, due, offset)
        else:
            ranges.append((due, due, told[-1].offset))
    return ranges


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
