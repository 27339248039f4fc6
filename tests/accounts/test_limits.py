"""Nobody asks too often: whoever does is told so in words, and everybody else goes on (S17)."""

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.limits import kind_of
from accounts.models import User
from reminders.links import Purpose
from reminders.links import path as link_to
from reminders.models import Email
from sco_tracker import settings as real
from tests.architecture.addresses import all_addresses
from tests.factories import make_administrator, make_officer, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
HUNDRED = 100
NORMAL = 20


@pytest.fixture(autouse=True)
def limits(settings):
    settings.LIMITS = real.LIMITS
    cache.clear()
    yield
    cache.clear()


def browser(user: User | None = None, address: str = "192.0.2.1") -> Client:
    client = Client(REMOTE_ADDR=address)
    if user:
        client.force_login(user)
    return client


def asks(client: Client, method: str, path: str, times: int) -> list:
    return [getattr(client, method)(path) for _ in range(times)]


# What somebody asks for, by whom: the same for every list and every export.
COSTLY = {
    "search": ("get", "/instruments/?q=plan", make_user),
    "search-of-another-list": ("get", "/parties/?q=land", make_user),
    "export": ("get", "/instruments/?export=csv", make_user),
    "export-for-paper": ("get", "/parties/?export=print", make_user),
    "test-mail": ("post", "/reminders/test-mail/", make_administrator),
    "sheet": ("post", "/commitments/import/", make_officer),
    "own-data": ("get", "/accounts/data/", make_user),
    "link": ("get", "/r/umade-up", None),
    "link-that-acts": ("post", "/r/smade-up", None),
    "calendar": ("get", "/calendar/made-up.ics", None),
}


@pytest.mark.parametrize("what", COSTLY)
def test_a_hundred_quick_requests_meet_a_limit_that_says_so_in_words(what):
    method, path, make = COSTLY[what]
    client = browser(make and make())
    answers = (asks(client, method, path, 1)[0] for _ in range(HUNDRED))
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["Retry-After"] == "60"
    assert "Wait a minute, then try again" in refused.content.decode()
    assert asks(client, method, path, 1)[0].status_code == 429


@pytest.mark.parametrize("what", sorted(COSTLY.keys() - {"test-mail"}))
def test_nobody_who_works_by_hand_meets_a_limit(what):
    method, path, make = COSTLY[what]
    answers = asks(browser(make and make()), method, path, NORMAL)
    assert 429 not in {answer.status_code for answer in answers}


def test_a_limit_is_ones_own():
    asks(browser(make_user()), "get", "/instruments/?export=csv", HUNDRED)
    assert browser(make_user()).get("/instruments/?export=csv").status_code == 200
    asks(browser(), "get", "/r/umade-up", HUNDRED)
    assert browser(address="192.0.2.2").get("/r/umade-up").status_code == 404


def test_whoever_goes_round_the_proxies_is_refused_and_not_left_uncounted(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    client = Client(headers={"x-forwarded-for": "203.0.113.5"})
    assert client.get("/r/umade-up").status_code == 403


def test_what_costs_little_has_no_limit():
    client = browser(make_user())
    asks(client, "get", "/instruments/?q=plan", HUNDRED)
    assert client.get("/instruments/").status_code == 200
    assert client.get("/instruments/?export=csv").status_code == 200


def test_whoever_may_not_come_in_is_not_counted():
    """Or somebody could use up another's limit, and learn of it."""
    answers = asks(browser(make_user()), "post", "/reminders/test-mail/", HUNDRED)
    assert {answer.status_code for answer in answers} == {403}


def test_no_mailbox_is_filled_with_test_mails():
    administrator = make_administrator()
    asks(browser(administrator), "post", "/reminders/test-mail/", HUNDRED)
    assert Email.objects.filter(recipient=administrator).count() == 5
    assert Email.objects.exclude(recipient=administrator).count() == 0


@pytest.mark.parametrize("what", ["search", "export", "sheet", "link"])
def test_without_the_cache_nothing_opens_and_nothing_breaks(what, monkeypatch, caplog):
    def away(*args, **kwargs):
        raise ConnectionError("The cache is away.")

    monkeypatch.setattr("allauth.core.internal.ratelimit.cache.add", away)
    method, path, make = COSTLY[what]
    assert getattr(browser(make and make()), method)(path).status_code in {200, 404}
    assert "not counted" in caplog.text
    answer = getattr(browser(make_user(is_active=False)), method)(path)
    assert answer.status_code == (404 if what == "link" else 302)


def test_every_link_of_a_mail_is_counted(rf):
    """A purpose that comes later must not be forgotten."""
    person = make_user(password="correct horse battery")
    views = {a.name: a.match() for a in all_addresses()}
    for name in (f"link-{purpose.name.lower()}" for purpose in Purpose):
        request = rf.get(link_to(Purpose.OPEN, person, 0, person.date_joined))
        request.resolver_match = views[name]
        assert kind_of(request) == "link", name
