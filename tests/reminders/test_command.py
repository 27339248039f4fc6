"""`manage.py reminders`, and the tasks that call the same."""

import json
import os
import signal
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from accounts.models import User
from reminders import engine, forecast, plan, tasks
from reminders.models import Email, Pulse, Reminder
from tests.factories import days, make_obligation
from tests.reminders.conftest import NOW, TODAY

pytestmark = pytest.mark.django_db


def run(*words):
    out = StringIO()
    call_command("reminders", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def due(case, settings, tmp_path):
    """A line that is told at any hour of the real clock: it is due today."""
    settings.MAIL_DIR = tmp_path
    User.objects.update(delivery_hour=6)
    now = timezone.now()
    if now.hour < 6:
        User.objects.update(time_zone="Asia/Tokyo")
        now += timedelta(hours=9)
    return make_obligation(case.party, due=now.date(), now=now - days(50))


def test_plan_send_and_ledger(due, tmp_path):
    assert json.loads(run("plan", "--json"))["mails"] == 1
    assert json.loads(run("send", "--json"))["sent"] == 1
    assert len(list(tmp_path.iterdir())) == 1
    (row, *_) = [row for row in json.loads(run("ledger", "--json")) if row["step"] == "T0"]
    assert row["result"] == "Sent"
    assert "Sent" in run("ledger")


def test_run_does_both(due):
    assert json.loads(run("run", "--json"))["send"]["sent"] == 1
    assert run("run").startswith("plan: ")


def test_the_tasks_do_the_same(due):
    tasks.plan()
    tasks.send()
    assert Email.objects.get().sent_at
    assert set(Pulse.objects.values_list("name", flat=True)) == {"beat", "plan", "send"}


def test_tasks_have_the_names_that_the_schedule_calls(settings):
    called = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    own = {tasks.plan, tasks.send, tasks.reconcile, tasks.purge}
    assert {task.name for task in own} <= called


def test_the_forecast_says_what_the_planner_will_do(case):
    for in_days in (3, 10, 40, -5):
        case.line(in_days)
    User.objects.update(delivery_days=[1, 2, 3, 4, 5])
    foretold = {
        (row.step.day, row.line.pk, row.step.occasion) for row in forecast.run(now=NOW, days=30)
    }
    plan.run(now=NOW)
    for day in range(1, 31):
        plan.run(now=NOW + days(day))
    kept = {
        (row.email.slot, row.obligation_id, row.occasion)
        for row in Reminder.objects.included().select_related("email")
        if row.email.slot > TODAY
    }
    overtaken = {(line, name) for _day, line, name in foretold - kept}
    assert kept <= foretold
    # A step that shares its day with a later one is told by that one.
    assert overtaken <= set(
        Reminder.objects.filter(outcome="superseded").values_list("obligation", "occasion")
    )


def test_the_forecast_as_a_command(case):
    make_obligation(case.party, due=timezone.now().date() + days(9))
    (row,) = json.loads(run("forecast", "--days", "5", "--json"))
    assert (row["why"], row["recipient"]) == ("7 days before", case.person.name)


def test_a_test_mail_goes_through_the_outbox(db):
    assert json.loads(run("test-mail", "who@example.org", "--json"))["state"] == "waiting"
    assert Email.objects.get().to_address == "who@example.org"


def test_a_test_mail_needs_an_address(db):
    with pytest.raises(CommandError, match="not an e-mail address"):
        run("test-mail", "nobody")


def test_the_second_clock_ticks_until_it_is_told_to_stop(due, settings, monkeypatch):
    settings.TICK_SECONDS = 0.01
    ticks = []

    def tick(*, stop):
        ticks.append(1)
        if len(ticks) == 2:
            raise OperationalError("the database is away")
        if len(ticks) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
            assert stop()

    monkeypatch.setattr(engine, "run", tick)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        run("run", "--loop")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert len(ticks) == 3
    assert Pulse.objects.filter(name="loop").exists()


def test_a_round_ends_between_two_mails_when_it_is_told_to_stop(due):
    tasks.plan()
    assert engine.send(stop=lambda: True) == {"sent": 0, "expired": 0}
    assert engine.send()["sent"] == 1
