"""Keeping what the reader found in a report, to be decided on (services.py)."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from commitments.models import CandidateDecision
from meetings.models import Passage, Report
from meetings.reader import types as reader

from .deeds import lock
from .quoting import TITLE_LENGTH, Span

LINE_LENGTH = 250  # of what the reader says in one line


def store_reading(
    *,
    report: Report,
    reading: reader.Reading,
    actor: User | None,
    now: datetime,
    via: str,
) -> list[Passage]:
    """Keep what the reader found in a report: its passages, and its candidates to decide on.

    Raises `ValidationError` when the report has been read already: decisions hang on its passages.
    """
    with transaction.atomic():
        lock(report)
        if not Report.objects.filter(pk=report.pk, read_at=None).update(read_at=now):
            raise ValidationError(_("This report has been read already."))
        report.read_at = now
        passages = store_passages(report, reading)
        CandidateDecision.objects.bulk_create(
            _candidate(found, passages[found.passage]) for found in reading.candidates
        )
        after = {"passage_count": len(passages), "candidate_count": len(reading.candidates)}
        record(actor=actor, at=now, via=via, action="text.read", of=report, after=after)
    return passages


def store_passages(report: Report, reading: reader.Reading) -> list[Passage]:
    """Keep the passages of a reading. The report is locked, and has none yet."""
    rows = Passage.objects.bulk_create(
        Passage(
            report=report,
            number=number,
            start=found.start,
            end=found.end,
            function=found.function,
            operative_start=words[0] if words else None,
            operative_end=words[1] if words else None,
            reason=found.reason[:LINE_LENGTH],
        )
        for number, found in enumerate(reading.passages, start=1)
        for words in [_words(found.operative)]
    )
    items = []
    for row, found in zip(rows, reading.passages, strict=True):
        if found.stem is not None:
            row.stem = rows[found.stem]
            items.append(row)
    Passage.objects.bulk_update(items, ["stem"])
    return rows


def _words(span: Span | None) -> Span | None:
    """The span, if there are words in it: one that is empty must not cost the rest of the reading."""
    return span if span and span[0] < span[1] else None


def _candidate(found: reader.Candidate, passage: Passage) -> CandidateDecision:
    timing = found.timing
    return CandidateDecision(
        passage=passage,
        spans=[list(span) for span in found.spans],
        operative=list(words) if (words := _words(found.operative)) else None,
        title=found.title[:TITLE_LENGTH],
        strength=found.strength,
        parties=list(found.parties),
        contributing=list(found.contributing),
        opens=timing.opens,
        due=timing.due,
        basis=timing.basis,
        wording=timing.wording[:LINE_LENGTH],
        where=list(timing.where) if timing.where else None,
        standing=timing.standing,
        instruments=list(found.instruments),
        confidence=found.confidence,
        why=found.why[:LINE_LENGTH],
    )
