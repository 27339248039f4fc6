"""Guessing is refused before a password is hashed, and shuts nobody out but whoever guesses."""

from contextlib import contextmanager

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import caches
from django.test import Client
from redis.exceptions import ConnectionError as Away

from accounts import throttle
from accounts.checks import attempts_are_counted_together, second_factor_is_required
from accounts.choices import Via
from accounts.models import Event
from accounts.services import change_person
from tests.factories import NOW, PASSWORD, make_user

from .ways_in import (
    CODE,
    LOGIN,
    code_now,
    give_second_factor,
    is_in,
    recovery_codes,
    sign_in,
    told,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]
RESET = "/accounts/password/reset/"
OWNER, THIEF = "10.0.0.1", "10.9.9.9"


@pytest.fixture
def person():
    return make_user(email="aigerim@example.org", password=PASSWORD)


@pytest.fixture
def hashed(monkeypatch):
    """One entry for every password that is hashed."""
    done, encode = [], MD5PasswordHasher.encode

    def counting(self, password, salt):
        done.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    return done


# Where guesses end --------------------------------------------------------------------------------


def test_a_thousand_guesses_cost_few_hashes_and_few_rows(client, person, hashed):
    answers = [
        sign_in(client, person.email, f"wrong {n}", at=THIEF).status_code for n in range(1000)
    ]
    assert answers[:5] == [200] * 5
    assert set(answers[5:]) == {429}
    assert len(hashed) == 5
    assert [e.action for e in told()].count("entrance.refused") == 5
    counted = [e.after["tries"] for e in told("entrance.throttled")]
    assert counted == [1, 10, 100]
    assert Event.objects.filter(action="entrance.refused", object_id=person.pk).count() == 5


def test_the_owner_comes_in_from_elsewhere_meanwhile(client, person):
    for n in range(100):
        sign_in(Client(), person.email, f"wrong {n}", at=THIEF)
    assert sign_in(client, person.email, at=OWNER).status_code == 302
    assert is_in(client)


def test_the_right_password_does_not_pass_where_too_many_wrong_ones_came_from(
    client, person, hashed
):
    for n in range(5):
        sign_in(client, person.email, f"wrong {n}", at=THIEF)
    before = len(hashed)
    assert sign_in(client, person.email, at=THIEF).status_code == 429
    assert len(hashed) == before
    assert not is_in(client)


def test_one_address_cannot_try_every_account(client, hashed):
    for n in range(100):
        sign_in(client, f"person{n}@example.org", "wrong", at=THIEF)
    assert len(hashed) == 20
    assert sign_in(client, "other@example.org", "wrong", at=THIEF).status_code == 429


def test_a_right_code_does_not_give_the_client_its_tries_back(client, person):
    """Whoever has an account would else guess at those of others for ever."""
    own = make_user(password=PASSWORD)
    give_second_factor(own)
    sign_in(client, own.email, at=THIEF)
    client.post(CODE, {"code": code_now()}, REMOTE_ADDR=THIEF)
    assert is_in(client)
    for n in range(20):
        sign_in(Client(), f"person{n}@example.org", "wrong", at=THIEF)
    assert sign_in(Client(), person.email, "wrong", at=THIEF).status_code == 429
    [code, *_others] = recovery_codes(own)
    client.post("/accounts/second-factor/confirm/", {"code": code}, REMOTE_ADDR=THIEF)
    assert len(recovery_codes(own)) == 9
    assert sign_in(Client(), person.email, "wrong", at=THIEF).status_code == 429


def test_another_account_behind_the_same_address_comes_in_while_one_is_guessed(client, person):
    other = make_user(password=PASSWORD)
    for n in range(30):
        sign_in(Client(), person.email, f"wrong {n}", at=THIEF)
    assert sign_in(client, other.email, at=THIEF).status_code == 302


def test_many_addresses_together_meet_the_limit_of_the_account(client, person, hashed):
    """The owner's own address stays open; a new one has to wait like those who guess."""
    sign_in(Client(), person.email, at=OWNER)
    hashed.clear()
    for n in range(200):
        sign_in(client, person.email, "wrong", at=f"10.8.{n // 100}.{n % 100 + 1}")
    assert len(hashed) == 60
    assert sign_in(Client(), person.email, at="10.7.0.1").status_code == 429
    assert sign_in(client, person.email, at=OWNER).status_code == 302


