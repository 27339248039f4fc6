"""Changing what stands in the register: a commitment's words, its lines and its life."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.choices import Via
from accounts.models import Event
from commitments import editing
from commitments.choices import Purpose, Role
from commitments.errors import Stale
from commitments.models import Commitment, CommitmentLink, Obligation, Theme
from meetings.choices import Sensitivity
from meetings.rules import end_of_day
from tests.commitments.events import events_of
from tests.factories import (
    NOW,
    days,
    make_commitment,
    make_deadline,
    make_instrument,
    make_obligation,
    make_officer,
    make_party,
    make_theme,
    make_user,
)

DUE = date(2030, 6, 30)
pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    user = make_officer()
    client.force_login(user)
    return user


@pytest.fixture
def commitment():
    return make_commitment(parties=[make_party("AA")], due=DUE, reference="TST-1")


@pytest.fixture
def by(officer):
    return {"actor": officer, "now": NOW, "via": Via.PAGE}


def found(words: str) -> list[str]:
    return list(Commitment.objects.search(words).values_list("reference", flat=True))


# Its words ---------------------------------------------------------------------------------------


def test_an_edit_is_stored_and_told_field_by_field(commitment, officer, by):
    theme = make_theme("Trade")
    values = {"title": "Hold joint exercises", "strength": commitment.strength, "theme": theme}
    edited = editing.edit(commitment=commitment, seen=1, values=values, **by)
    assert (edited.title, edited.theme, edited.version) == ("Hold joint exercises", theme, 2)
    event = events_of(commitment).get(action="commitment.edited")
    assert event.actor == officer
    assert event.before == {"title": "Hold regular joint operations", "theme": None}
    assert event.after == {"title": "Hold joint exercises", "theme": theme.pk, "version": 2}


def test_search_finds_the_new_title_and_no_longer_the_old_one(commitment, by):
    assert found("OPERATIONS") == ["TST-1"]
    Commitment.objects.get().quotations.all().delete()
    editing.edit(commitment=commitment, seen=1, values={"title": "Провести УЧЕНИЯ"}, **by)
    assert found("учения") == ["TST-1"]
    assert found("operations") == []


def test_search_finds_the_new_instrument_and_both_are_told(commitment, by):
    old, new = make_instrument(slug="old", name="Old Plan"), make_instrument(slug="new", name="Neu")
    commitment.instruments.set([old])
    editing.edit(commitment=commitment, seen=1, values={}, instruments=[new], **by)
    assert (found("neu"), found("old plan")) == (["TST-1"], [])
    event = events_of(commitment).get(action="commitment.edited")
    assert (event.before["instruments"], event.after["instruments"]) == (["old"], ["new"])


def test_a_commitment_that_stays_as_it_is_is_no_event(commitment, by):
    plan = make_instrument()
    commitment.instruments.set([plan])
    values = {"title": commitment.title, "theme": None}
    edited = editing.edit(commitment=commitment, seen=1, values=values, instruments=[plan], **by)
    assert edited.version == 1
    assert not events_of(commitment).filter(action="commitment.edited").exists()


def test_instruments_that_stay_are_not_told(commitment, by):
    plan = make_instrument()
    commitment.instruments.set([plan])
    editing.edit(commitment=commitment, seen=1, values={"title": "Neu"}, instruments=[plan], **by)
    event = events_of(commitment).get(action="commitment.edited")
    assert event.after == {"title": "Neu", "version": 2}


def test_whoever_edits_second_is_told_and_changes_nothing(commitment, by):
    other = Commitment.objects.get()
    editing.edit(commitment=commitment, seen=1, values={"title": "First"}, **by)
    with pytest.raises(Stale):
        editing.edit(commitment=other, seen=1, values={"title": "Second"}, **by)
    stored = Commitment.objects.get()
    assert (stored.title, stored.version) == ("First", 2)
    assert events_of(stored).filter(action="commitment.edited").count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"strength": "promises"}, "strength"),
        ({"sensitivity": "nobody"}, "sensitivity"),
    ],
)
def test_an_edit_that_cannot_stand_is_refused_by_field(commitment, by, values, field):
    with pytest.raises(ValidationError) as refused:
        editing.edit(commitment=commitment, seen=1, values=values, **by)
    assert field in refused.value.message_dict
    assert Commitment.objects.get().version == 1


def test_without_its_event_nothing_is_edited(commitment, by):
    with pytest.raises(IntegrityError):
        editing.edit(commitment=commitment, seen=1, values={"title": "New"}, **{**by, "via": None})
    stored = Commitment.objects.get()
    assert (stored.title, stored.version) == ("Hold regular joint operations", 1)
    assert found("operations") == ["TST-1"]


# Its lines ---------------------------------------------------------------------------------------


def test_a_line_that_is_added_falls_due_as_the_commitment_does(commitment, officer, by):
    party = make_party("CN", time_zone="Asia/Shanghai")
    line = editing.add_line(
        commitment=commitment,
        party=party,
        role=Role.CONTRIBUTING,
        sensitivity=Sensitivity.PUBLIC,
        **by,
    )
    line.refresh_from_db()
    assert line.next_deadline == commitment.deadlines.get()
    assert line.due_at == end_of_day(DUE, party.zone)
    assert (line.status, line.role, line.registered_at) == ("not_started", "contributing", NOW)
    event = events_of(line).get()
    assert (event.action, event.actor) == ("line.added", officer)
    assert event.after["party"] == "CN"


def test_a_line_that_is_added_does_not_take_the_deadline_of_another_line(commitment, by):
    make_deadline(commitment.obligations.get(), date(2035, 1, 1))
    line = editing.add_line(
        commitment=commitment, party=make_party("BB"), sensitivity=Sensitivity.PUBLIC, **by
    )
    line.refresh_from_db()
    assert line.next_deadline.due == DUE


def test_a_party_has_one_line(commitment, by):
    with pytest.raises(ValidationError):
        editing.add_line(
            commitment=commitment, party=make_party("AA"), sensitivity=Sensitivity.PUBLIC, **by
        )
    assert commitment.obligations.count() == 1


def test_a_line_gets_another_owner_and_both_are_told(commitment, by):
    line, owner = commitment.obligations.get(), make_user()
    values = {"owner": owner, "role": line.role, "sensitivity": Sensitivity.PARTY}
    edited = editing.edit_line(obligation=line, seen=1, values=values, **by)
    assert (edited.owner, edited.sensitivity, edited.version) == (owner, "party", 2)
    event = events_of(line).get()
    assert event.before == {"owner": None, "sensitivity": "public"}
    assert event.after == {"owner": owner.pk, "sensitivity": "party", "version": 2}


def test_a_line_that_stays_as_it_is_is_no_event(commitment, by):
    line = commitment.obligations.get()
    editing.edit_line(obligation=line, seen=1, values={"role": line.role}, **by)
    assert not events_of(line).exists()


def test_whoever_edits_a_line_second_is_told(commitment, by):
    line, other = Obligation.objects.get(), Obligation.objects.get()
    editing.edit_line(obligation=line, seen=1, values={"sensitivity": "party"}, **by)
    with pytest.raises(Stale):
        editing.edit_line(obligation=other, seen=1, values={"role": "contributing"}, **by)
    assert Obligation.objects.get().role == "lead"


# Its life ----------------------------------------------------------------------------------------


def test_a_commitment_that_is_withdrawn_is_no_longer_due_and_can_be_revived(by):
    line = make_obligation(due=date(2020, 1, 1))
    gone = editing.withdraw(commitment=line.commitment, seen=1, reason=" It lapsed. ", **by)
    assert (gone.life, gone.version) == ("withdrawn", 2)
    assert not Obligation.objects.overdue(NOW)
    event = events_of(gone).get(action="commitment.withdrawn")
    assert (event.before, event.why) == ({"life": "active"}, "It lapsed.")
    assert event.after == {"life": "withdrawn", "version": 2}
    back = editing.revive(commitment=gone, seen=2, reason="It did not.", **by)
    assert (back.life, back.version) == ("active", 3)
    assert list(Obligation.objects.overdue(NOW)) == [line]


@pytest.mark.parametrize("change", [editing.withdraw, editing.revive])
@pytest.mark.parametrize("reason", ["", " \n", "x" * 4001])
def test_a_change_of_life_needs_a_reason_that_can_be_read(commitment, by, change, reason):
    Commitment.objects.update(life="replaced")
    commitment.refresh_from_db()
    with pytest.raises(ValidationError) as refused:
        change(commitment=commitment, seen=1, reason=reason, **by)
    assert list(refused.value.message_dict) == ["reason"]
    assert Commitment.objects.get().life == "replaced"


def test_what_is_withdrawn_already_is_not_withdrawn_again(commitment, by):
    gone = editing.withdraw(commitment=commitment, seen=1, reason="It lapsed.", **by)
    with pytest.raises(ValidationError, match="already"):
        editing.withdraw(commitment=gone, seen=2, reason="It lapsed.", **by)
    assert Commitment.objects.get().version == 2


def test_whoever_withdraws_second_is_told(commitment, by):
    other = Commitment.objects.get()
    editing.edit(commitment=commitment, seen=1, values={"title": "First"}, **by)
    with pytest.raises(Stale):
        editing.withdraw(commitment=other, seen=1, reason="It lapsed.", **by)
    assert Commitment.objects.get().life == "active"


def test_a_commitment_is_replaced_by_a_later_one_and_the_two_are_linked(commitment, by):
    later = make_commitment(reference="TST-2")
    replaced = editing.replace(commitment=commitment, seen=1, by=later, reason="Widened.", **by)
    assert replaced.life == "replaced"
    link = CommitmentLink.objects.get()
    assert (link.earlier, link.later, link.kind) == (commitment, later, "replaces")
    assert Commitment.objects.get(pk=later.pk).life == "active"
    assert events_of(later).filter(action="commitment.linked").exists()


def test_nothing_replaces_itself_and_then_it_stays_in_force(commitment, by):
    with pytest.raises(ValidationError, match="linked to itself"):
        editing.replace(commitment=commitment, seen=1, by=commitment, reason="Why.", **by)
    stored = Commitment.objects.get()
    assert (stored.life, stored.version) == ("active", 1)


# A theme and a rhythm ----------------------------------------------------------------------------


def test_a_theme_is_entered_and_renamed_with_its_events():
    officer = make_officer()
    theme = editing.save_theme(
        theme=Theme(slug="water", name="Water"), actor=officer, now=NOW, via=Via.ADMIN
    )
    theme.name = "Water and energy"
    editing.save_theme(theme=theme, actor=officer, now=NOW, via=Via.ADMIN)
    told = Event.objects.filter(object_type="theme", object_id=theme.pk).order_by("pk")
    assert [(event.action, event.before.get("name"), event.after["name"]) for event in told] == [
        ("theme.added", None, "Water"),
        ("theme.changed", "Water", "Water and energy"),
    ]
    with pytest.raises(ValidationError):
        editing.save_theme(
            theme=Theme(slug="water", name="Other"), actor=officer, now=NOW, via=Via.ADMIN
        )


def test_a_review_rhythm_that_is_new_opens_its_first_period():
    line = make_obligation()
    commitment = line.commitment
    editing.edit(
        commitment=commitment,
        seen=commitment.version,
        values={"review_days": 90},
        actor=make_officer(),
        now=NOW,
        via=Via.PAGE,
    )
    line.refresh_from_db()
    assert line.next_deadline
    assert line.next_deadline.purpose == Purpose.REVIEW
    assert line.next_deadline.due == NOW.date() + days(90)
