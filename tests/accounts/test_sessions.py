"""Sessions: how long they last, who sees them, and what ends them."""

import os
import secrets
import subprocess
import sys
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import devices, middleware, sessions, tasks
from accounts.choices import Via
from accounts.services import change_person
from accounts.sessions import SEEN
from tests.factories import NOW, PASSWORD, make_administrator, make_user

from .ways_in import CONFIRM, LOGIN, is_in, sign_in, told

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SESSIONS = "/accounts/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1"


@pytest.fixture
def person():
    return make_user(email="aigerim@example.org", password=PASSWORD)


@pytest.fixture
def here(client, person):
    client.defaults["HTTP_USER_AGENT"] = FIREFOX
    sign_in(client, person.email)
    return client


@pytest.fixture
def elsewhere(person):
    other = Client(headers={"user-agent": IPHONE})
    sign_in(other, person.email, at="10.0.0.2")
    return other


@pytest.fixture
def later(monkeypatch):
    """`later(hours=1)` makes it so much later for every request."""

    def move(**delta):
        moment = timezone.now() + timedelta(**delta)
        monkeypatch.setattr(middleware, "read_clock", lambda: moment)

    return move


def number_of(client) -> int:
    return UserSession.objects.get(session_key=client.session.session_key).pk


# The page -----------------------------------------------------------------------------------------


def test_the_page_lists_where_somebody_is_signed_in(here, elsewhere):
    html = here.get(SESSIONS).content.decode()
    assert "Firefox, Linux" in html
    assert "Safari, iPhone" in html
    assert "10.0.0.2" in html
    assert html.count("This one") == 1
    assert html.count('name="end"') == 2  # the other one, and all others


def test_one_session_is_ended(here, elsewhere):
    response = here.post(SESSIONS, {"end": number_of(elsewhere)})
    assert response.headers["Location"] == SESSIONS
    assert (is_in(here), is_in(elsewhere)) == (True, False)
    (event,) = told("session.ended")
    assert event.after == {"sessions": 1}


def test_all_others_are_ended_with_one_event(here, elsewhere, person):
    third = Client()
    sign_in(third, person.email)
    here.post(SESSIONS, {"end": "others"})
    assert [is_in(one) for one in (here, elsewhere, third)] == [True, False, False]
    (event,) = told("session.ended")
    assert (event.actor, event.after) == (person, {"sessions": 2})


def test_ending_none_leaves_no_event(here):
    here.post(SESSIONS, {"end": "others"})
    assert told("session.ended") == []


@pytest.mark.parametrize("end", ["", "0", "x", "-1", "9" * 30, "theirs"])
def test_sessions_of_others_cannot_be_ended(here, end):
    other = Client()
    sign_in(other, make_user(password=PASSWORD).email)
    asked = str(number_of(other)) if end == "theirs" else end
    assert here.post(SESSIONS, {"end": asked}).status_code == 404
    assert is_in(other)
    assert "10.0.0.1" in other.get(SESSIONS).content.decode()


def test_nobody_sees_sessions_of_others(here):
    other = Client()
    sign_in(other, make_user(password=PASSWORD).email, at="10.5.5.5")
    assert "10.5.5.5" not in here.get(SESSIONS).content.decode()


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (FIREFOX, "Firefox, Linux"),
        (IPHONE, "Safari, iPhone"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140 Safari/537 Edg/140",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537 Chrome/140 Mobile Safari/537",
            "Chrome, Android",
        ),
        ("<script>alert(1)</script>", "Another program"),
        ("", "Another program"),
    ],
)
def test_a_device_is_said_in_words(agent, said):
    assert devices.words(agent) == said


# What ends sessions -------------------------------------------------------------------------------


def test_a_session_left_alone_for_a_day_of_work_ends(here, later):
    later(hours=7, minutes=59)
    assert is_in(here)
    later(hours=16, minutes=1)
    assert not is_in(here)
    assert here.get("/").headers["Location"].startswith(LOGIN)


def test_a_session_in_use_ends_after_a_week(here, later):
    for hours in range(0, 7 * 24, 4):
        later(hours=hours)
        assert is_in(here)
    later(days=7, minutes=1)
    assert not is_in(here)


def test_a_session_that_ended_by_itself_is_gone_from_the_store(here, later):
    key = here.session.session_key
    later(hours=9)
    here.get("/")
    assert not Session.objects.filter(session_key=key).exists()


def test_use_is_written_down_every_few_minutes_and_not_each_time(here, later):
    begun = here.session[SEEN]
    later(minutes=4)
    here.get("/")
    assert here.session[SEEN] == begun
    later(minutes=6)
    here.get("/")
    assert here.session[SEEN] >= begun + 360
    row = UserSession.objects.get(session_key=here.session.session_key)
    assert row.last_seen_at > row.created_at + timedelta(minutes=5)


