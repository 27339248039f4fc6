"""What keeps the engine from doing harm: stops, copies, clocks, floods."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.choices import Via
from accounts.models import Event, User
from reminders import brakes, durations, engine, plan
from reminders.choices import Outcome, Reason, State
from reminders.models import Email, Pulse, Reminder, Switch
from tests.factories import (
    days,
    make_administrator,
    make_focal_point,
    make_obligation,
    make_party,
    make_user,
)
from tests.reminders.conftest import NOW, Case

pytestmark = pytest.mark.django_db


def run(*words):
    out = StringIO()
    call_command("reminders", *words, "--json", stdout=out)
    return json.loads(out.getvalue())


def deed(now=NOW):
    return {"actor": None, "now": now, "via": Via.COMMAND}


@pytest.fixture
def due(case, settings, tmp_path):
    """A line that is told at any hour of the real clock: it is due today."""
    settings.MAIL_DIR = tmp_path / "mail"
    settings.DATA_DIR = tmp_path
    User.objects.update(delivery_hour=6)
    now = timezone.now()
    if now.hour < 6:
        User.objects.update(time_zone="Asia/Tokyo")
        now += timedelta(hours=9)
    return make_obligation(case.party, due=now.date(), now=now - days(50))


def shifted(**by):
    return lambda: timezone.now() + timedelta(**by)


# By hand --------------------------------------------------------------------------------------


def test_while_it_is_stopped_nothing_is_planned_or_sent(due):
    engine.plan()
    assert run("hold", "--reason", "Moving house") == {"held": "now"}
    assert run("hold") == {"held": "already"}
    assert engine.send() == {"held": 1}
    assert engine.plan() == {"held": 1}
    assert Pulse.objects.get(name="send").held == "Moving house"
    assert run("release") == {"released": True}
    assert run("release") == {"released": False}
    assert engine.send()["sent"] == 1
    assert Pulse.objects.get(name="send").held == ""
    told = Event.objects.order_by("pk").values_list("action", flat=True)
    assert [what for what in told if what.startswith("reminders.")] == [
        "reminders.held",
        "reminders.released",
    ]


# Another installation --------------------------------------------------------------------------


def test_a_copy_of_the_site_sends_nothing_until_it_is_made_the_one_that_does(due, settings):
    settings.INSTALLATION_ID = "the real one"
    assert engine.plan()["mails"] == 1
    settings.INSTALLATION_ID = "a copy"
    assert engine.send() == {"held": 1}
    settings.INSTALLATION_ID = ""
    assert engine.send() == {"held": 1}
    assert Pulse.objects.get(name="send").held == brakes.FOREIGN
    settings.INSTALLATION_ID = "a copy"
    assert run("release", "--here") == {"released": True}
    assert engine.send()["sent"] == 1


# Clocks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [{"days": 400}, {"days": -2}, {"minutes": 3}])
def test_with_a_clock_that_differs_from_the_database_s_nothing_is_planned(due, by):
    assert engine.plan(clock=shifted(**by)) == {"held": 1}
    assert Pulse.objects.get(name="plan").held == brakes.CLOCK
    assert not Reminder.objects.exists()
    assert engine.plan(clock=shifted(minutes=1))["mails"] == 1


@pytest.mark.parametrize("by", [{"days": 400}, {"days": -2}])
def test_mail_is_sent_by_the_clock_of_the_database_where_they_differ(due, by):
    engine.plan()
    assert engine.send(clock=shifted(**by)) == {"sent": 1, "expired": 0}
    assert abs(Email.objects.get().sent_at - timezone.now()) < timedelta(minutes=1)


def test_after_a_week_of_silence_somebody_has_to_look_first(due):
    engine.plan()
    Pulse.objects.update(db_time=timezone.now() - days(6))
    assert engine.send()["sent"] == 1
    Pulse.objects.update(db_time=timezone.now() - days(8))
    assert engine.plan() == {"held": 1}
    assert Switch.objects.now().held_reason == brakes.GAP
    assert run("release") == {"released": True}
    assert "held" not in engine.plan()


def test_what_a_clock_that_ran_ahead_planned_is_taken_back(case):
    case.line(30)
    case.line(3)
    plan.run(now=NOW + days(20))
    sent = Email.objects.get()
    Email.objects.update(state=State.SENT, sent_at=NOW + days(20))
    plan.run(now=NOW + days(25))
    false = Reminder.objects.count()
    assert brakes.take_back_the_future(NOW) == false
    assert not Reminder.objects.live().exists()
    assert set(Email.objects.exclude(pk=sent.pk).values_list("state", "error")) == {
        (State.CANCELLED, Reason.BAD_CLOCK)
    }
    assert brakes.take_back_the_future(NOW) == 0
    plan.run(now=NOW)
    assert Reminder.objects.included().count() == 2


def test_what_was_planned_just_now_is_not_taken_back(case):
    case.line(7)
    plan.run(now=NOW + timedelta(minutes=59))
    assert brakes.take_back_the_future(NOW) == 0


# A backup that was put back --------------------------------------------------------------------


def test_a_database_that_was_put_back_stops_everything(due):
    engine.plan()
    before = Switch.objects.now().rounds
    for _ in range(3):
        engine.send()
    Switch.objects.update(rounds=before)
    Email.objects.update(state=State.WAITING, sent_at=None)
    assert engine.plan() == {"held": 1}
    assert engine.send() == {"held": 1}
    assert Switch.objects.now().restored_at


def test_after_a_backup_nobody_gets_a_second_digest_of_the_day(due):
    make_user()
    engine.plan()
    assert run("hold", "--restored") == {"held": "now"}
    assert run("release") == {"released": True}
    assert engine.plan()["mails"] == engine.send()["sent"] == 0
    assert set(Email.objects.values_list("state", "error", "maybe_dup")) == {
        (State.FAILED, Reason.RESTORED, True)
    }
    assert Email.objects.count() == User.objects.count()
    assert Reminder.objects.exclude(outcome=Outcome.SUPERSEDED).get().reason == Reason.RESTORED
    assert not Switch.objects.now().restored_at
    assert "held" not in engine.send()


def test_a_database_that_went_on_or_another_one_is_not_taken_for_a_backup(due):
    for _ in range(3):
        assert "held" not in engine.send()
    Switch.objects.all().delete()
    assert "held" not in engine.send()


# Floods ----------------------------------------------------------------------------------------


@pytest.fixture
def flood(case, monkeypatch):
    """Four people are to be told at once, where three are too many."""
    monkeypatch.setattr(brakes, "FLOOD_FLOOR", 3)
    for number in range(4):
        party = make_party(f"X{number}")
        Case(party, make_focal_point(party).user).line(7)
    plan.run(now=NOW)
    return Email.objects.filter(state=State.HELD)


def test_too_many_mails_at_once_wait_for_an_administrator(flood):
    assert flood.count() == 4
    assert plan.run(now=NOW)["mails"] == 0


def test_a_flood_is_let_go_and_may_go_on_for_a_day(flood, case):
    assert brakes.let_go(**deed()) == 4
    assert not flood.exists()
    for number in range(4):
        party = make_party(f"Y{number}")
        Case(party, make_focal_point(party).user).line(7)
    plan.run(now=NOW + timedelta(hours=1))
    assert not flood.exists()
    assert Email.objects.count() == 8


def test_a_flood_that_is_dropped_is_not_planned_again(flood):
    assert brakes.drop(**deed()) == 4
    plan.run(now=NOW + timedelta(minutes=1))
    assert Email.objects.filter(state=State.CANCELLED, error=Reason.DROPPED).count() == 4
    assert Email.objects.count() == 4
    assert Reminder.objects.filter(reason=Reason.DROPPED).count() == 4


def test_what_is_usual_is_no_flood(case, monkeypatch):
    monkeypatch.setattr(brakes, "FLOOD_FLOOR", 1)
    case.line(7)
    plan.run(now=NOW - days(1))
    assert brakes.state_of_new(5, NOW) == State.WAITING
    assert brakes.state_of_new(6, NOW) == State.HELD


def test_a_backlog_is_told_only_when_it_was_asked_for_and_let_go(case):
    """A register that was just loaded speaks about what comes; a backlog waits, however small it is."""
    case.line(-40, known_for=0)
    asked = case.line(-40, known_for=0, remind_backlog=True)
    plan.run(now=NOW)
    told = Reminder.objects.included()
    assert {row.obligation for row in told} == {asked}
    held = Email.objects.filter(state=State.HELD)
    assert held.count() == 1
    brakes.let_go(**deed())
    assert not held.exists()
    plan.run(now=NOW + days(1))
    assert Reminder.objects.included().count() == told.count() == 1


def test_a_backlog_that_is_dropped_is_not_planned_again(case):
    case.line(-40, known_for=0, remind_backlog=True)
    plan.run(now=NOW)
    assert brakes.drop(**deed()) == 1
    plan.run(now=NOW + days(1))
    assert not Reminder.objects.included().exists()


def test_the_page_shows_how_many_before_anybody_decides(flood, client):
    client.force_login(make_administrator())
    page = client.get("/reminders/brakes/").content.decode()
    assert "4 mails wait for your decision" in page
    assert "Send 4 mails" in page
    client.post("/reminders/brakes/set/", {"deed": "let go"})
    assert not flood.exists()
    client.post("/reminders/brakes/set/", {"deed": "hold", "reason": "Wait"})
    assert "Wait" in client.get("/reminders/brakes/").content.decode()
    client.post("/reminders/brakes/set/", {"deed": "release"})
    assert not Switch.objects.now().held_at
    assert client.post("/reminders/brakes/set/", {"deed": "explode"}).status_code == 404


# The regular tasks -----------------------------------------------------------------------------


def test_reconciling_finds_what_was_forgotten(due):
    long_after = {"clock": shifted(hours=0)}
    counts = engine.reconcile(**long_after)
    assert counts["unkept"] == counts["stuck"] == counts["late"] == 0
    engine.plan()
    assert engine.reconcile()["unplanned"] == 0
    hour_ago = timezone.now() - timedelta(hours=1)
    Email.objects.update(not_before=hour_ago)
    assert engine.reconcile()["late"] == 1
    Email.objects.update(state=State.SENDING, lease_until=hour_ago)
    assert engine.reconcile()["stuck"] == 1
    Email.objects.update(state=State.FAILED, lease_until=None)
    assert engine.reconcile()["unkept"] == 1


def test_reconciling_finds_steps_that_nobody_planned(case):
    case.line(7)
    # What no plan could have seen yet is not forgotten.
    assert engine.reconciliation.run(now=NOW)["unplanned"] == 0
    Pulse.objects.ended("plan", NOW - days(40))
    assert engine.reconciliation.run(now=NOW)["unplanned"] == 0
    Pulse.objects.ended("plan", NOW)
    assert engine.reconciliation.run(now=NOW)["unplanned"] == 1
    plan.run(now=NOW)
    assert engine.reconciliation.run(now=NOW)["unplanned"] == 0


def test_texts_of_old_mails_are_forgotten_and_the_ledger_stays(due):
    engine.plan()
    engine.send()
    assert engine.purge() == {"texts": 0}
    Email.objects.update(created_at=timezone.now() - durations.KEEP_TEXT() - days(1))
    promises = Reminder.objects.count()
    assert run("purge") == {"texts": 1}
    assert Email.objects.get().frozen is None
    assert Reminder.objects.count() == promises


def test_a_tick_does_now_and_then_what_is_due(due):
    assert set(engine.run()) == {"plan", "send", "reconcile", "purge", "verify"}
    assert set(engine.run()) == {"plan", "send"}
    Pulse.objects.filter(name="reconcile").update(db_time=timezone.now() - timedelta(hours=2))
    assert set(engine.run()) == {"plan", "send", "reconcile"}


def test_a_heartbeat_says_what_the_clocks_showed(due):
    engine.plan()
    pulse = Pulse.objects.get(name="plan")
    assert abs(pulse.db_time - timezone.now()) < timedelta(minutes=1)
    assert pulse.boot_id
    assert pulse.monotonic
