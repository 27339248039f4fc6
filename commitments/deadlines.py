"""Writing deadlines: the only place that adds a Deadline row or an Obligation's `due_at`.

Moving a deadline never edits it: a new row replaces the one that held, which stays for ever.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

import meetings.errors
from accounts.audit import record
from accounts.models import User
from meetings.models import Meeting, Party, check_days
from meetings.rules import end_of_day
from ui.words import day_words

from . import notes, rules
from .choices import Basis, Purpose
from .claims import claim
from .errors import Stale
from .models import Commitment, Deadline, Obligation
from .querysets import DeadlineQuerySet

FIRST_YEAR, LAST_YEAR = 1900, 2100


@dataclass(frozen=True)
class Period:
    """When something falls due, in whose words, and on what ground.

    With `meeting` it is due the day before that meeting opens, and moves with it.
    """

    due: date | None
    opens: date | None = None
    wording: str = ""
    basis: str = Basis.SET
    reason: str = ""
    meeting: Meeting | None = None


@dataclass(frozen=True)
class Move:
    """Who moves a deadline, when, through which door, and why."""

    actor: User | None
    now: datetime
    via: str
    reason: str


def by_meeting(meeting: Meeting, *, wording: str, reason: str = "") -> Period:
    """Due by a meeting: on the day before it opens, as soon as that day is known (coding manual §6)."""
    return Period(
        due=_day_before(meeting),
        wording=wording,
        basis=Basis.DERIVED,
        reason=reason,
        meeting=meeting,
    )


def enter(
    *, commitment: Commitment, purpose: str, period: Period, author: User | None, now: datetime
) -> Deadline:
    """Give a whole commitment its first deadline of this purpose. Lines follow unless they have their own."""
    with transaction.atomic():
        lines = _lock_lines(commitment)
        deadline = _add(commitment, None, purpose, period, author, now, replaces=None)
        refresh(lines)
    return deadline


def move(
    *,
    obligation: Obligation,
    seen: int,
    due: date,
    reason: str,
    actor: User,
    now: datetime,
    via: str,
    purpose: str | None = None,
) -> Deadline:
    """Set or move the deadline of one line. The deadline that it replaces stays on the page.

    `seen` is the version of the line that the person looked at; `purpose` is by default that of the
    deadline which counts now, else final. Raises `Stale` when somebody changed the line since, and
    `ValidationError` by field for a day or a reason that cannot stand.
    """
    check_due(obligation.commitment.meeting, due)
    reason = notes.reason("reason", reason)
    with transaction.atomic():
        claim(obligation, seen)
        old = effective(obligation, purpose)
        purpose = purpose or (old.purpose if old else Purpose.FINAL)
        period = Period(due=due, opens=_opens(old, due), reason=reason)
        by = Move(actor=actor, now=now, via=via, reason=reason)
        return _replace(obligation, old, purpose, period, by, version=seen + 1)


def move_all(
    *,
    commitment: Commitment,
    seen: int,
    purpose: str,
    due: date,
    reason: str,
    actor: User,
    now: datetime,
    via: str,
) -> Deadline:
    """Set or move the deadline that holds for every line of a commitment without one of its own.

    `seen` is the version of the commitment. Raises as `move` does.
    """
    check_due(commitment.meeting, due)
    reason = notes.reason("reason", reason)
    with transaction.atomic():
        claim(commitment, seen)
        lines = _lock_lines(commitment)
        rows = Deadline.objects.current().of_commitment().filter(commitment=commitment)
        old = rows.filter(purpose=purpose).first()
        period = Period(due=due, opens=_opens(old, due), reason=reason)
        by = Move(actor=actor, now=now, via=via, reason=reason)
        new = _replace_of_all(commitment, old, purpose, period, by, version=seen + 1)
        refresh(lines)
    return new


def take_back(
    *,
    obligation: Obligation,
    seen: int,
    deadline: int,
    reason: str,
    actor: User,
    now: datetime,
    via: str,
) -> Deadline | None:
    """Put what held before in the place of a line's own deadline: its own earlier one, or that of all.

    `deadline` is the key of the one that is taken back, which has to hold still. Raises as `move` does.
    """
    reason = notes.reason("reason", reason)
    with transaction.atomic():
        version = claim(obligation, seen)
        by = Move(actor=actor, now=now, via=via, reason=reason)
        mine = Deadline.objects.filter(obligation=obligation)
        return _take_back(_still_held(mine, deadline), obligation, [obligation], by, version)


def take_back_of_all(
    *,
    commitment: Commitment,
    seen: int,
    deadline: int,
    reason: str,
    actor: User,
    now: datetime,
    via: str,
) -> Deadline | None:
    """The same for the deadline of every line of a commitment without one of its own."""
    reason = notes.reason("reason", reason)
    with transaction.atomic():
        version = claim(commitment, seen)
        by = Move(actor=actor, now=now, via=via, reason=reason)
        lines = _lock_lines(commitment)
        of_all = Deadline.objects.of_commitment().filter(commitment=commitment)
        return _take_back(_still_held(of_all, deadline), commitment, lines, by, version)


def _still_held(rows: DeadlineQuerySet, key: int) -> Deadline:
    found = rows.current().filter(pk=key).select_related("replaces__meeting").first()
    if found is None:
        raise Stale
    return found


def _take_back(
    held: Deadline,
    of: Commitment | Obligation,
    lines: list[Obligation],
    by: Move,
    version: int,
) -> Deadline | None:
    """A new row says what the one before said. Where the line had none of its own, it has none again."""
    before = held.replaces
    Deadline.objects.filter(pk=held.pk).update(is_current=False)
    new = None
    if before and before.obligation_id == held.obligation_id:
        period = _period(before, by.reason)
        commitment, line = held.commitment, held.obligation
        new = _add(commitment, line, held.purpose, period, by.actor, by.now, replaces=held)
    refresh(lines)
    holds = new or before
    record(
        actor=by.actor,
        at=by.now,
        via=by.via,
        action="deadline.moved",
        of=of,
        before=held.as_event(),
        after=(holds.as_event() if holds else {}) | {"version": version},
        why=by.reason,
    )
    return holds


def _period(deadline: Deadline, reason: str) -> Period:
    """What a deadline says, once more; one that is tied to a meeting follows where that is now."""
    meeting = deadline.meeting
    due = _day_before(meeting) if meeting else deadline.due
    return Period(
        due=due,
        opens=_opens(deadline, due) if due else deadline.opens,
        wording=deadline.wording,
        basis=deadline.basis,
        reason=reason,
        meeting=meeting,
    )


def open_next_review(*, obligation: Obligation, by: Move) -> Deadline | None:
    """After a report was accepted: the next period of the line's review rhythm, if it has one.

    Belongs into the transaction that accepts the report.
    """
    every = obligation.commitment.review_days
    old = holding(obligation).get(Purpose.REVIEW)
    if not every or old is None or old.due is None:
        return None
    today = by.now.astimezone(obligation.party.zone).date()
    due = rules.next_review(due=old.due, every=every, today=today)
    period = Period(due=due, opens=old.due + timedelta(days=1), reason=by.reason)
    return _replace(obligation, old, Purpose.REVIEW, period, by)


def move_meeting(
    *,
    meeting: Meeting,
    starts_on: date | None,
    ends_on: date | None,
    reason: str,
    actor: User | None,
    now: datetime,
    via: str,
    seen: int | None = None,
) -> int:
    """Move a meeting, and with it every deadline that is tied to it. Returns how many moved.

    `seen` is the version of the meeting that the person looked at; None takes the present one.
    Raises `Stale` when somebody changed the meeting since, and `ValidationError` by field for days
    that cannot stand or a reason that is missing.
    """
    reason = notes.reason("reason", reason)
    check_days(starts_on, ends_on)
    by = Move(actor=actor, now=now, via=via, reason=reason)
    with transaction.atomic():
        meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
        if seen not in {None, meeting.version}:
            raise meetings.errors.Stale
        before = {"starts_on": meeting.starts_on, "ends_on": meeting.ends_on}
        meeting.starts_on, meeting.ends_on = starts_on, ends_on
        meeting.version += 1
        meeting.save(update_fields=["starts_on", "ends_on", "version"])
        after = {"starts_on": starts_on, "ends_on": ends_on}
        record(
            actor=actor,
            at=now,
            via=via,
            action="meeting.moved",
            of=meeting,
            before=before,
            after=after,
            why=by.reason,
        )
        return sum(_follow(deadline, meeting, by) for deadline in _tied(meeting))


def effective(obligation: Obligation, purpose: str | None = None) -> Deadline | None:
    """The current deadline that holds for a line: its own before the commitment's, the earliest first."""
    rows = holding(obligation).values()
    return _earliest(row for row in rows if purpose in {None, row.purpose})


