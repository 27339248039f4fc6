"""How a line stands to its deadline: said once in SQL and once in Python, and the same."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from hypothesis import example, given
from hypothesis import strategies as st

from commitments import rules
from commitments.choices import Life, Status, Timing
from commitments.models import Commitment, Obligation
from tests.commitments.examples import taken_back, with_rows
from tests.factories import NOW, make_commitment, make_obligation, make_party

SOON = timedelta(days=30)
INSTANT = timedelta(microseconds=1)
statuses = st.sampled_from(Status.values)
lives = st.sampled_from(Life.values)
# Mostly at the edges, where two sayings of one rule part.
distances = st.one_of(
    st.none(),
    st.sampled_from([-INSTANT, timedelta(0), INSTANT, SOON - INSTANT, SOON, SOON + INSTANT]),
    st.timedeltas(timedelta(days=-4000), timedelta(days=4000)),
)


def timing(status=Status.IN_PROGRESS, life=Life.ACTIVE, away=timedelta(0)) -> Timing:
    due_at = None if away is None else NOW + away
    return rules.timing(status=status, life=life, due_at=due_at, now=NOW, soon=SOON)


@pytest.mark.parametrize(
    ("away", "expected"),
    [
        (timedelta(days=-1), Timing.OVERDUE),
        (-INSTANT, Timing.OVERDUE),
        (timedelta(0), Timing.OVERDUE),
        (INSTANT, Timing.SOON),
        (SOON, Timing.SOON),
        (SOON + INSTANT, Timing.LATER),
        (None, Timing.NONE),
    ],
)
def test_an_open_line_is_overdue_from_the_instant_after_its_last_day(away, expected):
    assert timing(away=away) is expected


@pytest.mark.parametrize(
    "status", [Status.NOT_STARTED, Status.IN_PROGRESS, Status.PARTLY_DONE, Status.STALLED]
)
def test_every_open_status_can_be_overdue(status):
    assert timing(status=status, away=timedelta(days=-1)) is Timing.OVERDUE


@pytest.mark.parametrize("status", [Status.DONE, Status.NOT_ASSESSABLE, Status.NOT_OWED])
@pytest.mark.parametrize("away", [timedelta(days=-1), timedelta(days=1), None])
def test_a_line_that_is_not_open_is_never_overdue(status, away):
    assert timing(status=status, away=away) is Timing.CLOSED


@pytest.mark.parametrize("life", [Life.REPLACED, Life.WITHDRAWN])
def test_a_commitment_that_is_no_longer_in_force_is_never_overdue(life):
    assert timing(life=life, away=timedelta(days=-1)) is Timing.CLOSED


@given(statuses, lives)
def test_a_line_without_a_deadline_is_never_overdue(status, life):
    assert timing(status, life, None) in {Timing.NONE, Timing.CLOSED}


@given(statuses, lives, distances, st.timedeltas(timedelta(0), timedelta(days=4000)))
def test_what_is_overdue_stays_overdue_as_time_goes_by(status, life, away, later):
    if timing(status, life, away) is Timing.OVERDUE:
        assert timing(status, life, away - later) is Timing.OVERDUE


@pytest.fixture
def lines(db):
    """Two lines of a commitment of each life; an example gives them their status and their end."""
    found = []
    for life in Life.values:
        commitment = make_commitment(
            parties=[make_party("AA"), make_party("BB")], due=date(2030, 1, 1)
        )
        Commitment.objects.filter(pk=commitment.pk).update(life=life)
        found += commitment.obligations.all()
    return found


def at(*away: timedelta | None) -> list:
    return [(Status.IN_PROGRESS, distance) for distance in away] * 3


@with_rows
@given(st.lists(st.tuples(statuses, distances), min_size=6, max_size=6))
@example(at(timedelta(0), INSTANT))
@example(at(SOON, SOON + INSTANT))
@example(at(-INSTANT, None))
def test_timing_means_the_same_in_sql_and_in_python(lines, states):
    assert timedelta(days=settings.DUE_SOON_DAYS) == SOON
    with taken_back():
        for line, (status, away) in zip(lines, states, strict=True):
            due = {} if away is not None else {"next_deadline": None}
            due_at = None if away is None else NOW + away
            Obligation.objects.filter(pk=line.pk).update(status=status, due_at=due_at, **due)
        rows = list(Obligation.objects.select_related("commitment"))
        for state in Timing:
            in_sql = set(Obligation.objects.in_timing([state], NOW))
            assert in_sql == {row for row in rows if row.timing(NOW) is state}
        in_sql = set(Obligation.objects.overdue(NOW))
        assert in_sql == {row for row in rows if row.is_overdue(NOW)}
        assert set(Obligation.objects.open()) == {
            row for row in rows if rules.is_open(status=row.status, life=row.commitment.life)
        }
        several = [Timing.OVERDUE, Timing.NONE]
        assert set(Obligation.objects.in_timing(several, NOW)) == {
            row for row in rows if row.timing(NOW) in several
        }


def test_no_timing_asked_for_is_no_line(lines):
    assert not Obligation.objects.in_timing([], NOW)


@pytest.mark.parametrize(
    ("zone", "hour", "days"),
    [
        ("UTC", 0, 1),
        ("UTC", 23, 1),
        ("Asia/Shanghai", 15, 1),
        ("Asia/Shanghai", 16, 0),  # it is the 11th there
        ("America/New_York", 3, 2),  # it is still the 9th there
    ],
)
@pytest.mark.django_db
def test_days_left_are_counted_by_the_calendar_of_the_party(zone, hour, days):
    line = make_obligation(make_party(time_zone=zone), due=date(2026, 3, 11))
    assert line.days_left(datetime(2026, 3, 10, hour, 0, tzinfo=UTC)) == days


@pytest.mark.django_db
def test_without_a_deadline_no_days_are_left():
    assert make_obligation().days_left(NOW) is None


@pytest.mark.django_db
def test_due_today_is_true_for_each_party_at_its_own_moment():
    zones = ["Asia/Shanghai", "Europe/Moscow", "America/New_York"]
    lines = [make_obligation(make_party(time_zone=zone), due=date(2026, 3, 11)) for zone in zones]
    moment = datetime(2026, 3, 11, 17, 0, tzinfo=UTC)  # past midnight in Shanghai alone
    assert [line.is_overdue(moment) for line in lines] == [True, False, False]
    assert [line.days_left(moment) for line in lines] == [-1, 0, 0]
