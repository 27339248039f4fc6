"""What charts are drawn with: the frame of a drawing, its shapes, and scales."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dateformat import format as date_words
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

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
    """A straight line between two points, in units of the drawing; `look` is its class."""
    return shape("line", look, x1=x1, y1=y1, x2=x2, y2=y2)


def words(look: str, x: float, y: float, text: str, anchor: str = "start") -> SafeString:
    """Text whose `anchor` (start, middle, end) stands at a point, in units of the drawing."""
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
