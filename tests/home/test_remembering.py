"""Sums over a large register are kept for a minute, and never longer than they are true."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Event, User
from commitments import remembering
from commitments.models import Commitment, Obligation
from commitments.remembering import remembered
from tests.factories import make_officer

from .test_numbers import walk

pytestmark = pytest.mark.django_db


@pytest.fixture
def large(monkeypatch, register):
    """A register that counts as large, with enough in its log."""
    cache.clear()
    monkeypatch.setattr(remembering, "LARGE", 5)
    monkeypatch.setattr(remembering, "DEPTH", 3)
    yield
    cache.clear()


@pytest.fixture
def asked(rf, large):
    """Ask for a sum; what it was counted from the last time comes back while it is remembered."""
    person = make_officer()
    now = timezone.now().replace(second=10, microsecond=0)
    counts = iter(range(100))

    def ask(name="lines", later=0):
        nonlocal now
        now += timedelta(seconds=later)
        page = rf.get("/")
        page.user, page.now = person, now
        return remembered(page, name, lambda: next(counts))

    return ask


def write(**columns) -> Event:
    of = User.objects.order_by("pk").first()
    now = timezone.now()
    return Event.objects.create(
        actor=None, at=now, via="page", action="x", object_type="user", object_id=of.pk, **columns
    )


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


def test_a_small_register_is_counted_each_time(asked, monkeypatch):
    monkeypatch.setattr(remembering, "LARGE", Commitment.objects.count())
    assert [asked(), asked()] == [0, 1]


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
