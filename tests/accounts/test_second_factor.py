"""Whoever keeps the register signs in with a code of their phone as well."""

import os
import re

import pytest
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.core.management import call_command
from django.test import Client

from accounts import factor_forms, second_factor
from accounts.choices import Role, Via
from accounts.services import change_person
from sco_tracker import bootstrap
from tests.factories import NOW, PASSWORD, make_administrator, make_officer, make_user

from .ways_in import (
    CODE,
    CONFIRM,
    LOGIN,
    SET_UP,
    code_now,
    give_second_factor,
    is_in,
    recovery_codes,
    set_up,
    sign_in,
    told,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]
RESET = "/accounts/password/reset/"


@pytest.fixture(autouse=True)
def required(settings):
    settings.REQUIRE_SECOND_FACTOR = True
    settings.MFA_TOTP_PERIOD = 3600  # that no code becomes old in the middle of a test


@pytest.fixture
def officer():
    return make_officer(password=PASSWORD)


@pytest.fixture
def with_phone(officer):
    give_second_factor(officer)
    return officer


# Who needs one ------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [make_officer, make_administrator])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/commitments/",
        "/admin/",
        "/metrics",
        "/accounts/preferences/",
        "/accounts/password/change/",
        "/accounts/second-factor/",
        "/accounts/sessions/",
        "/people/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_second_factor_every_page_leads_to_where_one_is_set_up(
    client, make, path, method
):
    sign_in(client, make(password=PASSWORD).email)
    response = getattr(client, method)(path)
    assert (response.status_code, response.headers["Location"]) == (302, SET_UP)


def test_without_a_second_factor_one_can_leave_and_read_it_in_another_language(client, officer):
    sign_in(client, officer.email)
    assert client.get("/healthz/live").status_code == 200
    assert client.post("/accounts/language/", {"language": "ru"}).headers["Location"] == "/"
    assert client.post("/accounts/logout/").headers["Location"] == LOGIN
    assert not is_in(client)


def test_readers_may_do_without(client):
    reader = make_user(password=PASSWORD)
    sign_in(client, reader.email)
    assert client.get("/").status_code == 200


def test_whoever_becomes_an_officer_needs_one_with_the_next_request(client):
    reader = make_user(password=PASSWORD)
    sign_in(client, reader.email)
    change_person(user=reader, values={"role": Role.OFFICER}, actor=None, now=NOW, via=Via.ADMIN)
    assert client.get("/").headers["Location"] == SET_UP


