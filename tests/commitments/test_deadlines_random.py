"""Whatever is moved, in whatever order: `due_at` is what the current deadlines say."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.choices import Via
from commitments import deadlines, services
from commitments.choices import Basis, Purpose
from commitments.deadlines import Period
from commitments.models import Deadline
from meetings.rules import end_of_day
from tests.commitments.examples import taken_back, with_rows
from tests.commitments.moving import ZONES, move_all
from tests.factories import NOW, make_commitment, make_deadline, make_party

pytestmark = pytest.mark.django_db


@pytest.fixture
def several():
    """A commitment without a deadline and its lines, in zones of which one has skipped midnights."""
    return make_commitment(
        parties=[make_party(f"Z{n}", time_zone=zone) for n, zone in enumerate(ZONES)]
    )


purposes = st.sampled_from(Purpose.values)
days = st.dates(date(2026, 1, 16), date(2030, 12, 31))
steps = st.one_of(
    st.tuples(st.just("enter"), purposes, st.one_of(st.none(), days)),
    st.tuples(st.just("move"), st.integers(0, 4), st.one_of(st.none(), purposes), days),
    st.tuples(st.just("all"), purposes, days),
    st.tuples(st.just("zone"), st.integers(0, 4), st.sampled_from(ZONES)),
)


def take(step, commitment, lines) -> None:
    """One step; a second deadline of the whole commitment is no step, since nothing enters one."""
    kind, *what = step
    if kind == "enter":
        purpose, day = what
        if not commitment.deadlines.filter(purpose=purpose, obligation=None).exists():
            period = Period(due=day, wording="in these words", basis=Basis.STATED)
            deadlines.enter(
                commitment=commitment, purpose=purpose, period=period, author=None, now=NOW
            )
    elif kind == "move":
        number, purpose, day = what
        make_deadline(lines[number], day, purpose=purpose)
    elif kind == "all":
        purpose, day = what
        move_all(commitment, day, purpose=purpose)
    else:
        number, zone = what
        services.change_party(
            party=lines[number].party,
            values={"time_zone": zone},
            actor=None,
            now=NOW,
            via=Via.ADMIN,
        )


def expected_end(line) -> datetime | None:
    """The end of the earliest day among the line's current deadlines, read from the rows alone."""
    rows = list(Deadline.objects.filter(commitment=line.commitment_id, is_current=True))
    by_purpose = {}
    for purpose in Purpose.values:
        own = [row for row in rows if row.purpose == purpose and row.obligation_id == line.pk]
        shared = [row for row in rows if row.purpose == purpose and row.obligation_id is None]
        assert len(own) <= 1
        assert len(shared) <= 1
        by_purpose[purpose] = (own or shared or [None])[0]
    ends = [row.due for row in by_purpose.values() if row and row.due]
    return end_of_day(min(ends), line.party.zone) if ends else None


@with_rows
@given(st.lists(steps, max_size=8))
def test_due_at_is_the_end_of_the_current_deadline_whatever_was_moved(several, taken):
    with taken_back():
        seen: dict[int, tuple] = {}
        for step in taken:
            lines = list(several.obligations.select_related("party", "commitment").order_by("pk"))
            take(step, several, lines)
            for line in several.obligations.select_related("party", "next_deadline"):
                assert line.due_at == expected_end(line)
                held = line.next_deadline
                assert line.due_at == (end_of_day(held.due, line.party.zone) if held else None)
                assert held is None or held.is_current
            for row in Deadline.objects.all():
                told = (row.due, row.opens, row.wording, row.basis, row.reason, row.created_at)
                assert seen.setdefault(row.pk, told) == told
            assert set(seen) == set(Deadline.objects.values_list("pk", flat=True))
