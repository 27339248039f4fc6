"""The page of one line: what its party reports, what the secretariat finds, and its time."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Access, access
from accounts.choices import Via
from accounts.requests import Request
from ui.saving import attempt, see_anew, status_of

from . import deadlines, editing, extensions, progress, reading, rules, services
from .choices import ExtensionState, Life, ReportState
from .evidence_forms import FileForm, LinkForm
from .forms import (
    AnswerForm,
    DeadlineForm,
    DecisionForm,
    ExtensionForm,
    LineForm,
    ProgressForm,
    ReopenForm,
    StatusForm,
)
from .history import decisions, newest, since
from .may import answers_for, may_decide_on, may_report, may_write_on
from .models import Commitment, Evidence, Extension, Obligation, ProgressReport
from .values import note_timing

Save = Callable[[dict[str, Any]], str]


@require_GET
@access(Access.OBJECT)
def line(request: Request, reference: str, party: str) -> HttpResponse:
    """One party's part of one commitment."""
    return _page(request, _line(request, reference, party))


@require_POST
@access(Access.OFFICER)
def change_status(request: Request, reference: str, party: str) -> HttpResponse:
    """Say where the line stands, without a report."""
    row = _line(request, reference, party)

    def save(values: dict[str, Any]) -> str:
        saved = services.change_status(
            obligation=row,
            seen=values["version"],
            status=values["status"],
            note=values["note"],
            **_by(request),
        )
        return _("Status saved: %(status)s.") % {"status": saved.get_status_display().lower()}

    return _write(request, row, "status_form", StatusForm(request.POST), save)


@require_POST
@access(Access.OFFICER)
def reopen(request: Request, reference: str, party: str) -> HttpResponse:
    """Unlock a line that is done."""
    row = _line(request, reference, party)

    def save(values: dict[str, Any]) -> str:
        services.reopen(
            obligation=row, seen=values["version"], reason=values["note"], **_by(request)
        )
        return _("Reopened: the line is in progress again.")

    return _write(request, row, "reopen_form", ReopenForm(request.POST), save)


@require_POST
@access(Access.OFFICER)
def move_deadline(request: Request, reference: str, party: str) -> HttpResponse:
    """Set or move the deadline of the line."""
    row = _line(request, reference, party)

    def save(values: dict[str, Any]) -> str:
        deadlines.move(
            obligation=row,
            seen=values["version"],
            due=values["due"],
            reason=values["reason"],
            **_by(request),
        )
        return _("Deadline saved. The earlier one stays on the page; reminders follow the new one.")

    return _write(request, row, "deadline_form", DeadlineForm(request.POST), save)


@require_POST
@access(Access.OFFICER)
def edit_line(request: Request, reference: str, party: str) -> HttpResponse:
    """Change role, owner and sensitivity of the line."""
    row = _line(request, reference, party)

    def save(values: dict[str, Any]) -> str:
        seen = values.pop("version")
        editing.edit_line(obligation=row, seen=seen, values=values, **_by(request))
        return _("Saved.")

    return _write(request, row, "line_form", LineForm.of(row, request.POST), save)


@require_POST
@access(Access.OBJECT)
def report(request: Request, reference: str, party: str) -> HttpResponse:
    """Keep a report as a draft, or send it: the button says which."""
    row = _line(request, reference, party)
    if not may_report(request.user, row, request.now):
        raise PermissionDenied

    def save(values: dict[str, Any]) -> str:
        draft = progress.save_draft(
            obligation=row,
            author=request.user,
            claimed=values["claim"],
            text=values["text"],
            now=request.now,
        )
        if request.POST.get("action") != "send":
            return _("Draft saved. The secretariat reads it when you send it.")
        progress.submit(report=draft, actor=request.user, now=request.now, via=Via.PAGE)
        return _("Report sent. The secretariat reads it next; reminders of this line have stopped.")

    return _write(request, row, "progress_form", ProgressForm(request.POST), save)


