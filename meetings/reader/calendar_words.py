"""Which days an expression of time stands for: the calendar behind the coding manual's §6.

A season is that of the northern half of the world and named for the year it begins in. A day, month,
half, quarter or season without a year is the next one that is not over on the day of the meeting.
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from meetings.reader.time_lexicon import TimeLexicon


@dataclass(frozen=True)
class Period:
    """From the first to the last day; either may be open. `guess`: no year was named."""

    opens: date | None
    due: date | None
    guess: bool = False


@dataclass(frozen=True)
class Words:
    """The parts of an expression by name, and what is needed to count with them."""

    match: re.Match[str]
    lexicon: TimeLexicon
    day: date
    text: str  # the window, in its own case, for the state whose fiscal year is meant

    def __getitem__(self, name: str) -> str | None:
        """A part; `name`, or one of its variants `name_a`, `name_b` where it has several places."""
        found = self.match.groupdict()
        return next((found[n] for n in (name, f"{name}_a", f"{name}_b") if found.get(n)), None)

    def count(self, table: str, name: str) -> int | None:
        word = self[name]
        return None if word is None else self.lexicon.count(table, word)

    def year(self, suffix: str = "") -> int | None:
        """The year named, in figures or as this, next or last year."""
        if (word := self[f"year{suffix}"]) is not None:
            return self.lexicon.year(word)
        offset = self.count("years", f"yearword{suffix}")
        return None if offset is None else self.day.year + offset

    def number(self, name: str, default: int = 1) -> int:
        word = self[name]
        return default if word is None else self.lexicon.count("numbers", word)


def month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the month's last where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_from(year: int, month: int, count: int) -> Period:
    """Whole months, the first of them in the year given."""
    opens = date(year, month, 1)
    return Period(opens, add_months(opens, count) - timedelta(1))


def whole_year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31))


def _in_year(words: Words, year: int | None, make: Callable[[int], Period]) -> Period:
    """A period of the year named, else the next that is not over on the day of the meeting."""
    if year is not None:
        return make(year)
    for ahead in range(9):  # a 29 February may be eight years off
        try:
            period = make(words.day.year + ahead)
        except ValueError:
            continue
        if period.due is not None and period.due >= words.day:
            return Period(period.opens, period.due, guess=True)
    raise ValueError


def _day_number(words: Words, name: str) -> int:
    """The day of a month: "15th", "15-го", 十五."""
    word = words[name] or ""
    figures = "".join(c for c in word if c.isdecimal())
    return int(figures) if figures else words.lexicon.count("numbers", word)


def _month(words: Words, name: str = "month") -> int:
    return words.lexicon.count("months", words[name] or "")


def a_date(words: Words) -> Period:
    """A day, or several of one month ("14-15 June 2024")."""
    first = _day_number(words, "d")
    last = _day_number(words, "d2") if words["d2"] else first
    month = _month(words)
    return _in_year(
        words, words.year(), lambda year: Period(date(year, month, first), date(year, month, last))
    )


def dates(words: Words) -> Period:
    """From a day of one month to a day of another; the year may stand with the last only."""
    year2 = words.year("2") or words.year()
    first, last = _day_number(words, "d"), _day_number(words, "d2")
    month, month2 = _month(words), _month(words, "month2")

    def make(year: int) -> Period:
        opening = words.year() or (year - 1 if month > month2 else year)
        return Period(date(opening, month, first), date(year, month2, last))

    return _in_year(words, year2, make)


def months(words: Words) -> Period:
    """From one month to another; the year may stand with the last only."""
    month, month2 = _month(words), _month(words, "month2")

    def make(year: int) -> Period:
        opening = words.year() or (year - 1 if month > month2 else year)
        return Period(date(opening, month, 1), month_end(year, month2))

    return _in_year(words, words.year("2") or words.year(), make)


def month(words: Words) -> Period:
    number, which = _month(words), words.count("which", "which")
    # "this June" is this year's, "last June" the one before; "next June" is the next to come.
    year = words.year() if which in (None, 1) else words.day.year + (which or 0)
    return _in_year(words, year, lambda y: months_from(y, number, 1))


def years(words: Words) -> Period | None:
    """Several years: "2019-2021", "2025-26", "2024 and 2025". None where the second is none."""
    first, second = words.lexicon.year(words["year"] or ""), words["year2"] or words["year3"]
    last = _second_year(first, words.lexicon.year(second or ""))
    return None if last is None else Period(date(first, 1, 1), date(last, 12, 31))


def _second_year(first: int, named: int) -> int | None:
    """The last year, of which two figures may be written; None where it is not later."""
    last = named if named >= 100 else first - first % 100 + named
    return last if first < last < first + 100 else None


def year(words: Words) -> Period | None:
    named = words.year()
    return None if named is None else whole_year(named)


def half(words: Words) -> Period:
    """A half of a year, or of a month (its first fifteen days and the rest)."""
    number = words.count("ordinals", "n")
    first = number == 1
    if words["month"]:
        number_of_month = _month(words)
        return _in_year(words, words.year(), lambda y: _half_month(y, number_of_month, first))
    return _in_year(words, words.year(), lambda y: months_from(y, 1 if first else 7, 6))


def _half_month(year: int, number: int, first: bool) -> Period:
    if first:
        return Period(date(year, number, 1), date(year, number, 15))
    return Period(date(year, number, 16), month_end(year, number))


def third(words: Words) -> Period:
    """Ten days of a month: its first, second or last, that one to the month's end."""
    number, which = _month(words), words.count("thirds", "n") or 1

    def make(year: int) -> Period:
        last = month_end(year, number) if which > 2 else date(year, number, 10 * which)
        return Period(date(year, number, 10 * which - 9), last)

    return _in_year(words, words.year(), make)