@pytest.mark.parametrize("values", [{"is_active": False}, {"is_mailbox": True}])
def test_whoever_is_let_in_again_does_not_find_the_old_session_open(here, person, values):
    change_person(user=person, values=values, actor=None, now=NOW, via=Via.ADMIN)
    assert not is_in(here)
    back = {name: not value for name, value in values.items()}
    change_person(user=person, values=back, actor=None, now=NOW, via=Via.ADMIN)
    assert not is_in(here)


def test_a_changed_password_ends_every_other_session(here, elsewhere, person):
    new = {"password1": "a wholly new sentence", "password2": "a wholly new sentence"}
    before = here.session.session_key
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, **new})
    assert (is_in(here), is_in(elsewhere)) == (True, False)
    assert here.session.session_key != before
    (event,) = told("person.password_changed")
    assert (event.actor, event.object_id, event.after) == (person, person.pk, {})
    assert here.get(SESSIONS).content.decode().count("This one") == 1


def test_signing_out_ends_the_session_for_whoever_has_its_cookie(here):
    stolen = Client()
    stolen.cookies.update(here.cookies)
    assert is_in(stolen)
    here.post("/accounts/logout/")
    assert not is_in(stolen)
    assert [e.action for e in told()] == ["session.begun", "session.closed"]


def test_of_very_many_sessions_those_left_alone_for_longest_end(here, person, later):
    later(minutes=6)
    is_in(here)  # used last, though begun first
    others = [Client() for _ in range(sessions.MOST + 2)]
    for other in others:
        sign_in(other, person.email)
        UserSession.objects.filter(pk=number_of(other)).update(
            last_seen_at=timezone.now() + timedelta(seconds=number_of(other))
        )
    assert UserSession.objects.filter(user=person).count() == sessions.MOST
    assert is_in(others[-1])
    assert not is_in(others[0])


def test_what_ended_by_itself_is_forgotten_with_its_address(here, elsewhere):
    tasks.sweep()
    assert (Session.objects.count(), UserSession.objects.count()) == (2, 2)
    long_ago = timezone.now() - timedelta(days=8)
    Session.objects.filter(session_key=here.session.session_key).update(expire_date=long_ago)
    UserSession.objects.filter(pk=number_of(here)).update(last_seen_at=long_ago)
    tasks.sweep()
    assert (Session.objects.count(), UserSession.objects.count()) == (1, 1)
    assert is_in(elsewhere)


# Cookies ------------------------------------------------------------------------------------------


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(here):
    cookie = here.cookies[django_settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == ""  # it ends with the browser


def test_in_production_cookies_belong_to_this_host_and_to_https(tmp_path):
    code = (
        "from sco_tracker.settings import *; print(SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, "
        "SESSION_COOKIE_SECURE, CSRF_COOKIE_SECURE, REQUIRE_SECOND_FACTOR, ALLAUTH_TRUSTED_PROXY_COUNT)"
    )
    unset = {"REQUIRE_SECOND_FACTOR", "DATABASE_URL"}
    clean = {name: value for name, value in os.environ.items() if name not in unset}
    own = {
        "SITE_URL": "https://tracker.example.org",
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": secrets.token_urlsafe(50),
    }
    said = subprocess.check_output(
        [sys.executable, "-c", code], env=clean | own, cwd=django_settings.BASE_DIR, text=True
    )
    assert said.split() == ["__Host-sessionid", "__Host-csrftoken", "True", "True", "True", "0"]


# An address is changed with the password ----------------------------------------------------------


def test_an_administrator_changes_an_address_only_after_confirming_who_it_is(client, person):
    sign_in(client, make_administrator(password=PASSWORD).email)
    path = f"/admin/accounts/user/{person.pk}/change/"
    values = {
        "name": person.name, "email": "new@example.org", "role": "reader", "is_active": "on",
        "language": "en", "time_zone": "UTC", "delivery_hour": "8", "delivery_days": ["1"],
    }  # fmt: skip
    assert client.post(path, values).headers["Location"].startswith(CONFIRM)
    person.refresh_from_db()
    assert person.email == "aigerim@example.org"
    client.post(CONFIRM, {"password": "wrong", "next": path})
    person.refresh_from_db()
    assert person.email == "aigerim@example.org"
    client.post(CONFIRM, {"password": PASSWORD, "next": path})
    person.refresh_from_db()
    assert person.email == "new@example.org"
    assert len(told("person.changed")) == 1
