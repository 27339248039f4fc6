"""Deciding on a commitment whose words a corrected report changed. Each decision says why, and is told in the log."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from commitments import editing, notes, services
from commitments.choices import RecheckState
from commitments.claims import claim
from commitments.models import Commitment, Quotation, Recheck
from commitments.workbench.deeds import lock

from .moves import Span
from .standing import note_registered


def anchor(
    *,
    recheck: Recheck,
    seen: int,
    words: str,
    note: str,
    actor: User,
    now: datetime,
    via: str,
) -> None:
    """The corrected report still says it: quote these words of it, a quotation a line.

    Raises `ValidationError` by field (`words`, `note`), and `Stale` when somebody has decided already.
    """
    note = notes.reason("note", note)
    report = recheck.report
    spans = _find(report.text, words, recheck.suggested)
    with transaction.atomic():
        lock(report)  # the workbench of the corrected version shows it from now on
        _resolve(recheck, seen, RecheckState.ANCHORED, note, actor, now)
        Quotation.objects.bulk_create(
            Quotation(
                commitment=recheck.commitment,
                report=report,
                start=start,
                end=end,
                operative_start=operative[0] if operative else None,
                operative_end=operative[1] if operative else None,
            )
            for (start, end), operative in spans
        )
        services.refresh_search_text(recheck.commitment)
        note_registered(report=report, actor=actor, now=now)
        _tell(recheck, "commitment.rechecked", note, actor, now, via)


def stay(*, recheck: Recheck, seen: int, note: str, actor: User, now: datetime, via: str) -> None:
    """It stands as it was registered, in the words of the earlier version."""
    note = notes.reason("note", note)
    with transaction.atomic():
        _resolve(recheck, seen, RecheckState.KEPT, note, actor, now)
        _tell(recheck, "commitment.kept", note, actor, now, via)


def withdraw(
    *,
    recheck: Recheck,
    seen: int,
    commitment_seen: int,
    note: str,
    actor: User,
    now: datetime,
    via: str,
) -> None:
    """The corrected report does not say it any more: take the commitment out of force."""
    note = notes.reason("note", note)
    with transaction.atomic():
        _resolve(recheck, seen, RecheckState.WITHDRAWN, note, actor, now)
        editing.withdraw(
            commitment=recheck.commitment,
            seen=commitment_seen,
            reason=note,
            actor=actor,
            now=now,
            via=via,
        )


def replace(
    *,
    recheck: Recheck,
    seen: int,
    commitment_seen: int,
    by: Commitment,
    note: str,
    actor: User,
    now: datetime,
    via: str,
) -> None:
    """Another commitment says what the corrected report says: it takes the place of this one."""
    note = notes.reason("note", note)
    with transaction.atomic():
        _resolve(recheck, seen, RecheckState.REPLACED, note, actor, now)
        editing.replace(
            commitment=recheck.commitment,
            seen=commitment_seen,
            by=by,
            reason=note,
            actor=actor,
            now=now,
            via=via,
        )


def suggested_words(recheck: Recheck) -> str:
    """The words of the corrected report that stand where the quoted ones stood, a quotation a line."""
    text = recheck.report.text
    spans = (found["span"] for found in recheck.suggested)
    return "\n".join(" ".join(text[start:end].split()) for start, end in spans)


def _resolve(
    recheck: Recheck, seen: int, state: str, note: str, actor: User, now: datetime
) -> None:
    claim(
        recheck,
        seen,
        when={"state": RecheckState.OPEN},
        state=state,
        note=note,
        resolved_by=actor,
        resolved_at=now,
    )


def _tell(recheck: Recheck, action: str, note: str, actor: User, now: datetime, via: str) -> None:
    after = {"report": recheck.report_id}
    of = recheck.commitment
    record(actor=actor, at=now, via=via, action=action, of=of, after=after, why=note)


def _find(
    text: str, words: str, suggested: Sequence[dict[str, Any]]
) -> list[tuple[Span, Span | None]]:
    """Where each line of words stands, and the words that govern it. Raises `ValidationError`."""
    lines = [line for line in words.splitlines() if line.strip()]
    if not lines:
        raise ValidationError({"words": _("Quote the words of the corrected report that say it.")})
    found: dict[Span, Span | None] = {}
    for at, line in enumerate(lines):
        near = suggested[at] if at < len(suggested) else {}
        span = _occurrence(text, line, near.get("span"))
        found[span] = _governing(span, near.get("operative"))
    return sorted(found.items())


def _occurrence(text: str, line: str, near: Sequence[int] | None) -> Span:
    """The occurrence of these words that is nearest to where they are expected."""
    pattern = r"\s+".join(map(re.escape, line.split()))
    spans = [match.span() for match in re.finditer(pattern, text)]
    if not spans:
        said = _(
            "These words do not stand in the corrected report: “%(words)s”. Copy them from it."
        )
        raise ValidationError({"words": said % {"words": " ".join(line.split())}})
    expected = near[0] if near else 0
    return min(spans, key=lambda span: abs(span[0] - expected))


def _governing(span: Span, operative: Iterable[int] | None) -> Span | None:
    """The operative words, unless the quotation was chosen so that it holds them itself."""
    if operative is None:
        return None
    start, end = operative
    return None if start < span[1] and end > span[0] else (start, end)
