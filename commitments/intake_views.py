"""From a file or a pasted text to a report that is read: the form, and how far the reading is."""

import logging
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import Access, access
from accounts.choices import Via
from accounts.limits import limited
from accounts.requests import Request
from meetings.documents import DocumentError, read_document
from meetings.models import Meeting, Report
from meetings.report_forms import ReportForm
from meetings.services import add_report
from ui.saving import STALE, attempt, see_anew, status_of

from . import intake
from .models import CandidateDecision, Recheck

logger = logging.getLogger(__name__)
USUAL = timedelta(minutes=10)  # the longest text takes two, and waits for one tick
_KEPT = ("title", "source_url", "sensitivity")


@require_http_methods(["GET", "POST"])
@limited("upload")
@access(Access.OFFICER)
def new(request: Request, slug: str) -> HttpResponse:
    """Store the text of a meeting's report, or a corrected version of one, and read it."""
    meeting = get_object_or_404(Meeting, slug=slug)
    if request.method == "GET":
        return _page(request, meeting, ReportForm(initial=_initial(request, meeting)))
    files = request.FILES  # reading it tells whether an upload was dropped (files.LargestUpload)
    form = ReportForm(request.POST, files, too_large=getattr(request, "too_large", False))
    stored: list[Report] = []

    def save(values: dict[str, Any]) -> str:
        stored.append(_store(request, meeting, values))
        return _("Stored.")

    if attempt(form, save):
        return redirect(_read(request, stored[0]))
    if status_of(form) == 409:
        see_anew(form, _newest(meeting))
    return _page(request, meeting, form)


@require_GET
@access(Access.OFFICER)
def reading(request: Request, slug: str) -> HttpResponse:
    """How far the reading of a report is. The page asks again by itself until it is done."""
    rows = Report.objects.current().filter(meeting__slug=slug).defer("raw", "text")
    if language := request.GET.get("language", ""):
        rows = rows.filter(language=language)
    rows = rows.select_related("meeting").order_by("language", "pk")
    report = get_object_or_404(rows[:1])
    found = found_words(report) if report.read_at else ""
    waited = request.now - report.stored_at if report.stored_at else timedelta(0)
    context = {
        "report": report,
        "meeting": report.meeting,
        "found": found,
        "is_late": not report.read_at and waited > USUAL,
    }
    name = "_reading" if request.htmx else "reading"  # type: ignore[attr-defined]
    return render(request, f"commitments/{name}.html", context)


def found_words(report: Report) -> str:
    """What the reader found, and what a corrected version changes in the register."""
    passages = report.passages.count()
    candidates = CandidateDecision.objects.of(report).shown().count()
    said = [
        ngettext("%(n)d passage", "%(n)d passages", passages) % {"n": passages},
        ngettext("%(n)d candidate", "%(n)d candidates", candidates) % {"n": candidates},
    ]
    if flagged := Recheck.objects.open().filter(report=report).count():
        words = ngettext("%(n)d commitment to re-check", "%(n)d commitments to re-check", flagged)
        said.append(words % {"n": flagged})
    return ", ".join(said)


def _store(request: Request, meeting: Meeting, values: dict[str, Any]) -> Report:
    """Take in what was sent. Errors about the text stand beside the field it came in."""
    if not meeting.starts_on:
        raise ValidationError(
            _(
                "Enter the days of the meeting first: “next year” in its report is counted from them."
            )
        )
    upload, text = values.pop("file"), values.pop("text")
    field = "file" if upload else "text"
    raw = upload.read() if upload else text.encode()
    seen = values.pop("version")
    try:
        document = read_document(raw, upload.name if upload else "pasted.txt")
        return add_report(
            meeting=meeting,
            document=document,
            raw=raw,
            language=values.pop("language"),
            seen=seen,
            values=values,
            actor=request.user,
            now=request.now,
            via=Via.PAGE,
        )
    except DocumentError as error:
        raise ValidationError({field: str(error)}) from None
    except ValidationError as error:
        if getattr(error, "code", "") == STALE and (
            same := _sent_before(meeting, raw, seen, values)
        ):
            return same
        raise _beside(field, error) from None


def _sent_before(meeting: Meeting, raw: bytes, seen: int, values: dict[str, Any]) -> Report | None:
    """The text that overtook this one, when it is this one: a button that was pressed twice."""
    rows = Report.objects.current().filter(meeting=meeting, pk__gt=seen)
    rows = rows.filter(raw_sha256=sha256(raw).hexdigest(), source_url=values["source_url"])
    same = {name: values[name] for name in ("sensitivity", "restricted_to")}
    return rows.filter(**same).select_related("meeting").first()


def _beside(field: str, error: ValidationError) -> ValidationError:
    """What is said of the source, said of the field that it came in."""
    if not hasattr(error, "error_dict") or "source" not in error.error_dict:
        return error
    named = {field if name == "source" else name: e for name, e in error.error_dict.items()}
    return ValidationError(named)


def _read(request: Request, report: Report) -> str:
    """Read a text of usual length now; where to go next."""
    if len(report.text) > intake.AT_ONCE:
        return report.get_reading_url()
    try:
        intake.read_report(report=report, actor=request.user, now=request.now, via=Via.PAGE)
    except Exception:  # it is stored; the worker tries again, and the next page says so
        logger.exception("The report %d could not be read at once.", report.pk)
        return report.get_reading_url()
    messages.success(request, _("Stored and read: %(found)s.") % {"found": found_words(report)})
    return f"{reverse('meetings:workbench', args=[report.meeting.slug])}?language={report.language}"


def _initial(request: Request, meeting: Meeting) -> dict[str, Any]:
    """For a corrected version (`?corrects=en`), what is known from the one before."""
    initial: dict[str, Any] = {"version": _newest(meeting)}
    corrected = _corrected(request, meeting)
    if corrected:
        initial |= {name: getattr(corrected, name) for name in _KEPT}
        initial |= {"language": corrected.language, "restricted_to": corrected.restricted_to}
    return initial


def _corrected(request: Request, meeting: Meeting) -> Report | None:
    language = request.GET.get("corrects", "")
    rows = Report.objects.current().filter(meeting=meeting, language=language)
    return rows.select_related("restricted_to", "meeting").defer("raw", "text").first()


def _newest(meeting: Meeting) -> int:
    """The key of the newest text of a meeting; 0 without one."""
    newest = meeting.reports.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def _page(request: Request, meeting: Meeting, form: ReportForm) -> HttpResponse:
    reports = Report.objects.current().filter(meeting=meeting).defer("raw", "text")
    context = {
        "meeting": meeting,
        "form": form,
        "corrected": _corrected(request, meeting),
        "reports": list(reports.select_related("meeting").order_by("language", "pk")),
    }
    return render(request, "commitments/new_report.html", context, status=status_of(form))
