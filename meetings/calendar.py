"""Which days a party works on: its weekend, the public holidays of its country, and what it does otherwise.

Public holidays come from the `holidays` package, with the days off and the working weekends that a
government moved in a year; a party's own entries (`PartyDay`) come before both. Functions that look
at more than one day read the party's entries once, and not at all where `party.days` is prefetched.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import holidays
from django.utils.translation import get_language

if TYPE_CHECKING:
    from .models import Party, PartyDay

ONE_DAY = timedelta(days=1)


def knows_country(code: str) -> bool:
    """Whether the public holidays of a country (ISO 3166, two letters) are written down."""
    return code in holidays.list_supported_countries(include_aliases=False)


def today(party: "Party", now: datetime) -> date:
    """The day that it is for a party."""
    return now.astimezone(party.zone).date()


def is_working_day(party: "Party", day: date) -> bool:
    """Whether people of a party work on a day."""
    return _is_working(party, day, _entries(party))


def add_working_days(party: "Party", day: date, n: int) -> date:
    """The n-th working day after a day; before it for a negative n. 0 gives the day itself."""
    entries = _entries(party)
    step = ONE_DAY if n >= 0 else -ONE_DAY
    left = abs(n)
    while left:
        day += step
        left -= _is_working(party, day, entries)
    return day


def holiday_name(party: "Party", day: date) -> str:
    """What a day off is called, in the language of the page where it is known; empty for other days."""
    return _name(party, day, _entries(party))


def days_off(party: "Party", first: date, last: date) -> list[tuple[date, str]]:
    """The named days off from one day to another; plain weekends are not among them."""
    entries = _entries(party)
    span = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [(day, name) for day in span if (name := _name(party, day, entries))]


def _entries(party: "Party") -> "dict[date, PartyDay]":
    return {entry.day: entry for entry in party.days.all()}


def _is_working(party: "Party", day: date, entries: "dict[date, PartyDay]") -> bool:
    if day in entries:
        return entries[day].is_working
    public = _public(party.holidays, day.year)
    if day.isoweekday() in party.weekend:
        return public is not None and day in public.weekend_workdays
    return public is None or day not in public


def _name(party: "Party", day: date, entries: "dict[date, PartyDay]") -> str:
    if day in entries:
        return "" if entries[day].is_working else entries[day].name
    public = _public(party.holidays, day.year, get_language() or "en")
    return public.get(day, "") if public is not None else ""


@lru_cache(maxsize=512)
def _public(country: str, year: int, language: str = "en") -> holidays.HolidayBase | None:
    """The public holidays of a country in one year, named in the language nearest to that of the page."""
    if not country:
        return None
    spoken = holidays.country_holidays(country).supported_languages
    wanted = (language.split("-")[0], "en")
    named = next((one for want in wanted for one in spoken if one.startswith(want)), None)
    return holidays.country_holidays(country, years=year, expand=False, language=named)
