"""An accepted report opens the next period of a line that is reviewed in a rhythm."""

from datetime import date, timedelta

import pytest

from commitments.choices import Basis, Claim, Purpose
from commitments.deadlines import Period, effective, holding
from commitments.models import Deadline, Obligation
from commitments.rules import next_review
from tests.commitments.events import events_of
from tests.commitments.reporting import accept
from tests.factories import (
    NOW,
    days,
    make_focal_point,
    make_obligation,
    make_officer,
    make_party,
    make_returned,
    make_submitted,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    return make_obligation(make_party("AA"), reference="TST-1")


@pytest.fixture
def author(line):
    return make_focal_point(line.party).user


@pytest.fixture
def officer():
    return make_officer()


@pytest.fixture
def standing():
    """A line whose next report is due on 20 March, every 30 days."""
    review = Period(due=date(2026, 3, 20), basis=Basis.SET, reason="Rhythm.")
    return make_obligation(
        make_party("AA"), review=review, review_days=30, due=date(2030, 1, 1), reference="TST-1"
    )


def accept_later(line, later: int, **values):
    author, now = make_focal_point(line.party).user, NOW + days(later)
    report = make_submitted(line, author, now=now, **values)
    finding = values.get("claimed", Claim.IN_PROGRESS)
    return accept(report, make_officer(), finding, now=now)


@pytest.mark.parametrize(
    ("later", "due"),
    [
        (0, date(2026, 4, 19)),  # before its end: the next period all the same
        (10, date(2026, 4, 19)),
        (40, date(2026, 5, 19)),  # on 19 April the period of that day is over too
        (100, date(2026, 7, 18)),  # those that nobody reported in are passed over
    ],
)
def test_an_accepted_report_opens_the_next_period_that_ends_past_today(standing, later, due):
    first = effective(standing)
    accept_later(standing, later)
    standing.refresh_from_db()
    opened = standing.next_deadline
    assert (opened.due, opened.opens, opened.purpose) == (due, date(2026, 3, 21), "review")
    assert opened.due > (NOW + days(later)).date()
    assert opened.replaces == first
    assert Deadline.objects.filter(pk=first.pk).exists()
    assert holding(standing)[Purpose.FINAL].due == date(2030, 1, 1)


def test_the_next_period_is_told_with_who_reported(standing):
    report = accept_later(standing, 0)
    event = events_of(standing).get(action="deadline.moved")
    assert (event.before["due"], event.after["due"]) == ("2026-03-20", "2026-04-19")
    assert report.author.name in event.why


def test_a_report_on_one_line_leaves_the_period_of_others(standing):
    other = make_obligation(make_party("BB"), reference="TST-2")
    Obligation.objects.filter(pk=other.pk).update(commitment=standing.commitment)
    accept_later(standing, 0)
    assert effective(Obligation.objects.get(pk=other.pk), Purpose.REVIEW).due == date(2026, 3, 20)


def test_a_line_that_is_found_done_has_no_next_review(standing):
    accept_later(standing, 0, claimed=Claim.DONE)
    standing.refresh_from_db()
    assert standing.next_deadline.due == date(2026, 3, 20)


def test_without_a_rhythm_no_period_opens(line, author, officer):
    accept(make_submitted(line, author), officer)
    assert not Deadline.objects.exists()


def test_a_returned_report_opens_no_period(standing):
    make_returned(standing)
    standing.refresh_from_db()
    assert standing.next_deadline.due == date(2026, 3, 20)


DUE = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("every", "today", "expected"),
    [
        (1, DUE - timedelta(days=1), DUE + timedelta(days=1)),
        (1, DUE, DUE + timedelta(days=1)),
        (1, DUE + timedelta(days=1), DUE + timedelta(days=2)),
        (90, DUE, DUE + timedelta(days=90)),
        (90, DUE + timedelta(days=89), DUE + timedelta(days=90)),
        (90, DUE + timedelta(days=90), DUE + timedelta(days=180)),
    ],
)
def test_the_next_review_is_the_first_day_of_the_rhythm_that_lies_ahead(every, today, expected):
    assert next_review(due=DUE, every=every, today=today) == expected
