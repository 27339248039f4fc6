"""The workbench: every deed is a form that posts, a page that comes back, and a key that presses its button."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Access, access
from accounts.choices import Via
from accounts.requests import Request
from commitments.choices import ActionKind, LinkKind
from commitments.models import CandidateDecision, Commitment
from meetings.choices import Function
from meetings.models import Passage, Report
from ui.saving import attempt, see_anew, status_of

from . import services
from .addresses import Place
from .board import Board
from .deeds import By
from .forms import (
    AcceptForm,
    AllForm,
    CandidateForm,
    DismissForm,
    FunctionForm,
    MarkForm,
    MergeForm,
    SeenForm,
    SplitForm,
)
from .services import FIELDS, spans_of
from .texts import corrected, of_current_text, report_of
from .undo import last_deed, undo

WRITES = ["GET", "POST"]
MOST_NEWS = 5


@require_GET
@access(Access.OFFICER)
def bench(request: Request, slug: str) -> HttpResponse:
    """The report with its passages, and the candidates of the one that is selected."""
    return show(request, _board(request, report_of(request, slug)))


@require_GET
@access(Access.OFFICER)
def changes(request: Request, slug: str) -> HttpResponse:
    """What others did since the page was shown, asked for by the page itself; nothing when nothing."""
    if shown := corrected(request, slug):
        return render(request, "commitments/workbench/_live.html", {"corrected": shown})
    board = _board(request, report_of(request, slug))
    since, taken_back = _seen(request.GET.get("after", ""))
    newest, taken_back_now = board.actions.news()
    if newest <= since and taken_back_now <= taken_back:
        return HttpResponse(status=204)
    actions = board.actions.select_related("actor")
    new = actions.filter(pk__gt=since).order_by("pk")[:MOST_NEWS]
    undone = actions.exclude(undone_at=None).order_by("-undone_at", "-pk")
    told = {row.pk: row for row in [*new, *undone[: min(taken_back_now - taken_back, MOST_NEWS)]]}
    context = {"others": [row for row in told.values() if row.actor_id != request.user.pk]}
    return render(request, "commitments/workbench/_changes.html", _context(request, board, context))


def _seen(after: str) -> tuple[int, int]:
    """What the page was up to date with (`Board.latest`); nothing when it makes no sense."""
    numbers = [int(n) for n in after.split(".") if n.isascii() and n.isdigit() and len(n) < 18]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0, 0)


@require_POST
@access(Access.OFFICER)
@of_current_text
def accept(request: Request, slug: str, pk: int) -> HttpResponse:
    """A candidate is a commitment; perhaps one that does something to an earlier one."""
    row = _candidate(request, slug, pk)

    def save(values: dict[str, Any]) -> str:
        key, _colon, kind = values["repeat"].partition(":")
        earlier = _earlier(request, key) if key else None
        seen = values["version"]
        services.accept(candidate=row, seen=seen, earlier=earlier, link_kind=kind, by=_by(request))
        return _("Accepted. It waits to be registered.")

    return _press(request, row.passage, AcceptForm(request.POST), save)


@require_POST
@access(Access.OFFICER)
@of_current_text
def reopen(request: Request, slug: str, pk: int) -> HttpResponse:
    row = _candidate(request, slug, pk)

    def save(values: dict[str, Any]) -> str:
        services.reopen(candidate=row, seen=values["version"], by=_by(request))
        return _("Open again.")

    return _press(request, row.passage, SeenForm(request.POST), save)


@require_http_methods(WRITES)
@access(Access.OFFICER)
@of_current_text
def dismiss(request: Request, slug: str, pk: int) -> HttpResponse:
    """A candidate is none: the reason says why."""
    row = _candidate(request, slug, pk)
    form = DismissForm(_typed(request), initial={"version": row.version})

    def save(values: dict[str, Any]) -> str:
        about = {"reason": values["reason"], "function": values["function"]}
        services.dismiss(candidate=row, seen=values["version"], **about, by=_by(request))
        return _("Dismissed.")

    return _answer(request, row, "dismiss", form, save)


@require_http_methods(WRITES)
@access(Access.OFFICER)
@of_current_text
def edit(request: Request, slug: str, pk: int) -> HttpResponse:
    """The quotation, the title, the parties, the deadline of a candidate."""
    row = _candidate(request, slug, pk)
    board = _board(request, row.passage.report, row.passage.number)
    about = _about(board, [passage for passage in board.passages if _is_quoted(row, passage)])
    form = CandidateForm.of(row, _typed(request), **about)

    def save(values: dict[str, Any]) -> str:
        given = {name: values[name] for name in FIELDS}
        services.edit(candidate=row, seen=values["version"], values=given, by=_by(request))
        return _("Saved.")

    return _answer(request, row, "edit", form, save, board)


@require_http_methods(WRITES)
@access(Access.OFFICER)
@of_current_text
def split(request: Request, slug: str, pk: int) -> HttpResponse:
    """Several acts that can be judged apart become a candidate each."""
    row = _candidate(request, slug, pk)
    board = _board(request, row.passage.report, row.passage.number)
    quoted = [passage for passage in board.passages if _is_quoted(row, passage)]
    form = SplitForm(_typed(request), row=row, passages=quoted)

    def save(values: dict[str, Any]) -> str:
        seen, parts = values["version"], values["parts"]
        made = services.split(candidate=row, seen=seen, parts=parts, by=_by(request))
        return _("Split into %(n)d.") % {"n": len(made)}

    return _answer(request, row, "split", form, save, board)


@require_http_methods(WRITES)
@access(Access.OFFICER)
@of_current_text
def merge(request: Request, slug: str, pk: int) -> HttpResponse:
    """Several candidates that are one act become one, with the spans of all."""
    row = _candidate(request, slug, pk)
    rows = CandidateDecision.objects.of(row.passage.report).open().exclude(pk=row.pk)
    others = {other.pk: other for other in rows.select_related("passage").in_text_order()}
    form = MergeForm(_typed(request), row=row, others=others.values())

    def save(values: dict[str, Any]) -> str:
        chosen = [(_with_report(others[key], row), seen) for key, seen in values["others"].items()]
        services.merge(candidates=[(row, values["version"]), *chosen], by=_by(request))
        return _("Merged.")

    return _answer(request, row, "merge", form, save)


@require_http_methods(WRITES)
@access(Access.OFFICER)
@of_current_text
def mark(request: Request, slug: str, number: int) -> HttpResponse:
    """Other words of a passage as a candidate."""
    passage = _passage(request, slug, number)
    board = _board(request, passage.report, number)
    initial = {"parties": ["all"], "version": passage.version}
    form = MarkForm(_typed(request), initial=initial, **_about(board, [passage]))

    def save(values: dict[str, Any]) -> str:
        given = {name: values[name] for name in FIELDS}
        services.mark(passage=passage, seen=values["version"], values=given, by=_by(request))
        return _("Marked. Accept it if it is a commitment.")

    return _answer(request, passage, "mark", form, save, board)


@require_POST
@access(Access.OFFICER)
@of_current_text
def confirm(request: Request, slug: str, number: int) -> HttpResponse:
    """A passage does what the button says."""
    passage = _passage(request, slug, number)

    def save(values: dict[str, Any]) -> str:
        seen, function = values["version"], values["function"]
        services.confirm(passage=passage, seen=seen, function=function, by=_by(request))
        return _("Confirmed: %(function)s.") % {"function": str(Function(function).label).lower()}

    return _press(request, passage, FunctionForm(request.POST), save)


@require_POST
@access(Access.OFFICER)
@of_current_text
def confirm_all(request: Request, slug: str) -> HttpResponse:
    """Every passage without candidates is what its label says."""
    report = report_of(request, slug)

    def save(values: dict[str, Any]) -> str:
        count = services.confirm_all(report=report, seen=values["seen"], by=_by(request))
        return ngettext(
            "%(n)d passage confirmed as labelled.", "%(n)d passages confirmed as labelled.", count
        ) % {"n": count}

    return _press(request, report, AllForm(request.POST), save)


@require_POST
@access(Access.OFFICER)
@of_current_text
def undo_last(request: Request, slug: str) -> HttpResponse:
    """Take back one's own last deed on this report."""
    report = report_of(request, slug)

    def save(values: dict[str, Any]) -> str:
        action = undo(report=report, by=_by(request))
        return _("Taken back: you %(what)s.") % {"what": action.get_kind_display()}

    return _press(request, report, Form(request.POST), save)


