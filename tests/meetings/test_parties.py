"""Parties: who was a member on a day, and how they are entered and changed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.choices import Via
from accounts.models import Event
from meetings import services
from meetings.choices import PartyKind
from meetings.models import Party
from tests.commitments.examples import taken_back, with_rows
from tests.factories import NOW, make_administrator, make_obligation, make_party

pytestmark = pytest.mark.django_db
DAY = date(2019, 5, 15)
days = st.dates(date(2019, 5, 10), date(2019, 5, 20))


def party(**values) -> Party:
    given = {
        "code": "AA",
        "name": "Aland",
        "kind": "member",
        "joined": DAY,
        "time_zone": "UTC",
        **values,
    }
    return Party(**given)


@pytest.mark.parametrize(
    ("values", "member"),
    [
        ({"joined": date(2001, 6, 15)}, True),
        ({"joined": DAY}, True),
        ({"joined": DAY + timedelta(days=1)}, False),
        ({"joined": date(2001, 6, 15), "left": DAY}, False),
        ({"joined": date(2001, 6, 15), "left": DAY + timedelta(days=1)}, True),
        ({"joined": date(2001, 6, 15), "kind": PartyKind.OBSERVER}, False),
        ({"joined": None, "kind": PartyKind.ORGAN}, False),
        ({"joined": date(2001, 6, 15), "kind": PartyKind.ORGAN}, False),
    ],
)
def test_a_state_is_a_member_from_its_first_day_until_before_the_day_it_leaves(values, member):
    row = party(**values)
    row.save()
    assert row.was_member(DAY) is member
    assert Party.objects.members(DAY).exists() is member


@with_rows
@given(
    st.lists(
        st.tuples(st.sampled_from(PartyKind.values), days, st.one_of(st.none(), days)).filter(
            lambda row: row[2] is None or row[2] > row[1]
        ),
        max_size=6,
    ),
    days,
)
def test_members_on_a_day_are_the_same_in_sql_and_in_python(rows, day):
    with taken_back():
        for number, (kind, joined, left) in enumerate(rows):
            party(code=f"X{number}", name=f"X{number}", kind=kind, joined=joined, left=left).save()
        assert set(Party.objects.members(day)) == {
            p for p in Party.objects.all() if p.was_member(day)
        }


@pytest.mark.parametrize(
    "values",
    [{"joined": None}, {"left": DAY}, {"left": DAY - timedelta(days=1)}],
)
def test_a_membership_that_cannot_be_is_refused(values):
    with pytest.raises(ValidationError):
        services.save_new_party(party=party(**values), actor=None, now=NOW, via=Via.ADMIN)
    with pytest.raises(IntegrityError), transaction.atomic():
        party(**values).save()
    assert not Event.objects.exists()


@pytest.mark.parametrize("values", [{"code": "BB"}, {"name": "Borduria"}])
def test_no_two_parties_share_a_code_or_a_name(values):
    make_party("BB", name="Borduria")
    with pytest.raises(ValidationError):
        services.save_new_party(party=party(**values), actor=None, now=NOW, via=Via.ADMIN)


def test_a_new_party_leaves_its_event():
    row = services.save_new_party(party=party(), actor=None, now=NOW, via=Via.ADMIN)
    event = Event.objects.get()
    assert (event.action, event.object_id) == ("party.added", row.pk)
    assert event.after == {"code": "AA", "name": "Aland", "kind": "member"}


def test_a_change_names_what_differs():
    row = make_party("AA", name="Aland")
    services.change_party(
        party=row, values={"name": "Åland", "time_zone": "UTC"}, actor=None, now=NOW, via=Via.ADMIN
    )
    event = Event.objects.get()
    assert (event.before, event.after) == ({"name": "Aland"}, {"name": "Åland"})
    assert Party.objects.get().name == "Åland"


def test_a_change_that_changes_nothing_leaves_no_event():
    services.change_party(
        party=make_party("AA", name="Aland"),
        values={"name": "Aland"},
        actor=None,
        now=NOW,
        via=Via.ADMIN,
    )
    assert not Event.objects.exists()


def test_states_stand_before_organs():
    make_party("SEC", name="A secretariat", kind=PartyKind.ORGAN, joined=None)
    make_party("ZZ", name="Zembla")
    make_party("BB", name="Borduria")
    assert [row.code for row in Party.objects.in_order()] == ["BB", "ZZ", "SEC"]


# The administration ------------------------------------------------------------------------------


@pytest.fixture
def administrator(client):
    user = make_administrator()
    client.force_login(user)
    return user


def entered(**values):
    return {
        "code": "AA", "name": "Aland", "kind": "member", "joined": "2001-06-15", "left": "",
        "time_zone": "Asia/Bishkek", "weekend": "[6, 7]", "holidays": "", "mailbox": "", **values,
    }  # fmt: skip


def test_an_administrator_enters_a_party(client, administrator):
    assert client.post("/admin/meetings/party/add/", entered()).status_code == 302
    row = Party.objects.get()
    event = Event.objects.get(object_type="party")
    assert (event.actor, event.via, event.object_id) == (administrator, "admin", row.pk)


def test_in_a_new_zone_the_deadlines_of_the_party_end_at_other_moments(client, administrator):
    row = make_party("AA", name="Aland")
    line = make_obligation(row, due=date(2030, 6, 30))
    assert line.due_at == datetime(2030, 7, 1, tzinfo=UTC)
    path = f"/admin/meetings/party/{row.pk}/change/"
    assert client.post(path, entered()).status_code == 302
    line.refresh_from_db()
    assert line.due_at == datetime(2030, 6, 30, 18, tzinfo=UTC)
    event = Event.objects.get(action="party.changed")
    assert event.after == {"time_zone": "Asia/Bishkek"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"time_zone": "Mars/Olympus"}, "is not a time zone"),
        ({"left": "1999-01-01"}, "A party leaves after the day it joined."),
        ({"joined": ""}, "Enter the day from which the state is a member."),
        ({"code": "TOOLONGCODE"}, "at most 8 characters"),
        ({"kind": "club"}, "not one of the available choices"),
        ({"weekend": "{"}, "valid JSON"),
    ],
)
def test_a_party_that_cannot_be_is_refused_beside_the_field(client, administrator, values, message):
    response = client.post("/admin/meetings/party/add/", entered(**values))
    assert response.status_code == 200
    assert message in response.content.decode()
    assert not Party.objects.exists()