def quarter(words: Words) -> Period:
    number = words.count("ordinals", "n") or 1
    number = 4 if number < 0 else number
    return _in_year(words, words.year(), lambda y: months_from(y, 3 * number - 2, 3))


def season(words: Words) -> Period:
    first, which = words.count("seasons", "season") or 1, words.count("which", "which")
    named = words.year() if which in (None, 1) else words.day.year + (which or 0)
    return _in_year(words, named, lambda y: months_from(y, first, 3))


def fiscal(words: Words) -> Period:
    """A state's own fiscal year (manual §6): the state named last before; the calendar year by default.

    Where one year is written, India, Japan, Canada and the United Kingdom mean the one in which it
    begins, the United States, Australia and Pakistan the one in which it ends.
    """
    start = _fiscal_start(words)
    begins = _fiscal_year(words, start)
    if words["fy2"] and start == 1:
        return Period(date(begins, 1, 1), date(begins + 1, 12, 31))
    return months_from(begins, abs(start), 12)


def _fiscal_start(words: Words) -> int:
    """The month it begins in; negative where it is named for the year in which it ends."""
    end = words.match.end()
    states = words.lexicon.fiscal
    behind = words.lexicon.fiscal_of.match(words.text, end)
    named = [behind[1]] if behind else states.findall(words.text, 0, end)
    return words.lexicon.count("fiscal", named[-1]) if named else 1


def _fiscal_year(words: Words, start: int) -> int:
    """The calendar year in which it begins."""
    if (named := words["fy"]) is None:
        begun = words.day.year - (words.day.month < abs(start))
        return begun + (words.count("which", "which") or 0)
    year = words.lexicon.year(named)
    year = year if year >= 100 else 2000 + year
    return year - 1 if start < 0 and not words["fy2"] else year


def relative(words: Words) -> Period | None:
    """This, next or last year, month, week or quarter. "Later this year" opens on the day itself."""
    if words["yearword"]:
        period = whole_year(words.year() or words.day.year)
    else:
        unit = words.count("units", "unit") or 12
        period = _unit_at(words.day, unit, words.count("which", "which") or 0)
    return Period(words.day, period.due) if words["later"] else period


def _unit_at(day: date, unit: int, offset: int) -> Period:
    """The calendar week (from Monday), month, quarter or year, so many after the one with the day."""
    if unit < 0:
        monday = day - timedelta(day.weekday()) + timedelta(7 * offset)
        return Period(monday, monday + timedelta(6))
    first = date(day.year, (day.month - 1) // unit * unit + 1, 1)
    opens = add_months(first, unit * offset)
    return Period(opens, add_months(opens, unit) - timedelta(1))


def bare(words: Words) -> Period:
    """ "The year", "the month": the one with the day in it."""
    return _unit_at(words.day, words.count("units", "unit") or 12, 0)


def yearend(words: Words) -> Period:
    return Period(None, date(words.year() or words.day.year, 12, 31))


def ahead(words: Words) -> Period:
    """The coming N years, months or days: from the meeting on (manual §6)."""
    unit = words.count("units", "unit") or words.count("units", "single") or 12
    number = words.number("number")
    due = add_months(words.day, unit * number) if unit > 0 else words.day - timedelta(unit * number)
    return Period(words.day, due)


def nothing(words: Words) -> Period:
    """An event: no day is named."""
    return Period(None, None)


# How each expression of the lexicon is counted.
CALENDAR: dict[str, Callable[[Words], Period | None]] = {
    "iso": a_date,
    "numeric": a_date,
    "date": a_date,
    "date_us": a_date,
    "dates": dates,
    "dates_us": dates,
    "month": month,
    "months": months,
    "years": years,
    "year": year,
    "half": half,
    "half_short": half,
    "quarter": quarter,
    "quarter_short": quarter,
    "season": season,
    "season_in": season,
    "third": third,
    "fiscal": fiscal,
    "relative": relative,
    "bare": bare,
    "yearend": yearend,
    "ahead": ahead,
    "ahead_alone": ahead,
    "term": ahead,
    "duration": ahead,
    "event": nothing,
    "year_event": nothing,
    "occasion": nothing,
    "cop": nothing,
}


def count_days(atom: str, words: Words) -> Period | None:
    """The days of an expression; None where there are none such ("31 June")."""
    try:
        return CALENDAR[atom](words)
    except (ValueError, OverflowError, KeyError):
        return None


def part(period: Period, edge: str) -> Period:
    """The end, beginning or middle of a period, as a deadline.

    The end is its last day and has no first. The beginning runs to the end of March of a year, to the
    tenth of a month, else through a third; the middle to the end of June, the fifteenth, else a half.
    """
    opens, due = period.opens, period.due
    if not edge or due is None:
        return period
    if edge == "end" or opens is None:
        return Period(None, due, period.guess)
    share = 3 if edge == "beginning" else 2
    last = opens + (due - opens + timedelta(1)) // share - timedelta(1)
    if (due - opens).days >= 364 and opens.day == 1:
        last = add_months(opens, 3 if edge == "beginning" else 6) - timedelta(1)
    elif 27 <= (due - opens).days <= 30:
        last = opens + timedelta(9 if edge == "beginning" else 14)
    return Period(opens if edge == "beginning" else None, last, period.guess)