def holding(obligation: Obligation) -> dict[str, Deadline]:
    """The current deadlines of a line by purpose."""
    rows = Deadline.objects.current().filter(commitment=obligation.commitment_id)
    return _holding_among(rows, obligation)


def _holding_among(rows: Iterable[Deadline], obligation: Obligation) -> dict[str, Deadline]:
    """Of the current deadlines of a commitment, those that hold for one line."""
    found = {row.purpose: row for row in rows if row.obligation_id is None}
    found |= {row.purpose: row for row in rows if row.obligation_id == obligation.pk}
    return found


def _earliest(rows: Iterable[Deadline]) -> Deadline | None:
    dated = [(row.due, row.pk, row) for row in rows if row.due is not None]
    return min(dated)[2] if dated else None


def refresh(obligations: Iterable[Obligation]) -> None:
    """Write what the current deadlines mean for these lines: the next of them, and its last instant.

    The lines are locked or new, so that nobody reckons them beside us. Their parties are read here, as
    a line may have waited for the change of a time zone. Lines that come to the same are written at
    once.
    """
    lines = list(obligations)
    parties = Party.objects.in_bulk({line.party_id for line in lines})
    current: dict[int, list[Deadline]] = defaultdict(list)
    for row in Deadline.objects.current().filter(
        commitment__in={line.commitment_id for line in lines}
    ):
        current[row.commitment_id].append(row)
    alike: dict[tuple[Deadline | None, datetime | None], list[int]] = defaultdict(list)
    for line in lines:
        next_one = _earliest(_holding_among(current[line.commitment_id], line).values())
        zone = parties[line.party_id].zone
        due_at = end_of_day(next_one.due, zone) if next_one and next_one.due else None
        alike[next_one, due_at].append(line.pk)
    for (next_one, due_at), keys in alike.items():
        Obligation.objects.filter(pk__in=keys).update(next_deadline=next_one, due_at=due_at)


