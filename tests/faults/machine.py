"""P: whatever happens, in whatever order. Workers that die between any two steps, time that passes,
a mail server that fails in every way, people who change things under way.

The machine takes the engine's own steps one by one (claim, look, freeze, mark, send, record), with
several workers in between each other. At its end the world recovers, and everything must be told.
"""

import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from accounts.choices import Via
from commitments import progress
from commitments.choices import Status
from commitments.models import Obligation, ProgressReport
from reminders import brakes, deliver, emails, engine, relay
from reminders.choices import Outcome, Reason, Stage, State
from reminders.failpoints import FailPointError
from reminders.models import Email, Reminder, Switch
from reminders.relay import Answer, Verdict
from tests.factories import NOW, days, make_deadline, make_officer, make_submitted
from tests.faults import oracle
from tests.faults.clock import Clock
from tests.faults.relay import Accepted
from tests.faults.world import Forbidden, World

# What the server does with a mail: whether it keeps it, and what the worker learns.
ENDINGS = {
    "taken": (True, Answer(Verdict.SENT, Stage.DONE, 250, "taken")),
    "taken, reply lost": (True, Answer(Verdict.UNKNOWN, Stage.DOT, None, "broken")),
    "lost at the dot": (False, Answer(Verdict.UNKNOWN, Stage.DOT, None, "broken")),
    "later": (False, Answer(Verdict.LATER, Stage.DOT, 451, "later")),
    "never": (False, Answer(Verdict.NEVER, Stage.DOT, 554, "spam")),
    "away": (False, Answer(Verdict.TROUBLE, Stage.SENDER, 421, "closing")),
}
DAYS_AHEAD = (-4, 0, 1, 7, 14)
LONGEST_MOVE = 40


@dataclass
class Server:
    """A mail server within this process, as `relay.Relay` wants it."""

    accepted: list[Accepted] = field(default_factory=list)
    ending: str = "taken"

    def open(self) -> None: ...

    def close(self) -> None: ...

    def send(self, *, name: str, to: str, content: bytes) -> Answer:
        kept, answer = ENDINGS[self.ending]
        if kept:
            self.accepted.append(Accepted(to, content))
        return answer


@dataclass
class Sender:
    """A worker with a mail in its hands, and how far it has come."""

    email: Email
    batch: deliver.Batch
    began: Any
    step: str = "look"
    answer: Answer | None = None


