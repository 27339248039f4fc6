"""People are added, invited and changed by administrators, and every change leaves its event."""

import re

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.choices import Role, Via
from accounts.models import Event, User
from accounts.services import add_person, change_person, invite
from meetings.models import FocalPoint, Party
from tests.factories import NOW, make_administrator, make_focal_point, make_party, make_user

pytestmark = pytest.mark.django_db
ADD = "/admin/accounts/user/add/"


@pytest.fixture
def administrator(client):
    user = make_administrator()
    client.force_login(user)
    return user


def entered(**values):
    given = {
        "name": "Damir",
        "email": "Damir@Ministry.Example",
        "role": "officer",
        "is_active": "on",
        "language": "ru",
        "time_zone": "Asia/Bishkek",
        "delivery_hour": "9",
        "delivery_days": ["1", "2"],
        **values,
    }
    return {name: value for name, value in given.items() if value is not None}


def add(**values):
    return add_person(
        **{"email": "a@example.org", "name": "A", "now": NOW, "via": Via.COMMAND, **values}
    )


def events(action):
    return Event.objects.filter(action=action)


# The services ------------------------------------------------------------------------------------


def test_a_person_is_added_with_an_event_and_no_password():
    person = add(role=Role.OFFICER)
    assert not person.has_usable_password()
    event = events("person.added").get(object_id=person.pk)
    assert event.after == {"role": "officer", "is_mailbox": False}


@pytest.mark.parametrize(
    "address", ["Damir@Example.ORG", " damir@example.org ", "DAMIR@EXAMPLE.ORG"]
)
def test_an_address_is_kept_in_small_letters(address):
    assert add(email=address).email == "damir@example.org"
    person = make_user()
    change_person(
        user=person, values={"email": f"x{address.strip()}"}, actor=None, now=NOW, via=Via.ADMIN
    )
    assert person.email == "xdamir@example.org"


@pytest.mark.parametrize("address", ["a@example.org", "A@example.org", "A@EXAMPLE.ORG"])
def test_two_people_cannot_have_one_address(address):
    add()
    with pytest.raises(ValidationError):
        add(email=address)
    assert User.objects.count() == 1
    assert Event.objects.count() == 1


def test_two_people_cannot_have_one_address_even_in_the_database():
    first, second = make_user(email="a@example.org"), make_user()
    assert first.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=second.pk).update(email="A@example.org")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": ""}, "email"),
        ({"name": ""}, "name"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"role": "king"}, "role"),
    ],
)
def test_somebody_who_cannot_be_is_refused_by_field(values, field):
    with pytest.raises(ValidationError) as refused:
        add(**values)
    assert field in refused.value.message_dict
    assert not User.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"is_mailbox": True, "role": "officer"},
        {"delivery_hour": 5},
        {"delivery_hour": 21},
        {"role": "king"},
    ],
)
def test_the_database_refuses_what_a_form_would(values):
    person = make_user()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=person.pk).update(**values)


def test_a_change_names_what_differs_and_nothing_else():
    person = make_user(language="en", time_zone="UTC")
    change_person(
        user=person,
        values={"time_zone": "Asia/Bishkek", "language": "en"},
        actor=None,
        now=NOW,
        via=Via.ADMIN,
    )
    event = events("person.changed").get()
    told = {"time_zone": "UTC"}, {"time_zone": "Asia/Bishkek"}
    assert (event.before, event.after) == told


def test_a_changed_address_is_told_as_changed_and_not_written_down():
    person = make_user()
    change_person(
        user=person, values={"email": "b@example.org"}, actor=None, now=NOW, via=Via.ADMIN
    )
    event = events("person.changed").get()
    assert "example.org" not in f"{event.before} {event.after}"
    assert list(event.after) == ["email"]


def test_without_its_event_nobody_is_changed():
    person = make_user(name="Old")
    with pytest.raises(IntegrityError):
        change_person(user=person, values={"name": "New"}, actor=None, now=NOW, via=None)
    person.refresh_from_db()
    assert (person.name, person.version) == ("Old", 1)


# Invitations -------------------------------------------------------------------------------------


def test_an_invitation_gives_a_first_password(client):
    person = make_user(email="new@example.org", language="en")
    invite(user=person, actor=None, now=NOW, via=Via.ADMIN)
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["new@example.org"], "Your account for SCO Tracker")
    assert "works for 3 days" in message.body
    assert events("person.invited").filter(object_id=person.pk).count() == 1
    link = re.search(r"http://127\.0\.0\.1:8000(/\S+)", message.body)[1]
    form = client.get(link).headers["Location"]
    secret = "a wholly new sentence"
    client.post(form, {"password1": secret, "password2": secret})
    response = client.post("/accounts/login/", {"login": "new@example.org", "password": secret})
    assert response.headers["Location"] == "/"


@pytest.mark.parametrize("language", ["ru", "zh-hans"])
def test_an_invitation_is_one_mail_in_each_language(language):
    invite(user=make_user(language=language), actor=None, now=NOW, via=Via.ADMIN)
    (message,) = mail.outbox
    assert "\n" not in message.subject
    assert "/accounts/password/reset/key/" in message.body


