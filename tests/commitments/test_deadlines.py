"""Deadlines of a line: kept, moved with a reason, and always what `due_at` says."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.choices import Via
from accounts.models import Event
from commitments import deadlines, services
from commitments.choices import NOTE_LENGTH, Basis, Purpose
from commitments.deadlines import Period
from commitments.errors import Stale
from commitments.models import Deadline, Obligation
from meetings.rules import end_of_day
from tests.commitments.moving import FIRST, SECOND, ZONES, move
from tests.factories import (
    NOW,
    make_commitment,
    make_deadline,
    make_meeting,
    make_obligation,
    make_officer,
    make_party,
    make_report,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    """Of a commitment that has a stated deadline of its own."""
    return make_obligation(due=FIRST)


def review(day: date) -> Period:
    return Period(due=day, basis=Basis.SET, reason="Every half year.")


# Moving ------------------------------------------------------------------------------------------


def test_a_moved_deadline_leaves_the_first_one_where_it_was(line):
    first = Deadline.objects.get()
    before = Deadline.objects.values().get()
    new = move(line)
    assert Deadline.objects.values().get(pk=first.pk) == before
    assert (new.due, new.basis, new.reason, new.replaces) == (
        SECOND,
        "set",
        "Agreed by letter.",
        first,
    )
    line.refresh_from_db()
    assert (line.next_deadline, line.due_at) == (new, datetime(2027, 1, 1, tzinfo=UTC))


def test_moving_again_closes_the_line_s_own_deadline_and_keeps_all(line):
    one = move(line)
    line.refresh_from_db()
    two = move(line, date(2027, 1, 31))
    one.refresh_from_db()
    assert (one.is_current, two.is_current, two.replaces) == (False, True, one)
    assert Deadline.objects.count() == 3


def test_a_move_leaves_the_lines_of_others_alone():
    commitment = make_commitment(parties=[make_party("AA"), make_party("BB")], due=FIRST)
    mine, other = commitment.obligations.order_by("party__code")
    move(mine)
    other.refresh_from_db()
    assert (other.next_deadline.due, other.version) == (FIRST, 1)


def test_a_move_is_told_with_both_days_and_the_reason(line):
    actor = make_officer()
    move(line, actor=actor, reason=" Agreed by letter. ")
    event = Event.objects.get(object_type="obligation")
    assert (event.action, event.actor, event.at, event.why) == (
        "deadline.moved", actor, NOW, "Agreed by letter.",
    )  # fmt: skip
    assert (event.before["due"], event.before["basis"]) == ("2026-06-30", "stated")
    assert (event.after["due"], event.after["basis"]) == ("2026-12-31", "set")


def test_the_first_deadline_of_a_line_is_set_and_not_moved():
    line = make_obligation()
    new = move(line)
    assert (new.purpose, new.replaces) == (Purpose.FINAL, None)
    event = Event.objects.get(object_type="obligation")
    assert (event.action, event.before) == ("deadline.set", {})


def test_a_deadline_may_come_earlier_even_when_the_day_is_past(line):
    move(line, date(2026, 2, 1))
    line.refresh_from_db()
    assert line.is_overdue(NOW)


def test_moved_to_before_its_period_opens_the_period_opens_no_more():
    period = Period(due=SECOND, opens=FIRST, wording="in the second half", basis=Basis.STATED)
    line = make_obligation(final=period)
    assert move(line, date(2026, 8, 1)).opens == FIRST
    line.refresh_from_db()
    assert move(line, date(2026, 5, 1)).opens is None


@pytest.mark.parametrize(
    "day", [date(2026, 1, 14), date(2026, 1, 15), date(2101, 1, 1), date(9999, 12, 31)]
)
def test_a_day_that_cannot_be_is_refused(line, day):
    with pytest.raises(ValidationError) as refused:
        move(line, day)
    assert list(refused.value.message_dict) == ["due"]
    assert Deadline.objects.count() == 1
    line.refresh_from_db()
    assert line.version == 1


@pytest.mark.parametrize("day", [date(2026, 1, 16), date(2100, 12, 31)])
def test_the_day_after_the_meeting_and_the_last_of_the_century_are_taken(line, day):
    assert move(line, day).due == day


def test_where_the_day_of_the_meeting_is_not_known_any_day_is_taken():
    report = make_report(make_meeting(starts_on=None, ends_on=None, expected="2027"))
    assert move(make_obligation(report=report), date(2019, 1, 1)).due == date(2019, 1, 1)


@pytest.mark.parametrize("reason", ["", "  \n", "x" * (NOTE_LENGTH + 1)])
def test_a_move_needs_a_reason_that_can_be_read(line, reason):
    with pytest.raises(ValidationError) as refused:
        move(line, reason=reason)
    assert list(refused.value.message_dict) == ["reason"]
    assert Deadline.objects.count() == 1


def test_whoever_was_slower_is_told_and_nothing_moves(line):
    move(line)
    with pytest.raises(Stale):
        move(line, date(2027, 5, 5), seen=1)
    assert Deadline.objects.count() == 2
    line.refresh_from_db()
    assert (line.next_deadline.due, line.version) == (SECOND, 2)


def test_a_status_and_a_deadline_are_one_line_s_versions(line):
    move(line)
    with pytest.raises(Stale):
        services.change_status(
            obligation=line,
            seen=1,
            status="stalled",
            note="x",
            actor=make_officer(),
            now=NOW,
            via="page",
        )


def test_without_its_event_no_deadline_is_moved(line):
    with pytest.raises(IntegrityError):
        move(line, via=None)
    assert Deadline.objects.count() == 1
    line.refresh_from_db()
    assert (line.next_deadline.due, line.version) == (FIRST, 1)


# Which deadline counts ---------------------------------------------------------------------------


def test_the_earlier_of_review_and_final_counts_first():
    line = make_obligation(due=SECOND, review=review(FIRST))
    assert (line.next_deadline.purpose, line.next_deadline.due) == (Purpose.REVIEW, FIRST)


def test_a_line_s_own_deadline_counts_before_that_of_the_commitment(line):
    move(line, date(2028, 1, 1))
    assert deadlines.effective(line).due == date(2028, 1, 1)


def test_a_line_s_own_review_leaves_the_final_deadline_of_the_commitment():
    line = make_obligation(due=SECOND, review=review(FIRST))
    make_deadline(line, date(2027, 5, 1), purpose=Purpose.REVIEW)
    line.refresh_from_db()
    assert (line.next_deadline.purpose, line.next_deadline.due) == (Purpose.FINAL, SECOND)


def test_a_move_without_a_purpose_moves_what_counts_now():
    line = make_obligation(due=SECOND, review=review(FIRST))
    assert move(line, date(2026, 8, 1)).purpose == Purpose.REVIEW


def test_a_period_without_an_end_is_never_due():
    line = make_obligation(
        final=Period(due=None, wording="as soon as possible", basis=Basis.STATED)
    )
    assert (line.next_deadline, line.due_at) == (None, None)


@pytest.mark.parametrize("zone", ZONES)
def test_due_means_the_end_of_that_day_in_the_zone_of_the_party(zone):
    party = make_party(time_zone=zone)
    line = make_obligation(party, due=FIRST)
    assert line.due_at == end_of_day(FIRST, party.zone)


def test_in_a_new_zone_the_same_day_ends_at_another_moment(line):
    services.change_party(
        party=line.party, values={"time_zone": "Asia/Bishkek"}, actor=None, now=NOW, via=Via.ADMIN
    )
    line.refresh_from_db()
    assert line.due_at == datetime(2026, 6, 30, 18, 0, tzinfo=UTC)


# What the database forbids -----------------------------------------------------------------------


@pytest.mark.parametrize("own", [True, False])
def test_two_current_deadlines_of_one_purpose_cannot_be(line, own):
    if own:
        move(line)
    values = {"commitment": line.commitment, "obligation": line if own else None, "created_at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        Deadline.objects.create(
            purpose="final", due=SECOND, basis="set", reason="Because.", **values
        )


@pytest.mark.parametrize(
    "values",
    [
        {"basis": "stated", "wording": ""},
        {"basis": "set", "reason": ""},
        {"basis": "set", "reason": "Because.", "opens": SECOND, "due": FIRST},
    ],
)
def test_a_deadline_without_its_ground_cannot_be(line, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Deadline.objects.create(
            **{
                "commitment": line.commitment,
                "purpose": "review",
                "created_at": NOW,
                "due": FIRST,
                **values,
            }
        )


@pytest.mark.parametrize("values", [{"due_at": NOW, "next_deadline": None}, {"due_at": None}])
def test_an_end_without_a_deadline_cannot_be(line, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Obligation.objects.filter(pk=line.pk).update(**values)
