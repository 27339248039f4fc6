"""Sending: pick, claim, look, freeze, open, mark, send, record. Follow `deliver` from top to bottom.

Any process may die at any line. Before `mark` a mail is certainly not sent; between `mark` and
`record` it may have been, and then the row says so and its bytes stay the same.
"""

import logging
import os
import random
import socket
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from commitments.rules import is_open

from . import emails, relay
from .choices import Kind, Reason, Stage, State
from .models import Attempt, Email, Pulse, Reminder
from .querysets import awaiting, capacities, readable
from .relay import Answer, NoRelayError, Relay, Verdict

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

BUDGET = 45.0  # seconds a round may take before it stops taking up mails
BATCH = 20
LEASE = timedelta(minutes=10)
# From `mark` on: the server's five minutes for the dot, and ten for `record` while the database is away.
TRANSMISSION = timedelta(minutes=15)
MARGIN = timedelta(minutes=2)
INSIST_SECONDS = 600.0
INSIST_PAUSE = 1.0
MAX_TRIES = 5
RELAY_PAUSE = timedelta(seconds=30)
# Minutes until the next try, by how many tries counted already.
LATER = (1, 5, 15, 30, 60)
UNKNOWN = (15, 60)


def run(*, clock: Clock = timezone.now) -> dict[str, int]:
    """Send what is due. Returns how many mails came to which end.

    A relay that cannot be reached ends the round: the next tick tries again with one mail.
    """
    Pulse.objects.began("send", clock())
    counts = Counter({"sent": 0, "expired": expire(clock())})
    with closing(relay.from_settings()) as way_out:
        for pk in _picked(clock, time.monotonic() + BUDGET):
            ended = deliver(pk, way_out, clock)
            counts[ended] += 1
            if ended == Verdict.TROUBLE.value:
                break
    Pulse.objects.ended("send", clock(), dict(counts))
    return dict(counts)


def deliver(pk: int, way_out: Relay, clock: Clock) -> str:
    """Bring one mail out. Says in a word or two what became of it."""
    email = claim(pk, clock())
    if email is None:
        return "taken by another"
    began = clock()
    try:
        if not look(email, clock()):
            return "not sent"
        if not freeze(email, clock()):
            return "taken by another"
        way_out.open()
    except NoRelayError as no_relay:
        answer = no_relay.answer
    except (OperationalError, InterfaceError):
        raise  # the database is away: the lease brings the mail back
    except Exception as error:
        # A mail that cannot be written must not stop the others. It is buried after some tries.
        logger.exception("Mail %s could not be written", email.pk)
        answer = Answer(Verdict.LATER, Stage.WRITE, text=type(error).__name__)
    else:
        if not mark(email):
            return "taken by another"
        answer = send(email, way_out)
    record(email, answer, began=began, now=clock())
    return answer.verdict.value


def pick(now: datetime) -> list[int]:
    """Some mails that may be taken up, shuffled so that several workers seldom want the same one."""
    due = Email.objects.claimable(now).order_by("not_before", "pk")
    picked = list(due.values_list("pk", flat=True)[:BATCH])
    random.shuffle(picked)
    return picked


def claim(pk: int, now: datetime) -> Email | None:
    """Take a mail for sending. None means that somebody else has it.

    A lease that ran out means that its worker is gone. That counts as a try: a mail that keeps
    killing its worker is buried.
    """
    seen = Email.objects.claimable(now).filter(pk=pk).first()
    if seen is None:
        return None
    lost = seen.state == State.SENDING
    with transaction.atomic(durable=True):
        mine = Email.objects.claimable(now).filter(pk=pk, state=seen.state, claims=seen.claims)
        won = mine.update(
            state=State.SENDING,
            claims=F("claims") + 1,
            tries=F("tries") + int(lost),
            lease_until=Now() + LEASE,
            transmitting_at=None,
            maybe_dup=seen.maybe_dup or seen.transmitting_at is not None,
        )
        if won and lost:
            _note_lost_worker(seen, now)
    return Email.objects.select_related("recipient").get(pk=pk) if won else None


