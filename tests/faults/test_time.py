"""T: clocks that jump, days with 23 hours, people who move around the world."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.choices import Via
from accounts.models import User, zones
from reminders import brakes, engine
from reminders.choices import Reason
from reminders.models import Email, Reminder, Switch
from reminders.rules import is_delivery_time
from tests.factories import days, make_administrator
from tests.faults import oracle
from tests.faults.world import Promise, World

pytestmark = pytest.mark.django_db

# Zones by the night on which their clocks do something odd: the day, and what they do.
ODD_NIGHTS = [
    pytest.param("Europe/Berlin", "2026-03-29", id="spring gap"),
    pytest.param("Europe/Berlin", "2026-10-25", id="autumn fold", marks=pytest.mark.whole),
    pytest.param("Australia/Lord_Howe", "2026-04-05", id="half an hour", marks=pytest.mark.whole),
    pytest.param("Africa/Cairo", "2026-04-24", id="Cairo, at midnight", marks=pytest.mark.whole),
    pytest.param("America/Havana", "2026-03-08", id="Havana, at midnight", marks=pytest.mark.whole),
    pytest.param("Africa/Casablanca", "2026-02-15", id="Ramadan", marks=pytest.mark.whole),
    pytest.param("Asia/Kathmandu", "2028-02-29", id="leap day", marks=pytest.mark.whole),
    pytest.param("Pacific/Apia", "2026-12-31", id="year end", marks=pytest.mark.whole),
]


@pytest.fixture
def world(db, clock):
    """9 o'clock in the morning of a Tuesday in March."""
    return World(now=clock.now, zone="UTC")


def something_each_day(world, person, number):
    """Lines of which one reaches its 7-day step on each of so many days."""
    for day in range(number):
        world.has_line(person, 7 + day)


def slots(person):
    mails = Email.objects.filter(recipient=person).exclude(state="cancelled")
    return list(mails.order_by("slot").values_list("slot", flat=True))


def live_through(number, clock, zone):
    """So many days with ticks: by the quarter hour around 6 o'clock there, else by the hour."""
    end = clock.now + days(number)
    while clock.now < end:
        clock.tick()
        is_near = 4 <= clock.now.astimezone(zone).hour < 7
        clock.passes(minutes=15 if is_near else 60)


@pytest.mark.whole
def test_t1_a_clock_two_days_behind_sends_nothing_again(clock, world, relay, proves):
    world.has_people(5)
    clock.tick()
    for wrong in (days(-2), days(0)):
        clock.is_off_by(wrong)
        clock.ticks(hours=6)
    proves()
    # The database's clock, too: the machine is the same.
    clock.passes(days=-2)
    clock.ticks(hours=6)
    assert Switch.objects.now().held_reason == brakes.TURNED_BACK
    clock.passes(days=2)
    release(clock)
    clock.ticks(days=3, every=timedelta(hours=3))
    assert set(oracle.told(relay.accepted).values()) == {1}
    proves()


def release(clock):
    brakes.release(actor=make_administrator(), now=clock.now, via=Via.PAGE)


@pytest.mark.whole
def test_t2_both_clocks_ahead_while_mail_goes_out_burn_nothing(clock, world, relay, proves):
    """What was told by a wrong clock is told anew by the right one, once somebody said which it is."""
    world.has_people(5, due_in=(7, 20))
    clock.passes(days=400)
    clock.tick()
    assert len(relay.accepted) == 5
    relay.accepted.clear()
    clock.passes(days=-400)
    clock.ticks(hours=2)
    assert not relay.accepted
    release(clock)
    clock.ticks(hours=2)
    assert len(relay.accepted) == 5
    assert oracle.tally(world, relay).lost == set()
    clock.ticks(days=8, every=timedelta(hours=6))
    world.now = clock.now
    # A week ahead, a day ahead, on the day, and the day after.
    assert oracle.told(relay.accepted)[Promise(world.people[0].email, of(world.lines[0]))] == 4
    oracle.every_reached_step_has_one_line(world, clock.now)


def of(line):
    return line.commitment.reference


def test_t2_a_clock_400_days_ahead_burns_nothing(clock, world, relay, proves):
    world.has_people(5, due_in=(7, 20))
    clock.is_off_by(days(400))
    clock.ticks(hours=2)
    assert not Reminder.objects.exists()
    clock.is_off_by(days(0))
    clock.ticks(hours=2)
    clock.ticks(days=7, every=timedelta(hours=6))
    world.now = clock.now
    proves()


