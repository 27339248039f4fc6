"""What every tick does. Tasks, the command and the second clock all call these, any number at once.

Each task first asks the brakes. What it did, or why it did nothing, stands in its heartbeat.
"""

import logging
from collections.abc import Callable

from django.db import connection
from django.utils import timezone

from accounts import seals

from . import brakes, deadman, deliver, durations, reconciliation
from . import plan as planner
from .brakes import Clock
from .deliver import never
from .failpoints import here
from .models import Email, Pulse

logger = logging.getLogger(__name__)

Counts = dict[str, int]


def plan(*, clock: Clock = timezone.now) -> Counts:
    """Write every promise that is due."""

    def work() -> Counts:
        taken_back = brakes.take_back_the_future(clock())
        counts = planner.run(now=clock())
        return {**counts, "taken back": taken_back} if taken_back else counts

    return _unless_held("plan", clock, work)


def send(*, clock: Clock = timezone.now, stop: Callable[[], bool] = never) -> Counts:
    """Send what the outbox holds."""

    def work() -> Counts:
        counts = deliver.run(clock=brakes.steady(clock), stop=stop)
        brakes.count_round()
        return counts

    return _unless_held("send", clock, work)


def reconcile(*, clock: Clock = timezone.now) -> Counts:
    """Prove that nothing was forgotten. Reads only; every number but the first should be 0."""
    counts = reconciliation.run(now=clock())
    if any(counts[name] for name in reconciliation.FAULTS):
        logger.error("Reminders do not add up: %s", counts)
    Pulse.objects.ended("reconcile", clock(), counts)
    deadman.ping(counts)
    return counts


def purge(*, clock: Clock = timezone.now) -> Counts:
    """Forget the text of mails that were settled long ago. The ledger stays."""
    now = clock()
    texts = Email.objects.old(now - durations.KEEP_TEXT()).update(frozen=None)
    Pulse.objects.ended("purge", now, {"texts": texts})
    return {"texts": texts}


def verify(*, clock: Clock = timezone.now) -> Counts:
    """Check every seal of the log of events (ASVS 5.0, 16.4.2). Reads only; `problems` should be 0."""
    found = seals.verify()
    counts = {"events": found.events, "seals": found.seals, "problems": len(found.problems)}
    if broken := found.first_broken:
        counts |= {"seal": broken.pk, "first": broken.first_event, "last": broken.last_event}
    for problem in found.problems:
        logger.error("The log is not as it was written: %s", problem)
    Pulse.objects.ended("verify", clock(), counts)
    return counts


def run(*, clock: Clock = timezone.now, stop: Callable[[], bool] = never) -> dict[str, Counts]:
    """One tick: plan, send, and what comes up now and then."""
    done = {"plan": plan(clock=clock), "send": send(clock=clock, stop=stop)}
    if Pulse.objects.is_due("reconcile", durations.RECONCILE()):
        done["reconcile"] = reconcile(clock=clock)
    if Pulse.objects.is_due("purge", durations.PURGE()):
        done["purge"] = purge(clock=clock)
    if Pulse.objects.is_due("verify", durations.VERIFY()):
        done["verify"] = verify(clock=clock)
    return done


def _unless_held(task: str, clock: Clock, work: Callable[[], Counts]) -> Counts:
    here("tick")
    reason = brakes.why_held(task, clock)
    if not reason:
        return work()
    Pulse.objects.ended(task, clock(), held=reason)
    return {"held": 1}


def let_go_of_the_database() -> None:
    """Between two ticks of a long process: an idle connection may die unseen."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
