"""Sending: pick, claim, look, freeze, open, mark, send, record. Follow `deliver` from top to bottom.

Any process may die at any line. Before `mark` a mail is certainly not sent; between `mark` and
`record` it may have been, and then the row says so and its bytes stay the same.
"""

import gc
import logging
import os
import random
import socket
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.audit import without_addresses

from . import addresses, breaker, durations, emails, outcomes, relay
from .batch import Batch, Known
from .choices import Kind, Reason, Stage, State
from .failpoints import here
from .models import Attempt, Email, Pulse, Reminder
from .relay import Answer, NoRelayError, Relay, Verdict

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

BATCH = 40
SPREAD = 10


def never() -> bool:
    return False


def run(*, clock: Clock = timezone.now, stop: Callable[[], bool] = never) -> dict[str, int]:
    """Send what is due. Returns how many mails came to which end.

    A relay that cannot be reached ends the round: one mail probes it when the breaker says so.
    `stop` is asked between two mails.
    """
    Pulse.objects.began("send", clock())
    counts = Counter({"sent": 0, "expired": expire(clock())})
    end = time.monotonic() + durations.BUDGET.seconds()
    with closing(relay.from_settings()) as way_out, _little_to_tidy():
        for pk, batch in _picked(clock, lambda: stop() or time.monotonic() >= end):
            ended = deliver(pk, way_out, clock, batch)
            counts[ended] += 1
            if ended == Verdict.TROUBLE.value:
                break
    if counts["sent"]:
        breaker.closed()
    Pulse.objects.ended("send", clock(), dict(counts))
    return dict(counts)


def deliver(pk: int, way_out: Relay, clock: Clock, batch: Batch | None = None) -> str:
    """Bring one mail out. Says in a word or two what became of it."""
    batch = batch or Batch()
    email = claim(pk, clock(), batch)
    if email is None:
        return "taken by another"
    began = clock()
    try:
        if not look(email, clock(), batch):
            return "not sent"
        freeze(email, clock(), batch)
        way_out.open()
        here("connected")
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
    """Some of the mails that may be taken up, by chance: several workers seldom want the same one."""
    due = Email.objects.claimable(now).order_by("not_before", "pk")
    first = list(due.values_list("pk", flat=True)[: BATCH * SPREAD])
    return random.sample(first, min(BATCH, len(first)))


def claim(pk: int, now: datetime, batch: Batch | None = None) -> Email | None:
    """Take a mail for sending, if it is still as it was seen. None means that somebody else has it.

    A lease that ran out means that its worker is gone. That counts as a try: a mail that keeps
    killing its worker is buried.
    """
    here("claiming")
    email = (batch or Batch()).seen(pk)
    if email is None:
        return None
    lost = email.state == State.SENDING
    with transaction.atomic(durable=True):
        mine = Email.objects.claimable_as(email, now)
        if not mine.update(**_claimed(email), lease_until=Now() + durations.LEASE()):
            return None
        if lost:
            _note_lost_worker(email, now)
        here("claim")
    for name, value in _claimed(email).items():
        setattr(email, name, value)
    here("claimed")
    return email


def look(email: Email, now: datetime, batch: Batch | None = None) -> bool:
    """Whether the mail is still to be sent: what it says is true, and its reader can be told.

    What is no longer true is dropped from the digest and its promise made void. Otherwise the mail
    ends here, with the reason.
    """
    if email.tries >= outcomes.MAX_TRIES:
        return _end(email, State.FAILED, Reason.GIVEN_UP)
    if email.maybe_dup and email.attempts.in_doubt() > len(durations.UNKNOWN):
        return _end(email, State.FAILED, Reason.UNKNOWN)
    if email.expires_at <= now:
        return _end(email, State.EXPIRED, Reason.TOO_LATE)
    known = (batch or Batch()).look(email, now) if email.is_digest else None
    if email.recipient and not email.recipient.is_active:
        return _end(email, State.CANCELLED, Reason.INACTIVE)
    address = email.recipient.email if email.recipient else email.to_address
    if not address:
        return _end(email, State.CANCELLED, Reason.NO_ADDRESS)
    if known:
        return _drop_untrue(email, known)
    if addresses.stops(address, email.kind, now):
        return _end(email, State.CANCELLED, Reason.BOUNCED)
    return True


