"""Changing many rows: what the preview says is what happens, row by row, once each, and back again."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.choices import Via
from accounts.models import Event
from commitments import editing, tasks
from commitments.bulk import kinds, services, sweep
from commitments.choices import BulkState
from commitments.models import BulkEdit, BulkItem
from tests.commitments.bulk import (
    NOTE,
    confirmed,
    previewed,
    states,
    statuses,
    swept,
    undone,
    withdrawn,
)
from tests.factories import (
    NOW,
    make_deadline,
    make_done_line,
    make_obligation,
    make_officer,
    make_party,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    user = make_officer()
    client.force_login(user)
    return user


# The preview ---------------------------------------------------------------------------------------


def test_the_preview_says_of_each_row_what_happens_to_it(officer):
    open_line = make_obligation()
    rows = [open_line, make_done_line(), withdrawn(), make_obligation(status="in_progress")]
    edit = previewed(rows, officer)
    said = {item.object_id: (item.before, item.state, item.why) for item in edit.items.all()}
    assert said == {
        rows[0].pk: ({"status": "not_started"}, "waiting", ""),
        rows[1].pk: (
            {"status": "done"},
            "refused",
            "The line is done and locked. Reopen it first, with a reason.",
        ),
        rows[2].pk: (
            {"status": "not_started"},
            "refused",
            "The commitment is not in force: withdrawn.",
        ),
        rows[3].pk: ({"status": "in_progress"}, "refused", "Nothing would change."),
    }
    assert statuses([open_line]) == ["not_started"]


def test_what_happens_is_what_the_preview_said(officer):
    lines = [make_obligation() for _ in range(3)]
    done = make_done_line()
    edit = swept(confirmed([*lines, done], officer))
    assert edit.state == BulkState.DONE
    assert states(edit) == ["done", "done", "done", "refused"]
    assert statuses([*lines, done]) == ["in_progress"] * 3 + ["done"]


def test_the_reason_stands_in_the_history_of_every_row(officer):
    lines = [make_obligation() for _ in range(3)]
    swept(confirmed(lines, officer))
    for line in lines:
        event = Event.objects.get(action="status.changed", object_id=line.pk)
        assert (event.why, event.actor, event.via) == (NOTE, officer, Via.WORKER)
        assert (event.before, event.after["status"]) == ({"status": "not_started"}, "in_progress")


def test_the_change_itself_is_told_too(officer):
    edit = confirmed([make_obligation()], officer)
    event = Event.objects.get(action="bulk.confirmed")
    assert (event.object_id, event.after) == (edit.pk, {"kind": "status", "rows": 1})


@pytest.mark.parametrize("note", ["", "   ", "x" * 4001])
def test_without_a_reason_that_can_stand_nothing_is_frozen(officer, note):
    line = make_obligation()
    kind = kinds.get("status")
    rows = kind.of.visible_to(officer, NOW).filter(pk=line.pk)
    with pytest.raises(ValidationError):
        services.preview(
            kind=kind, rows=rows, values={"status": "stalled"}, note=note, actor=officer, now=NOW
        )
    assert not BulkEdit.objects.exists()


def test_too_many_rows_are_refused_with_their_number(officer, monkeypatch):
    monkeypatch.setattr(services, "MOST_ROWS", 2)
    with pytest.raises(ValidationError, match="These are 3 rows; 2 can be changed at once"):
        previewed([make_obligation() for _ in range(3)], officer)


def test_a_preview_costs_the_same_for_five_rows_and_for_fifty(officer):
    def cost(number: int) -> int:
        lines = [make_obligation(make_party("AA")) for _ in range(number)]
        with CaptureQueriesContext(connection) as queries:
            previewed(lines, officer)
        return len(queries)

    assert cost(50) == cost(5) <= 8


# Confirming ------------------------------------------------------------------------------------------


def test_a_preview_is_confirmed_once(officer):
    edit = confirmed([make_obligation()], officer)
    with pytest.raises(ValidationError, match="Somebody changed this"):
        services.confirm(edit=edit, actor=officer, now=NOW, via=Via.PAGE)
    assert Event.objects.filter(action="bulk.confirmed").count() == 1


def test_nobody_confirms_the_preview_of_another(officer):
    edit = previewed([make_obligation()], officer)
    with pytest.raises(ValidationError):
        services.confirm(edit=edit, actor=make_officer(), now=NOW, via=Via.PAGE)


def test_a_preview_that_would_change_nothing_cannot_be_confirmed(officer):
    with pytest.raises(ValidationError, match="nothing to save"):
        confirmed([make_done_line()], officer)


def test_a_row_that_somebody_changed_after_the_preview_is_skipped_and_named(officer):
    mine, theirs = make_obligation(), make_obligation()
    edit = confirmed([mine, theirs], officer)
    make_deadline(theirs, NOW.date() + timedelta(days=400))
    swept(edit)
    assert statuses([mine, theirs]) == ["in_progress", "not_started"]
    item = edit.items.get(object_id=theirs.pk)
    assert (item.state, item.why) == ("skipped", "Somebody changed it after the preview.")


def test_a_commitment_that_was_withdrawn_after_the_preview_is_skipped(officer):
    line = make_obligation()
    edit = confirmed([line], officer)
    editing.withdraw(
        commitment=line.commitment, seen=1, reason="Given up.", actor=officer, now=NOW, via=Via.PAGE
    )
    assert swept(edit).items.get().why == "The commitment is not in force: withdrawn."


def test_whoever_is_no_officer_any_more_changes_nothing(officer):
    line = make_obligation()
    edit = confirmed([line], officer)
    officer.role = "reader"
    officer.save()
    swept(edit)
    assert statuses([line]) == ["not_started"]
    assert edit.items.get().why == f"{officer.name} may not change it any more."


# The sweep -------------------------------------------------------------------------------------------


def test_a_sweep_that_dies_in_the_middle_of_a_row_is_taken_up_by_the_next(officer, monkeypatch):
    lines = [make_obligation() for _ in range(5)]
    edit = confirmed(lines, officer)
    kind, seen = kinds.get("status"), []
    change = type(kind).change

    def dying(self, row, *args):
        change(self, row, *args)
        seen.append(row.pk)
        if len(seen) == 3:
            raise KeyboardInterrupt  # after the row was written, before its transaction ended

    monkeypatch.setattr(type(kind), "change", dying)
    with pytest.raises(KeyboardInterrupt):
        swept(edit)
    assert states(edit) == ["done", "done", "waiting", "waiting", "waiting"]
    assert statuses(lines) == ["in_progress"] * 2 + ["not_started"] * 3

    monkeypatch.setattr(type(kind), "change", change)
    assert swept(edit).state == BulkState.DONE
    assert statuses(lines) == ["in_progress"] * 5
    assert Event.objects.filter(action="status.changed").count() == 5


def test_a_row_that_fails_stops_no_other(officer, monkeypatch):
    lines = [make_obligation() for _ in range(3)]
    edit = confirmed(lines, officer)
    kind = kinds.get("status")
    change = type(kind).change

    def odd(self, row, *args):
        if row.pk == lines[1].pk:
            raise ZeroDivisionError
        change(self, row, *args)

    monkeypatch.setattr(type(kind), "change", odd)
    assert swept(edit).state == BulkState.DONE
    assert states(edit) == ["done", "skipped", "done"]


def test_a_tick_does_some_rows_and_asks_for_the_next(officer, monkeypatch):
    nudged = []
    monkeypatch.setattr(sweep, "AT_A_TICK", 2)
    monkeypatch.setattr(sweep.sweep, "__kwdefaults__", {"most": 2})
    monkeypatch.setattr(sweep, "nudge", lambda: nudged.append(1))
    edit = confirmed([make_obligation() for _ in range(5)], officer)
    for _ in range(3):
        tasks.bulk()
    edit.refresh_from_db()
    assert edit.state == BulkState.DONE
    assert len(nudged) == 2


def test_previews_that_nobody_confirmed_go_after_a_day(officer):
    old, kept = previewed([make_obligation()], officer), confirmed([make_obligation()], officer)
    services.forget_abandoned(now=NOW + timedelta(days=2))
    assert list(BulkEdit.objects.all()) == [kept]
    assert not BulkItem.objects.filter(edit_id=old.pk).exists()


# Undoing ----------------------------------------------------------------------------------------------


def test_undoing_puts_back_every_value_and_the_history_shows_both(officer):
    lines = [make_obligation(status=s) for s in ("not_started", "stalled", "partly_done")]
    edit = undone(swept(confirmed(lines, officer)), officer)
    assert edit.state == BulkState.UNDONE
    assert states(edit) == ["undone"] * 3
    assert statuses(lines) == ["not_started", "stalled", "partly_done"]
    for line in lines:
        told = Event.objects.filter(action="status.changed", object_id=line.pk).order_by("pk")
        assert [event.why for event in told] == [NOTE, f"Undone: {NOTE}"]


def test_rows_that_somebody_changed_since_are_left_and_named(officer):
    mine, theirs = make_obligation(), make_obligation()
    edit = swept(confirmed([mine, theirs], officer))
    make_deadline(theirs, NOW.date() + timedelta(days=400))
    undone(edit, officer)
    assert statuses([mine, theirs]) == ["not_started", "in_progress"]
    item = edit.items.get(object_id=theirs.pk)
    assert (item.state, item.why) == ("left", "Somebody changed it since.")


def test_rows_that_were_skipped_are_not_put_back(officer):
    mine, theirs = make_obligation(), make_obligation()
    edit = confirmed([mine, theirs], officer)
    make_deadline(theirs, NOW.date() + timedelta(days=400))
    undone(swept(edit), officer)
    assert states(edit) == ["undone", "skipped"]


def test_a_change_is_undone_once_and_not_before_it_is_through(officer):
    edit = confirmed([make_obligation()], officer)
    with pytest.raises(ValidationError):
        services.undo(edit=edit, actor=officer, now=NOW, via=Via.PAGE)
    undone(swept(edit), officer)
    with pytest.raises(ValidationError):
        services.undo(edit=edit, actor=officer, now=NOW, via=Via.PAGE)
