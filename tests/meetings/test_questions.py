"""What the questions about parties, meetings and reports find, at their edges."""

from datetime import date

import pytest

from meetings.choices import PartyKind
from meetings.models import FocalPoint, Meeting, Party, Passage, Report
from tests.factories import (
    NOW,
    days,
    make_focal_point,
    make_mailbox,
    make_meeting,
    make_obligation,
    make_party,
    make_report,
    make_user,
)

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
YESTERDAY, TOMORROW = TODAY - days(1), TODAY + days(1)


# Parties ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "answers"),
    [
        ({}, True),
        ({"starts_on": TODAY}, True),
        ({"starts_on": TOMORROW}, False),
        ({"ends_on": TODAY}, True),
        ({"ends_on": YESTERDAY}, False),
        ({"is_deputy": True}, True),
    ],
)
def test_somebody_answers_from_the_first_day_to_the_last(term, answers):
    party = make_party("AA")
    made = make_focal_point(party, **term)
    assert list(FocalPoint.objects.active(TODAY)) == ([made] if answers else [])
    assert list(FocalPoint.objects.running(TODAY)) == ([made] if answers else [])
    assert list(Party.objects.without_focal_point(TODAY)) == ([] if answers else [party])


def test_who_cannot_sign_in_any_more_answers_for_nobody_while_the_term_runs():
    party = make_party("AA")
    made = make_focal_point(party, make_user(is_active=False))
    make_focal_point(make_party("BB"))
    assert made not in FocalPoint.objects.active(TODAY)
    assert made in FocalPoint.objects.running(TODAY)
    assert list(Party.objects.without_focal_point(TODAY)) == [party]


def test_whom_nobody_misses():
    left = make_party("AA", left=TODAY)
    leaving = make_party("BB", left=TOMORROW)
    make_party("CC", kind=PartyKind.OBSERVER)
    owing = make_party("DD", kind=PartyKind.OBSERVER)
    make_obligation(owing)
    found = set(Party.objects.without_focal_point(TODAY))
    assert found == {leaving, owing}
    assert left not in found


def test_whether_mail_about_a_party_finds_a_mailbox():
    make_party("AA", mailbox=make_mailbox())
    make_party("BB", mailbox=make_mailbox(is_active=False))
    make_party("CC")
    found = Party.objects.without_focal_point(TODAY).values_list("code", "has_mailbox")
    assert dict(found) == {"AA": True, "BB": False, "CC": False}


# Meetings --------------------------------------------------------------------------------------------


def test_earlier_meetings_of_a_series_are_those_with_smaller_numbers():
    one, two, three = (make_meeting(series="A", number=number) for number in (1, 2, 3))
    make_meeting(series="B", number=1)
    assert list(Meeting.objects.earlier_in_series(three)) == [two, one]
    assert list(Meeting.objects.earlier_in_series(one)) == []


@pytest.mark.parametrize(
    ("values", "is_coming"),
    [
        ({"starts_on": TOMORROW, "ends_on": TOMORROW}, True),
        ({"starts_on": YESTERDAY, "ends_on": TODAY}, True),
        ({"starts_on": YESTERDAY, "ends_on": YESTERDAY}, False),
        ({"starts_on": None, "ends_on": None, "expected": "2027"}, True),
    ],
)
def test_a_meeting_is_coming_until_its_last_day_is_over(values, is_coming):
    before = make_meeting()
    following = make_meeting(**values)
    assert following not in Meeting.objects.coming(TODAY), "it follows none"
    Meeting.objects.filter(pk=before.pk).update(next_meeting=following)
    assert list(Meeting.objects.coming(TODAY)) == ([following] if is_coming else [])


def test_a_meeting_comes_after_one_alone_and_never_after_itself():
    first, second, free = make_meeting(), make_meeting(), make_meeting()
    Meeting.objects.filter(pk=first.pk).update(next_meeting=second)
    assert set(Meeting.objects.without_predecessor()) == {first, free}
    first.refresh_from_db()
    assert set(Meeting.objects.without_predecessor(but=first)) == {second, free}
    assert set(Meeting.objects.without_predecessor(but=free)) == {first}


# Reports ---------------------------------------------------------------------------------------------


def test_the_current_report_is_the_highest_version_of_its_language_and_meeting():
    meeting, other = make_meeting(), make_meeting()
    old, new = make_report(meeting, version=1), make_report(meeting, version=2)
    russian, theirs = make_report(meeting, language="ru"), make_report(other)
    assert set(Report.objects.current()) == {new, russian, theirs}
    assert set(Report.objects.versions_of(new)) == {old, new}


def test_a_report_is_unread_until_it_was_read():
    unread = make_report()
    make_report(read_at=NOW)
    assert list(Report.objects.unread()) == [unread]


def test_a_passage_is_confirmed_by_a_person():
    report, person = make_report(), make_user()
    values = {"report": report, "function": "context"}
    open_ = Passage.objects.create(number=1, start=0, end=4, **values)
    done = Passage.objects.create(
        number=2, start=5, end=9, confirmed_at=NOW, confirmed_by=person, **values
    )
    assert list(Passage.objects.unconfirmed()) == [open_]
    assert list(Passage.objects.confirmed()) == [done]


def test_meetings_stand_the_last_first_and_those_without_a_day_at_the_end():
    days_of = [date(2020, 1, 1), None, date(2022, 1, 1)]
    old, none, new = (
        make_meeting(starts_on=day, ends_on=day, expected="" if day else "2027") for day in days_of
    )
    assert list(Meeting.objects.latest_first()) == [new, old, none]
