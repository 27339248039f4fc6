"""What the register shows on the pages of meetings and reports."""

from typing import Any

from django.template.loader import render_to_string

from accounts.requests import Request
from meetings.models import Meeting, Report

from . import reading, words
from .models import Commitment, Obligation, Quotation
from .rules import roll_up
from .tables import note_timing, soonest


def report_text(request: Request, *, report: Report) -> str:
    """The text of a report with what the person may see of the register marked in it."""
    rows = Quotation.objects.filter(report=report, commitment__in=_visible(request))
    quotations = list(rows.select_related("commitment").in_text_order())
    context = {"paragraphs": reading.whole(report, quotations)}
    return render_to_string("commitments/_report_text.html", context)


def report_commitments(request: Request, *, report: Report) -> str:
    """The commitments that quote a report, in the order of the text."""
    rows = (
        _visible(request).filter(quotations__report=report).order_by("reference", "pk").distinct()
    )
    return render_to_string("commitments/_report_commitments.html", {"commitments": rows})


def meeting_commitments(request: Request, *, meeting: Meeting) -> str:
    """What came of a meeting: every commitment with its roll-up."""
    rows = _visible(request).filter(meeting=meeting).for_list(request.user, request.now)
    rows = rows.with_line_count().order_by("reference", "pk")
    found = [_summed(row, request) for row in rows]
    context = {"meeting": meeting, "commitments": found}
    return render_to_string("commitments/_meeting_commitments.html", context)


def _visible(request: Request) -> Any:
    return Commitment.objects.visible_to(request.user, request.now)


def _summed(commitment: Any, request: Request) -> Any:
    lines: list[Obligation] = commitment.lines
    for line in lines:
        line.commitment = commitment
        note_timing(line, request.now)
    summary = roll_up((line.status, line.timing_now == "overdue") for line in lines)
    some_hidden = commitment.line_count > len(lines)
    commitment.done = words.done_words(summary, some_hidden=some_hidden)
    commitment.rest = words.rest_words(summary)
    commitment.soonest = soonest(lines)
    return commitment
