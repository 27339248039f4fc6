"""Evidence: added to and removed from a draft, and handed out to those who may read it."""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Access, access
from accounts.choices import Via
from accounts.limits import limited
from accounts.requests import Request
from ui.saving import say_what_to_do

from . import evidence as services
from . import files
from .choices import EvidenceKind
from .evidence_forms import FileForm, LinkForm
from .may import may_report
from .models import Evidence, ProgressReport

logger = logging.getLogger(__name__)
# What somebody sent in runs nowhere, is guessed at by no browser, and stays in no cache.
_HARMLESS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


@require_safe
@access(Access.OBJECT)
def download(request: Request, pk: int) -> HttpResponseBase:
    """The bytes of a file, to save and not to show."""
    found = Evidence.objects.visible_to(request.user, request.now).filter(kind=EvidenceKind.FILE)
    evidence = get_object_or_404(found.select_related("file"), pk=pk)
    assert evidence.file
    try:
        content = files.path_of(evidence.file).open("rb")
    except OSError:
        logger.error("The file of evidence %d cannot be read.", evidence.pk)
        context = {"evidence": evidence}
        return render(request, "commitments/evidence_missing.html", context, status=404)
    kind = evidence.file.content_type
    response = FileResponse(content, as_attachment=True, filename=evidence.name, content_type=kind)
    for name, value in _HARMLESS.items():
        response.headers[name] = value
    return response


@require_POST
@limited("upload")
@access(Access.OBJECT)
def add_file(request: Request, pk: int) -> HttpResponse:
    """Add a file to one's own draft."""
    report = _own_report(request, pk)
    form = FileForm(request.POST, request.FILES)

    def save() -> str:
        typed = form.cleaned_data
        made = services.add_file(
            report=report, upload=typed["file"], name=typed["name"],
            sensitivity=typed["sensitivity"], actor=request.user, now=request.now, via=Via.PAGE,
        )  # fmt: skip
        return _("Added: %(name)s.") % {"name": made.name}

    # Larger than any file may be, so nothing of it was kept (files.LargestUpload).
    if getattr(request, "too_large", False):
        form.errors.pop("file", None)
        form.add_error("file", files.too_large_words())
    return _write(request, report, form, save)


@require_POST
@access(Access.OBJECT)
def add_link(request: Request, pk: int) -> HttpResponse:
    """Add a link to one's own draft."""
    report = _own_report(request, pk)
    form = LinkForm(request.POST)

    def save() -> str:
        made = services.add_link(
            report=report, **form.cleaned_data,
            actor=request.user, now=request.now, via=Via.PAGE,
        )  # fmt: skip
        return _("Added: %(name)s.") % {"name": made.name}

    return _write(request, report, form, save)


@require_POST
@access(Access.OBJECT)
def remove(request: Request, pk: int) -> HttpResponse:
    """Take a file or a link off one's own draft."""
    visible = Evidence.objects.visible_to(request.user, request.now)
    evidence = get_object_or_404(visible, pk=pk)
    report = _own_report(request, evidence.report_id)
    try:
        services.remove(evidence=evidence, actor=request.user, now=request.now, via=Via.PAGE)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Removed: %(name)s.") % {"name": evidence.name})
    return redirect(report.obligation.get_page_url())


def _write(
    request: Request, report: ProgressReport, form: Any, save: Callable[[], str]
) -> HttpResponse:
    """Save and go back to the report, or show the form again with everything kept."""
    say_what_to_do(form)
    if form.is_valid():
        try:
            messages.success(request, save())
            return redirect(report.obligation.get_page_url())
        except ValidationError as error:
            form.add_error(None, error)
    line = report.obligation
    context = {"form": form, "line": line, "back": line.get_page_url()}
    return render(request, "commitments/evidence_form.html", context)


def _own_report(request: Request, pk: int) -> ProgressReport:
    """A report by the person, on a line that they still answer for; 404 otherwise."""
    user, now = request.user, request.now
    own = ProgressReport.objects.visible_to(user, now).filter(author=user)
    lines = own.select_related("obligation__commitment", "obligation__party")
    report = get_object_or_404(lines, pk=pk)
    if not may_report(user, report.obligation, now):
        raise Http404
    return report
