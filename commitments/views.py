"""The pages of the register."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Access, access
from accounts.choices import Via
from accounts.requests import Request
from meetings.models import Party
from ui.lists import ListPage, View

from . import deadlines, reading, services, words
from .choices import Timing
from .errors import Stale
from .filters import CommitmentFilter, LineFilter
from .forms import DeadlineForm, StatusForm
from .history import entries
from .models import Commitment, Deadline, Obligation, Quotation
from .rules import roll_up
from .tables import CommitmentTable, LineTable, note_timing


class CommitmentList(ListPage):
    """Every commitment that the person may see."""

    filterset_class = CommitmentFilter
    table_class = CommitmentTable
    template_name = "commitments/list.html"
    partial_template_name = "commitments/_list.html"

    heading = gettext_lazy("Commitments")
    counted = ngettext_lazy("%(n)s commitment", "%(n)s commitments", "n")
    none_yet = gettext_lazy("No commitments yet")
    none_yet_hint = gettext_lazy("They appear here when a report is entered into the register.")
    none_match = gettext_lazy("No commitment matches these filters")

    def get_queryset(self) -> Any:
        visible = Commitment.objects.visible_to(self.request.user, self.request.now)
        return visible.for_list(self.request.user, self.request.now).soonest_first()

    def get_table_kwargs(self) -> dict[str, Any]:
        return {"now": self.request.now, "parties": list(Party.objects.in_order())}

    def get_views(self) -> Sequence[View]:
        user, now = self.request.user, self.request.now
        lines = Obligation.objects.visible_lines(user, now)
        counts = Commitment.objects.visible_to(user, now).counts_by_timing(lines, now)
        return [
            View(_("All"), "", counts["all"]),
            View(_("Overdue"), "timing=overdue", counts[Timing.OVERDUE]),
            View(_("Due soon"), "timing=soon", counts[Timing.SOON]),
            View(_("No date set"), "timing=none", counts[Timing.NONE]),
        ]


class LineList(ListPage):
    """Every line that the person may see: one party's part of one commitment."""

    filterset_class = LineFilter
    table_class = LineTable

    heading = gettext_lazy("Lines of the parties")
    counted = ngettext_lazy("%(n)s line", "%(n)s lines", "n")
    none_yet = gettext_lazy("No lines yet")
    none_match = gettext_lazy("No line matches these filters")

    def get_queryset(self) -> Any:
        visible = Obligation.objects.visible_to(self.request.user, self.request.now)
        return visible.for_list().soonest_first()

    def get_table_kwargs(self) -> dict[str, Any]:
        return {"now": self.request.now}


@require_GET
@access(Access.OBJECT)
def detail(request: Request, reference: str) -> HttpResponse:
    """One commitment: its words, who owes it, by when, and what happened."""
    commitment = _commitment(request, reference)
    line = _chosen_line(request, commitment, request.GET.get("line", ""))
    forms = _forms(line) if line and request.user.is_secretariat else {}
    return _page(request, commitment, line, forms)


@require_POST
@access(Access.OFFICER)
def change_status(request: Request, reference: str, party: str) -> HttpResponse:
    """Say where the line of a party stands."""
    form = StatusForm(request.POST)

    def save(line: Obligation) -> str:
        seen, status, note = (form.cleaned_data[name] for name in ("version", "status", "note"))
        saved = services.change_status(
            obligation=line, seen=seen, status=status, note=note,
            actor=request.user, now=request.now, via=Via.PAGE,
        )  # fmt: skip
        if saved.done_proposed_by_id:
            return _("Proposed as done. It counts as done when a second person confirms it.")
        return _("Status saved: %(status)s.") % {"status": saved.get_status_display().lower()}

    return _write(request, reference, party, "status_form", form, save)


@require_POST
@access(Access.OFFICER)
def move_deadline(request: Request, reference: str, party: str) -> HttpResponse:
    """Set or move the deadline of the line of a party."""
    form = DeadlineForm(request.POST)

    def save(line: Obligation) -> str:
        seen, due, reason = (form.cleaned_data[name] for name in ("version", "due", "reason"))
        deadlines.move(
            obligation=line, seen=seen, due=due, reason=reason,
            actor=request.user, now=request.now, via=Via.PAGE,
        )  # fmt: skip
        return _(
            "Deadline saved. The earlier one stays in the history; reminders follow the new one."
        )

    return _write(request, reference, party, "deadline_form", form, save)


