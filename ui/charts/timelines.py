"""A timeline: marks on their days, true to scale, with as many words as find room."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.safestring import SafeString

from ui.words import day_words

from .drawing import LETTER, WIDTH, Chart, fitting, line, mark, months, shape, words

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
