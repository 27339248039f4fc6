"""What was accepted, compared with what was promised; and what must be true after every case."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from django.db.models.functions import Now

from accounts.models import User
from commitments.models import Obligation
from commitments.rules import is_open
from meetings.models import FocalPoint
from reminders.choices import Kind, Outcome, Reason, State
from reminders.models import Email, Reminder, Suppression
from reminders.rules import address_hash
from tests.faults.relay import Accepted
from tests.faults.world import Promise, World

# As the product promises them (PRODUCT.md §3.9), not as the planner computes them.
STEPS = {
    "T-30": -30,
    "T-14": -14,
    "T-7": -7,
    "T-1": -1,
    "T0": 0,
    "O+1": 1,
    "O+3": 3,
    "O+7": 7,
    "O+14": 14,
}


class Server(Protocol):
    """A mail server that knows what it accepted."""

    accepted: list[Accepted]


ENDED = (State.FAILED, State.CANCELLED, State.EXPIRED)


@dataclass
class Tally:
    """What a case came to. `twice` are mails by Message-ID, with how often they were accepted.

    `listed` are promises whose mail the server refused for good: not told, and shown to the
    secretariat. What is neither told nor listed is lost.
    """

    promised: int = 0
    accepted: int = 0
    listed: set[Promise] = field(default_factory=set)
    lost: set[Promise] = field(default_factory=set)
    twice: dict[str, int] = field(default_factory=dict)
    unflagged: set[str] = field(default_factory=set)

    @property
    def extra(self) -> int:
        return sum(self.twice.values()) - len(self.twice)


def tally(world: World, relay: Server) -> Tally:
    """Compare the mails that were accepted with the promises of the world."""
    by_id = Counter(mail.message_id for mail in relay.accepted)
    twice = {message_id: times for message_id, times in by_id.items() if times > 1}
    flagged = Email.objects.filter(message_id__in=twice, maybe_dup=True)
    untold = world.promises - set(told(relay.accepted))
    listed = untold & refused_for_good()
    return Tally(
        promised=len(world.promises),
        accepted=len(relay.accepted),
        listed=listed,
        lost=untold - listed,
        twice=twice,
        unflagged=set(twice) - set(flagged.values_list("message_id", flat=True)),
    )


def refused_for_good() -> set[Promise]:
    rows = Reminder.objects.filter(
        outcome=Outcome.VOID, email__state=State.FAILED, email__error=Reason.REFUSED
    )
    names = rows.values_list("recipient__email", "obligation__commitment__reference")
    return {Promise(address, reference) for address, reference in names}


def told(mails: list[Accepted]) -> "Counter[Promise]":
    """Which promises these mails keep, and how often."""
    return Counter(
        Promise(mail.to, reference) for mail in mails for reference in references_in(mail)
    )


def references_in(mail: Accepted) -> set[str]:
    body = mail.message.get_body(("plain",))
    return set(re.findall(r"(?:TST|BIG)-\d{5,6}", str(body.get_content() if body else "")))


def assert_invariants(world: World, relay: Server, now: datetime | None = None) -> None:
    """I1 to I6 of the design. Nothing may be on its way but what waits for its time."""
    now = now or world.now
    every_reached_step_has_one_line(world, now)
    every_promise_in_a_mail_has_a_mail_that_goes_or_went()
    nothing_came_twice_without_a_flag(relay)
    nobody_got_two_digests_of_a_day(relay)
    nobody_holds_a_mail_past_their_lease()
    nothing_went_where_it_must_not(world, relay)


def every_reached_step_has_one_line(world: World, now: datetime) -> None:
    """I1."""
    lines = Counter(
        Reminder.objects.live().values_list(
            "obligation", "deadline", "recipient", "occasion", "stands_for"
        )
    )
    tomorrow = told_again_tomorrow()
    for line in open_lines(world):
        for person in answerable(line, now):
            for occasion in reached_steps(line, person, now):
                key = (line.pk, line.next_deadline_id, person.pk, occasion, None)
                if key[:4] in tomorrow and not lines[key]:
                    continue
                assert lines[key] == 1, f"I1: {lines[key]} ledger lines for {line}, {occasion}"


def open_lines(world: World) -> list[Obligation]:
    """Those of the world of which people are to hear."""
    mine = Obligation.objects.filter(pk__in=[line.pk for line in world.lines]).not_awaiting()
    lines = mine.select_related("commitment", "next_deadline", "owner").order_by("pk")
    return [line for line in lines if is_open(status=line.status, life=line.commitment.life)]


def reached_steps(line: Obligation, person: User, now: datetime) -> list[str]:
    today = now.astimezone(person.zone).date()
    due = line.next_deadline.due if line.next_deadline else None
    return [
        occasion for occasion, offset in STEPS.items() if due and due + timedelta(offset) <= today
    ]


def latest_step(line: Obligation, person: User, now: datetime) -> str | None:
    reached = reached_steps(line, person, now)
    return reached[-1] if reached else None


def told_again_tomorrow() -> set[tuple[int, int | None, int, str]]:
    """Promises of a day whose only digest did not go: they are void until the next day's."""
    void = Reminder.objects.filter(
        outcome=Outcome.VOID, email__state__in=(State.FAILED, State.EXPIRED)
    )
    return set(void.values_list("obligation", "deadline", "recipient", "occasion"))