def hold_for_new_lines(commitment: Commitment, parties: Iterable[Party]) -> None:
    """Lock what the `due_at` of new lines is reckoned from, until the transaction ends.

    Whoever moves the deadline of all or changes a time zone meanwhile finds the new lines, too.
    """
    Commitment.objects.select_for_update().get(pk=commitment.pk)
    keys = {party.pk for party in parties}
    list(Party.objects.select_for_update().filter(pk__in=keys).order_by("pk"))


def refresh_party(party: Party) -> None:
    """Reckon the lines of a party anew: its days end at other moments."""
    lines = Obligation.objects.filter(party=party).select_for_update(of=("self",))
    refresh(lines.order_by("pk"))


def check_due(made_at: Meeting, due: date, *, field: str = "due") -> None:
    """Refuse a day that what was promised at a meeting cannot fall due on, beside the field to correct."""
    held = made_at.starts_on
    if held and due <= held:
        words = {"day": day_words(held)}
        raise ValidationError(
            {field: _("Enter a date after %(day)s, the day of the meeting.") % words}
        )
    if due.year > LAST_YEAR:
        raise ValidationError({field: _("Enter a year up to %(year)d.") % {"year": LAST_YEAR}})
    if due.year < FIRST_YEAR:
        raise ValidationError({field: _("Enter a year from %(year)d on.") % {"year": FIRST_YEAR}})


