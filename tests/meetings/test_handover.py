"""Handing a party over: terms and open lines in one action."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.choices import Via
from accounts.models import Event
from commitments import editing
from commitments.choices import Life, Status
from commitments.handover import hand_over
from commitments.models import Commitment
from meetings.models import FocalPoint
from tests.factories import (
    NOW,
    make_focal_point,
    make_mailbox,
    make_obligation,
    make_officer,
    make_party,
    make_user,
)

pytestmark = pytest.mark.django_db

ON = NOW.date()
DAY = timedelta(days=1)


@pytest.fixture
def party(db):
    return make_party("AA")


@pytest.fixture
def leaving(party):
    return make_focal_point(party, make_user(name="Leaving")).user


@pytest.fixture
def arriving(db):
    return make_user(name="Arriving")


@pytest.fixture
def act(party, leaving, arriving):
    """Hand over; anything may be said otherwise."""
    officer = make_officer()

    def act(**values):
        given = {"party": party, "leaving": leaving, "arriving": arriving, "on": ON}
        return hand_over(**{**given, **values}, actor=officer, now=NOW, via=Via.PAGE)

    return act


def terms_of(person) -> list[tuple]:
    rows = FocalPoint.objects.filter(user=person).order_by("starts_on", "pk")
    return [(term.starts_on, term.ends_on, term.is_deputy) for term in rows]


def test_the_old_term_ends_the_day_before_the_new_one_starts(act, leaving, arriving):
    act()
    assert terms_of(leaving) == [(date(2020, 1, 1), ON - DAY, False)]
    assert terms_of(arriving) == [(ON, None, False)]


def test_exactly_the_open_lines_that_name_the_leaving_person_move(act, party, leaving, arriving):
    open_ones = [
        make_obligation(party, owner=leaving, status=status)
        for status in (Status.NOT_STARTED, Status.IN_PROGRESS, Status.STALLED)
    ]
    kept = [
        make_obligation(party, owner=leaving, status=Status.DONE),
        make_obligation(party, owner=leaving, status=Status.NOT_OWED),
        make_obligation(make_party("BB"), owner=leaving),
    ]
    withdrawn = make_obligation(party, owner=leaving)
    Commitment.objects.filter(pk=withdrawn.commitment_id).update(life=Life.WITHDRAWN)
    nobodys, others = make_obligation(party), make_obligation(party, owner=make_user())
    before = others.owner

    assert act() == 3
    for line in (*open_ones, *kept, withdrawn, nobodys, others):
        line.refresh_from_db()
    assert {line.owner for line in open_ones} == {arriving}
    assert {line.owner for line in (*kept, withdrawn)} == {leaving}
    assert (nobodys.owner, others.owner) == (None, before)
    assert Event.objects.filter(action="line.edited").count() == 3


def test_the_log_tells_the_hand_over(act, party, leaving, arriving):
    line = make_obligation(party, owner=leaving)
    act()
    event = Event.objects.get(action="party.handed_over")
    assert event.after == {
        "from": leaving.pk,
        "to": arriving.pk,
        "on": ON.isoformat(),
        "lines": 1,
    }
    edited = Event.objects.get(action="line.edited", object_id=line.pk)
    assert (edited.before["owner"], edited.after["owner"]) == (leaving.pk, arriving.pk)
    assert edited.why


def test_nothing_is_lost_half_way(act, party, leaving, arriving, monkeypatch):
    lines = [make_obligation(party, owner=leaving) for _ in range(2)]
    edit_line, written = editing.edit_line, []

    def breaks_at_the_second(**values):
        written.append(edit_line(**values))
        if len(written) == 2:
            raise RuntimeError("The power went out.")

    monkeypatch.setattr(editing, "edit_line", breaks_at_the_second)
    with pytest.raises(RuntimeError):
        act()
    for line in lines:
        line.refresh_from_db()
    assert {line.owner for line in lines} == {leaving}
    assert terms_of(leaving) == [(date(2020, 1, 1), None, False)]
    assert terms_of(arriving) == []
    assert not Event.objects.filter(action__in=["party.handed_over", "line.edited"]).exists()


def test_a_deputy_hands_over_as_a_deputy(act, party, arriving):
    deputy = make_focal_point(party, is_deputy=True).user
    act(leaving=deputy)
    assert terms_of(arriving) == [(ON, None, True)]


def test_a_deputy_who_moves_up_stops_being_a_deputy(act, party):
    deputy = make_focal_point(party, is_deputy=True).user
    act(arriving=deputy)
    assert terms_of(deputy) == [(date(2020, 1, 1), ON - DAY, True), (ON, None, False)]


def test_a_second_focal_point_takes_the_lines_and_keeps_the_term(act, party, leaving):
    second = make_focal_point(party).user
    line = make_obligation(party, owner=leaving)
    act(arriving=second)
    line.refresh_from_db()
    assert line.owner == second
    assert terms_of(second) == [(date(2020, 1, 1), None, False)]


def test_somebody_whose_account_is_closed_can_be_followed(act, party, leaving, arriving):
    leaving.is_active = False
    leaving.save()
    act()
    assert terms_of(arriving) == [(ON, None, False)]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"on": ON + DAY}, "on"),
        ({"on": date(2020, 1, 1)}, "on"),
        ({"on": date(2019, 1, 1)}, "on"),
        ({"arriving": "leaving"}, "arriving"),
        ({"arriving": "mailbox"}, "arriving"),
        ({"arriving": "closed"}, "arriving"),
        ({"arriving": "begins today"}, "arriving"),
        ({"leaving": "stranger"}, "on"),
    ],
)
def test_a_hand_over_that_cannot_stand_is_refused(act, party, leaving, values, field):
    people = {
        "leaving": lambda: leaving,
        "mailbox": make_mailbox,
        "closed": lambda: make_user(is_active=False),
        "begins today": lambda: make_focal_point(party, is_deputy=True, starts_on=ON).user,
        "stranger": make_user,
    }
    given = {name: people[v]() if isinstance(v, str) else v for name, v in values.items()}
    with pytest.raises(ValidationError) as refused:
        act(**given)
    assert set(refused.value.message_dict) == {field}
    assert terms_of(leaving) == [(date(2020, 1, 1), None, False)]


def test_today_is_that_of_the_party(act, party, arriving):
    party.time_zone = "Pacific/Niue"  # eleven hours behind: still yesterday
    with pytest.raises(ValidationError):
        act(on=ON)
    act(on=ON - DAY)
    assert terms_of(arriving) == [(ON - DAY, None, False)]


def test_an_officer_hands_over_on_the_page(client, party, leaving, arriving):
    line = make_obligation(party, owner=leaving)
    client.force_login(make_officer())
    today = timezone.now().date().isoformat()
    data = {"leaving": leaving.pk, "arriving": arriving.pk, "on": today}
    response = client.post("/parties/AA/hand-over/", data, follow=True)
    assert "Handed over. 1 open line changed its owner." in response.content.decode()
    line.refresh_from_db()
    assert line.owner == arriving


def test_the_page_keeps_what_was_typed_when_the_day_cannot_be(client, party, leaving, arriving):
    client.force_login(make_officer())
    data = {"leaving": leaving.pk, "arriving": arriving.pk, "on": "2099-01-01"}
    response = client.post("/parties/AA/hand-over/", data)
    form = response.context["form"]
    assert "Enter today or an earlier day" in " ".join(form.errors["on"])
    assert form["arriving"].value() == str(arriving.pk)


def test_the_page_offers_those_who_answer_now_and_those_who_can(client, party, leaving, arriving):
    past = make_focal_point(party, ends_on=date(2021, 1, 1)).user
    box = make_mailbox()
    client.force_login(make_officer())
    form = client.get("/parties/AA/hand-over/").context["form"]
    assert list(form.fields["leaving"].queryset) == [leaving]
    offered = set(form.fields["arriving"].queryset)
    assert {arriving, past} <= offered
    assert box not in offered