def look(email: Email, now: datetime) -> bool:
    """Whether the mail is still to be sent: what it says is true, and its reader can be told.

    What is no longer true is dropped from the digest and its promise made void. Otherwise the mail
    ends here, with the reason.
    """
    if email.tries >= MAX_TRIES:
        return _end(email, State.FAILED, Reason.GIVEN_UP)
    if email.expires_at <= now:
        return _end(email, State.EXPIRED, Reason.TOO_LATE)
    if email.recipient and not email.recipient.is_active:
        return _end(email, State.CANCELLED, Reason.INACTIVE)
    if email.kind == Kind.ACCOUNT:
        return True
    if not email.recipient or not email.recipient.email:
        return _end(email, State.CANCELLED, Reason.NO_ADDRESS)
    return _drop_untrue(email, now)


def freeze(email: Email, now: datetime) -> bool:
    """Write the mail and store its exact bytes. False: a newer claim owns the row.

    What may have gone out before is not written anew, nor is account mail, which comes written.
    """
    if email.frozen and (email.maybe_dup or email.kind == Kind.ACCOUNT):
        return True
    assert email.recipient
    email.to_address = email.recipient.email
    email.frozen_at = email.frozen_at or now
    email.message_id = emails.message_id(email)
    message = emails.digest_message(email, list(email.reminders.for_mail()), now)
    email.subject = str(message.subject)
    email.frozen = emails.as_bytes(message)
    stored = Email.objects.held_by(email).update(
        to_address=email.to_address,
        frozen_at=email.frozen_at,
        message_id=email.message_id,
        subject=email.subject,
        frozen=email.frozen,
    )
    return bool(stored)


def mark(email: Email) -> bool:
    """Say that transmission begins. False: the claim is over or nearly so, leave the mail alone."""
    in_time = Email.objects.held_by(email).filter(lease_until__gt=Now() + MARGIN)
    return bool(in_time.update(transmitting_at=Now(), lease_until=Now() + TRANSMISSION))


def send(email: Email, way_out: Relay) -> Answer:
    """Hand over the stored bytes."""
    return way_out.send(
        name=emails.file_name(email),
        to=emails.envelope_address(email.to_address),
        content=bytes(email.frozen or b""),
    )


def record(email: Email, answer: Answer, *, began: datetime, now: datetime) -> None:
    """Store the outcome. Who knows it must not forget it: repeated while the database is away."""
    attempt = Attempt(
        email=email,
        claim=email.claims,
        worker=f"{socket.gethostname()}:{os.getpid()}"[:100],
        stage=answer.stage,
        code=answer.code,
        text=answer.text,
        started_at=began,
        ended_at=now,
    )
    values = _outcome(email, answer, now)

    def write() -> None:
        with transaction.atomic(durable=True):
            # Only the holder of the latest claim may write: a worker that outlived its lease must not.
            if Email.objects.held_by(email).update(**values) and values["state"] == State.FAILED:
                email.reminders.void(values["error"])
            Attempt.objects.bulk_create([attempt], ignore_conflicts=True)

    insist(write)


