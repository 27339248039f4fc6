"""Saying where a line stands."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.choices import Via
from commitments import services
from commitments.choices import NOTE_LENGTH, Status
from commitments.errors import Stale
from commitments.models import Obligation
from tests.commitments.events import events_of
from tests.factories import NOW, make_done_line, make_obligation, make_officer

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


def stored(line) -> tuple:
    line.refresh_from_db()
    return line.status, line.version


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
    assert event.before == {"status": "not_started"}
    assert event.after == {"status": status, "version": 2}
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
    assert stored(line) == ("not_started", 1)
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
    assert stored(line) == ("in_progress", 2)
    assert events_of(line).count() == 1


@pytest.mark.parametrize("seen", [0, 2, 10**30, -1])
def test_a_version_that_never_was_is_stale(line, officer, seen):
    with pytest.raises(Stale):
        change(line, officer, seen=seen)


# Done and locked ---------------------------------------------------------------------------------


def test_done_is_never_said_without_a_report_whoever_says_it(line, officer):
    for _ in range(2):
        with pytest.raises(ValidationError) as refused:
            change(line, officer, "done")
        assert list(refused.value.message_dict) == ["status"]
        assert "a report with evidence" in str(refused.value)
    assert stored(line) == ("not_started", 1)
    assert not events_of(line).exists()


@pytest.mark.parametrize("status", [s for s in Status.values if s != "done"])
def test_a_done_line_is_locked_for_every_other_status(officer, status):
    line = make_done_line(officer=officer)
    was = stored(line)
    with pytest.raises(ValidationError, match="done and locked"):
        change(line, officer, status)
    assert stored(line) == was


def reopen(line, actor, reason="The law was repealed.", **values):
    given = {"seen": line.version, "now": NOW, "via": Via.PAGE, **values}
    return services.reopen(obligation=line, reason=reason, actor=actor, **given)


def test_reopening_what_is_done_is_told(officer):
    line = make_done_line()
    version = line.version
    reopened = reopen(line, officer, " The law was repealed. ", now=NOW + timedelta(days=1))
    assert (reopened.status, reopened.version) == ("in_progress", version + 1)
    event = events_of(line).latest("pk")
    assert (event.action, event.actor, event.why) == (
        "line.reopened",
        officer,
        "The law was repealed.",
    )
    assert event.before == {"status": "done"}
    assert event.after == {"status": "in_progress", "version": version + 1}


@pytest.mark.parametrize("reason", ["", " \n", "x" * (NOTE_LENGTH + 1)])
def test_reopening_needs_a_reason_that_can_be_read(officer, reason):
    line = make_done_line()
    with pytest.raises(ValidationError) as refused:
        reopen(line, officer, reason)
    assert list(refused.value.message_dict) == ["note"]
    assert stored(line)[0] == "done"


def test_a_line_that_is_not_done_cannot_be_reopened(line, officer):
    with pytest.raises(ValidationError, match="Only a line that is done"):
        reopen(line, officer)
    assert stored(line) == ("not_started", 1)


def test_of_two_who_reopen_at_once_one_is_told(officer):
    line = make_done_line()
    other = Obligation.objects.get(pk=line.pk)
    reopen(line, officer)
    with pytest.raises(Stale):
        reopen(other, make_officer())
    assert events_of(line).filter(action="line.reopened").count() == 1


def test_without_its_event_no_change_is_stored(line, officer):
    with pytest.raises(IntegrityError):
        change(line, officer, via=None)
    assert stored(line) == ("not_started", 1)
    assert not events_of(line).exists()


def test_a_change_of_status_moves_no_deadline(officer):
    line = make_obligation(due=date(2030, 1, 1))
    due_at = line.due_at
    change(line, officer)
    assert line.due_at == due_at
