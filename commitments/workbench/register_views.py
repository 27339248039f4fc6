"""The last step of a report: what was accepted goes into the register, with its parties and owners."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.choices import Via
from accounts.requests import Request
from commitments.models import CandidateDecision
from meetings.models import Report

from .addresses import Place
from .board import Board
from .deeds import By
from .quoting import quoted
from .register_forms import ForAllForm, Offered, RowForm, rows_of
from .registering import RowError, register_accepted, suggested_references
from .texts import of_current_text, report_of


@require_http_methods(["GET", "POST"])
@access(Access.OFFICER)
@of_current_text
def register(request: Request, slug: str) -> HttpResponse:
    """Every accepted candidate as a row; one press registers those that are ticked, or none of them."""
    report = report_of(request, slug)
    candidates = _accepted(report)
    offered = Offered(report.meeting)
    references = suggested_references(report.meeting, len(candidates))
    data = request.POST if request.method == "POST" else None
    for_all, rows = rows_of(candidates, references, offered, data)
    status = 200
    if data is not None:
        said, status = _register(request, report, for_all, rows)
        if said:
            messages.success(request, said)
            return redirect(Place.asked(report, request.GET).address())
    return _page(request, report, offered, for_all, rows, status)


def _register(
    request: Request, report: Report, for_all: ForAllForm, rows: list[RowForm]
) -> tuple[str, int]:
    """What the person is told; nothing when the forms say why it was not done."""
    chosen = [row for row in rows if row.is_chosen]
    if not all(form.is_valid() for form in (for_all, *chosen)):
        return "", 200
    by = By(request.user, request.now, Via.PAGE)
    try:
        made = register_accepted(report=report, rows=[row.registration() for row in chosen], by=by)
    except RowError as wrong:
        row = next(form for form in chosen if form.candidate.pk == wrong.candidate.pk)
        _say(row, wrong.error)
        return "", 409 if getattr(wrong.error, "code", "") == "stale" else 200
    except ValidationError as error:
        for_all.add_error(None, error)
        return "", 200
    words = {"n": len(made), "first": made[0].reference, "last": made[-1].reference}
    return ngettext(
        "%(first)s is in the register.",
        "%(n)d commitments are in the register: %(first)s to %(last)s.",
        len(made),
    ) % words, 200


def _say(row: RowForm, error: ValidationError) -> None:
    """Put what the service answers beside the field of the row that it is about."""
    if not hasattr(error, "error_dict"):
        row.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        for one in errors:
            row.add_error(name if name in row.fields else None, one)


def _page(
    request: Request,
    report: Report,
    offered: Offered,
    for_all: ForAllForm,
    rows: list[RowForm],
    status: int,
) -> HttpResponse:
    board = Board(Place.asked(report, request.GET))
    context: dict[str, Any] = {
        "board": board,
        "report": report,
        "for_all": for_all,
        "rows": [(row, " … ".join(quoted(report.text, row.candidate.spans))) for row in rows],
        "wrong": [row for row in rows if row.is_bound and row.errors],
        "parties": board.parties,
        "members": offered.members,
        "count": len(rows),
    }
    return render(request, "commitments/workbench/register.html", context, status=status)


def _accepted(report: Report) -> list[CandidateDecision]:
    rows = CandidateDecision.objects.of(report).accepted().in_text_order()
    found = list(rows.select_related("theme", "passage", "earlier"))
    for row in found:
        row.passage.report = report
    return found
