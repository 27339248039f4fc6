"""Taking back one's own last deed, as long as nobody has built on it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from commitments.choices import ActionKind, CandidateState
from commitments.models import CandidateDecision, WorkbenchAction
from meetings.models import Report

from .deeds import TABLES, By, Deed, Rows, lock_current, restored
from .services import settle, spans_of

MODELS: dict[str, type[models.Model]] = {table: model for model, table in TABLES.items()}


def last_deed(report: Report, by: By) -> WorkbenchAction | None:
    """The deed that `undo` would take back."""
    return WorkbenchAction.objects.of(report, by.actor).standing().newest_first().first()


def undo(*, report: Report, by: By) -> WorkbenchAction:
    """Take back one's own last deed on a report. Returns what it was.

    Raises `ValidationError` when there is none, when it registered something, and when somebody has
    changed since what it touched: the sentence says who, and what.
    """
    with transaction.atomic():
        lock_current(report)
        action = last_deed(report, by)
        if action is None:
            raise ValidationError(_("There is nothing of yours to take back."))
        if action.kind == ActionKind.REGISTER:
            raise ValidationError(
                _("What is registered is withdrawn on its own page in the register.")
            )
        rows = _rows(action.after)
        _check_untouched(action, rows)
        _put_back(action, rows, Deed(report, by))
        WorkbenchAction.objects.filter(pk=action.pk).update(undone_at=by.now)
        after = {"undone": action.kind}
        record(actor=by.actor, at=by.now, via=by.via, action="text.undone", of=report, after=after)
    return action


def _rows(told: Rows) -> dict[tuple[str, str], Any]:
    """The rows that a deed left, as they are now."""
    found: dict[tuple[str, str], Any] = {}
    for table, rows in told.items():
        stored = MODELS[table]._default_manager.in_bulk([int(key) for key in rows])
        found |= {(table, str(key)): row for key, row in stored.items()}
    return found


def _check_untouched(action: WorkbenchAction, rows: dict[tuple[str, str], Any]) -> None:
    changed = {
        key for key, row in rows.items() if row.version != action.after[key[0]][key[1]]["version"]
    }
    if not changed:
        return
    later = WorkbenchAction.objects.standing().filter(report=action.report_id, pk__gt=action.pk)
    by = next(
        (d for d in later.select_related("actor").order_by("-pk") if _keys(d) & changed), None
    )
    if by is None:
        raise ValidationError(_("What you did has changed since and cannot be taken back."))
    raise ValidationError(
        _("%(who)s has built on it since (%(what)s), so it cannot be taken back.")
        % {"who": by.actor.name, "what": by.get_kind_display()}
    )


def _keys(action: WorkbenchAction) -> set[tuple[str, str]]:
    return {(table, key) for table, rows in action.after.items() for key in rows}


def _put_back(action: WorkbenchAction, rows: dict[tuple[str, str], Any], done: Deed) -> None:
    """Give the rows their earlier values; those that the deed made step back behind what they came from."""
    versions: dict[tuple[str, str, int], int] = {}
    spans = []
    for (table, key), row in rows.items():
        was = action.before.get(table, {}).get(key)
        values = restored(row, was) if was else {"state": CandidateState.REPLACED}
        if isinstance(row, CandidateDecision):
            spans += [*spans_of(row), *(values.get("spans") or [])]
        done.change(row, row.version, **values)
        if was:
            versions[table, key, was["version"]] = row.version
    _renumber(action, versions)
    if spans:
        settle(done, [(start, end) for start, end in spans])


def _renumber(action: WorkbenchAction, versions: dict[tuple[str, str, int], int]) -> None:
    """Rows are again as earlier deeds left them, under new numbers: those deeds can be taken back next."""
    earlier = WorkbenchAction.objects.standing().filter(report=action.report_id, pk__lt=action.pk)
    for deed in earlier:
        found = False
        for table, rows in deed.after.items():
            for key, told in rows.items():
                if number := versions.get((table, key, told["version"])):
                    told["version"], found = number, True
        if found:
            WorkbenchAction.objects.filter(pk=deed.pk).update(after=deed.after)
