"""Dates, days and times in words, as the pages, the tables and the mails say them."""

from datetime import date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateformat import format as date_words
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext, ngettext

YEAR = 365  # days; what is late for years is not counted in days
NO_BREAK = "\N{NO-BREAK SPACE}"
# Django's own short formats differ too much from "24 Dec 2026" to be used as they are.
_DAY = {"zh": ("Y年n月j日", "n月j日")}
_DAY_ELSEWHERE = ("j M Y", "j M")


def as_date(value: date | datetime) -> date:
    """The day on which a moment falls for the person who reads the page."""
    if isinstance(value, datetime):
        return timezone.localdate(value) if timezone.is_aware(value) else value.date()
    return value


def start_of_day(day: date) -> datetime:
    """The first moment of a day in the zone of the page."""
    return timezone.make_aware(datetime.combine(day, time.min))


def day_words(value: date | datetime, *, without_year_of: date | None = None) -> str:
    """A day as the pages write it. The year is left out when it is that of `without_year_of`."""
    day = as_date(value)
    language = (get_language() or "en").split("-")[0]
    with_year, without_year = _DAY.get(language, _DAY_ELSEWHERE)
    same_year = without_year_of is not None and without_year_of.year == day.year
    return date_words(day, without_year if same_year else with_year).replace(" ", NO_BREAK)


def total_words(number: int, *, is_bounded: bool = False) -> str:
    """How many there are: "28"; where nobody counted further, "more than 10,000"."""
    if not is_bounded:
        return str(number)
    return gettext("more than %(n)s") % {"n": number_format(number, force_grouping=True)}


def days_words(days: int) -> str:
    """A number of days: "29 days"."""
    return ngettext("%(n)s day", "%(n)s days", abs(days)) % {"n": abs(days)}


def in_days(days: int) -> str:
    """How far a deadline is: "Due in 29 days"; a negative number of days is late."""
    if days <= -2 * YEAR:
        return ngettext("%(n)s year late", "%(n)s years late", -days // YEAR) % {"n": -days // YEAR}
    if days < 0:
        return ngettext("%(n)s day late", "%(n)s days late", -days) % {"n": -days}
    if days == 0:
        return gettext("Due today")
    if days == 1:
        return gettext("Due tomorrow")
    return ngettext("Due in %(n)s day", "Due in %(n)s days", days) % {"n": days}


def zone_words(zone: tzinfo, at: datetime) -> str:
    """A time zone with its distance from UTC: "Asia/Bishkek (UTC+6)"."""
    name = zone.key if isinstance(zone, ZoneInfo) else str(zone)
    offset = at.astimezone(zone).utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    if not minutes:
        return name if name == "UTC" else f"{name} (UTC)"
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"{name} (UTC{sign}{hours}{f':{rest:02}' if rest else ''})"
