"""Deadlines on a timeline: what was due lately, what falls due, and what lies far ahead."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commitments.places import DATED, Filters, lines_at
from commitments.querysets import ObligationQuerySet
from ui import charts
from ui.words import day_words

BEHIND = timedelta(days=30)


@dataclass(frozen=True)
class Row:
    """What the table says beside the chart: some lines of one day and one basis."""

    day: date
    last: date
    basis: str
    what: str
    lines: int
    address: str
    is_late: bool


@dataclass(frozen=True)
class Timeline:
    chart: charts.Chart
    rows: list[Row]
    far: list[Row]


@dataclass(frozen=True)
class Counted:
    """What the database counts for a timeline: days near today, and years beyond them."""

    days: list[dict[str, Any]]
    years: list[dict[str, Any]]


def count(lines: ObligationQuerySet, *, today: date, ahead: timedelta) -> Counted:
    """How many of these lines fall due when."""
    last, lines = today + ahead, lines.open()
    days = lines.due_between(today - BEHIND, last).by_due_day()
    return Counted(
        list(days), list(lines.due_between(last + timedelta(days=1), None).by_due_year())
    )


def of(counted: Counted, *, today: date, ahead: timedelta, asked: dict[str, Filters]) -> Timeline:
    """The timeline of these lines; `asked` are the filters that select the same in the list of lines."""
    first, last = today - BEHIND, today + ahead
    near = [_row(row, today, asked) for row in counted.days]
    far = [_far_row(row, last, asked) for row in counted.years]
    said = ngettext(
        "%(n)s line falls due until %(day)s, or was due since %(since)s.",
        "%(n)s lines fall due until %(day)s, or were due since %(since)s.",
        total := sum(row.lines for row in near),
    ) % {"n": total, "day": day_words(last), "since": day_words(first)}
    chart = charts.timeline(
        [_mark(row) for row in near],
        name="timeline",
        title=_("Deadlines by day"),
        description=said + " " + _("The table below says the same."),
        first=first,
        today=today,
        last=last,
        far=list(_columns(far)),
        today_words=_("Today, %(day)s") % {"day": day_words(today, without_year_of=today)},
        far_words=_("Later, not to scale"),
    )
    return Timeline(chart, near, far)


def _row(row: dict[str, Any], today: date, asked: dict[str, Filters]) -> Row:
    day = row["day"]
    return Row(
        day=day,
        last=day,
        basis=row["basis"],
        what=_what(row),
        lines=row["lines"],
        address=_address(day, day, row["basis"], asked),
        is_late=day < today,
    )


def _far_row(row: dict[str, Any], after: date, asked: dict[str, Filters]) -> Row:
    return Row(
        day=row["first"],
        last=row["last"],
        basis=row["basis"],
        what=_what(row),
        lines=row["lines"],
        address=_address(row["first"], row["last"], row["basis"], asked),
        is_late=False,
    )


def _what(row: dict[str, Any]) -> str:
    """The title of the only commitment, else how many there are."""
    if row["commitments"] == 1:
        return str(row["title"])
    return ngettext("%(n)s commitment", "%(n)s commitments", row["commitments"]) % {
        "n": row["commitments"]
    }


def _address(first: date, last: date, basis: str, asked: dict[str, Filters]) -> str:
    days = {"due_from": first.isoformat(), "due_to": last.isoformat()}
    return lines_at(**{**asked, **DATED, **days, "basis": basis})


def _mark(row: Row) -> charts.Mark:
    return charts.Mark(row.day, row.basis, row.what, row.lines, row.is_late)


def _columns(far: list[Row]) -> Iterable[charts.Far]:
    """A column a year; the last one takes what is left over."""
    years = sorted({row.day.year for row in far})
    for n, year in enumerate(years[: charts.FAR_MOST]):
        is_rest = n == charts.FAR_MOST - 1 and len(years) > charts.FAR_MOST
        rows = [row for row in far if row.day.year == year or (is_rest and row.day.year > year)]
        yield charts.Far(_heading(rows, year, is_rest=is_rest), [_mark(row) for row in rows])


def _heading(rows: list[Row], year: int, *, is_rest: bool) -> str:
    if is_rest:
        return _("%(year)s and later") % {"year": year}
    days = {day for row in rows for day in (row.day, row.last)}
    return day_words(days.pop()) if len(days) == 1 else str(year)
