"""When a day is over, in zones that keep their clocks and in zones that do not."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meetings.rules import end_of_day

INSTANT = timedelta(microseconds=1)
ZONES = [
    "UTC",
    "Asia/Bishkek",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Shanghai",
    "Europe/Moscow",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Santiago",
    "America/Havana",
    "America/Asuncion",
    "Asia/Beirut",
    "Asia/Tehran",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Niue",
]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        ("UTC", date(2026, 3, 10), utc(2026, 3, 11)),
        ("Asia/Bishkek", date(2026, 3, 10), utc(2026, 3, 10, 18)),
        ("Asia/Kolkata", date(2026, 3, 10), utc(2026, 3, 10, 18, 30)),
        ("America/New_York", date(2026, 3, 10), utc(2026, 3, 11, 4)),
        # The last day of February, of a leap year and of a year.
        ("UTC", date(2027, 2, 28), utc(2027, 3, 1)),
        ("UTC", date(2028, 2, 28), utc(2028, 2, 29)),
        ("UTC", date(2026, 12, 31), utc(2027, 1, 1)),
        # The day on which the clocks change has 23 or 25 hours; its end is its own midnight.
        ("Europe/Berlin", date(2026, 3, 28), utc(2026, 3, 28, 23)),
        ("Europe/Berlin", date(2026, 3, 29), utc(2026, 3, 29, 22)),
        ("Europe/Berlin", date(2026, 10, 25), utc(2026, 10, 25, 23)),
        # Clocks that skip midnight: the day ends when they are put forward.
        ("America/Sao_Paulo", date(2018, 11, 3), utc(2018, 11, 4, 3)),
        ("Asia/Beirut", date(2026, 3, 28), utc(2026, 3, 28, 22)),
        ("Africa/Cairo", date(2026, 4, 23), utc(2026, 4, 23, 22)),
        # Midnight that comes twice: the first one ends the day.
        ("America/Havana", date(2026, 10, 31), utc(2026, 11, 1, 4)),
        # A day that a country skipped altogether ends when the one before it does.
        ("Pacific/Apia", date(2011, 12, 29), utc(2011, 12, 30, 10)),
        ("Pacific/Apia", date(2011, 12, 30), utc(2011, 12, 30, 10)),
    ],
)
def test_a_day_ends_at_the_midnight_of_its_zone(zone, day, end):
    assert end_of_day(day, ZoneInfo(zone)) == end


@given(st.dates(date(2012, 1, 1), date(2100, 12, 30)), st.sampled_from(ZONES))
@example(date(2018, 11, 3), "America/Sao_Paulo")
@example(date(2026, 10, 31), "America/Havana")
@example(date(2026, 4, 23), "Africa/Cairo")
def test_the_instant_before_the_end_is_still_that_day_and_the_end_is_not(day, zone):
    end = end_of_day(day, ZoneInfo(zone))
    assert (end - INSTANT).astimezone(ZoneInfo(zone)).date() == day
    assert end.astimezone(ZoneInfo(zone)).date() == day + timedelta(days=1)


def test_the_end_is_told_in_utc():
    assert end_of_day(date(2026, 3, 10), ZoneInfo("Asia/Bishkek")).utcoffset() == timedelta(0)
