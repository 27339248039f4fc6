"""Which days a party works on."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from meetings.calendar import (
    add_working_days,
    days_off,
    holiday_name,
    is_working_day,
    knows_country,
    today,
)
from meetings.models import Party
from tests.factories import make_day, make_party

pytestmark = pytest.mark.django_db

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 6, day) for day in (5, 6, 7, 8))


def party_of(country: str, **values):
    return make_party(country or "ORG", holidays=country, **values)


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("CN", date(2026, 10, 1), "National Day"),
        ("IN", date(2026, 1, 26), "Republic Day"),
        ("KZ", date(2026, 12, 16), "Independence Day"),
        ("KG", date(2026, 8, 31), "Independence Day"),
        ("PK", date(2026, 3, 23), "Pakistan Day"),
        ("RU", date(2026, 6, 12), "Russia Day"),
        ("TJ", date(2026, 9, 9), "Independence Day"),
        ("UZ", date(2026, 9, 1), "Independence Day"),
    ],
)
def test_public_holidays_of_the_members_are_days_off(country, day, name):
    party = party_of(country)
    assert day.isoweekday() not in party.weekend
    assert not is_working_day(party, day)
    assert holiday_name(party, day) == name


@pytest.mark.parametrize("day", [date(1991, 6, 7), date(2019, 6, 7), date(2031, 6, 6)])
def test_a_friday_without_a_holiday_is_a_working_day_in_every_year(day):
    party = party_of("KG")
    assert is_working_day(party, day)
    assert holiday_name(party, day) == ""


def test_a_party_without_a_country_has_weekends_alone():
    party = party_of("")
    assert is_working_day(party, date(2026, 1, 1))
    assert not is_working_day(party, SATURDAY)


def test_the_weekend_is_that_of_the_party():
    party = party_of("", weekend=[5, 6])
    working = [is_working_day(party, day) for day in (FRIDAY, SATURDAY, SUNDAY, MONDAY)]
    assert working == [False, False, True, True]


def test_a_weekend_that_the_government_moved_is_worked_on():
    party = party_of("CN")
    assert is_working_day(party, date(2025, 2, 8))  # a Saturday, for the Tuesday before
    assert not is_working_day(party, date(2025, 2, 4))


def test_a_local_holiday_and_a_working_saturday_come_before_the_lists():
    party = party_of("KZ")
    make_day(party, FRIDAY)
    make_day(party, SATURDAY, is_working=True)
    make_day(party, date(2026, 12, 16), is_working=True)
    assert not is_working_day(party, FRIDAY)
    assert holiday_name(party, FRIDAY) == "Local day"
    assert is_working_day(party, SATURDAY)
    assert is_working_day(party, date(2026, 12, 16))
    assert holiday_name(party, date(2026, 12, 16)) == ""


def test_a_local_day_is_that_of_one_party():
    make_day(party_of("KZ"), FRIDAY)
    assert is_working_day(party_of("KG"), FRIDAY)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        (FRIDAY, 0, FRIDAY),
        (FRIDAY, 1, MONDAY),
        (FRIDAY, 6, date(2026, 6, 16)),  # past 12 June, Russia Day
        (SATURDAY, 1, MONDAY),
        (MONDAY, -1, FRIDAY),
        (date(2025, 12, 30), 1, date(2026, 1, 12)),  # past New Year and a change of year
    ],
)
def test_working_days_are_counted_past_weekends_and_holidays(start, n, end):
    assert add_working_days(party_of("RU"), start, n) == end


def test_counting_days_reads_the_own_days_once(django_assert_num_queries):
    party = party_of("RU")
    make_day(party, MONDAY)
    with django_assert_num_queries(1):
        assert add_working_days(party, FRIDAY, 20) == date(2026, 7, 7)
    with django_assert_num_queries(2):
        (read,) = Party.objects.filter(code="RU").prefetch_related("days")
    with django_assert_num_queries(0):
        add_working_days(read, FRIDAY, 20)


def test_the_days_off_ahead_are_named_without_the_weekends():
    party = party_of("KZ")
    make_day(party, date(2026, 12, 30))
    found = days_off(party, date(2026, 12, 15), date(2027, 1, 1))
    assert found == [
        (date(2026, 12, 16), "Independence Day"),
        (date(2026, 12, 30), "Local day"),
        (date(2027, 1, 1), "New Year's Day"),
    ]


@pytest.mark.parametrize(
    ("country", "language", "name"),
    [
        ("RU", "ru", "День России"),
        ("RU", "en", "Russia Day"),
        ("TJ", "zh-hans", "Independence Day"),  # no Chinese: English
        ("CN", "zh-hans", "国庆节"),
    ],
)
def test_a_holiday_is_named_in_the_language_of_the_page_or_else_in_english(country, language, name):
    day = {"RU": date(2026, 6, 12), "TJ": date(2026, 9, 9), "CN": date(2026, 10, 1)}[country]
    with translation.override(language):
        assert holiday_name(party_of(country), day) == name


def test_today_is_the_day_in_the_zone_of_the_party():
    late = datetime(2026, 6, 5, 20, 0, tzinfo=UTC)
    assert today(make_party("KG", time_zone="Asia/Bishkek"), late) == SATURDAY
    assert today(make_party("XX", time_zone="UTC"), late) == FRIDAY


@pytest.mark.parametrize(
    ("code", "known"), [("KG", True), ("ZZ", False), ("kg", False), ("", False)]
)
def test_a_country_is_known_by_its_code(code, known):
    assert knows_country(code) is known
