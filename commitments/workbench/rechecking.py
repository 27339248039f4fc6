"""Candidates in sentences that a correction changed: a commitment of the earlier words waits to be re-checked."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from commitments.choices import LinkKind
from commitments.models import CandidateDecision, Commitment, Recheck
from meetings.models import Report

from .quoting import Span, touches


def waiting(report: Report) -> list[Recheck]:
    """The re-checks that this version of the report asks for and nobody has answered."""
    rows = Recheck.objects.open().filter(report=report)
    return list(rows.select_related("commitment").in_order())


def asking(
    candidate: CandidateDecision, rechecks: Iterable[Recheck], report: Report
) -> Recheck | None:
    """The re-check that is about the words of a candidate, if one is."""
    spans: list[Span] = [(start, end) for start, end in candidate.spans]
    passage = report.text[candidate.passage.start : candidate.passage.end]
    return next((row for row in rechecks if _is_about(row, spans, passage)), None)


def check_answered(candidate: CandidateDecision, instead_of: Commitment | None, kind: str) -> None:
    """Raises `ValidationError` for what may be a commitment that is in the register already.

    It may be accepted in the place of that one.
    """
    report = candidate.passage.report
    found = asking(candidate, waiting(report), report)
    if found is None or (instead_of == found.commitment and kind == LinkKind.REPLACES):
        return
    said = _(
        "The correction changed this sentence of %(reference)s. Re-check that commitment first, or "
        "choose that this one replaces it."
    )
    raise ValidationError(said % {"reference": found.commitment.reference})


def _is_about(recheck: Recheck, spans: list[Span], passage: str) -> bool:
    """By the words that stand where the quoted ones stood; where those are gone, by the sentence."""
    if recheck.suggested:
        places = [(found["span"][0], found["span"][1]) for found in recheck.suggested]
        return any(touches(span, places) for span in spans)
    return passage in recheck.after