# What all of them share --------------------------------------------------------------------------


def show(
    request: Request, board: Board, *, panel: str = "", status: int = 200, **context: Any
) -> HttpResponse:
    """The workbench; to htmx only what stands between the head and the foot of the page."""
    htmx = getattr(request, "htmx", None)
    part = htmx and not htmx.history_restore_request
    template = "commitments/workbench/_main.html" if part else "commitments/workbench/page.html"
    context |= {"panel": panel}
    response = render(request, template, _context(request, board, context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _context(request: Request, board: Board, more: dict[str, Any]) -> dict[str, Any]:
    last = last_deed(board.report, _by(request))
    if last and last.kind == ActionKind.REGISTER:
        last = None  # what is registered is withdrawn in the register
    return {
        "board": board,
        "report": board.report,
        "last": last,
        "functions": Function.choices,
        "link_kinds": LinkKind.choices,
        **more,
    }


def _press(
    request: Request,
    about: Passage | Report,
    form: Form,
    save: Callable[[dict[str, Any]], str],
) -> HttpResponse:
    """A button: do it, say what became of it, and show the page as it is now."""
    if said := attempt(form, save):
        messages.success(request, said)
    else:
        for error in dict.fromkeys(str(e) for errors in form.errors.values() for e in errors):
            messages.error(request, error)
    return redirect(_address(request, about))


def _answer(
    request: Request,
    about: CandidateDecision | Passage,
    panel: str,
    form: Form,
    save: Callable[[dict[str, Any]], str],
    board: Board | None = None,
) -> HttpResponse:
    """A form: do it and go back to the passage, or show it again with all that was typed."""
    passage = about.passage if isinstance(about, CandidateDecision) else about
    if form.is_bound and (said := attempt(form, save)):
        messages.success(request, said)
        return redirect(_address(request, passage))
    if status_of(form) == 409:
        about.refresh_from_db(fields=["version"])
        see_anew(form, about.version)
    board = _board(request, passage.report, passage.number)
    card = next((c for c in board.cards if c.row.pk == about.pk), None) if panel != "mark" else None
    context = {"form": form, "card": card}
    return show(request, board, panel=panel, status=status_of(form), **context)


def _address(request: Request, about: Passage | Report) -> str:
    """The workbench at a passage, or where it was."""
    if isinstance(about, Passage):
        return Place.asked(about.report, request.GET, about.number).address()
    return Place.asked(about, request.GET).address()


def _board(request: Request, report: Report, number: int | None = None) -> Board:
    return Board(Place.asked(report, request.GET, number))


def _about(board: Board, passages: list[Passage]) -> dict[str, Any]:
    return {"report": board.report, "passages": passages, "parties": board.parties}


def _is_quoted(row: CandidateDecision, passage: Passage) -> bool:
    return any(a < passage.end and b > passage.start for a, b in spans_of(row))


def _earlier(request: Request, key: str) -> Commitment:
    found = Commitment.objects.visible_to(request.user, request.now).filter(pk=int(key[:18]))
    if (earlier := found.first()) is None:
        raise ValidationError(_("There is no commitment with this reference."))
    return earlier


def _candidate(request: Request, slug: str, pk: int) -> CandidateDecision:
    """A candidate of the report that the page shows; one that was split or merged is gone."""
    report = report_of(request, slug)
    rows: QuerySet[CandidateDecision] = CandidateDecision.objects.of(report)
    row = get_object_or_404(rows.select_related("passage", "theme", "decided_by"), pk=pk)
    row.passage.report = report
    return row


def _passage(request: Request, slug: str, number: int) -> Passage:
    report = report_of(request, slug)
    passage = get_object_or_404(Passage, report=report, number=number)
    passage.report = report
    return passage


def _with_report(row: CandidateDecision, other: CandidateDecision) -> CandidateDecision:
    row.passage.report = other.passage.report
    return row


def _typed(request: Request) -> Any:
    return request.POST if request.method == "POST" else None


def _by(request: Request) -> By:
    return By(request.user, request.now, Via.PAGE)
