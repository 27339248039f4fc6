"""Sums over a large register are kept for a minute, and never longer than they are true."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.auth import PeopleBackend
from accounts.models import Event, User
from commitments import remembering
from commitments.models import Obligation
from commitments.remembering import remembered
from tests.factories import make_officer

from .test_numbers import walk

pytestmark = pytest.mark.django_db


@pytest.fixture
def large(register):
    """A register that counts as large, by what is in its log."""
    cache.clear()
    Event.objects.bulk_create(entry() for _ in range(remembering.DEPTH + 1))
    yield
    cache.clear()


@pytest.fixture
def asked(rf, large):
    return asking(rf)


def asking(rf):
    """Ask for a sum; what it was counted from the last time comes back while it is remembered."""
    person = make_officer()
    now = timezone.now().replace(second=10, microsecond=0)
    counts = iter(range(100))

    def ask(name="lines", later=0):
        nonlocal now
        now += timedelta(seconds=later)
        page = rf.get("/")
        page.user, page.now = PeopleBackend().get_user(person.pk), now
        return remembered(page, name, lambda: next(counts))

    return ask


def entry(**columns) -> Event:
    now = timezone.now()
    return Event(
        actor=None, at=now, via="page", action="x", object_type="user", object_id=1, **columns
    )


def write(**columns) -> None:
    entry(**columns).save(force_insert=True)


def test_a_sum_is_found_again_within_the_minute_by_its_name(asked):
    assert [asked(), asked(later=9), asked("others"), asked()] == [0, 0, 1, 0]


def test_it_is_counted_again_in_the_next_minute(asked):
    assert [asked(), asked(later=49), asked(later=1)] == [0, 0, 1]


def test_it_is_counted_again_after_every_write(asked):
    assert asked() == 0
    write()
    assert asked() == 1


def test_a_write_that_took_its_number_before_another_and_was_stored_after_it_counts_too(asked):
    newest = Event.objects.order_by("-pk").first().pk
    write(pk=newest + 2)
    assert asked() == 0
    write(pk=newest + 1)
    assert asked() == 1


def test_a_small_register_is_counted_each_time(rf, register):
    ask = asking(rf)
    assert [ask(), ask()] == [0, 1]


def test_a_cache_that_is_away_costs_time_and_no_more(asked, settings):
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        },
    }
    assert [asked(), asked()] == [0, 1]


@pytest.mark.once
@pytest.mark.parametrize("who", ["officer", "kazakhstan"])
def test_the_numbers_of_a_page_that_was_remembered_are_those_of_the_lists(client, large, who):
    client.force_login(User.objects.get(email=f"{who}@example.org"))
    client.get("/")
    Obligation.objects.filter(status="in_progress").update(status="stalled")
    write()
    walk(client, "/", who)
    walk(client, "/", who)


@pytest.fixture
def one_minute(monkeypatch, large):
    """A large register whose clock stands still."""
    now = timezone.now().replace(second=10, microsecond=0)
    monkeypatch.setattr("accounts.middleware.read_clock", lambda: now)


def counted(client, address: str) -> tuple[int, bool]:
    """The total that a list says, and whether it was counted for that."""
    with CaptureQueriesContext(connection) as statements:
        text = client.get(address).content.decode()
    (total,) = re.findall(r"data-focus tabindex=\"-1\"[^>]*>[^<]*<b>(\d+)</b>", text)
    return int(total), any('"rows_found"' in one["sql"] for one in statements)


@pytest.mark.parametrize(
    "address",
    ["/commitments/", "/commitments/?status=stalled", "/commitments/lines/?status=stalled"],
)
def test_a_list_counts_its_rows_once(client, one_minute, address):
    client.force_login(User.objects.get(email="officer@example.org"))
    total, was_counted = counted(client, address)
    assert was_counted
    assert counted(client, address) == (total, False)
    further = f"{address}{'&' if '?' in address else '?'}page=1&sort=title&cols=title"
    assert counted(client, further) == (total, False)


def test_the_total_of_a_list_is_that_of_its_filters_after_every_write(client, one_minute):
    client.force_login(User.objects.get(email="officer@example.org"))
    every, _ = counted(client, "/commitments/lines/")
    before, _ = counted(client, "/commitments/lines/?status=stalled")
    assert before < every
    Obligation.objects.update(status="stalled")
    write()
    assert counted(client, "/commitments/lines/?status=stalled") == (every, True)


def test_the_total_of_one_person_is_not_said_to_another(client, one_minute):
    totals = set()
    for who in ("officer", "reader"):
        client.force_login(User.objects.get(email=f"{who}@example.org"))
        total, was_counted = counted(client, "/commitments/lines/")
        assert was_counted
        totals.add(total)
    assert len(totals) == 2


def test_what_reminders_decide_is_counted_each_time(client, one_minute):
    client.force_login(User.objects.get(email="officer@example.org"))
    for _ in range(2):
        assert counted(client, "/commitments/lines/?reminded=2026-01-01")[1]
