"""What the register shows on the pages of meetings, reports, parties and instruments."""

from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.requests import Request
from meetings.models import Instrument, Meeting, Party, Report

from . import reading, words
from .models import CandidateDecision, Commitment, Obligation, Quotation, Recheck
from .querysets import CommitmentQuerySet
from .rules import roll_up
from .values import note_timing, soonest

NO_LINES = roll_up([])


def report_text(request: Request, *, report: Report) -> str:
    """The text of a report with what the person may see of the register marked in it."""
    rows = Quotation.objects.visible_to(request.user, request.now).filter(report=report)
    quotations = list(rows.select_related("commitment").in_text_order())
    context = {"paragraphs": reading.whole(report, quotations)}
    return render_to_string("commitments/_report_text.html", context)


def report_commitments(request: Request, *, report: Report) -> str:
    """The commitments that quote a report, in the order of the text."""
    rows = (
        _visible(request).filter(quotations__report=report).order_by("reference", "pk").distinct()
    )
    return render_to_string("commitments/_report_commitments.html", {"commitments": rows})


def report_rechecks(request: Request, *, report: Report) -> str:
    """How many commitments this version changes that nobody has looked at yet."""
    waiting = Recheck.objects.open().visible_to(request.user, request.now).filter(report=report)
    found = waiting.filter(commitment__in=_visible(request)).count()
    context = {"rechecks": found, "meeting": report.meeting}
    return render_to_string("commitments/_report_rechecks.html", context)


def meeting_commitments(request: Request, *, meeting: Meeting) -> str:
    """What came of a meeting: every commitment with its roll-up."""
    found = _with_roll_ups(request, _visible(request).filter(meeting=meeting))
    context = {"meeting": meeting, "commitments": found}
    return render_to_string("commitments/_meeting_commitments.html", context)


def instrument_commitments(request: Request, *, instrument: Instrument) -> str:
    """What carries an instrument out: every commitment that names it, with its roll-up."""
    found = _with_roll_ups(request, _visible(request).filter(instruments=instrument))
    return render_to_string("commitments/_instrument_commitments.html", {"commitments": found})


def meeting_acts(request: Request, *, meeting: Meeting) -> str:
    """The dossier, for everybody; for officers, what comes next, and moving the meeting with its deadlines."""
    acts = []
    if Meeting.objects.earlier_in_series(meeting).exists():
        acts = [(reverse("meetings:dossier", args=[meeting.slug]), _("Dossier"))]
    if not request.user.is_secretariat:
        return _acts(acts)
    acts.append((reverse("meetings:move", args=[meeting.slug]), _("Move the meeting")))
    return _acts(acts, main=_next_step(meeting))


def report_acts(request: Request, *, report: Report, is_current: bool) -> str:
    """For officers, what comes next with a report; and what to do when it is corrected."""
    if not (request.user.is_secretariat and is_current):
        return ""
    address = reverse("meetings:new-report", args=[report.meeting.slug])
    correct = (f"{address}?corrects={report.language}", _("Add a corrected version"))
    bench = (_of(report, "workbench"), _("Workbench"))
    main = _step_of(report)
    acts = [correct] if main and main[0] == bench[0] else [bench, correct]
    return _acts(acts, main=main)


def _next_step(meeting: Meeting) -> tuple[str, str] | None:
    """The address and the words of what an officer does next for a meeting."""
    rows = Report.objects.current().filter(meeting=meeting).defer("raw", "text")
    reports = list(rows.select_related("meeting").order_by("language", "pk"))
    if not reports and meeting.starts_on:
        return reverse("meetings:new-report", args=[meeting.slug]), _("Add its report")
    return next((step for report in reports if (step := _step_of(report))), None)


def _step_of(report: Report) -> tuple[str, str] | None:
    """What is left to do with a report: wait for its reading, decide, register; nothing when it is coded."""
    if not report.read_at:
        return report.get_reading_url(), _("See how far its reading is")
    candidates = CandidateDecision.objects.of(report)
    if report.passages.unconfirmed().exists() or candidates.open().exists():
        return _of(report, "workbench"), _("Decide on its passages")
    if candidates.accepted().exists():
        return _of(report, "workbench-register"), _("Register what was accepted")
    return None


def _of(report: Report, name: str) -> str:
    return f"{reverse(f'meetings:{name}', args=[report.meeting.slug])}?language={report.language}"


def party_acts(request: Request, *, party: Party) -> str:
    """What a party owes, for everybody; changing the party, for officers."""
    acts = [(f"{reverse('commitments:lines')}?party={party.code}", _("Its lines"))]
    if request.user.is_secretariat:
        acts += [
            (reverse("parties:hand-over", args=[party.code]), _("Hand over")),
            (reverse("parties:edit", args=[party.code]), _("Edit")),
        ]
    return _acts(acts)


def instrument_acts(request: Request, *, instrument: Instrument) -> str:
    edit = (reverse("instruments:edit", args=[instrument.slug]), _("Edit"))
    return _acts([edit] if request.user.is_secretariat else [])


def _acts(acts: list[tuple[str, str]], main: tuple[str, str] | None = None) -> str:
    return render_to_string("commitments/_acts.html", {"acts": acts, "main": main})


def _visible(request: Request) -> CommitmentQuerySet:
    return Commitment.objects.visible_to(request.user, request.now)


def _with_roll_ups(request: Request, asked: CommitmentQuerySet) -> list[Any]:
    """These commitments by reference, each with its roll-up in words and its most urgent line."""
    rows = asked.for_list(request.user, request.now).with_lines(request.user, request.now)
    found: list[Any] = list(rows.with_line_count().order_by("reference", "pk"))
    lines = Obligation.objects.visible_lines(request.user, request.now)
    sums = lines.filter(commitment__in=[row.pk for row in found]).roll_ups(request.now)
    for commitment in found:
        summary = sums.get(commitment.pk, NO_LINES)
        some_hidden = commitment.line_count > summary.shown
        commitment.done = words.done_words(summary, some_hidden=some_hidden)
        commitment.rest = words.rest_words(summary)
        commitment.soonest = _soonest(commitment, request.now)
    return found


def _soonest(commitment: Any, now: datetime) -> Obligation | None:
    for line in commitment.lines:
        line.commitment = commitment
        note_timing(line, now)
    return soonest(commitment.lines)
