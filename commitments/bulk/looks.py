"""How a change of many rows looks: its figures, its tabs, and each row from what to what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from commitments.choices import BulkState, ItemState
from commitments.models import BulkEdit, BulkItem

from .kinds import Kind

# Rows that stand as they stood before.
_AS_BEFORE = {ItemState.REFUSED, ItemState.SKIPPED, ItemState.UNDONE}
# Settled rows by what the change is doing or has done.
_ICONS = {
    ItemState.DONE: "check",
    ItemState.UNDONE: "undo-2",
    ItemState.SKIPPED: "triangle-alert",
    ItemState.LEFT: "triangle-alert",
    ItemState.REFUSED: "minus",
    ItemState.WAITING: "clock",
    ItemState.UNDOING: "clock",
}


@dataclass(frozen=True)
class Figures:
    """How many rows are chosen, concerned, settled, and left out on the way."""

    chosen: int
    concerned: int
    settled: int
    changed: int
    left_out: int
    refused: int


def figures(edit: BulkEdit, counts: dict[str, int]) -> Figures:
    """The figures of what goes on now: of the undoing, once that has begun."""
    is_undo = edit.state in {BulkState.UNDOING, BulkState.UNDONE}
    changed = counts[ItemState.UNDONE if is_undo else ItemState.DONE]
    left_out = counts[ItemState.LEFT if is_undo else ItemState.SKIPPED]
    waiting = counts[ItemState.UNDOING if is_undo else ItemState.WAITING]
    return Figures(
        chosen=sum(counts.values()),
        concerned=changed + left_out + waiting,
        settled=changed + left_out,
        changed=changed,
        left_out=left_out,
        refused=counts[ItemState.REFUSED],
    )


def tabs(counts: dict[str, int], state: str) -> list[tuple[str, str, int, bool]]:
    """A value, a label, a count, and whether it is shown: one for each state that rows are in."""
    return [
        (value, str(label), counts[value], value == state)
        for value, label in ItemState.choices
        if counts[value]
    ]


def rows(
    edit: BulkEdit, kind: Kind, items: Sequence[BulkItem], user: User, now: datetime
) -> list[dict[str, Any]]:
    """What the page shows of each row, in a few queries for any number."""
    found = kind.of.visible_to(user, now).in_bulk([item.object_id for item in items])
    before = kind.words([item.before for item in items])
    after = kind.words([item.after or edit.values for item in items])
    return [
        {
            "item": item,
            "row": found.get(item.object_id),
            "address": kind.of.address(found[item.object_id]) if item.object_id in found else "",
            "before": was,
            "after": "" if item.state in _AS_BEFORE else becomes,
            "icon": _ICONS[ItemState(item.state)],
        }
        for item, was, becomes in zip(items, before, after, strict=True)
    ]
