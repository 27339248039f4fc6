"""What keeps the engine from doing harm: a stop by hand, a foreign copy, a bad clock, a flood.

`why_held` is asked before every round of planning and sending; all else here is what people do
about it.
"""

import json
import logging
import statistics
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.asking import today_of
from accounts.models import User

from . import durations
from .choices import Kind, Outcome, Reason, State
from .models import Email, Pulse, Reminder, Switch

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

FOREIGN = gettext_noop("This copy is not the installation that sends: nothing goes out.")
RESTORED = gettext_noop("The database was put back from a backup.")
GAP = gettext_noop("Nothing ran for more than a week.")
CLOCK = gettext_noop("The clock of this machine and that of the database differ.")
TURNED_BACK = gettext_noop("The clock was put back: mail went out later than it is now.")
# A plan with no more mails than this is never a flood.
FLOOD_FLOOR = 200
FLOOD_FACTOR = 5
FLOOD_DAYS = timedelta(days=30)


def why_held(task: str, clock: Clock) -> str:
    """Why a task may do nothing now; empty when it may. Stops the engine when a reason is new."""
    switch = Switch.objects.now()
    if _is_foreign(switch):
        return FOREIGN
    if switch.held_at:
        return switch.held_reason
    if reason := _new_reason():
        _stop(reason, clock())
        return reason
    if abs(drift(switch, clock)) > durations.CLOCK_DRIFT():
        return CLOCK if task == "plan" else ""
    if _told_ahead_of(clock()):
        _stop(TURNED_BACK, clock())
        return TURNED_BACK
    return ""


def drift(switch: Switch, clock: Clock) -> timedelta:
    """How far the clock of the database is ahead of ours."""
    ahead: timedelta = switch.db_now - clock()  # type: ignore[attr-defined]
    return ahead


def steady(clock: Clock) -> Clock:
    """The clock to send by: ours, put right by that of the database where they differ too much."""
    ahead = drift(Switch.objects.now(), clock)
    return clock if abs(ahead) <= durations.CLOCK_DRIFT() else lambda: clock() + ahead


def _told_ahead_of(now: datetime) -> bool:
    """Whether mail told what was planned in the future: the clock was wrong then or is wrong now.

    Where it is wrong now, to take that back would tell all of it again. So a person has to say.
    """
    gone = [State.SENDING, State.SENT]
    told = Reminder.objects.included().filter(planned_at__gt=now + durations.FUTURE())
    return told.filter(email__state__in=gone).exists()


def take_back_the_future(now: datetime) -> int:
    """Void what a clock that ran ahead planned. Returns how many promises that were."""
    ahead = now + durations.FUTURE()
    with transaction.atomic():
        unsent = Email.objects.from_the_future(ahead)
        unsent.update(state=State.CANCELLED, error=Reason.BAD_CLOCK)
        promises = Reminder.objects.live().filter(planned_at__gt=ahead)
        return promises.update(outcome=Outcome.VOID, reason=Reason.BAD_CLOCK)


# A database that was put back ---------------------------------------------------------------------


def count_round() -> None:
    """Remember, in the database and on this machine, that a round of sending was made."""
    Switch.objects.filter(pk=1).update(rounds=F("rounds") + 1)
    switch = Switch.objects.now()
    seen = {"lineage": str(switch.lineage), "rounds": switch.rounds}
    with suppress(OSError):  # a folder that cannot be written makes the guard blind, not the engine
        _memory().parent.mkdir(parents=True, exist_ok=True)
        fresh = _memory().with_suffix(".new")
        fresh.write_text(json.dumps(seen))
        fresh.replace(_memory())


def _memory() -> Path:
    return Path(settings.DATA_DIR) / "reminders.seen"


def _remembered() -> dict[str, Any]:
    try:
        return dict(json.loads(_memory().read_text()))
    except (OSError, ValueError):
        return {}


def _went_back(remembered: dict[str, Any], switch: Switch) -> bool:
    """Whether the database knows of fewer rounds than this machine has seen it make."""
    same = remembered.get("lineage") == str(switch.lineage)
    return same and int(remembered.get("rounds", 0)) > switch.rounds


# Reasons to stop -----------------------------------------------------------------------------------


def _is_foreign(switch: Switch) -> bool:
    """The first environment that sends gives its name to the database; no other one may send then."""
    mine = settings.INSTALLATION_ID
    if mine and not switch.installation_id:
        Switch.objects.filter(pk=1, installation_id="").update(installation_id=mine)
        switch = Switch.objects.now()
    return switch.installation_id != mine


def _new_reason() -> str:
    # Remembered first: other processes go on counting, so the row may only be ahead of the memory.
    remembered = _remembered()
    if _went_back(remembered, Switch.objects.now()):
        return RESTORED
    return GAP if Pulse.objects.is_silent("plan", durations.LONGEST_GAP()) else ""


def _stop(reason: str, now: datetime) -> None:
    restored = {"restored_at": now} if reason == RESTORED else {}
    if Switch.objects.filter(pk=1, held_at=None).update(
        held_at=now, held_reason=reason, held_by=None, **restored
    ):
        logger.error("Reminders are stopped: %s", reason)


