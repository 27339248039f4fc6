"""Stacked columns, small multiples, moves from a day to another, and a share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils.html import format_html
from django.utils.safestring import SafeString

from .drawing import WIDTH, Chart, easy, fitting, line, mark, months, shape, words

# Columns ------------------------------------------------------------------------------------------

TOP, FLOOR, SCALE = 22.0, 112.0, 36.0


@dataclass(frozen=True)
class Column:
    """Values on top of each other, the first at the bottom; `label` and `under` stand below them."""

    values: Sequence[int]
    label: str
    under: str = ""
    is_shaded: bool = False


def columns(
    of: Sequence[Column], looks: Sequence[str], *, name: str, title: str, description: str
) -> Chart:
    """Stacked columns of equal width, each part with its class of `looks`, the sum above."""
    highest = easy(max((sum(column.values) for column in of), default=0))
    slot, scale = (WIDTH - SCALE) / max(len(of), 1), (FLOOR - TOP) / highest
    drawn = [
        shape("rect", "past", x=SCALE + n * slot, y=TOP, width=slot, height=FLOOR - TOP)
        for n, column in enumerate(of)
        if column.is_shaded
    ]
    for value in (0, highest // 2, highest):
        y = FLOOR - scale * value
        drawn += [
            line("tick" if value else "axis", SCALE, y, float(WIDTH), y),
            words("t-sm", SCALE - 8, y + 4, str(value), "end"),
        ]
    for n, column in enumerate(of):
        drawn += _column(column, looks, SCALE + n * slot, slot, scale)
    return Chart(name, title, description, FLOOR + 36, drawn)


def _column(
    column: Column, looks: Sequence[str], left: float, slot: float, scale: float
) -> Iterable[SafeString]:
    y, middle = FLOOR, left + slot / 2
    for value, look in zip(column.values, looks, strict=True):
        y -= value * scale
        if value:
            yield shape(
                "rect", look, x=left + slot * 0.2, y=y, width=slot * 0.6, height=value * scale
            )
    if total := sum(column.values):
        yield words("t t-b", middle, y - 5, str(total), "middle")
    yield words("t-sm", middle, FLOOR + 16, column.label, "middle")
    if column.under:
        yield words("t-sm", middle, FLOOR + 32, column.under, "middle")


# Small multiples ------------------------------------------------------------------------------------

PANELS, PANEL, PANEL_HEIGHT, PLOT = 6, 232.0, 116.0, 64.0


@dataclass(frozen=True)
class Series:
    """Percentages over time; None where there is nothing to speak of."""

    name: str
    values: Sequence[float | None]


def panels(
    of: Sequence[Series], span: tuple[str, str], *, name: str, title: str, description: str
) -> Chart:
    """A small chart for each series, all to the same scale: 0 to 100 %; `span` says from when to when."""
    drawn: list[SafeString] = []
    for n, series in enumerate(of):
        drawn += _panel(series, PANEL * (n % PANELS), PANEL_HEIGHT * (n // PANELS), span)
    return Chart(name, title, description, PANEL_HEIGHT * max(-(-len(of) // PANELS), 1), drawn)


def _panel(series: Series, left: float, top: float, span: tuple[str, str]) -> Iterable[SafeString]:
    width, floor = PANEL - 56, top + 20 + PLOT
    yield words("t t-b", left, top + 12, fitting(series.name, PANEL - 8))
    for share, look in ((0, "axis"), (50, "tick"), (100, "tick")):
        y = floor - share * PLOT / 100
        yield line(look, left, y, left + width, y)
    yield words("t-sm", left, floor + 16, span[0])
    yield words("t-sm", left + width, floor + 16, span[1], "end")
    step = width / max(len(series.values) - 1, 1)
    known = [
        (left + n * step, floor - value * PLOT / 100)
        for n, value in enumerate(series.values)
        if value is not None
    ]
    for (x1, y1), (x2, y2) in pairwise(known):
        yield line("series", x1, y1, x2, y2)
    if known:
        x, y = known[-1]
        last = [value for value in series.values if value is not None][-1]
        yield shape("circle", "series-end", cx=x, cy=y, r=3)
        yield words("t t-b", x + 7, y + 4, f"{last:.0f} %")


# Moves --------------------------------------------------------------------------------------------

NAMES, SAID, ROW = 320.0, 150.0, 28.0


@dataclass(frozen=True)
class Move:
    """A day that became another one."""

    name: str
    before: date
    after: date
    said: str


def moves(of: Sequence[Move], *, name: str, title: str, description: str) -> Chart:
    """A row for each move: an outline where it was, solid where it is, and a line between."""
    days = [day for one in of for day in (one.before, one.after)]
    first, last = min(days, default=date.min), max(days, default=date.min)
    scale = (WIDTH - NAMES - SAID - 16) / max((last - first).days, 1)
    floor = 24 + ROW * len(of)

    def at(day: date) -> float:
        return NAMES + 8 + (day - first).days * scale

    drawn: list[SafeString] = []
    for day, said in months(first, last) if of else ():
        drawn += [
            line("tick", at(day), 20.0, at(day), floor),
            words("t-sm", at(day) + 4, 14.0, said),
        ]
    for n, one in enumerate(of):
        y = 24 + ROW * n + ROW / 2
        drawn += [
            words("t", 0.0, y + 4, fitting(one.name, NAMES - 28)),
            line("series", at(one.before), y, at(one.after), y),
            mark("was", at(one.before), y),
            mark("stated", at(one.after), y),
            words("t", max(at(one.before), at(one.after)) + 12, y + 4, one.said),
        ]
    return Chart(name, title, description, floor + 4, drawn)


def share(done: int, of: int) -> SafeString:
    """A bar of which a part is filled, for beside the words that say so."""
    filled = round(120 * done / of) if of else 0
    full = '<rect class="share-of" width="120" height="8"/>'
    part = '<rect class="share-done" width="{}" height="8"/>'
    return format_html(
        '<svg class="share" viewBox="0 0 120 8" width="120" height="8" aria-hidden="true">'
        + full
        + part
        + "</svg>",
        filled,
    )
