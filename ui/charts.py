"""Charts drawn on the server: plain values in, one SVG out, which prints and needs no script.

A chart is a picture to a screen reader, with a title and a description; the numbers stand in a table
beside it, which the page writes. Colours and strokes are classes of the style sheet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.utils.dateformat import format as date_words
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from .words import day_words

WIDTH = 1392
LETTER = 6.7  # the usual width of a letter at 13 px
MONTHS = 12


@dataclass(frozen=True)
class Chart:
    """A drawing of some size; `name` is its id on the page."""

    name: str
    title: str
    description: str
    height: float
    shapes: Sequence[SafeString]

    def __html__(self) -> SafeString:
        return format_html(
            '<svg class="chart" role="img" viewBox="0 0 {w} {h}" width="{w}" height="{h}"'
            ' aria-labelledby="{n}-t" aria-describedby="{n}-d">'
            '<title id="{n}-t">{title}</title><desc id="{n}-d">{desc}</desc>{shapes}</svg>',
            w=WIDTH,
            h=_number(self.height),
            n=self.name,
            title=self.title,
            desc=self.description,
            shapes=format_html_join("", "{}", ((shape,) for shape in self.shapes)),
        )

    def __str__(self) -> str:
        return self.__html__()


# Shapes -------------------------------------------------------------------------------------------


def shape(tag: str, look: str, text: str = "", **attrs: Any) -> SafeString:
    """One element; `text_anchor` becomes text-anchor, numbers are written with a point."""
    said = [(name.replace("_", "-"), _number(value)) for name, value in attrs.items()]
    written = format_html_join("", ' {}="{}"', said)
    return format_html(
        '<{0} class="{1}"{2}>{3}</{0}>', tag, look, written, conditional_escape(text)
    )


def line(look: str, x1: float, y1: float, x2: float, y2: float) -> SafeString:
    return shape("line", look, x1=x1, y1=y1, x2=x2, y2=y2)


def words(look: str, x: float, y: float, text: str, anchor: str = "start") -> SafeString:
    return shape("text", look, text, x=x, y=y, text_anchor=anchor)


def mark(look: str, x: float, y: float, *, late: bool = False) -> SafeString:
    """A disc, or for "derived" a diamond; `look` is stated, derived, set or was."""
    look, tilted = f"k-{look}{' is-late' if late else ''}", look == "derived"
    if not tilted:
        return shape("circle", look, cx=x, cy=y, r=6)
    turned = f"rotate(45 {_number(x)} {_number(y)})"
    return shape("rect", look, x=x - 5, y=y - 5, width=10, height=10, transform=turned)


def _number(value: Any) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def fitting(text: str, width: float) -> str:
    """The text, or as much of it as this width holds."""
    letters = max(int(width / LETTER), 1)
    return text if len(text) <= letters else f"{text[: letters - 1].rstrip()}…"


def easy(highest: int) -> int:
    """An even number not below `highest` that is easy to halve: 2, 10, 20, 50, 100 …"""
    step = 1
    while True:
        for nice in (2, 10, 20) if step == 1 else (2, 4, 10):
            if highest <= nice * step:
                return nice * step
        step *= 10 if step > 1 else 5


def months(first: date, last: date, most: int = MONTHS) -> list[tuple[date, str]]:
    """The beginnings of months between two days, thinned out to `most`, with what to write there."""
    start = first.year * MONTHS + first.month - (first.day == 1)
    end = last.year * MONTHS + last.month - 1
    step = next((s for s in (1, 3, 6, 12) if (end - start) // s < most), None)
    step = step or -(-(end - start + 1) // (most * MONTHS)) * MONTHS
    days = [date(n // MONTHS, n % MONTHS + 1, 1) for n in range(start, end + 1) if not n % step]
    return [(day, _month_words(day, is_first=day == days[0])) for day in days]


def _month_words(day: date, *, is_first: bool) -> str:
    """ "Jan 2020" where a year begins, else "Feb"."""
    return date_words(day, "M Y" if is_first or day.month == 1 else "M")


# Timeline -----------------------------------------------------------------------------------------

LEFT, FLAGS, FLAG, AXIS, UNIT = 8.0, 5, 20.0, 196.0, 16.0
ROOM, LONGEST_FLAG = 170.0, 30 * LETTER
BREAK, FAR, FAR_WIDTH, FAR_MOST = 900.0, 936.0, 114.0, 4
MARKS_SHOWN = 4


@dataclass(frozen=True)
class Mark:
    """Something that falls on a day; `look` is stated, derived or set, `count` how many there are."""

    day: date
    look: str
    label: str
    count: int = 1
    late: bool = False


@dataclass(frozen=True)
class Far:
    """What lies beyond the scale, under a heading such as a year."""

    label: str
    marks: Sequence[Mark]


@dataclass(frozen=True)
class Flag:
    """Words on a pole: where the pole stands, in which row (0 is the lowest) the words hang."""

    x: float
    row: int
    text: str


def timeline(
    marks: Iterable[Mark],
    *,
    name: str,
    title: str,
    description: str,
    first: date,
    today: date,
    last: date,
    far: Sequence[Far] = (),
    today_words: str = "",
    far_words: str = "",
) -> Chart:
    """Marks from a day to another, true to scale; behind a break in the axis, what lies far ahead."""
    right = BREAK if far else float(WIDTH)
    scale = (right - ROOM - LEFT) / max((last - first).days, 1)

    def at(day: date) -> float:
        return LEFT + (day - first).days * scale

    stacks = _stacks([m for m in marks if first <= m.day <= last], first, scale)
    placed = [(at(of[0].day), of) for of in stacks]
    flags = plant([(x, _flag_words(of)) for x, of in placed], at(today), right)
    drawn = [*_ground(at, first, today, last, right, today_words)]
    drawn += [
        _pole(flag, len(_shown(of))) for flag, (_x, of) in zip(flags, placed, strict=True) if flag
    ]
    for x, of in placed:
        drawn += _pile(x, of)
    drawn += [
        words(f"t{' t-late' if of[0].late else ''}", flag.x + 5, _flag_y(flag.row), flag.text)
        for flag, (_x, of) in zip(flags, placed, strict=True)
        if flag
    ]
    return Chart(name, title, description, AXIS + 58, [*drawn, *_beyond(far, far_words)])


def _stacks(marks: list[Mark], first: date, scale: float) -> list[list[Mark]]:
    """Marks that would touch stand on top of each other."""
    days = max(round(UNIT / scale), 1)
    bins: dict[int, list[Mark]] = {}
    for one in sorted(marks, key=lambda one: (one.day, one.look)):
        bins.setdefault((one.day - first).days // days, []).append(one)
    return [bins[key] for key in sorted(bins)]


def _shown(of: Sequence[Mark]) -> list[Mark]:
    """A mark for each thing as long as they are few, else one for each look."""
    every = [one for one in of for _ in range(min(one.count, MARKS_SHOWN + 1))]
    return every if len(every) <= MARKS_SHOWN else list({one.look: one for one in of}.values())


def _pile(x: float, of: Sequence[Mark]) -> list[SafeString]:
    """Marks one above the other, and how many they stand for when they are more."""
    shown, total = _shown(of), sum(one.count for one in of)
    drawn = [mark(one.look, x, AXIS - 11 - n * UNIT, late=one.late) for n, one in enumerate(shown)]
    if total > len(shown):
        drawn.append(words("t t-b", x, AXIS - 9 - len(shown) * UNIT, str(total), "middle"))
    return drawn


def _flag_words(of: Sequence[Mark]) -> str:
    """The day, and what falls on it: the words of the only mark, else how many there are."""
    day, others = day_words(of[0].day, without_year_of=of[0].day), len(of) - 1
    return f"{day}: {of[0].label}{f' +{others}' if others else ''}"


def plant(poles: Sequence[tuple[float, str]], today: float, right: float) -> list[Flag | None]:
    """Where words can hang without crossing a pole or other words.

    What comes next is served first, then what lies behind. Where no row is left, a pole stays without:
    the table beside the chart says all.
    """
    order = sorted(range(len(poles)), key=lambda n: (poles[n][0] < today, abs(poles[n][0] - today)))
    hung: dict[int, Flag] = {}
    for n in order:
        chosen = sorted({*hung, n})
        flags = _hang([poles[n] for n in chosen], right)
        hung = dict(zip(chosen, flags, strict=True)) if flags else hung
    return [hung.get(n) for n in range(len(poles))]


def _hang(poles: Sequence[tuple[float, str]], right: float) -> list[Flag]:
    """All of these or none: words hang to the right of their pole, above those of later days."""
    found: list[Flag] = []
    for x, text in reversed(poles):
        said = fitting(text, min(right - x - 10, LONGEST_FLAG))
        end = x + 12 + len(said) * LETTER
        row = 1 + max((flag.row for flag in found if flag.x < end), default=-1)
        if row >= FLAGS:
            return []
        found.append(Flag(x, row, said))
    return found[::-1]


def _flag_y(row: int) -> float:
    return 22 + (FLAGS - row) * FLAG - 4


def _pole(flag: Flag, marks: int) -> SafeString:
    top = AXIS - 18 - (marks - 1) * UNIT
    return line("lead-line", flag.x, min(_flag_y(flag.row) - 9, top), flag.x, top)


def _ground(
    at: Any, first: date, today: date, last: date, right: float, today_words: str
) -> Iterable[SafeString]:
    """The past in grey, the months, the axis, and today."""
    now = min(max(at(today), LEFT), right)
    if now > LEFT:
        yield shape("rect", "past", x=LEFT, y=22.0, width=now - LEFT, height=AXIS - 22)
    for day, said in months(first, last):
        yield line("tick", at(day), 22.0, at(day), AXIS + 6)
        yield words("t-sm", at(day) + 5, AXIS + 20, said)
    yield line("axis", LEFT, AXIS, right, AXIS)
    yield line("today", now, 8.0, now, AXIS + 6)
    yield words("t t-b", now + 6, 16.0, today_words)


def _beyond(far: Sequence[Far], far_words: str) -> Iterable[SafeString]:
    """Behind the break: columns of the same width, each with its heading."""
    if not far:
        return
    for x in (BREAK + 8, BREAK + 15):
        yield line("axis", x, AXIS - 6, x + 6, AXIS + 6)
    yield line("axis", FAR, AXIS, float(WIDTH), AXIS)
    yield words("t-sm", FAR, 16.0, far_words)
    for n, column in enumerate(far[:FAR_MOST]):
        x = FAR + 8 + n * FAR_WIDTH
        yield from _pile(x, column.marks)
        yield words("t-sm", x - 7, AXIS + 20, column.label)
        for row, text in enumerate(_two_lines(column.marks[0].label, FAR_WIDTH - 8)):
            yield words("t", x - 7, AXIS + 38 + row * 17, text)


def _two_lines(text: str, width: float) -> list[str]:
    """Words broken once where they do not fit one line."""
    if len(text) * LETTER <= width or " " not in text:
        return [fitting(text, width)]
    cut = text.rfind(" ", 0, int(width / LETTER) + 1)
    cut = cut if cut > 0 else text.index(" ")
    return [fitting(text[:cut], width), fitting(text[cut + 1 :], width)]


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