@require_POST
@access(Access.OFFICER)
def decide(request: Request, reference: str, party: str, pk: int) -> HttpResponse:
    """Accept a report or return it: the button says which."""
    row = _line(request, reference, party)
    rows = ProgressReport.objects.visible_to(request.user, request.now).for_list()
    found = get_object_or_404(rows.filter(obligation=row), pk=pk)

    def save(values: dict[str, Any]) -> str:
        common = {"report": found, "seen": values["version"], "comment": values["comment"]}
        if request.POST.get("action") == "return":
            progress.send_back(**common, **_by(request))
            return _("Returned. The focal point reads your comment; reminders go on.")
        finding = values["finding"] or found.claim
        progress.accept(**common, finding=finding, **_by(request))
        return _("Accepted.")

    form = DecisionForm(request.POST)
    return _write(request, row, "decision_form", form, save, on=found)


@require_POST
@access(Access.OBJECT)
def ask_extension(request: Request, reference: str, party: str) -> HttpResponse:
    """Ask for more time."""
    row = _line(request, reference, party)
    if not may_report(request.user, row, request.now):
        raise PermissionDenied

    def save(values: dict[str, Any]) -> str:
        extensions.ask(obligation=row, **values, **_by(request))
        return _("Request sent. The deadline holds until the secretariat answers.")

    return _write(request, row, "extension_form", ExtensionForm(request.POST), save)


@require_POST
@access(Access.OFFICER)
def answer_extension(request: Request, reference: str, party: str, pk: int) -> HttpResponse:
    """Grant more time or refuse it: the button says which."""
    row = _line(request, reference, party)
    found = get_object_or_404(Extension.objects.for_list().filter(obligation=row), pk=pk)

    def save(values: dict[str, Any]) -> str:
        if request.POST.get("action") == "refuse":
            extensions.refuse(extension=found, **values, **_by(request))
            return _("Refused. The deadline stays as it is.")
        extensions.grant(extension=found, **values, **_by(request))
        return _("Granted. The deadline has moved; the earlier one stays on the page.")

    return _write(request, row, "answer_form", AnswerForm(request.POST), save, on=found)


def _by(request: Request) -> dict[str, Any]:
    """Who acts, when, and through which door."""
    return {"actor": request.user, "now": request.now, "via": Via.PAGE}


def _write(
    request: Request,
    row: Obligation,
    name: str,
    form: Form,
    save: Save,
    on: ProgressReport | Extension | None = None,
) -> HttpResponse:
    """Save what was typed and go back to the line, or show the page again with everything kept.

    `on` is the report or the request that is decided on.
    """
    seen = form.data.get("version", "")
    if said := attempt(form, save):
        messages.success(request, f"{row.party}: {said}")
        return redirect(row.get_page_url())
    context: dict[str, Any] = {name: form}
    if form.is_stale:  # type: ignore[attr-defined]
        row.refresh_from_db()
        if on is not None:
            return _come_second(request, row, name, form, on)
        context["changed_since"] = since(row, int(seen)) if seen.isdigit() else []
        see_anew(form, row.version)
    return _page(request, row, context, status=status_of(form))


def _come_second(
    request: Request, row: Obligation, name: str, form: Form, on: ProgressReport | Extension
) -> HttpResponse:
    """Somebody decided before: what they decided. Their form is gone, or is that of the next report."""
    on.refresh_from_db()
    if on.state in {ReportState.SUBMITTED, ExtensionState.ASKED}:  # the line alone was changed
        see_anew(form, getattr(on, "version", 0))
        return _page(request, row, {name: form}, status=409)
    about = "report" if isinstance(on, ProgressReport) else "extension"
    said = _("Somebody decided on this before you. Your decision is not saved.")
    if comment := form.data.get("comment", "").strip():
        said += " " + _("You wrote: “%(comment)s”") % {"comment": comment}
    messages.warning(request, said)
    context = {"changed_since": decisions(row, **{about: on.pk})}
    return _page(request, row, context, status=409)


