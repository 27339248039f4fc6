"""Showing a quotation inside its report: the paragraph around it, with what else was quoted there."""

from collections.abc import Iterable
from dataclasses import dataclass

from meetings.marking import Mark, Segment, around, paragraphs, segments
from meetings.models import Report

from .models import Commitment, Quotation

QUOTE, OPERATIVE, OTHER = "quote", "operative", "other"


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of a report; context when nothing in it belongs to the commitment."""

    start: int
    segments: list[Segment]
    is_context: bool


def current(quotations: Iterable[Quotation]) -> list[Quotation]:
    """Those on the newest version that is quoted, of each meeting and language.

    When a report is corrected, a commitment keeps its quotations of the earlier version beside the new
    ones: they say what it was registered from.
    """
    rows = list(quotations)
    newest: dict[tuple[int, str], int] = {}
    for row in rows:
        text = row.report.meeting_id, row.report.language
        newest[text] = max(newest.get(text, 0), row.report.version)
    return [
        row
        for row in rows
        if row.report.version == newest[row.report.meeting_id, row.report.language]
    ]


def marks_of(quotations: Iterable[Quotation], commitment: Commitment | None = None) -> list[Mark]:
    """The marks of quotations: those of `commitment` as quote and operative words, all others as other.

    Without a commitment (on the page of a report) every quotation is a quote.
    """
    found = []
    for quotation in quotations:
        own = commitment is None or quotation.commitment_id == commitment.pk
        found.append(
            Mark(quotation.start, quotation.end, QUOTE if own else OTHER, quotation.commitment)
        )
        if own and quotation.operative_start is not None and quotation.operative_end is not None:
            found.append(Mark(quotation.operative_start, quotation.operative_end, OPERATIVE))
    return found


def extent(report: Report, own: list[Quotation]) -> tuple[int, int]:
    """From where to where an excerpt with these quotations reaches."""
    spans = paragraphs(report.text)
    shown = [i for one in own for part in around(spans, one.start, one.end) for i in part]
    return (spans[min(shown)][0], spans[max(shown)][1]) if shown else (0, 0)


def excerpt(report: Report, commitment: Commitment, quotations: list[Quotation]) -> list[Paragraph]:
    """The paragraphs that a commitment quotes, each with its neighbours as context.

    `quotations` are those of its extent that the reader may see, the commitment's own among them.
    """
    spans = paragraphs(report.text)
    marks = marks_of(quotations, commitment)
    inside: set[int] = set()
    beside: set[int] = set()
    for quotation in quotations:
        if quotation.commitment_id == commitment.pk:
            quoted, neighbours = around(spans, quotation.start, quotation.end)
            inside |= set(quoted)
            beside |= set(neighbours)
    return [
        Paragraph(spans[i][0], segments(report.text, *spans[i], marks), i not in inside)
        for i in sorted(inside | beside)
    ]


def whole(report: Report, quotations: list[Quotation]) -> list[Paragraph]:
    """All paragraphs of a report with every quotation marked."""
    marks = marks_of(quotations)
    return [
        Paragraph(start, segments(report.text, start, end, marks), is_context=False)
        for start, end in paragraphs(report.text)
    ]


def others(paragraphs: list[Paragraph]) -> list[Commitment]:
    """The other commitments marked in these paragraphs, each once, in the order of the text."""
    found = {}
    for paragraph in paragraphs:
        for segment in paragraph.segments:
            if not paragraph.is_context and (mark := segment.first(OTHER)):
                found[mark.of.pk] = mark.of
    return list(found.values())
