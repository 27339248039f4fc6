"""Two people at once change what `due_at` is reckoned from: whoever is second reckons with what the first left.

On SQLite the second waits for the only write lock; on PostgreSQL for the rows that both need.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event as Signal
from typing import Any

import pytest
from django.db import connections, transaction

from accounts.choices import Via
from commitments import deadlines, editing, services
from commitments.choices import Purpose
from commitments.models import Commitment, Obligation
from meetings.models import Meeting, Party
from meetings.rules import end_of_day
from tests.factories import NOW, make_commitment, make_meeting, make_officer, make_party

pytestmark = pytest.mark.django_db(transaction=True)

LONG_ENOUGH = 0.3  # seconds, for the second to come as far as it can
Deed = Callable[[], Any]


class Register:
    """A commitment due by a meeting, with one line, and what an officer does about it."""

    def __init__(self) -> None:
        self.by = {"actor": make_officer(), "now": NOW, "via": Via.PAGE}
        make_meeting(slug="next", starts_on=date(2027, 1, 1), ends_on=date(2027, 1, 1))
        final = deadlines.by_meeting(Meeting.objects.get(slug="next"), wording="by the next one")
        make_commitment(parties=[make_party("AA")], final=final)
        make_party("BB")

    def add_line(self) -> None:
        commitment, party = Commitment.objects.get(), Party.objects.get(code="BB")
        editing.add_line(commitment=commitment, party=party, sensitivity="public", **self.by)

    def move_all(self) -> None:
        commitment = Commitment.objects.select_related("meeting").get()
        day = {"due": date(2027, 3, 1), "purpose": Purpose.FINAL, "reason": "By letter."}
        deadlines.move_all(commitment=commitment, seen=commitment.version, **day, **self.by)

    def move_one(self) -> None:
        lines = Obligation.objects.select_related("commitment__meeting", "party")
        line = lines.get(party__code="AA")
        day = {"due": date(2027, 5, 1), "reason": "By letter."}
        deadlines.move(obligation=line, seen=line.version, **day, **self.by)

    def move_meeting(self) -> None:
        meeting = Meeting.objects.get(slug="next")
        days = {"starts_on": date(2027, 6, 1), "ends_on": date(2027, 6, 1)}
        deadlines.move_meeting(meeting=meeting, reason="The hall burnt.", **days, **self.by)

    def change_zone(self) -> None:
        for party in Party.objects.all():
            services.change_party(party=party, values={"time_zone": "Asia/Tokyo"}, **self.by)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("move_all", "add_line"),
        ("add_line", "move_all"),
        ("move_meeting", "add_line"),
        ("add_line", "move_meeting"),
        ("change_zone", "add_line"),
        ("add_line", "change_zone"),
        ("move_all", "change_zone"),
        ("change_zone", "move_all"),
        ("change_zone", "move_one"),
        ("move_one", "change_zone"),
        ("move_all", "move_meeting"),
    ],
)
def test_every_line_falls_due_as_its_deadline_and_its_party_say(first: str, second: str) -> None:
    register = Register()
    overlap(getattr(register, first), getattr(register, second))
    lines = list(Obligation.objects.select_related("party", "commitment"))
    assert lines
    for line in lines:
        deadline = deadlines.effective(line)
        assert deadline
        assert deadline.due
        assert line.next_deadline_id == deadline.pk
        assert line.due_at == end_of_day(deadline.due, line.party.zone)


def overlap(first: Deed, second: Deed) -> None:
    """Begin the second deed when the first is done but not committed."""
    done = Signal()

    def hold() -> None:
        with transaction.atomic():
            first()
            done.set()
            time.sleep(LONG_ENOUGH)

    def follow() -> None:
        assert done.wait(10)
        second()

    def run(deed: Deed) -> None:
        try:
            deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for outcome in [pool.submit(run, hold), pool.submit(run, follow)]:
            outcome.result(30)
