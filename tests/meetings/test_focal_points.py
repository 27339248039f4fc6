"""Terms of focal points: who answers for a party, from which day until which."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.choices import Via
from accounts.models import Event
from meetings.models import FocalPoint
from meetings.querysets import parties_of
from meetings.services import appoint, end_term
from tests.factories import NOW, make_administrator, make_focal_point, make_party, make_user

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2024, 2, 1), date(2024, 9, 30)


def term(**values):
    given = {"party": make_party("AA"), "user": make_user(), "starts_on": FIRST, "ends_on": LAST}
    return appoint(**{**given, "now": NOW, "via": Via.ADMIN, **values})


@pytest.mark.parametrize(
    ("today", "answers"),
    [
        (date(2024, 1, 31), False),
        (FIRST, True),
        (date(2024, 5, 5), True),
        (LAST, True),
        (date(2024, 10, 1), False),
    ],
)
def test_a_term_holds_from_its_first_day_to_its_last(today, answers):
    found = term()
    assert FocalPoint.objects.active(today).exists() is answers
    assert parties_of(found.user, today).exists() is answers


def test_a_term_without_an_end_holds_on():
    found = term(ends_on=None)
    assert list(parties_of(found.user, date(2099, 1, 1))) == [found.party]


def test_whoever_is_disabled_answers_for_nobody():
    found = term(user=make_user(is_active=False))
    assert not parties_of(found.user, FIRST).exists()


def test_a_person_may_answer_for_several_parties_and_each_counts_once():
    person = make_user()
    for code in ("AA", "BB"):
        term(party=make_party(code), user=person)
    term(party=make_party("BB"), user=person, starts_on=date(2024, 3, 1), is_deputy=True)
    assert sorted(p.code for p in parties_of(person, date(2024, 5, 5))) == ["AA", "BB"]


def test_nobody_answers_for_the_party_of_another():
    term()
    assert not parties_of(make_user(), FIRST).exists()


def test_an_appointment_leaves_its_event_without_an_address():
    found = term(is_deputy=True)
    event = Event.objects.get(action="focal_point.appointed")
    assert event.object_id == found.pk
    assert event.after == {
        "party": "AA", "person": found.user.pk, "from": "2024-02-01", "until": "2024-09-30", "deputy": True,
    }  # fmt: skip


def test_a_term_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValidationError):
        term(ends_on=date(2024, 1, 31))
    with pytest.raises(IntegrityError), transaction.atomic():
        make_focal_point(make_party("AA"), starts_on=FIRST, ends_on=date(2024, 1, 31))
    assert not FocalPoint.objects.exists()


def test_a_term_of_one_day_is_one():
    assert term(ends_on=FIRST).pk


def test_the_same_term_twice_is_refused():
    found = term()
    with pytest.raises(ValidationError):
        term(user=found.user)
    assert FocalPoint.objects.count() == 1


def test_the_end_of_a_term_is_set_and_taken_away_with_events():
    found = term(ends_on=None)
    for ends_on in (LAST, None):
        end_term(term=found, ends_on=ends_on, actor=None, now=NOW, via=Via.ADMIN)
        found.refresh_from_db()
        assert found.ends_on == ends_on
    told = [
        (e.before, e.after) for e in Event.objects.filter(action="focal_point.ended").order_by("pk")
    ]
    assert told == [
        ({"until": None}, {"until": "2024-09-30"}),
        ({"until": "2024-09-30"}, {"until": None}),
    ]


def test_a_term_cannot_be_ended_before_it_began():
    found = term()
    with pytest.raises(ValidationError):
        end_term(term=found, ends_on=date(2024, 1, 1), actor=None, now=NOW, via=Via.ADMIN)
    assert FocalPoint.objects.get().ends_on == LAST


# The administration ------------------------------------------------------------------------------


@pytest.fixture
def administrator(client):
    user = make_administrator()
    client.force_login(user)
    return user


def entered(**values):
    return {
        "party": make_party("AA").pk,
        "user": make_user().pk,
        "starts_on": "2024-02-01",
        "ends_on": "",
        **values,
    }


def test_an_administrator_appoints_a_focal_point(client, administrator):
    assert client.post("/admin/meetings/focalpoint/add/", entered()).status_code == 302
    event = Event.objects.get(action="focal_point.appointed")
    assert (event.actor, event.via) == (administrator, "admin")
    assert FocalPoint.objects.count() == 1


def test_an_administrator_ends_a_term_and_changes_nothing_else(client, administrator):
    found = make_focal_point(make_party("AA"))
    path = f"/admin/meetings/focalpoint/{found.pk}/change/"
    values = {**entered(starts_on="2021-01-01"), "ends_on": "2026-09-30"}
    assert client.post(path, values).status_code == 302
    after = FocalPoint.objects.get()
    assert (after.ends_on, after.starts_on, after.user) == (
        date(2026, 9, 30),
        found.starts_on,
        found.user,
    )
    assert Event.objects.get(action="focal_point.ended").actor == administrator


@pytest.mark.parametrize("path", ["add/", "{pk}/change/"])
def test_a_term_that_ends_before_it_starts_is_refused_on_the_page(client, administrator, path):
    found = make_focal_point(make_party("BB"))
    values = entered(ends_on="2019-01-01")
    response = client.post(f"/admin/meetings/focalpoint/{path.format(pk=found.pk)}", values)
    assert response.status_code == 200
    assert "A term ends on or after the day it starts." in response.content.decode()
    assert not FocalPoint.objects.exclude(ends_on=None).exists()
