"""S: the mail server refuses, breaks off, hangs, lies or is away."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reminders import breaker
from reminders.choices import State
from reminders.models import Email
from tests.faults.relay import CUT, CUT_SAVED, HANG, HANG_SAVED
from tests.faults.world import a_day_passes, settles, time_passes

pytestmark = pytest.mark.django_db(transaction=True)

# Patience at a thirtieth: a second for a command, ten for the dot.
QUICK = {"REMINDER_SCALE": 1 / 30}
# What ends well by itself: place, fault, whether it may count against the mail.
PASSING = {
    "S1": ("CONNECT", "421 4.3.2 Not now", False),
    "S2": ("RCPT", "450 4.2.1 Mailbox busy", True),
    "S4": ("DATA", "451 4.3.0 Local error", True),
    "S5": ("DOT", "452 4.3.1 No room", True),
    "S6": ("DATA", CUT, True),
    "S7": ("DOT", CUT, True),
    "S11": ("AUTH", "535 5.7.8 Wrong password", False),
}
FINAL = {
    "S3": ("RCPT", "550 5.1.1 No such mailbox"),
    "S5": ("DOT", "554 5.7.1 Looks like spam"),
}
IN_DOUBT = {"S7"}
SHORT = {"S4", "S8"}


def cases(table):
    return [
        pytest.param(*values, id=name, marks=[] if name in SHORT else pytest.mark.whole)
        for name, values in table.items()
    ]


@pytest.mark.parametrize(("place", "fault", "counts"), cases(PASSING))
def test_what_passes_delays_and_does_no_more(place, fault, counts, world, relay, workers, proves):
    if place == "AUTH":
        workers.common["EMAIL_RELAY"] = {**relay.options, "username": "us", "password": "word"}
    world.has_people(3)
    relay.fails(place, fault, times=1)
    workers.does("plan", "send")
    assert counts or not any(Email.objects.values_list("tries", flat=True))
    settles(workers)
    proves()


@pytest.mark.parametrize(("place", "fault"), cases(FINAL))
def test_a_refusal_for_good_is_listed_and_the_others_arrive(
    place, fault, world, relay, workers, proves
):
    world.has_people(3)
    relay.fails(place, fault, times=1)
    workers.does("plan", "send")
    failed = Email.objects.get(state=State.FAILED)
    assert failed.reply == fault
    proves(listed=1)
    # The day after it is told again.
    a_day_passes()
    settles(workers)
    proves()


@pytest.mark.parametrize(
    "fault",
    [pytest.param(CUT_SAVED, id="S8"), pytest.param(HANG_SAVED, id="S9", marks=pytest.mark.whole)],
)
def test_an_answer_that_does_not_come_makes_a_flagged_copy(fault, world, relay, workers, proves):
    world.has_people(3)
    relay.fails("DOT", fault, times=1)
    workers.does("plan", "send", **QUICK)
    settles(workers)
    proves(extra=1)


@pytest.mark.whole
@pytest.mark.parametrize("place", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "DOT", "QUIT"])
def test_s10_a_server_that_says_nothing_is_left_in_time(place, world, relay, workers, proves):
    world.has_people(3)
    relay.fails(place, HANG, times=1)
    workers.start("plan", "send", **QUICK).succeeds(seconds=30)
    settles(workers)
    proves()


@pytest.mark.whole
def test_s12_one_bad_address_among_200(world, relay, workers, proves):
    world.has_many(200)
    relay.fails("RCPT", "550 5.1.1 No such mailbox", address=world.people[77].email)
    workers.does("plan", "send")
    settles(workers)
    assert proves(listed=1).accepted == 199


@pytest.mark.whole
def test_s13_an_hour_without_the_server_burns_no_tries(world, relay, workers, proves):
    """500 mails wait; every minute somebody looks. Somebody is told before a quarter of an hour."""
    world.has_many(500)
    workers.does("plan")
    Email.objects.filter(state=State.HELD).update(state=State.WAITING)
    relay.stop()
    for minute in range(60):
        time_passes(minutes=1)
        workers.does("send")
        if minute == 12:
            assert breaker.is_news(timezone.now())
    assert not Email.objects.exclude(tries=0).exists()
    relay.start()
    settles(workers, before=timedelta(minutes=6))
    proves()
