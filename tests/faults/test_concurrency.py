"""C: any number of planners and senders at once, and changes while a mail is on its way."""

import pytest
from django.utils import timezone

from accounts.choices import Via
from reminders import addresses, wishes
from reminders.choices import Ground, State
from reminders.models import Email, Reminder
from tests.factories import make_deadline, make_user, restrict
from tests.faults.world import settles

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.whole
def test_c3_eight_planners_and_senders_at_once(world, workers, proves):
    world.has_many(100)
    crowd = [workers.start("plan", "send", "plan", "send") for _ in range(8)]
    for worker in crowd:
        worker.succeeds()
    proves()
    assert not Email.objects.exclude(state=State.SENT).exists()
    assert not Email.objects.filter(maybe_dup=True).exists()


def test_c4_two_workers_want_one_mail(world, workers, proves):
    """The second saw it waiting, and wants it while the first has not committed its claim."""
    world.has_people(1)
    workers.does("plan")
    first = workers.start("send", FAIL_POINT="claim:stop")
    first.stops_itself()
    second = workers.start("send")
    assert second.is_busy(seconds=0.7)
    first.goes_on()
    first.succeeds()
    second.succeeds()
    proves()
    assert Email.objects.get().claims == 1


def closed(world, line):
    world.closes(line)


def moved(world, line):
    make_deadline(line, world.today.replace(year=world.today.year + 1), now=world.now)
    world.takes_back(line)


def given_away(world, line):
    type(line).objects.filter(pk=line.pk).update(owner=make_user(time_zone=world.zone))
    world.takes_back(line)


def hidden(world, line):
    restrict(line.commitment)
    world.takes_back(line)


def muted(world, line):
    wishes.mute(user=world.people[0], line=line, until=None, now=timezone.now(), via=Via.PAGE)
    world.takes_back(line)


def unsubscribed(world, line):
    stops(world, Ground.ONE_CLICK)
    world.takes_back(line)


def bounced(world, line):
    stops(world, Ground.HARD_BOUNCE)
    world.takes_back(line)


def stops(world, ground):
    addresses.suppress(world.people[0].email, ground=ground, now=timezone.now(), via=Via.PAGE)


LONG = (moved, given_away, hidden, muted, bounced)


@pytest.mark.parametrize(
    "change", [closed, unsubscribed, *(pytest.param(one, marks=pytest.mark.whole) for one in LONG)]
)
def test_c5_what_changes_between_claim_and_look_is_not_told(change, world, workers, relay, proves):
    world.has_people(1)
    [line], [person] = world.lines, world.people
    as_it_was = line.next_deadline
    workers.does("plan")
    worker = workers.start("send", FAIL_POINT="claimed:stop")
    worker.stops_itself()
    change(world, line)
    worker.goes_on()
    worker.succeeds()
    assert Email.objects.get(recipient=person).state == State.CANCELLED
    assert person.email not in [mail.to for mail in relay.accepted]
    settles(workers)
    assert not Reminder.objects.of(person).included().filter(deadline=as_it_was).exists()
    # That a date was moved is news of its own.
    assert [mail.to for mail in relay.accepted].count(person.email) == int(change is moved)
    proves()
