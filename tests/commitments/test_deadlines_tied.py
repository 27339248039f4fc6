"""Deadlines that are tied to a meeting: they move with it."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from commitments import deadlines
from commitments.choices import Basis
from commitments.models import Obligation
from tests.commitments.moving import due_days, move_all, move_meeting
from tests.factories import (
    make_commitment,
    make_deadline,
    make_meeting,
    make_obligation,
    make_party,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def coming():
    return make_meeting(slug="coming", starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 4))


@pytest.fixture
def tied(coming):
    """Due the day before the coming meeting, for AA and BB; nothing else is."""
    period = deadlines.by_meeting(coming, wording="by the next meeting")
    return make_commitment(parties=[make_party("AA"), make_party("BB")], final=period)


def test_what_is_tied_to_a_meeting_is_due_the_day_before_it(tied):
    assert due_days(tied) == {"AA": date(2027, 6, 2), "BB": date(2027, 6, 2)}


def test_what_is_tied_moves_with_the_meeting_and_keeps_its_words_and_the_first_day(coming, tied):
    other = make_obligation(due=date(2027, 6, 2))
    assert move_meeting(coming, date(2027, 9, 1)) == 1
    assert due_days(tied) == {"AA": date(2027, 8, 31), "BB": date(2027, 8, 31)}
    first, second = tied.deadlines.order_by("pk")
    assert (first.due, first.is_current) == (date(2027, 6, 2), False)
    assert (second.replaces, second.wording, second.basis) == (
        first,
        "by the next meeting",
        Basis.DERIVED,
    )
    assert second.meeting == coming
    other.refresh_from_db()
    assert other.next_deadline.due == date(2027, 6, 2)
    assert move_meeting(coming, date(2027, 10, 1)) == 1, "it stays tied"


def test_a_line_with_its_own_deadline_does_not_move_with_the_meeting(coming, tied):
    make_deadline(tied.obligations.get(party__code="BB"), date(2027, 12, 1))
    move_meeting(coming, date(2027, 9, 1))
    assert due_days(tied) == {"AA": date(2027, 8, 31), "BB": date(2027, 12, 1)}


def test_what_an_officer_moved_for_all_is_no_longer_tied(coming, tied):
    move_all(tied, date(2027, 7, 1))
    assert move_meeting(coming, date(2027, 9, 1)) == 0
    assert set(due_days(tied).values()) == {date(2027, 7, 1)}


def test_a_meeting_without_a_day_leaves_what_is_tied_without_a_date_until_it_has_one(coming, tied):
    move_meeting(coming, None)
    assert due_days(tied) == {"AA": None, "BB": None}
    assert not Obligation.objects.overdue(datetime(2099, 1, 1, tzinfo=UTC))
    move_meeting(coming, date(2027, 9, 1))
    assert set(due_days(tied).values()) == {date(2027, 8, 31)}


def test_a_meeting_that_stays_on_its_day_moves_nothing(coming, tied):
    assert move_meeting(coming, coming.starts_on) == 0
    assert tied.deadlines.count() == 1


def test_a_commitment_of_a_meeting_moved_by_two_at_once_tells_the_second(coming, tied):
    move_meeting(coming, date(2027, 9, 1), seen=1)
    with pytest.raises(ValidationError) as refused:
        move_meeting(coming, date(2027, 10, 1), seen=1)
    assert refused.value.code == "stale"
    assert set(due_days(tied).values()) == {date(2027, 8, 31)}


def test_a_day_beyond_the_end_of_the_calendar_is_no_error_of_the_site(tied):
    commitment = make_commitment(parties=[make_party("AA")])
    with pytest.raises(ValidationError):
        move_all(commitment, date(9999, 12, 31))