def answerable(line: Obligation, now: datetime) -> list[User]:
    """The owner, else the focal points of the party."""
    if line.owner:
        return [line.owner]
    terms = FocalPoint.objects.active(now.date()).filter(party=line.party)
    return [term.user for term in terms.filter(is_deputy=False).select_related("user")]


def every_promise_in_a_mail_has_a_mail_that_goes_or_went() -> None:
    """I2."""
    gone = Reminder.objects.included().filter(email__state__in=ENDED)
    assert not gone.exists(), f"I2: promised in mails that will not go: {list(gone)}"


def nothing_came_twice_without_a_flag(relay: Server) -> None:
    """I3. What comes twice has the same number and the same bytes."""
    by_id: dict[str, list[bytes]] = defaultdict(list)
    for mail in relay.accepted:
        by_id[mail.message_id].append(mail.raw)
    rows = {email.message_id: email for email in Email.objects.defer("frozen")}
    for message_id, copies in by_id.items():
        assert message_id in rows, f"I3: {message_id} stands in no row"
        assert len(copies) == 1 or rows[message_id].maybe_dup, f"I3: {message_id} came twice"
        assert len(set(copies)) == 1, f"I3: {message_id} came with different words"
    sent = {number for number, email in rows.items() if email.state == State.SENT}
    assert sent <= set(by_id), f"I3: not sent after all: {sent - set(by_id)}"


def nobody_got_two_digests_of_a_day(relay: Server) -> None:
    """I4."""
    slots = {
        email.message_id: (email.to_address, email.slot)
        for email in Email.objects.filter(kind=Kind.DIGEST).defer("frozen")
    }
    numbers = {mail.message_id for mail in relay.accepted if mail.message_id in slots}
    of_a_day = Counter(slots[number] for number in numbers)
    assert not [day for day, count in of_a_day.items() if count > 1], f"I4: {of_a_day}"


def nobody_holds_a_mail_past_their_lease() -> None:
    """I5."""
    late = Email.objects.filter(state=State.SENDING, lease_until__lt=Now() - timedelta(minutes=1))
    assert not late.exists(), f"I5: {list(late)}"


def nothing_went_where_it_must_not(world: World, relay: Server) -> None:
    """I6. `world.forbidden` holds from a number of accepted mails on."""
    stopped = dict(Suppression.objects.in_force(world.now).values_list("address_hash", "at"))
    for mail in relay.accepted:
        row = Email.objects.defer("frozen").get(message_id=mail.message_id)
        since = stopped.get(address_hash(mail.to))
        began = row.attempts.order_by("claim").values_list("started_at", flat=True).first()
        assert not (since and began and since < began and row.kind != Kind.ACCOUNT), (
            f"I6: {mail.to}"
        )
    for forbidden in world.forbidden:
        later = relay.accepted[forbidden.since :]
        late = told([mail for mail in later if mail.message_id not in forbidden.exempt])
        bad = [one for one in late if forbidden.covers(one)]
        assert not bad, f"I6: told after all: {bad}"
