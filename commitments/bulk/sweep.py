"""Doing the rows of confirmed changes one by one, and putting them back one by one.

Each row is one transaction: it takes the row of the change by its state, writes through the service
of a single change, and keeps what came of it. Whoever dies in between leaves the row as it was, and
the next sweep does it; two sweeps at once do each row once.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from commitments import ticks
from commitments.choices import NOTE_LENGTH, BulkState, ItemState
from commitments.errors import Stale
from commitments.models import BulkEdit, BulkItem

from . import kinds
from .kinds import By, Held, Kind

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]
# How many rows one tick does: other ticks wait for the same workers.
AT_A_TICK = 500


def sweep(*, clock: Clock, via: str, most: int = AT_A_TICK) -> bool:
    """Do up to `most` rows of whatever waits. True when there may be more."""
    for edit in BulkEdit.objects.moving().select_related("author", "undone_by"):
        with translation.override(_person(edit).language):
            most -= run(edit, clock=clock, via=via, most=most)
        if most <= 0:
            return True
    return False


def nudge() -> None:
    """Ask for a sweep now. A request that is lost costs time only: the next tick sweeps anyway."""
    ticks.ask_for("commitments.bulk")


def run(edit: BulkEdit, *, clock: Clock, via: str, most: int) -> int:
    """Do up to `most` rows of one change, and close it when none is left. How many were tried."""
    tried = list(edit.items.waiting().in_order()[:most])
    for item in tried:
        _attempt(edit, item, clock(), via)
    if len(tried) < most:
        _close(edit)
    return len(tried)


def _close(edit: BulkEdit) -> None:
    ends = {BulkState.APPLYING: BulkState.DONE, BulkState.UNDOING: BulkState.UNDONE}
    for now, then in ends.items():
        rows = BulkEdit.objects.filter(pk=edit.pk, state=now)
        rows.exclude(items__in=edit.items.waiting()).update(state=then)


def _attempt(edit: BulkEdit, item: BulkItem, now: datetime, via: str) -> None:
    """One row, in a transaction of its own. What cannot be done is left out and says why."""
    try:
        with transaction.atomic():
            if item.state == ItemState.WAITING:
                _change(edit, item, now, via)
            else:
                _put_back(edit, item, now, via)
    except Stale:
        _leave_out(item, _changed_by_somebody(item))
    except ValidationError as error:
        _leave_out(item, " ".join(error.messages))
    except OperationalError:
        raise  # the database is away or busy: the next tick tries again
    except Exception:
        logger.exception("Row %d of the change %d failed.", item.object_id, edit.pk)
        _leave_out(item, _("It could not be saved. An administrator finds the cause in the log."))


def _change(edit: BulkEdit, item: BulkItem, now: datetime, via: str) -> None:
    if not _take(item, ItemState.DONE):
        return
    kind = kinds.get(edit.kind)
    row = _row(kind, edit, item, now)
    held = _held(kind, edit, row)
    if held != Held(item.seen, item.before):
        raise Stale
    if why := kinds.refused(kind, row, held, edit.values, kind.facts(edit.values, now)):
        raise ValidationError(why)
    by = By(edit.author, now, via, edit.note)
    kind.change(row, held.version, edit.values, by)
    after = _held(kind, edit, _row(kind, edit, item, now))
    BulkItem.objects.filter(pk=item.pk).update(after=after.value, reached=after.version)


def _put_back(edit: BulkEdit, item: BulkItem, now: datetime, via: str) -> None:
    if not _take(item, ItemState.UNDONE):
        return
    kind = kinds.get(edit.kind)
    row = _row(kind, edit, item, now)
    if why := kinds.is_locked(row):
        raise ValidationError(why)
    held = _held(kind, edit, row)
    if item.after is None or held != Held(item.reached or 0, item.after):
        raise Stale
    note = _("Undone: %(note)s") % {"note": edit.note}
    by = By(_person(edit), now, via, note[:NOTE_LENGTH])
    kind.put_back(row, held.version, item.before, item.after, by)


def _take(item: BulkItem, then: str) -> bool:
    """Whether this row is ours: no other sweep has done it, and none can until we are through."""
    return bool(BulkItem.objects.filter(pk=item.pk, state=item.state).update(state=then))


def _leave_out(item: BulkItem, why: str) -> None:
    left = ItemState.SKIPPED if item.state == ItemState.WAITING else ItemState.LEFT
    BulkItem.objects.filter(pk=item.pk, state=item.state).update(state=left, why=why)


def _changed_by_somebody(item: BulkItem) -> str:
    if item.state == ItemState.WAITING:
        return _("Somebody changed it after the preview.")
    return _("Somebody changed it since.")


def _row(kind: Kind, edit: BulkEdit, item: BulkItem, now: datetime) -> Any:
    """The row as it stands, as long as the person may see and change it."""
    person = _person(edit)
    rows = kind.of.visible_to(person, now).filter(pk=item.object_id)
    row = rows.first() if person.is_active and person.is_secretariat else None
    if row is None:
        words = {"name": person.name}
        raise ValidationError(_("%(name)s may not change it any more.") % words)
    return row


def _held(kind: Kind, edit: BulkEdit, row: Any) -> Held:
    return kind.held([row], edit.values)[row.pk]


def _person(edit: BulkEdit) -> User:
    """Who changes: whoever confirmed, or whoever undoes."""
    return edit.undone_by or edit.author