def expire(now: datetime) -> int:
    """End the mails whose day is over. Their promises become void, and tomorrow's digest makes them anew."""
    ended = 0
    for pk in list(Email.objects.too_late(now).order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            waiting = Email.objects.too_late(now).filter(pk=pk)
            if waiting.update(state=State.EXPIRED, error=Reason.TOO_LATE, lease_until=None):
                Reminder.objects.filter(email=pk).void(Reason.TOO_LATE)
                Email.objects.filter(pk=pk, kind=Kind.ACCOUNT).update(frozen=None)
                ended += 1
    return ended


def insist(
    write: Callable[[], None],
    *,
    sleep: Callable[[float], None] = time.sleep,
    seconds: float = INSIST_SECONDS,
) -> None:
    """Do a write again and again while the database is away. Raises its error after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError):
            if time.monotonic() > end:
                raise
            logger.warning("The database is away: the outcome of a mail is kept and written later.")
            connection.close()
            sleep(INSIST_PAUSE)


def untrue(email: Email, now: datetime) -> dict[int, Reason]:
    """The promises of a digest that should not be kept any more, by key, each with the reason."""
    assert email.recipient
    person = email.recipient
    rows = list(email.reminders.for_look())
    lines = [row.obligation_id for row in rows]
    answers = capacities(person, lines, now.astimezone(person.zone).date())
    may_read = readable(person, lines, now)
    waiting = awaiting(lines)
    found = ((row, _why_untrue(row, answers, may_read, waiting)) for row in rows)
    return {row.pk: reason for row, reason in found if reason}


def _why_untrue(
    row: Reminder, answers: dict[int, str], may_read: set[int], waiting: set[int]
) -> Reason | None:
    line = row.obligation
    if not is_open(status=line.status, life=line.commitment.life):
        return Reason.CLOSED
    if line.pk in waiting:
        return Reason.AWAITING
    if row.deadline_id != line.next_deadline_id:
        return Reason.DEADLINE_MOVED
    if line.pk not in answers:
        return Reason.REASSIGNED
    return None if line.pk in may_read else Reason.NOT_VISIBLE


def _drop_untrue(email: Email, now: datetime) -> bool:
    dropped = untrue(email, now)
    if dropped and email.maybe_dup:
        # The bytes must stay as they were, and they say what is no longer true.
        return _end(email, State.CANCELLED, Reason.CHANGED_IN_DOUBT)
    by_reason: dict[Reason, list[int]] = defaultdict(list)
    for pk, reason in dropped.items():
        by_reason[reason].append(pk)
    with transaction.atomic():
        if not _still_mine(email):
            return False
        for reason, keys in by_reason.items():
            Reminder.objects.filter(pk__in=keys).void(reason)
        if email.reminders.included().exists():
            return True
        return _end(email, State.CANCELLED, Reason.NOTHING_LEFT)


def _still_mine(email: Email) -> bool:
    """Whether this claim is the latest; locks the row until the transaction ends."""
    return bool(Email.objects.held_by(email).update(claims=email.claims))


def _end(email: Email, state: State, reason: Reason) -> bool:
    """Settle a mail that is not sent; its promises become void. Always False: not to be sent."""
    with transaction.atomic():
        if Email.objects.held_by(email).update(**_settled(email, state, error=reason)):
            email.reminders.void(reason)
    return False


def _settled(email: Email, state: State, **values: Any) -> dict[str, Any]:
    """What the row of a mail becomes when nothing more happens to it. Secrets go with it."""
    secrets = {"frozen": None} if email.is_secret else {}
    return {"state": state, "lease_until": None, **secrets, **values}


def _outcome(email: Email, answer: Answer, now: datetime) -> dict[str, Any]:
    """What the row of a mail becomes after an attempt."""
    reply = f"{answer.code or ''} {answer.text}".strip()
    match answer.verdict:
        case Verdict.SENT:
            return _settled(email, State.SENT, sent_at=now, error="", reply=reply)
        case Verdict.NEVER:
            return _settled(email, State.FAILED, error=Reason.REFUSED, reply=reply)
        case Verdict.TROUBLE:
            return _again(email, now + RELAY_PAUSE, reply=reply)
    tries = email.tries + 1
    if tries >= MAX_TRIES:
        given_up = _settled(email, State.FAILED, error=Reason.GIVEN_UP, reply=reply, tries=tries)
        return given_up | _doubt(answer)
    pauses = UNKNOWN if answer.verdict is Verdict.UNKNOWN else LATER
    pause = timedelta(minutes=pauses[min(tries, len(pauses)) - 1])
    return _again(email, now + pause, reply=reply, tries=tries) | _doubt(answer)


def _doubt(answer: Answer) -> dict[str, Any]:
    return {"maybe_dup": True} if answer.verdict is Verdict.UNKNOWN else {}


def _again(email: Email, not_before: datetime, **values: Any) -> dict[str, Any]:
    """A mail that waits again. It is written anew then, unless `freeze` keeps it as it was."""
    return {
        "state": State.WAITING,
        "not_before": not_before,
        "lease_until": None,
        "transmitting_at": None,
        **values,
    }


def _note_lost_worker(seen: Email, now: datetime) -> None:
    """An attempt without a worker's name: nobody came back to tell how it ended."""
    stage = Stage.DOT if seen.transmitting_at else Stage.CLAIM
    began = seen.transmitting_at or (seen.lease_until or now) - LEASE
    attempt = Attempt(
        email=seen, claim=seen.claims, worker="", stage=stage, started_at=began, ended_at=now
    )
    Attempt.objects.bulk_create([attempt], ignore_conflicts=True)


def _picked(clock: Clock, end: float) -> Iterator[int]:
    """What `pick` finds, again and again, until nothing is left or `end` (monotonic) has come."""
    while picked := pick(clock()):
        for pk in picked:
            if time.monotonic() >= end:
                return
            yield pk
