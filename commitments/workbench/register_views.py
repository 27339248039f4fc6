"""The last step of a report: what was accepted goes into the register, with its parties and owners."""

import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.choices import Via
from accounts.requests import Request
from commitments.models import CandidateDecision, Commitment
from meetings.models import Report
from ui.saving import STALE

from .addresses import Place
from .board import Board
from .deeds import By
from .quoting import quoted
from .register_forms import ForAllForm, Offered, RowForm, rows_of
from .registering import RowError, register_accepted, suggested_references
from .texts import of_current_text, report_of

# One form takes a thousand fields, and a row has eleven. The rest is registered after them.
MOST_ROWS = 80
_TICKED = re.compile(r"c(\d{1,18})-chosen")


@require_http_methods(["GET", "POST"])
@access(Access.OFFICER)
@of_current_text
def register(request: Request, slug: str) -> HttpResponse:
    """Every accepted candidate as a row; one press registers those that are ticked, or none of them."""
    report = report_of(request, slug)
    data = request.POST if request.method == "POST" else None
    offered = Offered(report.meeting)
    for_all, rows = _forms(report, offered, data)
    if data is None:
        return _page(request, report, offered, for_all, rows)
    done, wrong = _register(request, report, for_all, rows)
    if wrong and _is_stale(wrong.error):
        # Somebody was quicker, perhaps this person's own second press: see what waits now.
        for_all, rows = _forms(report, offered, data, see_anew=True)
    gone = _gone(report, data, rows)
    if done or (gone and not any(row.is_chosen for row in rows)):
        _tell(request, done, gone)
        return redirect(Place.asked(report, request.GET).address())
    for row in rows:
        if wrong and row.candidate == wrong.candidate:
            _say(row, wrong.error)
    status = 409 if wrong and _is_stale(wrong.error) else 200
    return _page(request, report, offered, for_all, rows, status)


def _forms(
    report: Report, offered: Offered, data: QueryDict | None, *, see_anew: bool = False
) -> tuple[ForAllForm, list[RowForm]]:
    """The forms of the page, or of those rows that were sent.

    `see_anew`: they take the versions of now, so that sending again can succeed.
    """
    accepted = _accepted(report)
    sent = [row for row in accepted if data is not None and f"c{row.pk}-version" in data]
    candidates = accepted[:MOST_ROWS] if data is None else sent
    references = suggested_references(report.meeting, len(candidates))
    if data is not None and see_anew:
        data = data.copy()
        for row in candidates:
            data[f"c{row.pk}-version"] = str(row.version)
    return rows_of(candidates, references, offered, data)


def _register(
    request: Request, report: Report, for_all: ForAllForm, rows: list[RowForm]
) -> tuple[list[Commitment], RowError | None]:
    """What was registered, or the row that cannot stand; neither when the forms say why."""
    chosen = [row for row in rows if row.is_chosen]
    if not all(form.is_valid() for form in (for_all, *chosen)):
        return [], None
    by = By(request.user, request.now, Via.PAGE)
    try:
        entries = [row.registration() for row in chosen]
        return register_accepted(report=report, rows=entries, by=by), None
    except RowError as wrong:
        return [], wrong
    except ValidationError as error:
        for_all.add_error(None, error)
        return [], None


def _is_stale(error: ValidationError) -> bool:
    return getattr(error, "code", "") == STALE


def _gone(report: Report, data: QueryDict, rows: list[RowForm]) -> list[CandidateDecision]:
    """What was ticked on the page and waits no more: it is registered, or was opened again."""
    ticked = {int(found[1]) for name in data if (found := _TICKED.fullmatch(name))}
    left = CandidateDecision.objects.of(report).filter(
        pk__in=ticked - {row.candidate.pk for row in rows}
    )
    return list(left.select_related("commitment").in_text_order())


def _tell(request: Request, done: list[Commitment], gone: list[CandidateDecision]) -> None:
    """What is in the register now, by this press or another, and what is not."""
    there = [*done, *(row.commitment for row in gone if row.commitment)]
    if there:
        references = sorted(row.reference for row in there)
        words = {"n": len(there), "first": references[0], "last": references[-1]}
        said = ngettext(
            "%(first)s is in the register.",
            "%(n)d commitments are in the register: %(first)s to %(last)s.",
            len(there),
        )
        messages.success(request, said % words)
    if left := [row.title for row in gone if not row.commitment]:
        said = _("Not registered, since somebody opened it again meanwhile: %(titles)s.")
        messages.warning(request, said % {"titles": "; ".join(left)})


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
    status: int = 200,
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
        "count": board.accepted,
    }
    return render(request, "commitments/workbench/register.html", context, status=status)


def _accepted(report: Report) -> list[CandidateDecision]:
    rows = CandidateDecision.objects.of(report).accepted().in_text_order()
    found = list(rows.select_related("theme", "passage", "earlier__theme"))
    for row in found:
        row.passage.report = report
    return found