def freeze(email: Email, now: datetime, batch: Batch | None = None) -> None:
    """Write the mail: the exact bytes that `mark` stores before any of them goes out.

    What may have gone out before is not written anew, nor is what comes written, as account mail does.
    """
    if email.frozen and (email.maybe_dup or not email.is_digest):
        return
    assert email.recipient
    email.to_address = email.recipient.email
    email.frozen_at = email.frozen_at or now
    email.message_id = emails.message_id(email)
    known = (batch or Batch()).looked(email, now)
    message = emails.digest_message(email, known.kept, now, known.facts)
    email.subject = str(message.subject)
    email.frozen = emails.as_bytes(message)
    here("frozen")


def mark(email: Email) -> bool:
    """Store the bytes and say that transmission begins, in one write.

    False: the claim is over or nearly so, leave the mail alone.
    """
    in_time = Email.objects.held_by(email).filter(lease_until__gt=Now() + durations.MARGIN())
    marked = in_time.update(
        transmitting_at=Now(),
        lease_until=Now() + durations.TRANSMISSION(),
        to_address=email.to_address,
        frozen_at=email.frozen_at,
        message_id=email.message_id,
        subject=email.subject,
        frozen=email.frozen,
    )
    here("marked")
    return bool(marked)


def send(email: Email, way_out: Relay) -> Answer:
    """Hand over the stored bytes."""
    answer = way_out.send(
        name=emails.file_name(email),
        to=emails.envelope_address(email.to_address),
        content=bytes(email.frozen or b""),
    )
    here("accepted")
    return answer


def record(email: Email, answer: Answer, *, began: datetime, now: datetime) -> None:
    """Store the outcome. Who knows it must not forget it: repeated while the database is away."""
    attempt = Attempt(
        email=email,
        claim=email.claims,
        worker=f"{socket.gethostname()}:{os.getpid()}"[:100],
        stage=answer.stage,
        code=answer.code,
        text=without_addresses(answer.text),  # kept for ever; the mail's own row can forget it
        started_at=began,
        ended_at=now,
    )
    outcomes.insist(lambda: _store(email, attempt, answer))
    here("recorded")


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


def _claimed(email: Email) -> dict[str, Any]:
    """What a claim makes of a mail as it was seen."""
    return {
        "state": State.SENDING,
        "claims": email.claims + 1,
        "tries": email.tries + int(email.state == State.SENDING),
        "transmitting_at": None,
        "maybe_dup": email.maybe_dup or email.transmitting_at is not None,
    }


def _store(email: Email, attempt: Attempt, answer: Answer) -> None:
    """Write an outcome, all or nothing."""
    now = attempt.ended_at
    with transaction.atomic(durable=True):
        values = outcomes.after(email, answer, now)
        # Only the holder of the latest claim may write: a worker that outlived its lease must not.
        if Email.objects.held_by(email).update(**values) and values["state"] == State.FAILED:
            email.reminders.void(values["error"])
        Attempt.objects.bulk_create([attempt], ignore_conflicts=True)
        if answer.verdict is Verdict.TROUBLE:
            breaker.opened(now, answer.text)
        if answer.verdict is Verdict.NEVER:
            addresses.refused(email, answer, now)
        here("record")


def _drop_untrue(email: Email, known: Known) -> bool:
    dropped = known.untrue
    if not dropped and known.promises:
        return True
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
        if Email.objects.held_by(email).update(**outcomes.settled(email, state, error=reason)):
            email.reminders.void(reason)
    return False


def _note_lost_worker(seen: Email, now: datetime) -> None:
    """An attempt without a worker's name: nobody came back to tell how it ended."""
    stage = Stage.DOT if seen.transmitting_at else Stage.CLAIM
    began = seen.transmitting_at or (seen.lease_until or now) - durations.LEASE()
    attempt = Attempt(
        email=seen, claim=seen.claims, worker="", stage=stage, started_at=began, ended_at=now
    )
    Attempt.objects.bulk_create([attempt], ignore_conflicts=True)


@contextmanager
def _little_to_tidy() -> Iterator[None]:
    """Many mails make much garbage. What was there before them is not searched for it again and again."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _picked(clock: Clock, is_over: Callable[[], bool]) -> Iterator[tuple[int, Batch]]:
    """What `pick` finds, again and again, until nothing is left, the round is over or the relay away."""
    while (picked := pick(clock())) and breaker.may_try(clock()):
        batch = Batch(picked)
        for pk in picked:
            if is_over():
                return
            yield pk, batch
