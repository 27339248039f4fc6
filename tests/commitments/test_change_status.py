"""Saying where a line stands."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.choices import Via
from accounts.models import Event
from commitments import services
from commitments.choices import NOTE_LENGTH, Status
from commitments.errors import Stale
from tests.factories import NOW, make_obligation, make_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    return make_obligation()


@pytest.fixture
def officer():
    return make_officer()


def change(line, actor, status=Status.IN_PROGRESS, note="The plan was signed.", **values):
    given = {"seen": line.version, "now": NOW, "via": Via.PAGE, **values}
    return services.change_status(obligation=line, status=status, note=note, actor=actor, **given)


def events_of(line):
    return Event.objects.filter(object_type="obligation", object_id=line.pk)


def stored(line) -> tuple:
    line.refresh_from_db()
    return line.status, line.done_proposed_by_id, line.version


@pytest.mark.parametrize("status", [s for s in Status.values if s not in {"not_started", "done"}])
def test_a_change_is_stored_with_its_event(line, officer, status):
    changed = change(line, officer, status, note="  The plan was signed. ")
    assert (changed.status, changed.version) == (status, 2)
    event = events_of(line).get()
    assert (event.action, event.actor, event.at, event.via) == (
        "status.changed",
        officer,
        NOW,
        "page",
    )
    assert (event.before, event.after) == ({"status": "not_started"}, {"status": status})
    assert event.why == "The plan was signed."


@pytest.mark.parametrize(
    ("status", "note", "field"),
    [
        ("in_progress", "", "note"),
        ("in_progress", " \n\t", "note"),
        ("in_progress", "x" * (NOTE_LENGTH + 1), "note"),
        ("overdue", "Because.", "status"),
        ("", "Because.", "status"),
        ("not_started", "Because.", "status"),
    ],
)
def test_what_cannot_stand_is_refused_by_field_and_changes_nothing(
    line, officer, status, note, field
):
    with pytest.raises(ValidationError) as refused:
        change(line, officer, status, note)
    assert list(refused.value.message_dict) == [field]
    assert stored(line) == ("not_started", None, 1)
    assert not events_of(line).exists()


def test_a_note_of_the_greatest_length_is_kept_whole(line, officer):
    change(line, officer, note="x" * NOTE_LENGTH)
    assert events_of(line).get().why == "x" * NOTE_LENGTH


def test_a_note_that_is_too_long_is_told_its_length(line, officer):
    with pytest.raises(ValidationError, match=f"{NOTE_LENGTH} characters; it has 5000"):
        change(line, officer, note="x" * 5000)


def test_whoever_was_slower_is_told_and_changes_nothing(line, officer):
    change(line, officer, "in_progress")
    with pytest.raises(Stale):
        change(line, make_officer(), "stalled", seen=1)
    assert stored(line) == ("in_progress", None, 2)
    assert events_of(line).count() == 1


@pytest.mark.parametrize("seen", [0, 2, 10**30, -1])
def test_a_version_that_never_was_is_stale(line, officer, seen):
    with pytest.raises(Stale):
        change(line, officer, seen=seen)


def test_done_takes_two_people(line, officer):
    proposed = change(line, officer, "done")
    assert (proposed.status, proposed.done_proposed_by) == ("not_started", officer)
    second = make_officer()
    confirmed = change(line, second, "done")
    assert (confirmed.status, confirmed.done_proposed_by) == ("done", None)
    assert [(e.action, e.actor) for e in events_of(line).order_by("pk")] == [
        ("done.proposed", officer),
        ("status.changed", second),
    ]


def test_nobody_confirms_what_they_proposed(line, officer):
    change(line, officer, "done")
    with pytest.raises(ValidationError) as refused:
        change(line, officer, "done")
    assert list(refused.value.message_dict) == ["status"]
    assert stored(line) == ("not_started", officer.pk, 2)


@pytest.mark.parametrize("status", ["stalled", "not_started"])
def test_a_proposal_is_turned_down_by_another_status_or_the_one_it_has(line, officer, status):
    change(line, officer, "done")
    change(line, make_officer(), status)
    assert stored(line) == (status, None, 3)


def test_after_a_turned_down_proposal_done_takes_two_people_again(line, officer):
    change(line, officer, "done")
    change(line, make_officer(), "in_progress")
    change(line, make_officer(), "done")
    assert stored(line)[0] == "in_progress"


def test_reopening_what_is_done_is_told(line, officer):
    change(line, officer, "done")
    change(line, make_officer(), "done")
    change(line, officer, "in_progress", now=NOW + timedelta(days=1))
    event = events_of(line).first()
    assert (event.before, event.after) == ({"status": "done"}, {"status": "in_progress"})


def test_of_two_who_confirm_at_once_one_is_told(line, officer):
    change(line, officer, "done")
    seen = line.version
    change(line, make_officer(), "done", seen=seen)
    with pytest.raises(Stale):
        change(line_as_of(line, seen), make_officer(), "done", seen=seen)
    assert events_of(line).count() == 2


def line_as_of(line, version: int):
    """The line as somebody still has it who read it at that version."""
    line.refresh_from_db()
    line.version, line.status = version, Status.NOT_STARTED
    line.done_proposed_by = make_officer()
    return line


def test_without_its_event_no_change_is_stored(line, officer):
    with pytest.raises(IntegrityError):
        change(line, officer, via=None)
    assert stored(line) == ("not_started", None, 1)
    assert not events_of(line).exists()


def test_a_change_of_status_moves_no_deadline(officer):
    line = make_obligation(due=date(2030, 1, 1))
    due_at = line.due_at
    change(line, officer)
    assert line.due_at == due_at
