"""The picture of a forecast: a bar a day, as numbers that the template draws."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.dateformat import format as date_words

WIDTH, LEFT = 1392.0, 36.0
TOP, FLOOR = 22.0, 112.0
FRIDAY = 5


@dataclass(frozen=True)
class Bar:
    """One day: where its bar stands, its lower part (before a deadline) and its upper one (overdue)."""

    x: float
    middle: float
    width: float
    due_y: float
    due_height: float
    late_y: float
    late_height: float
    mails: int
    day: str
    under: str
    is_weekend: bool
    slot_x: float
    slot_width: float

    @property
    def number_y(self) -> float:
        return self.late_y - 5


@dataclass(frozen=True)
class Chart:
    """The bars of some days, and the lines behind them as (height on the page, number)."""

    bars: list[Bar]
    lines: list[tuple[float, int]]


def draw(mails: Iterable[tuple[date, bool]], first: date, days: int) -> Chart:
    """From each mail its day and whether it tells of something overdue."""
    due, late = [0] * days, [0] * days
    for day, is_late in mails:
        if 0 <= (number := (day - first).days) < days:
            (late if is_late else due)[number] += 1
    highest = _round(max(map(sum, zip(due, late, strict=True)), default=0))
    slot, scale = (WIDTH - LEFT) / days, (FLOOR - TOP) / highest
    bars = [
        _bar(first + timedelta(days=number), number, slot, due[number], late[number], scale)
        for number in range(days)
    ]
    return Chart(bars, [(FLOOR - scale * n, n) for n in (0, highest // 2, highest)])


def _bar(day: date, number: int, slot: float, due: int, late: int, scale: float) -> Bar:
    left, width = LEFT + number * slot, slot * 0.6
    due_y = FLOOR - due * scale
    return Bar(
        x=round(left + slot * 0.2, 1),
        middle=round(left + slot / 2, 1),
        width=round(width, 1),
        due_y=round(due_y, 1),
        due_height=round(due * scale, 1),
        late_y=round(due_y - late * scale, 1),
        late_height=round(late * scale, 1),
        mails=due + late,
        day=str(day.day),
        under=_under(day, number),
        is_weekend=day.isoweekday() > FRIDAY,
        slot_x=round(left, 1),
        slot_width=round(slot, 1),
    )


def _under(day: date, number: int) -> str:
    """The month where one begins, else the Mondays."""
    if number == 0 or day.day == 1:
        return date_words(day, "M")
    return date_words(day, "D") if day.isoweekday() == 1 else ""


def _round(highest: int) -> int:
    """An even number that is easy to halve: 2, 10, 20, 50, 100 …"""
    step = 1
    while True:
        for nice in (2, 10):
            if highest <= nice * step:
                return nice * step
        if highest <= 20 * step:
            return 20 * step
        step *= 5 if step == 1 else 10
