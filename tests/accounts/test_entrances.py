"""Every way in and out leaves one event: who, when, from where; and who may read of it."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.choices import Via
from accounts.models import Event
from accounts.services import INVITATIONS_A_DAY, invite, set_password
from commitments.history_words import WHAT
from tests.factories import NOW, PASSWORD, make_administrator, make_officer, make_user

from .ways_in import LOGIN, is_in, sign_in, told

pytestmark = [pytest.mark.django_db, pytest.mark.once]
RESET = "/accounts/password/reset/"


@pytest.fixture
def person():
    return make_user(email="aigerim@example.org", password=PASSWORD)


def invitation(user) -> str:
    mail.outbox.clear()
    invite(user=user, actor=None, now=NOW, via=Via.ADMIN)
    return re.search(r"http://[^/]+(/\S+/key/\S+)", mail.outbox[0].body)[1]


def choose(client, link, password="a wholly new sentence"):
    response = client.get(link)
    if response.status_code != 302:
        return response
    return client.post(response.headers["Location"], {"password1": password, "password2": password})


# Events -------------------------------------------------------------------------------------------


def test_coming_in_and_going_leave_an_event_each(client, person):
    sign_in(client, person.email)
    client.get("/")
    client.post("/accounts/logout/")
    begun, closed = told()
    assert (begun.action, begun.actor, begun.via) == ("session.begun", person, "page")
    assert begun.after == {"address": "10.0.0.1", "by": ["password"]}
    assert (closed.action, closed.actor) == ("session.closed", person)


@pytest.mark.parametrize("values", [{"is_active": False}, {"is_mailbox": True}])
def test_the_right_password_of_a_closed_account_leaves_one_event(client, values):
    user = make_user(password=PASSWORD, **values)
    sign_in(client, user.email)
    (event,) = told()
    assert (event.action, event.object_id, event.actor) == ("entrance.refused", user.pk, None)


def test_leaving_without_being_in_is_no_event(client):
    assert client.post("/accounts/logout/").status_code == 302
    assert told() == []


def test_a_new_password_by_mail_is_one_event_of_its_own(client, person):
    client.post(RESET, {"email": person.email})
    link = re.search(r"http://[^/]+(/\S+/key/\S+)", mail.outbox[0].body)[1]
    choose(client, link)
    (event,) = told("person.password_reset", "person.password_changed")
    assert (event.action, event.actor) == ("person.password_reset", person)
    assert "pbkdf2" not in str(event.after)
    assert link.split("-")[-1] not in str(list(Event.objects.values_list("after", "why")))


def test_every_event_of_an_entrance_is_said_in_words():
    actions = {
        "session.begun", "session.closed", "session.ended", "entrance.refused",
        "entrance.throttled", "factor.set", "factor.removed", "factor.refused", "codes.made",
        "codes.used", "person.password_changed", "person.password_reset", "person.invited",
    }  # fmt: skip
    assert actions <= set(WHAT)


def test_administrators_read_who_came_in_and_officers_do_not(client, person):
    sign_in(client, person.email, at="10.4.4.4")
    sign_in(Client(), "nobody@example.org", "wrong", at="10.4.4.5")
    set_password(user=person, password="a new sentence", by_link=True, now=NOW, via="page")
    client.force_login(make_officer())
    html = client.get("/history/").content.decode()
    assert "10.4.4" not in html
    told = re.sub(r"<form.*?</form>", "", html, flags=re.DOTALL)
    assert "signed in" not in told
    assert "new password" not in told
    client.force_login(make_administrator())
    html = client.get("/history/").content.decode()
    assert "from 10.4.4.4" in html
    assert "from 10.4.4.5" in html


def test_the_link_of_a_mail_leads_to_the_site_whatever_name_was_asked_for(client, person, settings):
    settings.SITE_URL = "https://tracker.example.org"
    client.post(RESET, {"email": person.email}, HTTP_HOST="localhost")
    body = mail.outbox[0].body
    assert "https://tracker.example.org/accounts/password/reset/key/" in body
    assert "localhost" not in body


# Invitations --------------------------------------------------------------------------------------


def test_somebody_is_invited_so_often_a_day_and_no_oftener(client):
    user, administrator = make_user(name="Damir"), make_administrator()
    client.force_login(administrator)
    data = {"action": "send_invitation", "_selected_action": [user.pk]}
    for _ in range(INVITATIONS_A_DAY):
        assert "1 invitation is on its way" in client.post(
            "/admin/accounts/user/", data, follow=True
        ).content.decode()  # fmt: skip
    html = client.post("/admin/accounts/user/", data, follow=True).content.decode()
    assert "Damir was sent 3 invitations within a day." in html
    assert len(mail.outbox) == INVITATIONS_A_DAY
    assert len(told("person.invited")) == INVITATIONS_A_DAY


def test_an_invitation_works_once(client):
    user = make_user(email="new@example.org")
    link = invitation(user)
    choose(client, link)
    assert "no longer works" in client.get(link).content.decode()
    choose(client, link, "another sentence altogether")
    assert sign_in(client, user.email, "a wholly new sentence").status_code == 302


def test_an_invitation_expires(client, settings):
    link = invitation(make_user())
    settings.PASSWORD_RESET_TIMEOUT = -1
    response = choose(client, link)
    assert "no longer works" in response.content.decode()


@pytest.mark.parametrize("change", ["last", "first", "other", "nobody"])
def test_a_tampered_invitation_opens_nothing(client, change):
    user, other = make_user(), make_user()
    link = invitation(user).rstrip("/")
    uid, _, key = link.rpartition("/")[2].partition("-")
    tampered = {
        "last": f"{uid}-{key[:-1]}{'0' if key[-1] != '0' else '1'}",
        "first": f"{uid}-{'a' if key[0] != 'a' else 'b'}{key[1:]}",
        "other": f"{other.pk}-{key}",
        "nobody": f"zzzzz-{key}",
    }[change]
    response = choose(client, f"/accounts/password/reset/key/{tampered}/")
    assert "no longer works" in response.content.decode()
    for one in (user, other):
        one.refresh_from_db()
        assert not one.has_usable_password()


def test_an_invitation_to_an_address_of_before_opens_nothing(client):
    user = make_user()
    link = invitation(user)
    user.email = "moved@example.org"
    user.save()
    assert "no longer works" in choose(client, link).content.decode()


@pytest.mark.parametrize("who", [make_user, make_officer])
def test_only_administrators_invite(client, who):
    user = make_user()
    client.force_login(who())
    data = {"action": "send_invitation", "_selected_action": [user.pk]}
    assert client.post("/admin/accounts/user/", data).status_code == 403
    assert mail.outbox == []


# Where one is led ---------------------------------------------------------------------------------

ELSEWHERE = [
    "//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)",
    "http://localhost/", "http://127.0.0.1:8000/", "\t//evil.example", "https:evil.example",
    "http:///evil.example", "//testserver@evil.example/",
]  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_step_of_coming_in_leads_to_another_host(client, person, target):
    assert sign_in(client, person.email, next=target).headers["Location"] == "/"
    confirmed = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": target})
    assert confirmed.headers["Location"] == "/"
    assert client.get(f"{LOGIN}?next={target}").headers["Location"] == "/"
    assert client.post("/accounts/logout/", {"next": target}).headers["Location"] == LOGIN
    assert not is_in(client)


# Passwords ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password", ["p" * 64 + " ok 12", "ключ от старого сарая", "长城长城长城长城长城长城"]
)
def test_long_passwords_of_any_letters_are_taken(client, password):
    user = make_user()
    choose(client, invitation(user), password)
    assert sign_in(client, user.email, password).status_code == 302


@pytest.mark.parametrize("password", ["eleven chars"[:11], "qwertyuiop123", "password1234"])
def test_short_and_common_passwords_are_not(client, password):
    user = make_user()
    assert choose(client, invitation(user), password).status_code == 200
    user.refresh_from_db()
    assert not user.has_usable_password()