def test_where_it_is_not_required_nobody_is_led_anywhere(client, officer, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    sign_in(client, officer.email)
    assert client.get("/commitments/").status_code == 200


@pytest.mark.parametrize(
    ("arguments", "given", "flag"),
    [
        ([], {}, "off"),
        ([], {"SITE_URL": "http://localhost:8000"}, "off"),
        ([], {"REQUIRE_SECOND_FACTOR": "on"}, "on"),
        (["--no-sample"], {}, None),
        ([], {"SITE_URL": "https://tracker.example.org"}, None),
        ([], {"SITE_URL": "http://127.0.0.1.example.org"}, None),
    ],
)
def test_only_the_sample_on_this_machine_asks_for_none(
    monkeypatch, tmp_path, arguments, given, flag
):
    """Unset means that it is required."""
    monkeypatch.setattr(os, "environ", dict(given))
    monkeypatch.setattr(os, "umask", lambda mask: mask)
    bootstrap.prepare(["--data", str(tmp_path / "data"), *arguments])
    assert os.environ.get("REQUIRE_SECOND_FACTOR") == flag


def test_a_public_address_in_a_file_asks_for_one(monkeypatch, tmp_path):
    file = tmp_path / "site"
    file.write_text("https://tracker.example.org\n")
    monkeypatch.setattr(os, "environ", {"SITE_URL_FILE": str(file)})
    monkeypatch.setattr(os, "umask", lambda mask: mask)
    bootstrap.prepare(["--data", str(tmp_path / "data")])
    assert "REQUIRE_SECOND_FACTOR" not in os.environ
    assert "SITE_URL" not in os.environ


# Setting it up ------------------------------------------------------------------------------------


def test_it_is_set_up_with_the_password_and_a_code(
    client, officer, django_capture_on_commit_callbacks
):
    sign_in(client, officer.email)
    assert client.get(SET_UP).headers["Location"].startswith(CONFIRM)
    with django_capture_on_commit_callbacks(execute=True):
        response = set_up(client)
    assert response.headers["Location"] == "/accounts/second-factor/codes/"
    html = client.get(response.headers["Location"]).content.decode()
    assert all(code in html for code in recovery_codes(officer))
    assert client.get("/commitments/").status_code == 200
    assert [e.action for e in told()] == ["session.begun", "factor.set", "codes.made"]


def test_the_picture_for_the_phone_needs_no_inline_style_and_no_other_host(client, officer):
    sign_in(client, officer.email)
    client.post(CONFIRM, {"password": PASSWORD, "next": SET_UP})
    html = client.get(SET_UP).content.decode()
    assert 'class="qr" src="data:image/svg+xml;base64,' in html
    assert not re.search(r"<[^>]+\sstyle=", html)


def test_a_wrong_code_sets_up_nothing(client, officer):
    sign_in(client, officer.email)
    client.post(CONFIRM, {"password": PASSWORD, "next": SET_UP})
    client.get(SET_UP)
    assert client.post(SET_UP, {"code": "000000"}).status_code == 200
    assert not Authenticator.objects.exists()


def test_a_wrong_password_does_not_reach_the_page_that_sets_it_up(client, officer):
    sign_in(client, officer.email)
    client.post(CONFIRM, {"password": "wrong", "next": SET_UP})
    assert client.get(SET_UP).status_code == 302


def test_sessions_of_the_password_alone_end_when_it_is_set_up(
    client, officer, django_capture_on_commit_callbacks
):
    waiting = Client()
    sign_in(waiting, officer.email)
    sign_in(client, officer.email)
    with django_capture_on_commit_callbacks(execute=True):
        set_up(client)
    assert client.get("/").status_code == 200
    assert waiting.get("/").headers["Location"].startswith(LOGIN)


def test_the_code_that_set_it_up_signs_nobody_in(client, officer):
    sign_in(client, officer.email)
    set_up(client)
    secret = Authenticator.objects.get(type="totp").data["secret"]
    other = Client()
    sign_in(other, officer.email)
    other.post(CODE, {"code": code_now(secret)})
    assert not is_in(other)


# Signing in with it -------------------------------------------------------------------------------


def test_the_password_alone_opens_nothing(client, with_phone):
    assert sign_in(client, with_phone.email).headers["Location"] == CODE
    assert "_auth_user_id" not in client.session
    assert not is_in(client)
    assert told() == []


def test_password_and_code_open_the_account_and_lead_on(client, with_phone):
    sign_in(client, with_phone.email, next="/commitments/?q=a")
    before = client.session.session_key
    response = client.post(CODE, {"code": code_now()})
    assert response.headers["Location"] == "/commitments/?q=a"
    assert client.session.session_key != before
    assert is_in(client)
    (event,) = told()
    assert (event.action, event.after["by"]) == ("session.begun", ["password", "totp"])


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "http://localhost/x"]
)
def test_a_code_leads_to_this_host_alone(client, with_phone, target):
    sign_in(client, with_phone.email, next=target)
    assert client.post(CODE, {"code": code_now()}).headers["Location"] == "/"


@pytest.mark.parametrize(
    "code", ["000000", "", "1", "x" * 5000, "\u0660\u0661\u0662\u0663\u0664\u0665"]
)
def test_a_wrong_code_opens_nothing_and_is_told_once(client, with_phone, code):
    sign_in(client, with_phone.email)
    assert client.post(CODE, {"code": code}).status_code == 200
    assert not is_in(client)
    assert [e.action for e in told()] == (["factor.refused"] if code else [])