class Machine(RuleBasedStateMachine):
    """Everything happens in a transaction that is taken back at the end."""

    steps = 0  # of all examples of this process

    @invariant()
    def is_counted(self) -> None:
        """Called after each step."""
        Machine.steps += 1

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block._from_testcase = True  # so that claims may ask for a durable one inside
        self.block.__enter__()
        # Each example is a database of its own, and no backup of the one before.
        Switch.objects.update(lineage=uuid.uuid4())
        self.patches = pytest.MonkeyPatch()
        self.clock = Clock(NOW)
        self.clock.rule(self.patches)
        self.server = Server()
        self.patches.setattr(relay, "from_settings", lambda: self.server)
        self.world = World(now=NOW, zone="UTC")
        self.senders: list[Sender] = []

    @initialize()
    def people(self) -> None:
        self.officer = make_officer()
        self.world.has_people(2, due_in=DAYS_AHEAD[:3])
        self.world.has_people(1, due_in=DAYS_AHEAD[3:])

    # The engine ------------------------------------------------------------------------------------

    @rule()
    def plans(self) -> None:
        engine.plan(clock=self.clock)

    @rule(point=st.sampled_from(["planning", "plan mail", "plan rows", "planned"]))
    def a_planner_dies(self, point: str) -> None:
        with (
            mock.patch("reminders.failpoints.settings.FAIL_POINT", f"{point}:raise"),
            mock.patch.dict("reminders.failpoints._passed", clear=True),
            suppress(FailPointError),
        ):
            engine.plan(clock=self.clock)

    @rule(choice=st.integers(0, 5))
    def a_worker_claims(self, choice: int) -> None:
        picked = [] if engine_is_held() else sorted(deliver.pick(self.clock()))
        if not picked:
            return
        batch = deliver.Batch(picked)
        if email := deliver.claim(picked[choice % len(picked)], self.clock(), batch):
            self.senders.append(Sender(email, batch, self.clock()))

    @precondition(lambda self: self.senders)
    @rule(choice=st.integers(0, 2), ending=st.sampled_from(sorted(ENDINGS)))
    def a_worker_goes_on(self, choice: int, ending: str) -> None:
        sender = self.senders[choice % len(self.senders)]
        self.server.ending = ending
        if not getattr(self, f"_{sender.step}")(sender):
            self.senders.remove(sender)

    @precondition(lambda self: self.senders)
    @rule(choice=st.integers(0, 2), ending=st.sampled_from(["taken", *sorted(ENDINGS)]))
    def a_worker_goes_to_the_end(self, choice: int, ending: str) -> None:
        sender = self.senders[choice % len(self.senders)]
        self.server.ending = ending
        while getattr(self, f"_{sender.step}")(sender):
            pass
        self.senders.remove(sender)

    @precondition(lambda self: self.senders)
    @rule(choice=st.integers(0, 2))
    def a_worker_dies(self, choice: int) -> None:
        self.senders.pop(choice % len(self.senders))

    @rule()
    def a_tick(self) -> None:
        self.server.ending = "taken"
        self.clock.tick()

    def _look(self, sender: Sender) -> bool:
        sender.step = "freeze"
        return deliver.look(sender.email, self.clock(), sender.batch)

    def _freeze(self, sender: Sender) -> bool:
        sender.step = "mark"
        deliver.freeze(sender.email, self.clock(), sender.batch)
        return True

    def _mark(self, sender: Sender) -> bool:
        sender.step = "send"
        return deliver.mark(sender.email)

    def _send(self, sender: Sender) -> bool:
        sender.step = "record"
        sender.answer = deliver.send(sender.email, self.server)
        return True

    def _record(self, sender: Sender) -> bool:
        assert sender.answer
        deliver.record(sender.email, sender.answer, began=sender.began, now=self.clock())
        return False

    # The world -------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 5, 11, 16, 61, 240, 900, 1440]))
    def time_passes(self, minutes: int) -> None:
        self.clock.passes(minutes=minutes)

    @rule(hours=st.sampled_from([-48, -1, 0, 1, 9600]))
    def the_clock_is_set(self, hours: int) -> None:
        self.clock.is_off_by(timedelta(hours=hours))

    @rule(choice=st.integers(0, 7))
    def a_line_is_done(self, choice: int) -> None:
        if line := self._open_line(choice):
            self.world.closes(line, len(self.server.accepted))
            self._exempt_what_was_looked_at()

    @rule(choice=st.integers(0, 7), ahead=st.integers(-2, LONGEST_MOVE))
    def a_deadline_moves(self, choice: int, ahead: int) -> None:
        due = self.clock.now.date() + days(ahead)
        line = self._open_line(choice)
        if line and line.next_deadline and line.next_deadline.due != due:
            make_deadline(line, due, actor=self.officer, now=self.clock.now)

    @rule(choice=st.integers(0, 7), who=st.integers(0, 2))
    def a_line_gets_an_owner(self, choice: int, who: int) -> None:
        if line := self._open_line(choice):
            Obligation.objects.filter(pk=line.pk).update(owner=self.world.people[who])

    @rule(choice=st.integers(0, 7))
    def a_report_is_sent(self, choice: int) -> None:
        line = self._open_line(choice)
        if line and not ProgressReport.objects.submitted().filter(obligation=line).exists():
            author = oracle.answerable(line, self.clock.now)[0]
            make_submitted(line, author, now=self.clock.now)

    @rule()
    def a_report_is_returned(self) -> None:
        report = ProgressReport.objects.submitted().order_by("pk").first()
        if report:
            progress.send_back(
                report=report,
                seen=report.version,
                comment="Say which plan.",
                actor=self.officer,
                now=self.clock.now,
                via=Via.PAGE,
            )

    def _open_line(self, choice: int) -> Obligation | None:
        line = self.world.lines[choice % len(self.world.lines)]
        line.refresh_from_db()
        return None if line.status == Status.DONE else line

    def _exempt_what_was_looked_at(self) -> None:
        """Nobody can call back a mail whose second look is over."""
        past = [sender.email for sender in self.senders if sender.step not in {"look", "freeze"}]
        past += [sender.email for sender in self.senders if sender.step == "freeze"]
        last = self.world.forbidden.pop()
        exempt = frozenset(emails.message_id(email) for email in past)
        self.world.forbidden.append(Forbidden(last.since, last.reference, exempt=exempt))

    # What holds --------------------------------------------------------------------------------------

    def check_always(self) -> None:
        oracle.every_promise_in_a_mail_has_a_mail_that_goes_or_went()
        oracle.nobody_got_two_digests_of_a_day(self.server)
        oracle.nothing_went_where_it_must_not(self.world, self.server)

    def teardown(self) -> None:
        try:
            if self.world.people:
                self._recovers()
        finally:
            self.patches.undo()
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)

    def _recovers(self) -> None:
        self.check_always()
        self.senders.clear()
        self.server.ending = "taken"
        self.clock.is_off_by(timedelta())
        if engine_is_held():
            brakes.release(actor=None, now=self.clock.now, via=Via.COMMAND)
        for hour in (9, 15) * 3:
            self.clock.now = self.clock.now.replace(hour=hour) + days(hour == 9)
            self.clock.tick()
        self.world.now = self.clock.now
        oracle.assert_invariants(self.world, self.server, self.clock.now)
        assert not Email.objects.filter(state__in=[State.WAITING, State.SENDING]).exists()
        latest_step_was_told(self.world)


def engine_is_held() -> bool:
    return bool(Switch.objects.now().held_at)


def latest_step_was_told(world: World) -> None:
    """Lost nothing: of each open line, the latest reached step is in a mail that went out."""
    for line in oracle.open_lines(world):
        for person in oracle.answerable(line, world.now):
            occasion = oracle.latest_step(line, person, world.now)
            if occasion is None:
                continue
            rows = Reminder.objects.live().filter(
                obligation=line, deadline=line.next_deadline, recipient=person, occasion=occasion
            )
            row = rows.select_related("email").get()
            over = row.reason == Reason.BEFORE_REGISTRATION
            assert over or row.outcome == Outcome.INCLUDED, f"lost: {row} {row.reason}"
            assert over or row.email.state == State.SENT, f"lost: {row} {row.email.state}"