def test_a_hostile_name_stays_in_its_place():
    person = make_user(name="R&D <b>\u202e")
    invite(user=person, actor=None, now=NOW, via=Via.ADMIN)
    assert "R&D <b>" in mail.outbox[0].body
    assert mail.outbox[0].to == [person.email]


@pytest.mark.parametrize("values", [{"is_mailbox": True}, {"is_active": False}])
def test_whoever_cannot_sign_in_is_not_invited(values):
    with pytest.raises(ValidationError):
        invite(user=make_user(**values), actor=None, now=NOW, via=Via.ADMIN)
    assert mail.outbox == []
    assert not events("person.invited").exists()


# The administration ------------------------------------------------------------------------------


def test_an_administrator_adds_a_person_who_is_invited(client, administrator):
    response = client.post(ADD, entered())
    assert response.status_code == 302
    person = User.objects.get(name="Damir")
    assert (person.email, person.role, person.language) == (
        "damir@ministry.example",
        "officer",
        "ru",
    )
    assert (person.delivery_hour, person.delivery_days) == (9, [1, 2])
    added = events("person.added").get(object_id=person.pk)
    assert (added.actor, added.via) == (administrator, "admin")
    assert events("person.invited").get(object_id=person.pk).actor == administrator
    (message,) = mail.outbox
    assert message.to == ["damir@ministry.example"]
    assert "An invitation is on its way" in client.get("/admin/accounts/user/").content.decode()


@pytest.mark.parametrize("values", [{"is_mailbox": "on", "role": "reader"}, {"is_active": None}])
def test_whoever_cannot_sign_in_is_added_without_an_invitation(client, administrator, values):
    assert client.post(ADD, entered(**values)).status_code == 302
    assert User.objects.filter(name="Damir").exists()
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"email": "TAKEN@example.org"}, "Somebody has this e-mail address already."),
        ({"email": "nonsense"}, "Enter a valid email address."),
        ({"time_zone": "Mars/Olympus"}, "is not a time zone"),
        ({"delivery_hour": "3"}, "Choose an hour from 6 to 20."),
        ({"delivery_days": ["9"]}, "not one of the available choices"),
        ({"is_mailbox": "on"}, "mailbox"),
    ],
)
def test_somebody_who_cannot_be_is_refused_beside_the_field(client, administrator, values, message):
    make_user(email="taken@example.org")
    response = client.post(ADD, entered(**values))
    assert response.status_code == 200
    assert message in response.content.decode()
    assert not User.objects.filter(name="Damir").exists()
    assert mail.outbox == []


def test_an_administrator_changes_a_person_with_an_event(client, administrator):
    person = make_user(name="Old")
    path = f"/admin/accounts/user/{person.pk}/change/"
    values = entered(name="New", email="NEW@example.org", role="officer")
    assert client.post(path, values).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.email, person.role, person.version) == (
        "New",
        "new@example.org",
        "officer",
        2,
    )
    event = events("person.changed").get()
    assert (event.actor, event.via) == (administrator, "admin")
    assert event.before["role"] == "reader"
    assert event.after["role"] == "officer"
    assert mail.outbox == []


def test_disabling_somebody_in_the_administration_ends_the_session(client, administrator):
    person = make_user()
    other = Client()
    other.force_login(person)
    values = entered(name=person.name, email=person.email, role="reader", is_active=None)
    client.post(f"/admin/accounts/user/{person.pk}/change/", values)
    assert other.get("/").status_code == 302


def test_invitations_are_sent_again_and_those_that_cannot_be_are_told(client, administrator):
    invited, mailbox = make_user(), make_user(is_mailbox=True, name="Ministry")
    data = {"action": "send_invitation", "_selected_action": [invited.pk, mailbox.pk]}
    html = client.post("/admin/accounts/user/", data, follow=True).content.decode()
    assert "1 invitation is on its way." in html
    assert "Ministry cannot sign in" in html
    assert [message.to for message in mail.outbox] == [[invited.email]]


def test_nobody_and_nothing_is_deleted_in_the_administration(client, administrator):
    party = make_party("AA")
    term = make_focal_point(party)
    for path in (
        f"accounts/user/{administrator.pk}",
        f"meetings/party/{party.pk}",
        f"meetings/focalpoint/{term.pk}",
        f"accounts/event/{Event.objects.first().pk}",
    ):
        assert client.post(f"/admin/{path}/delete/", {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [administrator.pk], "post": "yes"}
    client.post("/admin/accounts/user/", data)
    assert User.objects.filter(pk=administrator.pk).exists()
    assert Party.objects.exists()
    assert FocalPoint.objects.exists()


@pytest.mark.parametrize("path", ["account/emailaddress", "auth/group", "sessions/session"])
def test_there_is_no_other_door_to_rights_or_addresses(client, administrator, path):
    assert client.get(f"/admin/{path}/").status_code == 404


@pytest.mark.parametrize(
    "path", ["accounts/user", "accounts/event", "meetings/party", "meetings/focalpoint"]
)
def test_each_list_of_the_administration_can_be_searched_and_filtered(client, administrator, path):
    make_focal_point(make_party("AA"))
    assert client.get(f"/admin/{path}/", {"q": "a"}).status_code == 200
    assert client.get(f"/admin/{path}/add/").status_code in {200, 403}