def test_a_code_works_once(client, with_phone):
    code, again = code_now(), Client()
    sign_in(client, with_phone.email)
    sign_in(again, with_phone.email)
    client.post(CODE, {"code": code})
    again.post(CODE, {"code": code})
    assert is_in(client)
    assert not is_in(again)


def test_guessing_codes_is_stopped_from_every_address(client, with_phone):
    """Six digits are few: here the account counts, wherever the tries come from."""
    sign_in(client, with_phone.email)
    for number in range(5):
        client.post(CODE, {"code": "000000"}, REMOTE_ADDR=f"10.0.1.{number}")
    client.post(CODE, {"code": code_now()}, REMOTE_ADDR="10.0.2.1")
    assert not is_in(client)
    assert [e.action for e in told()] == ["factor.refused"] * 5 + ["entrance.throttled"]


def test_whoever_is_disabled_between_password_and_code_stays_out(client, with_phone):
    sign_in(client, with_phone.email)
    change_person(user=with_phone, values={"is_active": False}, actor=None, now=NOW, via=Via.ADMIN)
    response = client.post(CODE, {"code": code_now()})
    assert response.headers["Location"] == "/accounts/inactive/"
    assert "_auth_user_id" not in client.session
    assert [e.action for e in told()] == ["entrance.refused"]


def test_nobody_reaches_the_page_of_codes_without_a_password(client, with_phone):
    assert client.get(CODE).headers["Location"] == LOGIN
    assert client.post(CODE, {"code": code_now()}).headers["Location"] == LOGIN
    assert not is_in(client)


def test_a_sign_in_that_waits_for_its_code_can_be_left(client, with_phone):
    sign_in(client, with_phone.email)
    client.post("/accounts/logout/")
    assert client.get(CODE).headers["Location"] == LOGIN
    assert client.get(LOGIN).status_code == 200


def test_a_sign_in_does_not_wait_for_its_code_for_ever(client, with_phone, settings):
    sign_in(client, with_phone.email)
    settings.ACCOUNT_LOGIN_TIMEOUT = -1
    client.post(CODE, {"code": code_now()})
    assert not is_in(client)


# Recovery -----------------------------------------------------------------------------------------


def test_a_recovery_code_works_once_and_is_told(client, with_phone):
    code = recovery_codes(with_phone)[0]
    for browser, comes_in in ((client, True), (Client(), False)):
        sign_in(browser, with_phone.email)
        browser.post(CODE, {"code": code})
        assert is_in(browser) is comes_in
    (event,) = told("codes.used")
    assert (event.actor, event.after["left"]) == (with_phone, 9)
    assert code not in str(event.after)


def test_new_recovery_codes_replace_the_old_ones(
    client, with_phone, django_capture_on_commit_callbacks
):
    old = recovery_codes(with_phone)[0]
    sign_in(client, with_phone.email)
    client.post(CODE, {"code": code_now()})
    client.post(CONFIRM, {"password": PASSWORD})
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/second-factor/codes/new/")
    assert old not in recovery_codes(with_phone)
    assert len(told("codes.made")) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/second-factor/codes/",
        "/accounts/second-factor/codes/new/",
        "/accounts/second-factor/codes/file/",
        "/accounts/second-factor/remove/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_touches_the_second_factor_asks_who_it_is(client, with_phone, path, method):
    sign_in(client, with_phone.email)
    client.post(CODE, {"code": code_now()})
    response = getattr(client, method)(path)
    assert response.status_code in {302, 405}
    assert response.headers.get("Location", CONFIRM).startswith(CONFIRM)
    assert Authenticator.objects.count() == 2


def test_a_new_password_by_mail_does_not_skip_the_second_factor(client, with_phone):
    client.post(RESET, {"email": with_phone.email})
    link = re.search(r"http://[^/]+(/\S+/key/\S+)", mail.outbox[0].body)[1]
    form = client.get(link).headers["Location"]
    new = "a wholly new sentence"
    client.post(form, {"password1": new, "password2": new})
    assert not is_in(client)
    assert sign_in(client, with_phone.email, new).headers["Location"] == CODE
    assert not is_in(client)


