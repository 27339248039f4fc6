"""Whatever people do to a line, in whatever order, these stay true."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.choices import Via
from accounts.models import Event, User
from commitments import deadlines, editing, evidence, extensions, progress, services
from commitments.choices import Basis, Claim, Life, Purpose, ReportState, Status
from commitments.deadlines import Period
from commitments.models import Commitment, Deadline, Extension, Obligation, ProgressReport
from commitments.rules import roll_up
from meetings.rules import end_of_day
from tests.factories import NOW, make_commitment, make_focal_point, make_officer, make_party

pytestmark = pytest.mark.django_db

ACTIONS = (
    "status",
    "reopen",
    "deadline",
    "deadline_of_all",
    "draft",
    "prove",
    "submit",
    "accept",
    "send_back",
    "ask",
    "grant",
    "refuse",
    "withdraw",
    "revive",
)
steps = st.lists(
    st.tuples(
        st.sampled_from(ACTIONS),
        st.integers(0, 1),  # which line
        st.integers(0, 3),  # which person
        st.sampled_from(Status.values),
        st.integers(-400, 400),  # days from NOW
    ),
    max_size=25,
)
TABLES = (Obligation, Deadline, ProgressReport, Extension, Commitment, Event)


class World:
    """Two lines, two officers, a focal point a line, and whatever they do."""

    def __init__(self) -> None:
        parties = [make_party("AA", time_zone="Asia/Kolkata"), make_party("BB")]
        review = Period(due=date(2026, 6, 1), basis=Basis.SET, reason="Rhythm.")
        self.commitment = make_commitment(
            parties=parties, due=date(2026, 12, 31), review=review, review_days=30
        )
        focal_points = [make_focal_point(party).user for party in parties]
        self.people: list[User] = [make_officer(), make_officer(), *focal_points]
        self.now = NOW

    def does(self, action: str, line: int, person: int, status: str, days: int) -> None:
        """Try something; what is refused changes nothing."""
        self.now += timedelta(hours=7)
        row = self.lines()[line]
        by = {"actor": self.people[person], "now": self.now, "via": Via.PAGE}
        before = self.everything()
        try:
            with transaction.atomic():
                getattr(self, f"do_{action}")(row, by, status, NOW.date() + timedelta(days=days))
        except ValidationError:
            assert self.everything() == before, f"{action} was refused and changed something"

    def lines(self) -> list[Obligation]:
        rows = Obligation.objects.select_related("commitment__meeting", "party")
        return list(rows.order_by("party__code"))

    def everything(self) -> list[Any]:
        return [list(table.objects.order_by("pk").values()) for table in TABLES]

    def do_status(self, row: Obligation, by: Any, status: str, day: date) -> None:
        services.change_status(obligation=row, seen=row.version, status=status, note="Why.", **by)

    def do_reopen(self, row: Obligation, by: Any, status: str, day: date) -> None:
        services.reopen(obligation=row, seen=row.version, reason="Why.", **by)

    def do_deadline(self, row: Obligation, by: Any, status: str, day: date) -> None:
        deadlines.move(obligation=row, seen=row.version, due=day, reason="Why.", **by)

    def do_deadline_of_all(self, row: Obligation, by: Any, status: str, day: date) -> None:
        purpose = Purpose.REVIEW if status == Status.DONE else Purpose.FINAL
        self.commitment.refresh_from_db()
        common = {"commitment": self.commitment, "seen": self.commitment.version}
        deadlines.move_all(**common, purpose=purpose, due=day, reason="Why.", **by)

    def do_draft(self, row: Obligation, by: Any, status: str, day: date) -> None:
        claimed = status if status in Claim.values else ""
        author, now = by["actor"], by["now"]
        progress.save_draft(obligation=row, author=author, claimed=claimed, text="So far.", now=now)

    def do_prove(self, row: Obligation, by: Any, status: str, day: date) -> None:
        if draft := ProgressReport.objects.draft_of(by["actor"], row):
            link = {"url": "https://example.org/proof", "name": "Proof", "sensitivity": "members"}
            evidence.add_link(report=draft, **link, **by)

    def do_submit(self, row: Obligation, by: Any, status: str, day: date) -> None:
        if draft := ProgressReport.objects.draft_of(by["actor"], row):
            progress.submit(report=draft, **by)

    def do_accept(self, row: Obligation, by: Any, status: str, day: date) -> None:
        if waiting := row.progress_reports.submitted().first():
            seen = waiting.version
            progress.accept(report=waiting, seen=seen, finding=status, comment="", **by)

    def do_send_back(self, row: Obligation, by: Any, status: str, day: date) -> None:
        if waiting := row.progress_reports.submitted().first():
            progress.send_back(report=waiting, seen=waiting.version, comment="Say more.", **by)

    def do_ask(self, row: Obligation, by: Any, status: str, day: date) -> None:
        extensions.ask(obligation=row, due=day, reason="More time.", **by)

    def do_grant(self, row: Obligation, by: Any, status: str, day: date) -> None:
        if asked := row.extensions.asked().first():
            extensions.grant(extension=asked, comment="", **by)

    def do_refuse(self, row: Obligation, by: Any, status: str, day: date) -> None:
        if asked := row.extensions.asked().first():
            extensions.refuse(extension=asked, comment="No.", **by)

    def do_withdraw(self, row: Obligation, by: Any, status: str, day: date) -> None:
        self.commitment.refresh_from_db()
        seen = self.commitment.version
        editing.withdraw(commitment=self.commitment, seen=seen, reason="Why.", **by)

    def do_revive(self, row: Obligation, by: Any, status: str, day: date) -> None:
        self.commitment.refresh_from_db()
        seen = self.commitment.version
        editing.revive(commitment=self.commitment, seen=seen, reason="Why.", **by)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_whatever_is_done_the_register_stays_true(
    taken: list[tuple[str, int, int, str, int]],
) -> None:
    with transaction.atomic():
        world = World()
        for step in taken:
            world.does(*step)
        the_roll_up_is_what_the_lines_say(world)
        each_line_has_one_current_deadline_a_purpose(world)
        due_at_is_that_of_the_deadline_that_holds(world)
        the_history_tells_todays_state(world)
        nobody_called_a_line_done_alone(world)
        transaction.set_rollback(True)


def the_roll_up_is_what_the_lines_say(world: World) -> None:
    lines = world.lines()
    waiting = set(Obligation.objects.awaiting().values_list("pk", flat=True))
    summary = roll_up(
        (line.status, line.is_overdue(world.now), line.pk in waiting) for line in lines
    )
    assert summary.awaiting == len(waiting)
    settled = [line for line in lines if line.pk not in waiting]
    assert summary.counts == dict(Counter(line.status for line in settled))
    applicable = [line for line in lines if line.status not in Status.not_counted()]
    done = [line for line in applicable if line.status == Status.DONE]
    assert summary.is_done == (bool(applicable) and done == applicable and not waiting)
    late = Obligation.objects.overdue(world.now).filter(commitment=world.commitment)
    assert summary.overdue == late.count()


def each_line_has_one_current_deadline_a_purpose(world: World) -> None:
    for line in world.lines():
        own = Deadline.objects.current().filter(obligation=line)
        assert max(Counter(row.purpose for row in own).values(), default=1) == 1
        # Followed back, each ends in a deadline that the commitment was registered with.
        for row in deadlines.holding(line).values():
            while row.replaces:
                row = row.replaces
            assert row.basis == Basis.STATED or row.reason == "Rhythm."


def due_at_is_that_of_the_deadline_that_holds(world: World) -> None:
    for line in world.lines():
        holds = deadlines.effective(line)
        assert line.next_deadline == holds
        due = holds.due if holds else None
        assert line.due_at == (end_of_day(due, line.party.zone) if due else None)


def the_history_tells_todays_state(world: World) -> None:
    """Replay the log from the start: it ends where the rows stand."""
    for line in world.lines():
        status = Status.NOT_STARTED.value
        events = Event.objects.filter(object_type="obligation", object_id=line.pk)
        for event in events.order_by("pk"):
            if "status" in event.after:
                assert event.before["status"] == status
                status = event.after["status"]
        assert status == line.status
    life = Life.ACTIVE.value
    for event in Event.objects.filter(object_type="commitment").order_by("pk"):
        life = event.after.get("life", life)
    world.commitment.refresh_from_db()
    assert life == world.commitment.life
    told = Event.objects.filter(action__startswith="deadline.").order_by("pk")
    moved = Deadline.objects.filter(replaces__isnull=False).order_by("pk")
    assert [event.after["due"] for event in told] == [row.due.isoformat() for row in moved]


def nobody_called_a_line_done_alone(world: World) -> None:
    for line in world.lines():
        if line.status == Status.DONE:
            found = line.progress_reports.filter(state=ReportState.ACCEPTED, finding=Status.DONE)
            last = found.latest("decided_at")
            assert last.author != last.decided_by
            assert last.evidence.exists()
