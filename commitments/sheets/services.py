"""What becomes of a sheet: kept when uploaded, compared again when confirmed, applied whole or not at all."""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.choices import Via
from accounts.models import User
from commitments import files, notes
from commitments.choices import SheetState
from commitments.models import SheetImport

from . import parse
from .apply import Refused, apply
from .book import Book
from .compare import Comparison, compare, kind_of
from .parse import Sheet
from .table import By, Problem

logger = logging.getLogger(__name__)
# As many changed rows are written while the person waits (a few seconds); more wait for the tick.
AT_ONCE = 500


class Changed(ValidationError):
    """What would be written is no longer what the person saw."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The register changed after you opened this preview, and nothing is written yet. "
                "Look at what would change now, then apply it."
            ),
            code="stale",
        )


def keep(*, raw: bytes, name: str, actor: User, now: datetime) -> SheetImport:
    """Read a file and keep its rows for the preview. Raises `ValidationError` for `file`."""
    try:
        sheet = parse.read(raw, name)
    except parse.Unreadable as error:
        raise ValidationError({"file": str(error.words)}) from None
    return SheetImport.objects.create(
        actor=actor,
        at=now,
        name=files.flat_name(name),
        sha256=hashlib.sha256(raw).hexdigest(),
        kind=kind_of(sheet),
        cells=sheet.as_json(),
    )


def dry_run(imported: SheetImport, *, user: User, now: datetime) -> Comparison:
    """What a sheet would change at this moment. Writes nothing."""
    return compare(Sheet.from_json(imported.cells), imported.kind, Book(user, now))


def confirm(
    *, imported: SheetImport, seen: str, note: str, actor: User, now: datetime
) -> SheetImport:
    """Apply a sheet, or leave it to the next tick if it changes many rows.

    `seen` is the fingerprint of the preview that the person saw. Confirming twice does nothing more.
    Raises `Changed` when the register has moved on since, `ValidationError` for a note that is missing,
    `Refused` with what is wrong: nothing is written then.
    """
    note = notes.reason("note", note)
    with transaction.atomic():
        imported = SheetImport.objects.select_for_update().get(pk=imported.pk)
        if imported.state != SheetState.PREVIEWED:
            return imported
        found = dry_run(imported, user=actor, now=now)
        _check(found, seen)
        is_large = len(found.changes) > AT_ONCE
        imported.state = SheetState.CONFIRMED
        imported.note, imported.seen, imported.confirmed_at = note, seen, now
        imported.counts = found.counts
        imported.save(update_fields=["state", "note", "seen", "confirmed_at", "counts"])
        if not is_large:
            _write(imported, found, actor, now)
    return imported


def apply_waiting(*, clock: Callable[[], datetime]) -> int:
    """Apply every sheet that was confirmed; how many were. One that fails stops no other.

    Each is applied in one transaction: whoever dies on the way leaves it confirmed and nothing written.
    """
    done = 0
    for pk, language in SheetImport.objects.waiting().values_list("pk", "actor__language"):
        try:
            with translation.override(language):
                done += _apply(pk, clock())
        except Exception:
            logger.exception("The sheet %d could not be applied; it is tried again.", pk)
    SheetImport.objects.forgotten(clock()).delete()
    return done


def _apply(pk: int, now: datetime) -> bool:
    try:
        with transaction.atomic():
            rows = SheetImport.objects.waiting().select_for_update(of=("self",), skip_locked=True)
            imported = rows.filter(pk=pk).select_related("actor").first()
            if imported is None:  # somebody else has it
                return False
            if not imported.actor.is_secretariat:
                raise Refused([Problem(0, "", _("Whoever confirmed it may no longer do so."))])
            found = dry_run(imported, user=imported.actor, now=now)
            try:
                _check(found, imported.seen)
            except ValidationError as error:
                raise Refused([Problem(0, "", words) for words in error.messages]) from None
            _write(imported, found, imported.actor, now)
    except Refused as refused:
        _refuse(pk, refused.problems, now)
    return True


def _check(found: Comparison, seen: str) -> None:
    if found.problems:
        raise Refused(found.problems)
    if not found.changes:
        raise ValidationError(_("The sheet says what the register says: nothing to change."))
    if found.fingerprint != seen:
        raise Changed


def _write(imported: SheetImport, found: Comparison, actor: User, now: datetime) -> None:
    """Write the changes and that they are written. The cells go: from now on the history tells."""
    apply(found, By(imported.note, {"actor": actor, "now": now, "via": Via.PAGE}))
    imported.state, imported.done_at = SheetState.APPLIED, now
    imported.counts, imported.cells = found.counts, {}
    imported.save(update_fields=["state", "done_at", "counts", "cells"])
    record(
        actor=actor,
        at=now,
        via=Via.PAGE,
        action="sheet.applied",
        of=imported,
        after={"kind": imported.kind, "sha256": imported.sha256, **imported.counts},
        why=imported.note,
    )


def _refuse(pk: int, problems: list[Problem], now: datetime) -> None:
    """Say why a confirmed sheet was not applied."""
    SheetImport.objects.filter(pk=pk, state=SheetState.CONFIRMED).update(
        state=SheetState.REFUSED,
        done_at=now,
        cells={},
        problems=[problem.as_json() for problem in problems],
    )


def drop(*, imported: SheetImport) -> None:
    """Throw a sheet away that nobody confirmed. Whatever was confirmed stays."""
    SheetImport.objects.filter(pk=imported.pk, state=SheetState.PREVIEWED).delete()