def hold(
    *, reason: str, actor: User | None, now: datetime, via: str, restored: bool = False
) -> bool:
    """Stop planning and sending. False: stopped already. `restored`: a backup was put back."""
    Switch.objects.now()
    with transaction.atomic():
        stopped = Switch.objects.filter(pk=1, held_at=None).update(
            held_at=now, held_reason=reason or _("Stopped by hand."), held_by=actor
        )
        if restored:
            Switch.objects.filter(pk=1).update(restored_at=now)
        if stopped:
            _note("reminders.held", actor, now, via, why=reason)
    return bool(stopped)


def release(*, actor: User | None, now: datetime, via: str, here: bool = False) -> bool:
    """Let planning and sending go on. False: nothing was stopped.

    After a backup was put back, what may have gone out since is settled first: nobody gets a second
    digest today. Whoever releases says that the clock is right: what a clock that ran ahead told is
    void. `here` makes this environment the one that sends.
    """
    switch = Switch.objects.now()
    free: dict[str, Any] = {"held_at": None, "held_reason": "", "held_by": None}
    if switch.restored_at:
        # What the machines remember is of the database that is no more.
        free |= {"restored_at": None, "lineage": uuid.uuid4()}
    if here:
        free["installation_id"] = settings.INSTALLATION_ID
    if not (switch.held_at or here):
        return False
    with transaction.atomic():
        released = Switch.objects.filter(pk=1, held_at=switch.held_at).update(**free)
        if released and switch.restored_at:
            settle_the_unknown(now)
        if released:
            take_back_the_future(now)
            Pulse.objects.filter(name="plan").update(db_time=Now())
            _note("reminders.released", actor, now, via, why=switch.held_reason)
    return bool(released)


def settle_the_unknown(now: datetime) -> int:
    """Mark the day of everybody as "perhaps told", after a backup was put back.

    Mails that the backup holds unsent may be out since, as may others of which it knows nothing. So
    they end in doubt, each person's day is taken, and tomorrow's digest says what stands then.
    """
    doubt = {"state": State.FAILED, "error": Reason.RESTORED, "maybe_dup": True}
    unsettled = Email.objects.filter(state__in=[State.WAITING, State.SENDING, State.HELD])
    Reminder.objects.filter(email__in=unsettled.values("pk")).void(Reason.RESTORED)
    unsettled.update(lease_until=None, **doubt)
    rows = [
        Email(kind=Kind.DIGEST, recipient=person, slot=today_of(person, now),
              created_at=now, not_before=now, expires_at=now, **doubt)
        for person in User.objects.active()
    ]  # fmt: skip
    return len(Email.objects.bulk_create(rows, ignore_conflicts=True))


# The flood brake -----------------------------------------------------------------------------------


def state_of_new(mails: int, now: datetime) -> State:
    """The state in which a plan of so many mails writes them: HELD when they are too many at once."""
    if mails <= FLOOD_FLOOR or mails <= _usual_limit(now):
        return State.WAITING
    state = state_of_backlog(now)
    if state == State.HELD:
        logger.error("%s mails in one plan are too many: they wait for an administrator.", mails)
    return state


def state_of_backlog(now: datetime) -> State:
    """The state of a mail that only an administrator lets go: HELD until they have, today."""
    allowed = Switch.objects.now().flood_allowed_until
    return State.WAITING if allowed and now < allowed else State.HELD


def _usual_limit(now: datetime) -> float:
    days = Email.objects.a_day(now - FLOOD_DAYS)
    return FLOOD_FACTOR * statistics.median(days) if days else 0


def let_go(*, actor: User | None, now: datetime, via: str) -> int:
    """Send what the flood brake stopped, and what follows within a day. Returns how many mails."""
    with transaction.atomic():
        mails = Email.objects.held_back().update(state=State.WAITING, not_before=now)
        until = now + durations.FLOOD_ALLOWED()
        Switch.objects.filter(pk=Switch.objects.now().pk).update(flood_allowed_until=until)
        _note("reminders.let_go", actor, now, via, mails=mails)
    return mails


def drop(*, actor: User | None, now: datetime, via: str) -> int:
    """Never send what the flood brake stopped. Its promises count as held back, not as void.

    Void ones would be planned again a minute later.
    """
    with transaction.atomic():
        held = Email.objects.held_back()
        Reminder.objects.included().filter(email__in=held.values("pk")).update(
            outcome=Outcome.SUPPRESSED, reason=Reason.DROPPED
        )
        mails = held.update(state=State.CANCELLED, error=Reason.DROPPED)
        _note("reminders.dropped", actor, now, via, mails=mails)
    return mails


def _note(
    action: str, actor: User | None, now: datetime, via: str, why: str = "", **after: Any
) -> None:
    audit.record(
        actor=actor, at=now, via=via, action=action, of=Switch.objects.now(), after=after, why=why
    )
