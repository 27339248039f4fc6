"""The deadline of a whole commitment, which lines follow unless they have their own."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.models import Event
from commitments import deadlines
from commitments.choices import NOTE_LENGTH, Basis, Purpose
from commitments.errors import Stale
from tests.commitments.moving import FIRST, SECOND, due_days, move_all
from tests.factories import make_commitment, make_deadline, make_officer, make_party

pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    """A commitment with a stated deadline; BB has one of its own."""
    commitment = make_commitment(
        parties=[make_party("AA"), make_party("BB")], due=FIRST, reference="TST-1"
    )
    make_deadline(commitment.obligations.get(party__code="BB"), date(2027, 3, 1))
    return commitment


def test_a_move_of_all_leaves_lines_with_their_own_deadline_alone(two):
    first = two.deadlines.get(basis=Basis.STATED)
    new = move_all(two)
    assert due_days(two) == {"AA": SECOND, "BB": date(2027, 3, 1)}
    assert (new.due, new.obligation, new.replaces, new.reason) == (
        SECOND,
        None,
        first,
        "Agreed by all.",
    )
    first.refresh_from_db()
    assert (first.due, first.is_current) == (FIRST, False)
    two.refresh_from_db()
    assert two.version == 2


def test_a_move_of_all_is_told_once_on_the_commitment(two):
    before = Event.objects.filter(object_type="obligation").count()
    move_all(two)
    event = Event.objects.get(object_type="commitment", action="deadline.moved")
    assert (event.before["due"], event.after["due"]) == ("2026-06-30", "2026-12-31")
    assert (event.after["version"], event.why) == (2, "Agreed by all.")
    assert Event.objects.filter(object_type="obligation").count() == before


def test_the_first_deadline_of_all_is_set_and_not_moved():
    commitment = make_commitment()
    move_all(commitment)
    event = Event.objects.get(object_type="commitment", action__startswith="deadline.")
    assert (event.action, event.before) == ("deadline.set", {})
    assert set(due_days(commitment).values()) == {SECOND}


def test_a_review_of_all_leaves_the_final_deadline(two):
    move_all(two, date(2026, 5, 1), purpose=Purpose.REVIEW)
    assert due_days(two) == {"AA": date(2026, 5, 1), "BB": date(2026, 5, 1)}
    line = two.obligations.get(party__code="BB")
    assert deadlines.holding(line)[Purpose.FINAL].due == date(2027, 3, 1)


def test_whoever_moves_all_second_is_told_and_nothing_moves(two):
    move_all(two)
    with pytest.raises(Stale):
        move_all(two, date(2029, 1, 1), seen=1)
    assert due_days(two)["AA"] == SECOND


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"due": date(2026, 1, 15)}, "due"),
        ({"due": date(2101, 1, 1)}, "due"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * (NOTE_LENGTH + 1)}, "reason"),
    ],
)
def test_a_move_of_all_that_cannot_stand_is_refused_by_field(two, values, field):
    with pytest.raises(ValidationError) as refused:
        move_all(two, **values)
    assert list(refused.value.message_dict) == [field]
    assert due_days(two)["AA"] == FIRST


def test_without_its_event_nothing_moves_for_all(two):
    with pytest.raises(IntegrityError):
        move_all(two, via=None)
    assert due_days(two)["AA"] == FIRST
    two.refresh_from_db()
    assert two.version == 1


@pytest.mark.parametrize(("button", "due"), [("final", SECOND), ("review", date(2026, 5, 1))])
def test_all_are_moved_by_the_page(client, two, button, due):
    client.force_login(make_officer())
    typed = {"due": due.isoformat(), "reason": "Agreed.", "version": "1", "purpose": button}
    assert client.post("/commitments/TST-1/deadline/", typed).status_code == 302
    assert due_days(two)["AA"] == due
    stale = client.post("/commitments/TST-1/deadline/", {**typed, "due": "2029-01-01"})
    assert stale.status_code == 409
    assert "2029-01-01" in stale.content.decode()
    assert due_days(two)["AA"] == due
