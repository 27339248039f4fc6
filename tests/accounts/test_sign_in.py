"""The way in: by e-mail address and password, by invitation only."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.choices import Role, Via
from accounts.models import User
from accounts.services import change_person
from reminders.models import Email
from tests.factories import NOW, PASSWORD, make_administrator, make_officer, make_user

LOGIN, RESET = "/accounts/login/", "/accounts/password/reset/"
pytestmark = [pytest.mark.django_db, pytest.mark.once]


def sign_in(client, email, password=PASSWORD, **values):
    return client.post(LOGIN, {"login": email, "password": password, **values})


def is_in(client) -> bool:
    return client.get("/accounts/preferences/").status_code == 200


@pytest.fixture
def person():
    return make_user(email="aigerim@example.org", password=PASSWORD)


@pytest.mark.parametrize(
    "typed",
    ["aigerim@example.org", "Aigerim@Example.ORG", "AIGERIM@EXAMPLE.ORG", " aigerim@example.org "],
)
def test_the_address_is_taken_however_it_is_typed(client, person, typed):
    response = sign_in(client, typed)
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert is_in(client)


def test_an_address_entered_in_capitals_is_found_in_small_letters(client):
    make_user(email="Damir@Example.org", password=PASSWORD)
    assert sign_in(client, "damir@example.org").status_code == 302


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("aigerim@example.org", "wrong"),
        ("aigerim@example.org", PASSWORD.upper()),
        ("nobody@example.org", PASSWORD),
        ("aigerim", PASSWORD),
        ("", ""),
        ("a\x00b@example.org", PASSWORD),
        ("aigerim@example.org' OR 1=1 --", PASSWORD),
    ],
)
def test_nobody_else_gets_in(client, person, email, password):
    assert sign_in(client, email, password).status_code == 200
    assert not is_in(client)


def test_an_unknown_address_and_a_wrong_password_are_answered_alike(client, person):
    def answer(email):
        html = sign_in(client, email, "wrong").content.decode()
        html = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)
        return html.replace(email, "")

    assert answer("aigerim@example.org") == answer("nobody@example.org")


def test_a_mailbox_cannot_sign_in_even_with_a_password(client):
    make_user(email="ministry@example.org", is_mailbox=True, password=PASSWORD)
    response = sign_in(client, "ministry@example.org")
    assert response.headers["Location"] == "/accounts/inactive/"
    assert "_auth_user_id" not in client.session
    assert not is_in(client)


@pytest.mark.parametrize("values", [{"is_active": False}, {"is_mailbox": True}])
def test_whoever_may_no_longer_sign_in_is_turned_away(client, person, values):
    change_person(user=person, values=values, actor=None, now=NOW, via=Via.ADMIN)
    sign_in(client, person.email)
    assert not is_in(client)


@pytest.mark.parametrize("values", [{"is_active": False}, {"is_mailbox": True}])
def test_a_session_ends_at_once_when_its_person_may_no_longer_sign_in(client, person, values):
    sign_in(client, person.email)
    assert is_in(client)
    change_person(user=person, values=values, actor=None, now=NOW, via=Via.ADMIN)
    assert client.get("/").headers["Location"].startswith(LOGIN)
    assert client.post("/accounts/preferences/", {}).headers["Location"].startswith(LOGIN)


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(client):
    officer = make_officer(password=PASSWORD)
    sign_in(client, officer.email)
    assert client.get("/reminders/ledger/").status_code == 200
    change_person(user=officer, values={"role": Role.READER}, actor=None, now=NOW, via=Via.ADMIN)
    assert client.get("/reminders/ledger/").status_code == 403


def test_signing_in_takes_a_new_session(client, person):
    client.get(LOGIN)
    client.session["kept"] = "by a stranger"
    before = client.session.session_key
    sign_in(client, person.email)
    assert client.session.session_key != before


def test_signing_out_ends_the_session(client, person):
    sign_in(client, person.email)
    assert client.post("/accounts/logout/").headers["Location"] == LOGIN
    assert not is_in(client)


def test_a_new_address_opens_the_account_and_the_old_one_does_not(client, person):
    sign_in(client, person.email)
    client.post("/accounts/logout/")
    change_person(
        user=person, values={"email": "new@example.org"}, actor=None, now=NOW, via=Via.ADMIN
    )
    assert sign_in(client, "aigerim@example.org").status_code == 200
    assert not is_in(client)
    assert sign_in(client, "new@example.org").status_code == 302


@pytest.mark.parametrize(
    "path", ["/accounts/signup/", "/accounts/register/", "/accounts/email/", "/accounts/social/"]
)
def test_nobody_signs_up(client, path):
    assert client.get(path).status_code == 404
    assert client.post(path, {"email": "x@example.org", "password1": PASSWORD}).status_code == 404
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
    ],
)
def test_signing_in_leads_to_this_site_alone(client, person, target):
    response = sign_in(client, person.email, next=target)
    assert response.headers["Location"] == "/"


def test_signing_in_leads_on_to_the_page_that_was_asked_for(client, person):
    assert (
        sign_in(client, person.email, next="/commitments/?q=a").headers["Location"]
        == "/commitments/?q=a"
    )


def test_somebody_who_guesses_is_stopped(client, person):
    for _ in range(5):
        assert sign_in(client, person.email, "wrong").status_code == 200
    refused = sign_in(client, person.email, "wrong")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "300")
    assert "That was too often" in refused.content.decode()
    sign_in(client, person.email)
    assert not is_in(client)


# A forgotten password ----------------------------------------------------------------------------


def link_in(body: str) -> str:
    return re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", body)[1]


def choose(client, link: str, password: str):
    """Open the link of a mail and choose a password."""
    form = client.get(link).headers["Location"]
    return client.post(form, {"password1": password, "password2": password})


def test_a_forgotten_password_is_chosen_anew_through_the_mail(client, person):
    response = client.post(RESET, {"email": "Aigerim@example.org"})
    assert response.headers["Location"] == "/accounts/password/reset/done/"
    (message,) = mail.outbox
    assert message.to == [person.email]
    assert "\n" not in message.subject
    choose(client, link_in(message.body), "a wholly new sentence")
    assert sign_in(client, person.email, PASSWORD).status_code == 200
    assert sign_in(client, person.email, "a wholly new sentence").status_code == 302


def test_the_link_of_a_mail_works_once(client, person):
    client.post(RESET, {"email": person.email})
    link = link_in(mail.outbox[0].body)
    choose(client, link, "a wholly new sentence")
    assert "no longer works" in client.get(link).content.decode()


def test_a_new_password_ends_every_other_session(client, person):
    elsewhere = Client()
    sign_in(elsewhere, person.email)
    client.post(RESET, {"email": person.email})
    choose(client, link_in(mail.outbox[0].body), "a wholly new sentence")
    assert not is_in(elsewhere)


@pytest.mark.parametrize("password", ["short", "password1234", "aigerim@example.org"])
def test_a_password_that_is_easy_to_guess_is_refused(client, person, password):
    client.post(RESET, {"email": person.email})
    response = choose(client, link_in(mail.outbox[0].body), password)
    assert response.status_code == 200
    assert 'class="error"' in response.content.decode()
    assert sign_in(client, person.email).status_code == 302


def test_an_unknown_address_is_answered_like_a_known_one_and_gets_no_mail(client, person):
    known = client.post(RESET, {"email": person.email})
    unknown = client.post(RESET, {"email": "nobody@example.org"})
    assert (unknown.status_code, unknown.headers["Location"]) == (
        known.status_code,
        known.headers["Location"],
    )
    assert len(mail.outbox) == 1


def test_whoever_is_disabled_gets_no_mail(client):
    make_user(email="gone@example.org", is_active=False)
    client.post(RESET, {"email": "gone@example.org"})
    assert mail.outbox == []


def test_a_mailbox_gets_no_mail_about_a_password(client):
    make_user(email="ministry@example.org", is_mailbox=True)
    client.post(RESET, {"email": "ministry@example.org"})
    assert mail.outbox == []


def test_the_mail_goes_through_the_outbox(client, person, settings):
    settings.EMAIL_BACKEND = "reminders.backend.OutboxBackend"
    client.post(RESET, {"email": person.email})
    row = Email.objects.get()
    assert (row.recipient, row.to_address, row.kind) == (person, person.email, "account")
    assert b"/accounts/password/reset/key/" in bytes(row.frozen).replace(b"=\r\n", b"").replace(
        b"=\n", b""
    )


def test_a_person_changes_the_password_with_the_old_one(client, person):
    sign_in(client, person.email)
    new = {"password1": "a wholly new sentence", "password2": "a wholly new sentence"}
    client.post("/accounts/password/change/", {"oldpassword": "wrong", **new})
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, **new})
    person.refresh_from_db()
    assert person.check_password("a wholly new sentence")


# Rights ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "secretariat", "administrator"),
    [(make_user, False, False), (make_officer, True, False), (make_administrator, True, True)],
)
def test_rights_come_from_the_role_alone(make, secretariat, administrator):
    person = make()
    assert (person.is_secretariat, person.is_administrator) == (secretariat, administrator)
    assert (
        person.is_staff
        == person.has_perm("anything")
        == person.has_module_perms("accounts")
        == administrator
    )


def test_whoever_is_disabled_has_no_rights():
    person = make_administrator(is_active=False)
    rights = {person.is_secretariat, person.is_administrator, person.is_staff, person.has_perm("x")}
    assert rights == {False}


def test_a_superuser_flag_opens_nothing(client):
    person = make_user()
    person.is_superuser = True
    person.save()
    client.force_login(person)
    assert client.get("/admin/").status_code == 403
