"""K16 to K19: workers that end at any moment, by any signal, in pieces, or not at all."""

import random
import signal
import time

import pytest

from reminders.choices import Reason, State
from reminders.models import Email
from tests.faults.world import a_day_passes, settles, time_passes

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 60
POINTS = ("claimed", "frozen", "marked", "accepted", "record")


@pytest.mark.whole
def test_k16_random_kills_for_a_minute(world, relay, workers, proves):
    """Four workers, each killed somewhere within a second, again and again."""
    world.has_many(200)
    kills = 0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        crowd = [workers.start("rounds", ROUNDS_FOR=30) for _ in range(4)]
        for worker in crowd:
            time.sleep(random.uniform(0, 0.5))
            worker.kill()
        for worker in crowd:
            worker.dies_by(signal.SIGKILL)
        kills += len(crowd)
        time_passes(minutes=16)
    settles(workers)
    # A mail that was in the hands of five killed workers is buried, and what it said is told again
    # the next day.
    buried = Email.objects.filter(state=State.FAILED, error=Reason.GIVEN_UP).count()
    assert buried <= kills / 5
    if buried:
        a_day_passes()
        settles(workers)
    found = proves(extra=None)
    assert kills > 20
    assert found.extra <= kills


@pytest.mark.whole
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("how", ["term", "quit"])
def test_k17_a_signal_to_end_at_each_point(how, point, world, workers, proves):
    world.has_people(3)
    workers.does("plan")
    worker = workers.start("send", FAIL_POINT=f"{point}:{how}")
    assert worker.wait()[0] == "signal"
    settles(workers)
    proves(extra=int(point in {"accepted", "record"}))


@pytest.mark.parametrize(
    ("point", "extra"),
    [
        pytest.param("claimed", 0, marks=pytest.mark.whole),
        pytest.param("frozen", 0),
        pytest.param("marked", 1, marks=pytest.mark.whole),
    ],
)
def test_k19_frozen_past_its_lease(point, extra, world, workers, proves):
    """Another worker takes the mail over; the first one, awake again, must not act on it."""
    world.has_people(3)
    workers.does("plan")
    sleeper = workers.start("send", FAIL_POINT=f"{point}:stop")
    sleeper.stops_itself()
    time_passes(minutes=16)
    workers.does("send")
    sleeper.goes_on()
    sleeper.succeeds()
    settles(workers)
    proves(extra=extra)
    assert Email.objects.filter(maybe_dup=True).count() == extra
