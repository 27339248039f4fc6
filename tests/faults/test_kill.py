"""K: a worker ends at every point of its work, by every signal."""

import signal

import pytest

from reminders.models import Email
from tests.faults.world import settles, time_passes

pytestmark = pytest.mark.django_db(transaction=True)

PLANNING = ("planning", "plan mail", "plan rows", "planned")
# Before transmission begins a mail is certainly not sent; from then on nobody can know.
CERTAIN = ("claiming", "claim", "claimed", "frozen", "connected")
DOUBTED = ("marked", "body")
# The server has it and the outbox does not know: the only places where a mail can come twice.
DOUBLED = ("dot", "accepted", "record")
SHORT = {"plan mail", "claimed", "record"}


def points(*names):
    """K1 to K15: in the short set one of each kind."""
    return [
        name if name in SHORT else pytest.param(name, marks=pytest.mark.whole) for name in names
    ]


@pytest.mark.parametrize("point", points("tick", *PLANNING))
def test_a_planner_that_dies_is_made_up_for_by_the_next(point, world, workers, proves):
    world.has_people(3)
    workers.start("plan", FAIL_POINT=point).dies_by(signal.SIGKILL)
    workers.does("plan", "send")
    proves()
    assert not Email.objects.filter(maybe_dup=True).exists()


@pytest.mark.parametrize("point", points(*CERTAIN))
def test_before_transmission_a_death_costs_time_alone(point, world, workers, proves):
    world.has_people(3)
    workers.does("plan")
    workers.start("send", FAIL_POINT=point).dies_by(signal.SIGKILL)
    time_passes(minutes=10.5)
    workers.does("send")
    proves()
    assert not Email.objects.filter(maybe_dup=True).exists()


@pytest.mark.parametrize("point", points(*DOUBTED))
def test_at_the_start_of_transmission_it_comes_once_and_is_flagged(point, world, workers, proves):
    world.has_people(3)
    workers.does("plan")
    workers.start("send", FAIL_POINT=point).dies_by(signal.SIGKILL)
    settles(workers)
    proves()
    assert Email.objects.filter(maybe_dup=True).count() == 1


@pytest.mark.parametrize("point", points(*DOUBLED))
def test_after_the_dot_one_mail_comes_twice_with_one_number(point, world, workers, proves):
    world.has_people(3)
    workers.does("plan")
    workers.start("send", FAIL_POINT=point).dies_by(signal.SIGKILL)
    settles(workers)
    proves(extra=1)


@pytest.mark.whole
def test_after_the_outcome_is_stored_a_death_changes_nothing(world, workers, proves):
    world.has_people(3)
    workers.does("plan")
    workers.start("send", FAIL_POINT="recorded").dies_by(signal.SIGKILL)
    workers.does("send")
    proves()
    assert not Email.objects.filter(maybe_dup=True).exists()