def _opens(old: Deadline | None, due: date) -> date | None:
    """A moved deadline opens when the one before it did, unless that lies behind its end."""
    return old.opens if old and old.opens and old.opens <= due else None


def _day_before(meeting: Meeting) -> date | None:
    return meeting.starts_on - timedelta(days=1) if meeting.starts_on else None


def _tied(meeting: Meeting) -> list[Deadline]:
    rows = Deadline.objects.current().filter(meeting=meeting)
    return list(rows.select_related("commitment", "obligation__party").order_by("pk"))


def _follow(deadline: Deadline, meeting: Meeting, by: Move) -> bool:
    """Move one deadline after its meeting."""
    due = _day_before(meeting)
    if due == deadline.due:
        return False
    period = replace(
        by_meeting(meeting, wording=deadline.wording, reason=by.reason),
        opens=_opens(deadline, due) if due else deadline.opens,
    )
    lines = _lock_lines(deadline.commitment)
    if not Deadline.objects.current().filter(pk=deadline.pk).exists():
        return False  # somebody gave it another day meanwhile
    if deadline.obligation:
        _replace(deadline.obligation, deadline, deadline.purpose, period, by)
    else:
        _replace_of_all(deadline.commitment, deadline, deadline.purpose, period, by)
        refresh(lines)
    return True


def _lock_lines(commitment: Commitment) -> list[Obligation]:
    """A commitment and all its lines, locked in one order, so that nobody reckons `due_at` beside us."""
    Commitment.objects.select_for_update().get(pk=commitment.pk)
    lines = commitment.obligations.select_for_update(of=("self",))
    return list(lines.select_related("party", "commitment").order_by("pk"))


def _replace(
    obligation: Obligation,
    old: Deadline | None,
    purpose: str,
    period: Period,
    by: Move,
    version: int | None = None,
) -> Deadline:
    """Put a new deadline of one line in the place of the one that held; tell it in the log."""
    if old and old.obligation_id:
        Deadline.objects.filter(pk=old.pk, is_current=True).update(is_current=False)
    new = _add(obligation.commitment, obligation, purpose, period, by.actor, by.now, replaces=old)
    refresh([obligation])
    _tell(obligation, old, new, by, version)
    return new


def _replace_of_all(
    commitment: Commitment,
    old: Deadline | None,
    purpose: str,
    period: Period,
    by: Move,
    version: int | None = None,
) -> Deadline:
    """The same for a whole commitment. The caller reckons its lines anew."""
    if old:
        Deadline.objects.filter(pk=old.pk, is_current=True).update(is_current=False)
    new = _add(commitment, None, purpose, period, by.actor, by.now, replaces=old)
    _tell(commitment, old, new, by, version)
    return new


def _tell(
    of: Commitment | Obligation, old: Deadline | None, new: Deadline, by: Move, version: int | None
) -> None:
    record(
        actor=by.actor,
        at=by.now,
        via=by.via,
        action="deadline.moved" if old else "deadline.set",
        of=of,
        before=old.as_event() if old else {},
        after=new.as_event() | ({"version": version} if version else {}),
        why=by.reason,
    )


def _add(
    commitment: Commitment,
    obligation: Obligation | None,
    purpose: str,
    period: Period,
    author: User | None,
    now: datetime,
    *,
    replaces: Deadline | None,
) -> Deadline:
    return Deadline.objects.create(
        commitment=commitment,
        obligation=obligation,
        purpose=purpose,
        opens=period.opens,
        due=period.due,
        wording=period.wording,
        basis=period.basis,
        reason=period.reason,
        meeting=period.meeting,
        author=author,
        created_at=now,
        replaces=replaces,
    )