@pytest.mark.parametrize(
    "written", ["AIGERIM@EXAMPLE.ORG", " aigerim@example.org", "Aigerim@example.org "]
)
def test_however_the_address_is_written_it_is_one_account(client, person, written):
    for n in range(5):
        sign_in(client, person.email, f"wrong {n}", at=THIEF)
    assert sign_in(client, written, at=THIEF).status_code == 429


def test_addresses_of_one_network_of_the_sixth_version_are_one(client, person):
    for n in range(5):
        sign_in(client, person.email, "wrong", at=f"2001:db8::{n + 1}")
    assert sign_in(client, person.email, at="2001:db8::ffff").status_code == 429
    assert sign_in(client, person.email, at="2001:db8:0:1::1").status_code == 302


def test_right_passwords_are_not_counted(person):
    for _ in range(25):
        assert sign_in(Client(), person.email).status_code == 302


def test_a_new_password_by_mail_lets_in_whoever_had_tried_too_often(client, person):
    for n in range(6):
        sign_in(client, person.email, f"wrong {n}")
    client.post(RESET, {"email": person.email})
    link = mail.outbox[0].body.partition("http://127.0.0.1:8000")[2].split()[0]
    new = "a wholly new sentence"
    client.post(client.get(link, REMOTE_ADDR=OWNER).headers["Location"],
                {"password1": new, "password2": new}, REMOTE_ADDR=OWNER)  # fmt: skip
    assert sign_in(client, person.email, new).status_code == 302


def test_signed_in_one_cannot_guess_the_password_either(client, person, hashed):
    sign_in(client, person.email)
    hashed.clear()
    new = {"password1": "a wholly new sentence", "password2": "a wholly new sentence"}
    for n in range(30):
        client.post("/accounts/password/change/", {"oldpassword": f"wrong {n}", **new})
        client.post("/accounts/reauthenticate/", {"password": f"wrong {n}"})
    assert len(hashed) <= 10
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


# Where a request comes from -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "forwarded", "believed"),
    [
        (0, "1.1.1.1", THIEF),
        (1, "1.1.1.1", "1.1.1.1"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 10.0.0.7", "1.1.1.1"),
        (1, None, THIEF),
    ],
)
def test_a_client_is_where_trusted_proxies_say(
    client, person, settings, proxies, forwarded, believed
):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    extra = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    client.post(LOGIN, {"login": person.email, "password": PASSWORD}, REMOTE_ADDR=THIEF, **extra)
    (event,) = told("session.begun")
    assert event.after["address"] == believed


def test_a_made_up_header_does_not_make_a_new_client(client, person):
    for n in range(5):
        client.post(LOGIN, {"login": person.email, "password": "wrong"},
                    REMOTE_ADDR=THIEF, HTTP_X_FORWARDED_FOR=f"1.1.1.{n}")  # fmt: skip
    assert sign_in(client, person.email, at=THIEF).status_code == 429


