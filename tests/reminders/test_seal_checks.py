"""The nightly check of the log's seals: its result on the health page, and the alarm when it finds a break."""

import pytest

from accounts import seals
from accounts.models import Event, Seal
from reminders import engine, head, tasks
from reminders.models import Pulse
from tests.accounts.test_seals import behind_the_triggers
from tests.factories import NOW, make_administrator, make_focal_point, make_officer, make_party

pytestmark = pytest.mark.django_db
ALARM = "The log of events is not as it was written: see the health page."


@pytest.fixture
def log():
    """A few events under a seal."""
    person = make_focal_point(make_party("AA")).user
    officer, administrator = make_officer(), make_administrator()
    seals.seal(NOW)
    return {"focal point": person, "officer": officer, "administrator": administrator}


def forge() -> None:
    behind_the_triggers("UPDATE accounts_event SET why = 'forged'")


def check() -> dict[str, int]:
    return engine.verify(clock=lambda: NOW)


def page(client, person, path="/reminders/health/") -> str:
    client.force_login(person)
    return client.get(path).content.decode()


def test_the_check_says_when_it_was_and_how_many_it_saw(log):
    events = Event.objects.count()
    assert check() == {"events": events, "seals": 1, "problems": 0}
    pulse = Pulse.objects.get(name="verify")
    assert (pulse.finished, pulse.counts["events"]) == (NOW, events)


def test_the_check_says_where_the_log_breaks(log, caplog):
    forge()
    row = Seal.objects.get()
    found = check()
    assert (found["problems"], found["seal"]) == (1, row.pk)
    assert (found["first"], found["last"]) == (row.first_event, row.last_event)
    assert "an event in it was changed" in caplog.text


def test_the_health_page_tells_the_result(client, log):
    assert "The log of events was not checked yet" in page(client, log["officer"])
    check()
    said = page(client, log["officer"])
    assert "The log of events is as it was written" in said
    assert f"{Event.objects.count()} events, seals: 1" in said
    forge()
    check()
    row = Seal.objects.get()
    said = page(client, log["officer"])
    assert f"seal {row.pk}, events {row.first_event} to {row.last_event}" in said


def test_only_administrators_are_offered_the_last_seal(client, log):
    assert "/accounts/last-seal/" not in page(client, log["officer"])
    assert "/accounts/last-seal/" in page(client, log["administrator"])


@pytest.mark.parametrize("who", ["officer", "administrator"])
def test_a_broken_log_is_an_alarm_on_every_page_of_the_secretariat(client, log, who):
    check()
    assert ALARM not in page(client, log[who], "/meetings/")
    forge()
    check()
    assert ALARM in page(client, log[who], "/meetings/")


def test_others_are_not_alarmed(client, log):
    forge()
    check()
    assert ALARM not in page(client, log["focal point"], "/meetings/")


def test_the_head_of_a_page_still_costs_one_query(log, django_assert_num_queries):
    forge()
    check()
    with django_assert_num_queries(1):
        assert ALARM in head.of(log["officer"], NOW).alarms


def test_the_check_is_scheduled_nightly_and_by_the_second_clock(log, settings):
    entry = settings.CELERY_BEAT_SCHEDULE["verify"]
    assert (entry["task"], entry["schedule"]) == (tasks.verify.name, 24 * 3600.0)
    tasks.verify()
    assert Pulse.objects.get(name="verify").counts["problems"] == 0
    Pulse.objects.all().delete()
    assert "verify" in engine.run()
    assert "verify" not in engine.run()
