"""Rules on plain values. Time is an argument; the same rules in SQL stand in querysets.py, tied by a test."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .choices import Life, Status, Timing


def is_open(*, status: str, life: str) -> bool:
    """Something is still to be done: the line is open and its commitment is in force."""
    return status in Status.open() and life == Life.ACTIVE


def timing(
    *, status: str, life: str, due_at: datetime | None, now: datetime, soon: timedelta
) -> Timing:
    """How a line stands to its deadline.

    `due_at` (UTC) is the first instant after the last day in the party's zone, so a line is overdue
    from that instant on. A line without a deadline is never overdue. `soon` is how long before the
    end a line counts as due soon.
    """
    if not is_open(status=status, life=life):
        return Timing.CLOSED
    if due_at is None:
        return Timing.NONE
    if due_at <= now:
        return Timing.OVERDUE
    return Timing.SOON if due_at <= now + soon else Timing.LATER


def days_left(*, due: date, today: date) -> int:
    """Days from today to the due day; negative when it is past."""
    return (due - today).days


@dataclass(frozen=True)
class RollUp:
    """What the lines of a commitment say together. It is done only when every applicable line is.

    `counts` are the lines by status without those whose report awaits validation: where they stand
    is open until somebody has decided. A line can be overdue on top of either.
    """

    counts: dict[str, int]
    awaiting: int
    overdue: int

    @property
    def shown(self) -> int:
        return sum(self.counts.values()) + self.awaiting

    @property
    def applicable(self) -> int:
        return self.shown - sum(self.counts.get(status, 0) for status in Status.not_counted())

    @property
    def done(self) -> int:
        return self.counts.get(Status.DONE, 0)

    @property
    def is_done(self) -> bool:
        return self.applicable > 0 and self.done == self.applicable


def roll_up(lines: Iterable[tuple[str, bool, bool]]) -> RollUp:
    """Add up lines given as (status, overdue, awaiting validation)."""
    lines = list(lines)
    counts = Counter(status for status, _overdue, awaiting in lines if not awaiting)
    return RollUp(
        counts=dict(counts),
        awaiting=sum(awaiting for _status, _overdue, awaiting in lines),
        overdue=sum(overdue for _status, overdue, _awaiting in lines),
    )


def is_silent(
    *,
    status: str,
    life: str,
    registered_at: datetime,
    last_report_at: datetime | None,
    now: datetime,
    after: timedelta,
) -> bool:
    """Whether an open line has gone without a report for `after`, counted from when it was entered.

    By the minute, as deadlines are: within one minute nothing changes by itself.
    """
    since = whole_minute(now - after)
    quiet = last_report_at is None or last_report_at <= since
    return is_open(status=status, life=life) and registered_at <= since and quiet


def whole_minute(moment: datetime) -> datetime:
    """The beginning of its minute."""
    return moment.replace(second=0, microsecond=0)


def may_decide(*, author: int, actor: int) -> bool:
    """Nobody decides on their own report: two people stand behind what is called done."""
    return author != actor


def next_review(*, due: date, every: int, today: date) -> date:
    """The next day of a review rhythm of `every` days after `due` that lies ahead of today."""
    missed = max((today - due).days, 0) // every
    return due + timedelta(days=every * (missed + 1))