def _write(
    request: Request,
    reference: str,
    party: str,
    name: str,
    form: Form,
    save: Callable[[Obligation], str],
) -> HttpResponse:
    """Save what was typed and go back to the line, or show the page again with everything kept."""
    commitment = _commitment(request, reference)
    line = get_object_or_404(_lines(request, commitment), party__code=party.upper())
    code = 200
    if form.is_valid():
        try:
            messages.success(request, f"{line.party}: {save(line)}")
            return redirect(line)
        except Stale as error:
            code = 409
            form.data = _seen_anew(form, line)
            form.add_error(None, error)
        except ValidationError as error:
            form.add_error(None, error)
    forms = {**_forms(line), name: form}
    response = _page(request, commitment, line, forms)
    response.status_code = code
    return response


def _seen_anew(form: Form, line: Obligation) -> Any:
    """What was typed, with the version of the line that the page shows from now on."""
    line.refresh_from_db()
    return {**{name: form.data[name] for name in form.data}, "version": line.version}


def _commitment(request: Request, reference: str) -> Commitment:
    visible = Commitment.objects.visible_to(request.user, request.now)
    return get_object_or_404(visible.for_detail(), reference=reference)


def _lines(request: Request, commitment: Commitment) -> Any:
    lines = Obligation.objects.visible_lines(request.user, request.now)
    return lines.filter(commitment=commitment).for_detail()


def _chosen_line(request: Request, commitment: Commitment, code: str) -> Obligation | None:
    lines = list(_lines(request, commitment))
    if len(lines) == 1:
        return lines[0]
    return next((line for line in lines if line.party.code == code.upper()), None)


def _forms(line: Obligation) -> dict[str, Form]:
    version = {"version": line.version}
    initial = {"status": line.status, **version}
    return {
        "status_form": StatusForm(initial=initial),
        "deadline_form": DeadlineForm(initial=version),
    }


def _page(
    request: Request, commitment: Commitment, chosen: Obligation | None, forms: dict[str, Form]
) -> HttpResponse:
    lines = [note_timing(line, request.now) for line in _lines(request, commitment)]
    summary = roll_up((line.status, line.timing_now is Timing.OVERDUE) for line in lines)
    hidden = commitment.obligations.count() > len(lines)
    log = entries(commitment, lines)
    context = {
        "commitment": commitment,
        "lines": lines,
        "chosen": chosen,
        "done": words.done_words(summary, some_hidden=hidden),
        "rest": words.rest_words(summary),
        "owed_by": words.owed_by_words(lines, commitment.meeting, list(Party.objects.in_order())),
        "excerpts": _excerpts(request, commitment),
        "deadlines": _deadlines(commitment, lines),
        "log": log,
        **forms,
    }
    return render(request, "commitments/detail.html", context)


def _excerpts(request: Request, commitment: Commitment) -> list[dict[str, Any]]:
    """Each report that is quoted, its quoted paragraphs, and the other commitments marked there."""
    visible = Commitment.objects.visible_to(request.user, request.now)
    reports = {
        quotation.report for quotation in commitment.quotations.select_related("report__meeting")
    }
    found = []
    for report in sorted(reports, key=lambda report: report.pk):
        rows = Quotation.objects.filter(report=report, commitment__in=visible)
        quotations = list(rows.select_related("commitment").in_text_order())
        paragraphs = reading.excerpt(report, commitment, quotations)
        found.append(
            {
                "report": report,
                "paragraphs": paragraphs,
                "spans": [q for q in quotations if q.commitment_id == commitment.pk],
                "others": reading.others(paragraphs),
            }
        )
    return found


def _deadlines(commitment: Commitment, lines: list[Obligation]) -> list[Deadline]:
    """Every deadline that the person may read, the first and all that came after it."""
    rows = Deadline.objects.filter(commitment=commitment).select_related(
        "author", "obligation__party"
    )
    shown = {line.pk for line in lines} | {None}
    return [row for row in rows.oldest_first() if row.obligation_id in shown]