def _line(request: Request, reference: str, party: str) -> Obligation:
    lines = Obligation.objects.visible_to(request.user, request.now).for_detail()
    found: Obligation = get_object_or_404(
        lines, commitment__reference=reference, party__code=party.upper()
    )
    return found


def _page(
    request: Request, row: Obligation, forms: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    note_timing(row, request.now)
    context = {
        "line": row,
        "commitment": row.commitment,
        "holding": deadlines.holding(row).values(),
        "quotes": _quotes(row.commitment),
        "log": newest(row.commitment, [row], user=request.user, now=request.now)[0],
        **_reports(request, row),
        **_extensions(request, row),
        **_officer_forms(request, row),
        **(forms or {}),
    }
    return render(request, "commitments/line.html", context, status=status)


def _quotes(commitment: Commitment) -> list[str]:
    return [row.text for row in reading.current(commitment.quotations.with_text())]


def _reports(request: Request, row: Obligation) -> dict[str, Any]:
    """What was reported on the line, and the forms to report and to decide."""
    visible = ProgressReport.objects.visible_to(request.user, request.now).for_list()
    sent = list(visible.filter(obligation=row).sent().newest_first())
    _with_evidence(request, sent)
    waiting = next((one for one in sent if one.state == ReportState.SUBMITTED), None)
    context: dict[str, Any] = {"reports": sent, "waiting": waiting}
    if waiting and may_decide_on(request.user, waiting):
        initial = {"finding": waiting.claim, "version": waiting.version}
        context["decision_form"] = DecisionForm(initial=initial)
    in_force = row.commitment.life == Life.ACTIVE
    if in_force and may_write_on(row) and may_report(request.user, row, request.now):
        draft = ProgressReport.objects.draft_of(request.user, row)
        _with_evidence(request, [draft] if draft else [])
        initial = {"claim": draft.claim, "text": draft.text} if draft else {}
        context |= {"draft": draft, "progress_form": ProgressForm(initial=initial)}
        context |= {"file_form": FileForm(), "link_form": LinkForm(), "waits": waiting is not None}
        context["on_behalf"] = not answers_for(request.user, row, request.now)
    return context


def _with_evidence(request: Request, reports: list[ProgressReport]) -> None:
    """Put on each report the pieces of evidence that the person may see."""
    by_report: dict[int, list[Evidence]] = {one.pk: [] for one in reports}
    visible = Evidence.objects.visible_to(request.user, request.now).in_order()
    for piece in visible.filter(report__in=reports) if reports else ():
        by_report[piece.report_id].append(piece)
    for one in reports:
        one.shown_evidence = by_report[one.pk]


def _extensions(request: Request, row: Obligation) -> dict[str, Any]:
    rows = list(row.extensions.for_list().newest_first())
    asked = next((one for one in rows if one.state == ExtensionState.ASKED), None)
    context: dict[str, Any] = {"extensions": rows, "asked": asked}
    if asked and request.user.is_secretariat:
        context["answer_form"] = AnswerForm()
    can_ask = may_report(request.user, row, request.now) and may_write_on(row)
    is_open = rules.is_open(status=row.status, life=row.commitment.life)
    if can_ask and is_open and not asked and row.next_deadline:
        context["extension_form"] = ExtensionForm()
    return context


def _officer_forms(request: Request, row: Obligation) -> dict[str, Any]:
    if not request.user.is_secretariat:
        return {}
    version = {"version": row.version}
    forms: dict[str, Form] = {
        "deadline_form": DeadlineForm(initial=version),
        "line_form": LineForm.of(row),
    }
    if may_write_on(row):
        forms["status_form"] = StatusForm(initial={"status": row.status, **version})
    else:
        forms["reopen_form"] = ReopenForm(initial=version)
    return forms