def test_whoever_goes_round_the_proxies_is_refused(client, person, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    data = {"login": person.email, "password": PASSWORD}
    assert client.post(LOGIN, data, HTTP_X_FORWARDED_FOR="1.1.1.1").status_code == 403
    assert not is_in(client)


# The same answer and the same work ----------------------------------------------------------------

CLOSED = {
    "nobody has it": None,
    "a mailbox": {"is_mailbox": True},
    "disabled": {"is_active": False},
    "invited, without a password": {"password": None},
    "open": {},
    "met by allauth": {"met": True},
}


@pytest.mark.parametrize("who", CLOSED)
def test_a_wrong_password_takes_one_hash_and_one_event_whoever_it_is_for(client, hashed, who):
    values = CLOSED[who]
    if values is not None:
        met = values.get("met")
        given = {key: value for key, value in values.items() if key != "met"}
        user = make_user(**{"email": "x@example.org", "password": PASSWORD, **given})
        if met:
            EmailAddress.objects.create(user=user, email=user.email, primary=True)
    hashed.clear()
    with queries() as asked:
        response = sign_in(client, "x@example.org", "wrong")
    assert response.status_code == 200
    assert "not correct" in response.content.decode()
    assert len(hashed) == 1
    assert [e.action for e in told()] == ["entrance.refused"]
    assert len(asked) <= 10


@contextmanager
def queries():
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        yield captured


def test_what_somebody_typed_is_not_kept(client, person):
    sign_in(client, "secret.name@example.org", "tippfehler")
    sign_in(client, person.email, "tippfehler")
    for event in told():
        told_of = f"{event.before} {event.after} {event.why}"
        assert "tippfehler" not in told_of
        assert "example.org" not in told_of
    assert [e.object_id for e in told()] == [0, person.pk]


def test_by_an_address_of_before_nobody_comes_in_and_no_mail_goes_there(client, person):
    client.post(RESET, {"email": person.email})  # from now on allauth knows the address
    assert EmailAddress.objects.filter(user=person).exists()
    mail.outbox.clear()
    change_person(
        user=person, values={"email": "new@example.org"}, actor=None, now=NOW, via=Via.ADMIN
    )
    sign_in(client, "aigerim@example.org")
    assert not is_in(client)
    client.post(RESET, {"email": "aigerim@example.org"})
    assert mail.outbox == []


# Mail that strangers can cause --------------------------------------------------------------------


def test_a_stranger_causes_few_mails_to_one_person(person):
    """From as many addresses as they like: three an hour, and five a day by the outbox."""
    answers = [
        Client().post(RESET, {"email": person.email}, REMOTE_ADDR=f"10.6.0.{n + 1}").status_code
        for n in range(20)
    ]
    assert answers == [302] * 3 + [429] * 17
    assert len(mail.outbox) == 3


def test_the_limit_of_mails_is_the_same_for_an_address_that_nobody_has(client):
    answers = [client.post(RESET, {"email": "nobody@example.org"}).status_code for _ in range(4)]
    assert answers == [302] * 3 + [429]


def test_a_stranger_causes_few_mails_to_all_together(client):
    for n in range(30):
        make_user(email=f"p{n}@example.org", password=PASSWORD)
        client.post(RESET, {"email": f"p{n}@example.org"}, REMOTE_ADDR=THIEF)
    assert len(mail.outbox) == 20


# Without the cache --------------------------------------------------------------------------------


@pytest.fixture
def no_cache(monkeypatch):
    """A Valkey that does not answer."""

    def fail(*args, **kwargs):
        raise Away("nothing listens")

    for name in ("get", "set", "add", "incr", "delete", "delete_many"):
        monkeypatch.setattr(caches["default"], name, fail)


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_without_the_cache_nobody_is_let_in_and_the_page_says_so(
    client, person, hashed, no_cache, password
):
    client.raise_request_exception = False
    response = sign_in(client, person.email, password)
    assert response.status_code == 503
    assert "without it nobody is let in" in response.content.decode()
    assert hashed == []
    assert not is_in(client)


def test_without_the_cache_no_code_opens_anything(client, person, monkeypatch, request):
    give_second_factor(person)
    sign_in(client, person.email)
    request.getfixturevalue("no_cache")
    client.raise_request_exception = False
    assert client.post("/accounts/second-factor/code/", {"code": code_now()}).status_code == 503
    assert not is_in(client)


def test_without_the_cache_whoever_is_in_goes_on(client, person, request):
    sign_in(client, person.email)
    request.getfixturevalue("no_cache")
    client.raise_request_exception = False
    assert is_in(client)
    assert client.post(RESET, {"email": person.email}).status_code == 503
    assert mail.outbox == []


def test_production_is_warned_of_a_cache_that_processes_do_not_share(settings):
    assert [said.id for said in attempts_are_counted_together()] == ["accounts.W001"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}
    assert attempts_are_counted_together() == []


def test_production_is_warned_when_a_password_is_enough(settings):
    settings.REQUIRE_SECOND_FACTOR = True
    assert second_factor_is_required() == []
    settings.REQUIRE_SECOND_FACTOR = False
    assert [said.id for said in second_factor_is_required()] == ["accounts.W002"]


def test_a_hundred_of_something_is_told_by_its_powers_of_ten():
    assert [n for n in range(1, 1001) if str(n).strip("0") == "1"] == [1, 10, 100, 1000]
    assert throttle.WINDOW.total_seconds() == 3600
    assert django_settings.ACCOUNT_RATE_LIMITS["login_failed"]
