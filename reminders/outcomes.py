"""What becomes of a mail after an attempt: the retry schedule, class by class."""

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from logging import getLogger
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from . import durations
from .choices import Reason, State
from .models import Email
from .relay import Answer, Verdict

logger = getLogger(__name__)

MAX_TRIES = 5


def after(email: Email, answer: Answer, now: datetime) -> dict[str, Any]:
    """What the row of a mail becomes. Counts the attempts before this one, which is not stored yet."""
    reply = f"{answer.code or ''} {answer.text}".strip()
    match answer.verdict:
        case Verdict.SENT:
            return settled(email, State.SENT, sent_at=now, error="", reply=reply)
        case Verdict.NEVER:
            return settled(email, State.FAILED, error=Reason.REFUSED, reply=reply)
        case Verdict.TROUBLE:
            # Not the mail's fault: the row stays as it was, and the breaker decides when to try.
            return again(email.not_before, reply=reply)
        case Verdict.UNKNOWN:
            return _in_doubt(email, now, reply)
    if answer.code:
        pause = _pause(email.attempts.refusals())
        return again(now + pause, reply=reply)
    return _counted(email, now, reply)


def settled(email: Email, state: State, **values: Any) -> dict[str, Any]:
    """What the row of a mail becomes when nothing more happens to it. Secrets go with it."""
    secrets = {"frozen": None} if email.is_secret else {}
    return {"state": state, "lease_until": None, **secrets, **values}


def again(not_before: datetime, **values: Any) -> dict[str, Any]:
    """A mail that waits again. It is written anew then, unless `freeze` keeps it as it was."""
    return {
        "state": State.WAITING,
        "not_before": not_before,
        "lease_until": None,
        "transmitting_at": None,
        **values,
    }


def insist(
    write: Callable[[], None],
    *,
    sleep: Callable[[float], None] = time.sleep,
    seconds: float | None = None,
) -> None:
    """Do a write again and again while the database is away. Raises its error after `seconds`."""
    end = time.monotonic() + (durations.INSIST.seconds() if seconds is None else seconds)
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError):
            if time.monotonic() > end:
                raise
            logger.warning("The database is away: the outcome of a mail is kept and written later.")
            connection.close()
            sleep(durations.INSIST_PAUSE.seconds())


def _in_doubt(email: Email, now: datetime, reply: str) -> dict[str, Any]:
    """Tried twice more with the same bytes; then nobody knows, and the next day tells it again."""
    times = email.attempts.in_doubt()
    if times >= len(durations.UNKNOWN):
        return settled(email, State.FAILED, error=Reason.UNKNOWN, reply=reply, maybe_dup=True)
    pause = durations.UNKNOWN[times]()
    return again(now + pause, reply=reply, maybe_dup=True, tries=email.tries + 1)


def _counted(email: Email, now: datetime, reply: str) -> dict[str, Any]:
    """The mail itself may be the cause: it is buried after some tries."""
    tries = email.tries + 1
    if tries >= MAX_TRIES:
        return settled(email, State.FAILED, error=Reason.GIVEN_UP, reply=reply, tries=tries)
    return again(now + _pause(tries - 1), reply=reply, tries=tries)


def _pause(before: int) -> timedelta:
    """Longer each time; the last length again and again, scattered so that not all come at once."""
    if before < len(durations.LATER) - 1:
        return durations.LATER[before]()
    scatter = 1 + random.uniform(-durations.SCATTER, durations.SCATTER)
    return durations.LATER[-1]() * scatter