@pytest.mark.whole
def test_t2_both_clocks_400_days_ahead_burn_nothing(clock, world, relay, proves):
    """Machine and database on one host: the first thing that anybody sees is the wrong time."""
    world.has_people(5, due_in=(7, 20))
    clock.passes(days=400)
    engine.plan(clock=clock)
    assert Reminder.objects.exists()
    clock.passes(days=-400)
    clock.ticks(hours=2)
    future = Reminder.objects.live().filter(planned_at__gt=clock.now)
    assert not future.exists()
    assert set(Email.objects.filter(slot__gt=clock.now.date()).values_list("error", flat=True)) == {
        Reason.BAD_CLOCK
    }
    proves()


@pytest.mark.whole
@pytest.mark.parametrize("hours", [-1, 1])
def test_t3_an_hour_more_or_less_while_sending(hours, clock, world, relay, proves):
    world.has_people(20)
    engine.plan(clock=clock)
    calls = 0

    def jumping():
        nonlocal calls
        calls += 1
        return clock.now + (timedelta(hours=hours) if calls > 30 else timedelta())

    engine.send(clock=jumping)
    clock.ticks(hours=2)
    proves()


@pytest.mark.parametrize(("zone", "night"), ODD_NIGHTS)
def test_t4_t5_t8_each_local_day_has_one_digest_on_time(zone, night, clock, world, relay):
    begin = datetime.fromisoformat(night).replace(tzinfo=ZoneInfo(zone)) - days(2)
    clock.now = begin.astimezone(UTC)
    world.now, world.zone = clock.now, zone
    person = world.has_person(delivery_hour=6)
    something_each_day(world, person, 5)
    live_through(5, clock, ZoneInfo(zone))
    found = slots(person)
    assert found == [begin.date() + days(number) for number in range(5)]
    for email in Email.objects.all():
        local = email.created_at.astimezone(ZoneInfo(zone))
        assert (local.date(), local.hour) == (email.slot, 6)
        assert local.minute < 15
    assert len(relay.accepted) == 5


@pytest.mark.whole
def test_t5_in_all_zones_each_local_day_opens_once_and_on_time():
    """The rule alone, by the quarter hour, around each change of each zone's clocks in a year."""
    changes = {
        (offsets[day - 1], offsets[day], day): zone
        for zone in map(ZoneInfo, zones())
        for offsets in [noons_of_the_year(zone)]
        for day in range(1, len(offsets))
        if offsets[day] != offsets[day - 1]
    }
    assert len(changes) > 20
    for (_before, _after, day), zone in changes.items():
        opened = opened_days(zone, YEAR + days(day - 2), 5)
        assert set(opened.values()) == {1}, zone


YEAR = datetime(2026, 1, 1, 12, tzinfo=UTC)


def noons_of_the_year(zone):
    return [(YEAR + days(day)).astimezone(zone).utcoffset() for day in range(366)]


def opened_days(zone, start, number):
    """How often each local day opens for mail at 6 o'clock."""
    opened = Counter()
    last = start.astimezone(zone).date()  # may have opened before we looked
    for quarter in range(number * 96):
        local = (start + quarter * timedelta(minutes=15)).astimezone(zone)
        if is_delivery_time(local, zone=zone, hour=6, days=range(1, 8)) and local.date() != last:
            last = local.date()
            opened[last] += 1
            assert local.time() < time(6, 15)
    return opened


@pytest.mark.whole
def test_t6_moving_around_the_world_gives_no_day_twice(clock, world, relay):
    person = world.has_person(time_zone="Pacific/Kiritimati", delivery_hour=6)
    something_each_day(world, person, 6)
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Kiritimati"):
        User.objects.filter(pk=person.pk).update(time_zone=zone)
        clock.ticks(days=2, every=timedelta(hours=1))
    found = slots(person)
    assert len(found) == len(set(found)) >= 5
    assert len(relay.accepted) == len(found)


@pytest.mark.whole
def test_t7_a_zone_that_changes_its_rule_under_waiting_mail(clock, world, relay, proves):
    """The mail waits with the instant at which its day ends. A new rule moves no mail twice."""
    world.has_people(3)
    engine.plan(clock=clock)
    User.objects.update(time_zone="Asia/Almaty")  # Kazakhstan's zones in 2024: an hour less
    clock.ticks(hours=3)
    proves()


@pytest.mark.whole
def test_a_silent_week_holds_until_somebody_looks(clock, world, relay):
    world.has_people(1)
    clock.tick()
    clock.passes(days=8)
    clock.tick()
    assert Switch.objects.now().held_at
    assert oracle.told(relay.accepted).keys() == {
        Promise(world.people[0].email, world.lines[0].commitment.reference)
    }