def test_an_officer_who_removes_it_is_led_to_another(client, with_phone):
    elsewhere = Client()
    sign_in(elsewhere, with_phone.email)
    elsewhere.post(CODE, {"code": recovery_codes(with_phone)[0]})
    sign_in(client, with_phone.email)
    client.post(CODE, {"code": code_now()})
    client.post(CONFIRM, {"password": PASSWORD})
    client.post("/accounts/second-factor/remove/")
    assert not Authenticator.objects.exists()
    assert len(told("factor.removed")) == 1
    assert client.get("/").headers["Location"] == SET_UP
    assert elsewhere.get("/").headers["Location"].startswith(LOGIN)


def test_an_administrator_takes_it_away_from_whoever_lost_it(client, with_phone, settings):
    theirs = Client()
    sign_in(theirs, with_phone.email)
    theirs.post(CODE, {"code": code_now()})
    administrator = make_administrator(password=PASSWORD)
    settings.REQUIRE_SECOND_FACTOR = False
    sign_in(client, administrator.email)
    action = {"action": "take_second_factor_away", "_selected_action": [with_phone.pk]}
    assert client.post("/admin/accounts/user/", action).headers["Location"].startswith(CONFIRM)
    assert Authenticator.objects.count() == 2
    client.post(CONFIRM, {"password": PASSWORD})
    client.post("/admin/accounts/user/", action)
    assert not Authenticator.objects.exists()
    (event,) = told("factor.removed")
    assert (event.actor, event.object_id, event.via) == (administrator, with_phone.pk, "admin")
    assert not is_in(theirs)


def test_a_command_takes_it_away_from_the_last_administrator(with_phone, capsys):
    call_command("take_second_factor_away", with_phone.email.upper())
    assert not Authenticator.objects.exists()
    (event,) = told("factor.removed")
    assert (event.object_id, event.via) == (with_phone.pk, "command")
    call_command("take_second_factor_away", with_phone.email)
    assert "has none" in capsys.readouterr().out
    assert len(told("factor.removed")) == 1


# The administration -------------------------------------------------------------------------------


def test_the_administration_has_no_door_of_its_own(client):
    administrator = make_administrator(password=PASSWORD)
    data = {"username": administrator.email, "password": PASSWORD}
    for path in ("/admin/", "/admin/login/"):
        assert client.post(path, data).headers["Location"].startswith(LOGIN)
        assert client.get(path).headers["Location"].startswith(LOGIN)
    assert not is_in(client)


def test_the_page_of_the_administration_itself_leads_to_the_one_door(rf):
    """Even if the rule of its address did not."""
    administrator = make_administrator(password=PASSWORD)
    data = {"username": administrator.email, "password": PASSWORD}
    request = rf.post("/admin/login/", data)
    request.user, request.session = AnonymousUser(), {}
    with context.request_context(request):
        response = admin.site.login(request)
    assert response.headers.get("Location", "").startswith(LOGIN)


@pytest.mark.parametrize("path", ["mfa/authenticator", "usersessions/usersession"])
def test_the_administration_shows_no_secrets_of_second_factors(client, path, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    client.force_login(make_administrator())
    assert client.get(f"/admin/{path}/").status_code == 404


def test_the_pages_of_the_second_factor_show_no_secret_without_being_asked(client, with_phone):
    sign_in(client, with_phone.email)
    client.post(CODE, {"code": code_now()})
    html = client.get("/accounts/second-factor/").content.decode()
    assert "10 codes are left" in html
    assert not any(code in html for code in recovery_codes(with_phone))


def test_the_forms_are_ours(settings):
    names = {path.rpartition(".")[2] for path in settings.MFA_FORMS.values()}
    assert all(hasattr(factor_forms, name) for name in names)
    assert "mfa_activate_totp" in second_factor.WAY
