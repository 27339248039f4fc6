"""Changing many rows: preview, confirm, undo. The rows themselves are written by the sweep (sweep.py)."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from commitments import notes
from commitments.choices import BulkState, ItemState
from commitments.errors import Stale
from commitments.models import BulkEdit, BulkItem

from . import kinds
from .kinds import Kind, Value

MOST_ROWS = 20_000
# How many rows are done while the person waits; more are left to the sweep.
AT_ONCE = 50
KEPT = timedelta(days=1)
_BATCH = 1000

Row = TypeVar("Row")


def preview(
    *, kind: Kind, rows: Any, values: Value, note: str, actor: User, now: datetime
) -> BulkEdit:
    """Freeze which rows are chosen, what stands in each now, and which of them are refused and why.

    `rows` are rows that the actor may see. Raises `ValidationError` when there are none or too many,
    and for a note that is missing or too long.
    """
    note = notes.reason("note", note)
    number = rows.count()
    if not number:
        raise ValidationError(_("No row is chosen. Choose at least one."))
    if number > MOST_ROWS:
        sizes = {"n": number, "most": MOST_ROWS}
        raise ValidationError(
            _("These are %(n)d rows; %(most)d can be changed at once. Add a filter.") % sizes
        )
    # Read first: thousands of rows take seconds, in which nobody else should wait to write.
    items = list(_judged(kind, rows, values, now))
    with transaction.atomic():
        edit = BulkEdit.objects.create(
            kind=kind.key, values=values, note=note, author=actor, created_at=now
        )
        for item in items:
            item.edit = edit
        BulkItem.objects.bulk_create(items, batch_size=_BATCH)
    return edit


def _judged(kind: Kind, rows: Any, values: Value, now: datetime) -> Iterator[BulkItem]:
    facts = kind.facts(values, now)
    for some in _batches(kind.of.many(rows).iterator(chunk_size=_BATCH), _BATCH):
        held = kind.held(some, values)
        for row in some:
            mine = held[row.pk]
            why = kinds.refused(kind, row, mine, values, facts)
            yield BulkItem(
                object_id=row.pk,
                seen=mine.version,
                before=mine.value,
                state=ItemState.REFUSED if why else ItemState.WAITING,
                why=why,
            )


def confirm(*, edit: BulkEdit, actor: User, now: datetime, via: str) -> BulkEdit:
    """Let the rows of one's own preview be changed. Raises `Stale` when that has been done already."""
    rows = edit.items.waiting().count()
    if not rows:
        raise ValidationError(_("None of these rows would change: there is nothing to save."))
    with transaction.atomic():
        mine = BulkEdit.objects.filter(pk=edit.pk, state=BulkState.PREVIEW, author=actor)
        if not mine.update(state=BulkState.APPLYING, confirmed_at=now):
            raise Stale
        _note("bulk.confirmed", edit, rows, actor, now, via, edit.note)
    edit.refresh_from_db()
    return edit


def undo(*, edit: BulkEdit, actor: User, now: datetime, via: str) -> BulkEdit:
    """Let what stood in the changed rows be put back. Raises `Stale` unless the change is through."""
    with transaction.atomic():
        through = BulkEdit.objects.filter(pk=edit.pk, state=BulkState.DONE)
        if not through.update(state=BulkState.UNDOING, undone_by=actor, undone_at=now):
            raise Stale
        changed = BulkItem.objects.filter(edit=edit, state=ItemState.DONE)
        rows = changed.update(state=ItemState.UNDOING)
        if not rows:
            raise ValidationError(_("No row was changed: there is nothing to put back."))
        _note("bulk.undone", edit, rows, actor, now, via, "")
    edit.refresh_from_db()
    return edit


def is_small(edit: BulkEdit) -> bool:
    """Whether what waits is done while the person waits."""
    return edit.items.waiting().count() <= AT_ONCE


def forget_abandoned(*, now: datetime) -> int:
    """Take away previews that nobody confirmed within a day; they changed nothing."""
    keys = list(BulkEdit.objects.abandoned(now - KEPT).values_list("pk", flat=True))
    for key in keys:
        with transaction.atomic():
            mine = BulkEdit.objects.select_for_update().filter(pk=key, state=BulkState.PREVIEW)
            if mine.exists():
                BulkItem.objects.filter(edit=key).delete()
                BulkEdit.objects.filter(pk=key).delete()
    return len(keys)


def _note(
    action: str, edit: BulkEdit, rows: int, actor: User, now: datetime, via: str, why: str
) -> None:
    record(
        actor=actor,
        at=now,
        via=via,
        action=action,
        of=edit,
        after={"kind": edit.kind, "rows": rows},
        why=why,
    )


def _batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """`itertools.batched`, which Python 3.11 does not have."""
    left = iter(rows)
    while some := list(islice(left, size)):
        yield some
