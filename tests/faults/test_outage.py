"""O: nothing ran for days, or ever before."""

import pytest

from accounts.choices import Via
from reminders import brakes, engine
from reminders.choices import Outcome, Reason, State
from reminders.models import Email, Reminder, Switch
from tests.bench.register import fill
from tests.factories import days, make_administrator
from tests.faults.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db, clock):
    return World(now=clock.now, zone="UTC")


def test_o1_three_days_down_over_two_steps(clock, world, relay, proves):
    world.has_people(4, due_in=(8, 2))
    clock.tick()
    assert len(relay.accepted) == 4  # a step long ago speaks
    clock.passes(days=3)  # over T-7 of one line, T-1 and T0 of the other
    before = len(relay.accepted)
    clock.ticks(hours=4)
    assert len(relay.accepted) - before == 4
    world.now = clock.now
    proves()
    overtaken = Reminder.objects.filter(outcome=Outcome.SUPERSEDED, reason=Reason.OVERTAKEN)
    assert overtaken.filter(occasion="T-1").count() == 4


@pytest.mark.whole
def test_o2_down_over_the_deadline_it_is_overdue(clock, world, relay, proves):
    world.has_people(3, due_in=(2,))
    clock.passes(days=4)
    clock.ticks(hours=2)
    assert all("overdue" in str(mail.message["Subject"]) for mail in relay.accepted)
    world.now = clock.now
    proves()


@pytest.mark.whole
def test_o3_up_again_late_in_the_evening_it_waits_for_the_morning(clock, world, relay, proves):
    world.has_people(3)
    clock.now = clock.now.replace(hour=22, minute=30)
    clock.ticks(minutes=80)
    assert not relay.accepted
    clock.ticks(hours=12)
    world.now = clock.now
    proves()


@pytest.mark.whole
def test_o4_forty_days_down_somebody_has_to_look(clock, world, relay, proves):
    world.has_people(3, due_in=(60,))
    clock.tick()
    clock.passes(days=40)
    clock.ticks(hours=2)
    assert Switch.objects.now().held_at
    assert not relay.accepted
    brakes.release(actor=make_administrator(), now=clock.now, via=Via.PAGE)
    clock.ticks(hours=2)
    assert len(relay.accepted) == 3
    world.now = clock.now
    proves()


@pytest.mark.whole
def test_o5_ten_thousand_overdue_lines_at_first(clock, world, relay):
    """Nothing goes out before somebody has seen the count; then one mail a person."""
    people = fill(lines=10_000, people=300, due=clock.now.date() - days(5), now=clock.now)
    engine.plan(clock=clock)
    engine.send(clock=clock)
    assert not relay.accepted
    assert Email.objects.filter(state=State.HELD).count() == len(people)
    assert brakes.let_go(actor=make_administrator(), now=clock.now, via=Via.PAGE) == len(people)
    # A round is short here, and what it sends is more or less by what else the machine does.
    while sent := engine.send(clock=clock)["sent"]:
        assert sent <= len(people)
    clock.ticks(hours=2)
    assert sorted(mail.to for mail in relay.accepted) == sorted(one.email for one in people)
