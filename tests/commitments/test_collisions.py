"""Fifty people change one line at once: each version has one winner, and every loser is told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from accounts.choices import Via
from accounts.models import Event, User
from commitments import services
from commitments.choices import Status
from commitments.errors import Stale
from commitments.models import Obligation
from tests.factories import NOW, make_obligation, make_officer

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 50
STATUSES = (Status.IN_PROGRESS, Status.STALLED, Status.PARTLY_DONE)


@pytest.mark.parametrize("at_once", [PEOPLE, 10])
def test_each_version_is_won_once_and_no_change_is_lost_without_a_word(at_once: int) -> None:
    line = make_obligation()
    officers = [make_officer() for _ in range(PEOPLE)]
    seen_by_all = Barrier(at_once)

    def change(number: int) -> str:
        try:
            return read_wait_and_write(number, officers[number], seen_by_all)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(at_once) as pool:
        outcomes = list(pool.map(change, range(PEOPLE)))

    line.refresh_from_db()
    won = outcomes.count("won")
    assert won + outcomes.count("told") == PEOPLE
    assert won >= PEOPLE // at_once, "whenever all have seen the same version, one of them wins"
    assert line.version == 1 + won
    events = Event.objects.filter(object_type="obligation", object_id=line.pk)
    by_version = sorted(events, key=lambda event: event.after["version"])
    assert [event.after["version"] for event in by_version] == list(range(2, 2 + won))
    # Each change began where the one before it ended.
    states = [Status.NOT_STARTED.value, *(event.after["status"] for event in by_version)]
    assert [event.before["status"] for event in by_version] == states[:-1]
    assert line.status == states[-1]


def read_wait_and_write(number: int, officer: User, seen_by_all: Barrier) -> str:
    line = Obligation.objects.select_related("commitment").get()
    seen_by_all.wait(30)
    choices = STATUSES[number % 3 :] + STATUSES
    try:
        services.change_status(
            obligation=line,
            seen=line.version,
            status=next(status for status in choices if status != line.status),
            note=f"Change {number}.",
            actor=officer,
            now=NOW,
            via=Via.PAGE,
        )
    except Stale:
        return "told"
    return "won"
