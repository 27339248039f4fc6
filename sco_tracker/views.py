"""Pages that see every app: the home pages, first steps, and the health of the site."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Access, access
from accounts.choices import Via
from accounts.models import User
from accounts.requests import Request
from commitments.loading import load_meeting
from commitments.models import Commitment, Extension, Obligation, ProgressReport
from commitments.values import note_timing
from meetings.choices import PartyKind
from meetings.models import FocalPoint, Meeting, Party
from meetings.querysets import parties_of
from ui.saving import say_what_to_do

from . import sample, setup
from .forms import FirstAdministratorForm

AHEAD = 8


@require_GET
@access(Access.SIGNED_IN)
def home(request: Request) -> HttpResponse:
    """The first page, by what the person is here for."""
    if request.user.is_administrator and not Meeting.objects.exists():
        return render(request, "sco_tracker/first_run.html", _first_steps())
    today = request.now.astimezone(request.user.zone).date()
    parties = list(parties_of(request.user, today))
    if parties and not request.user.is_secretariat:
        return render(request, "sco_tracker/home_focal_point.html", _mine(request, parties))
    return render(request, "sco_tracker/home_register.html", _register(request))


def _register(request: Request) -> dict[str, Any]:
    """Who is late, what is due, and where each party stands."""
    lines = Obligation.objects.visible_to(request.user, request.now)
    summary = list(lines.summary_by_party(request.now))
    return {
        "commitments": Commitment.objects.visible_to(request.user, request.now).count(),
        "figures": lines.figures(request.now),
        "soon_days": settings.DUE_SOON_DAYS,
        "silent_days": settings.SILENT_DAYS,
        "states": [row for row in summary if row["party__kind"] != PartyKind.ORGAN],
        "organs": [row for row in summary if row["party__kind"] == PartyKind.ORGAN],
        "ahead": _ahead(request, lines),
        **(_awaiting_me(request) if request.user.is_secretariat else {}),
    }


def _awaiting_me(request: Request) -> dict[str, Any]:
    """What waits for an officer: reports to validate, requests for more time, parties with nobody."""
    reports = ProgressReport.objects.visible_to(request.user, request.now).submitted()
    visible = Commitment.objects.visible_to(request.user, request.now)
    today = request.now.astimezone(request.user.zone).date()
    return {
        "waiting": list(reports.for_list().oldest_first()[:AHEAD]),
        "asked": list(Extension.objects.asked().for_list().newest_first()[:AHEAD]),
        "rechecks": visible.to_recheck(request.user, request.now).count(),
        "nobody": list(Party.objects.without_focal_point(today).in_order()),
    }


def _ahead(request: Request, lines: Any) -> list[dict[str, Any]]:
    """What falls due next, a commitment and a day a row."""
    coming = list(lines.coming(request.now, AHEAD))
    rows = Obligation.objects.filter(pk__in=[row["line"] for row in coming]).for_list()
    by_key = {line.pk: note_timing(line, request.now) for line in rows}
    return [{"line": by_key[row["line"]], "count": row["lines"]} for row in coming]


def _mine(request: Request, parties: list[Party]) -> dict[str, Any]:
    """A focal point's own lines, the most urgent first."""
    lines = Obligation.objects.visible_to(request.user, request.now).owed_by(
        request.user, request.now
    )
    rows = [note_timing(line, request.now) for line in lines.for_list().soonest_first()]
    groups = [
        ("returned", _("Returned to you")),
        ("overdue", _("Overdue")),
        ("soon", _("Due soon")),
        ("later", _("Later")),
        ("none", _("Without a date")),
        ("awaiting", _("Sent, awaiting the secretariat")),
        ("closed", _("Nothing to do")),
    ]
    returned = set(ProgressReport.objects.returned_last(lines).values_list("obligation", flat=True))
    found = [
        (key, name, [row for row in rows if _group(row, returned) == key]) for key, name in groups
    ]
    return {
        "parties": parties,
        "groups": [g for g in found if g[2]],
        "figures": lines.figures(request.now),
    }


def _group(line: Obligation, returned: set[int]) -> str:
    """Where a line stands on the page of its focal point; what came back stands first."""
    if line.is_awaiting:
        return "awaiting"
    if line.pk in returned:
        return "returned"
    return line.timing_now.value


def _first_steps() -> dict[str, Any]:
    return {
        "administrator": User.objects.secretariat().order_by("pk").first(),
        "parties": Party.objects.count(),
        "focal_points": FocalPoint.objects.count(),
    }


@require_POST
@access(Access.ADMINISTRATOR)
def load_example(request: Request) -> HttpResponse:
    """Enter the report of the 14th meeting into an empty register."""
    meeting = load_meeting(sample.FILE, now=request.now, via=Via.PAGE, actor=request.user)
    messages.success(request, _("%(meeting)s is in the register.") % {"meeting": meeting})
    return redirect("home")


@require_http_methods(["GET", "POST"])
@access(Access.PUBLIC)
def first_administrator(request: Request, token: str) -> HttpResponse:
    """The one-time address of an empty site: whoever opens it becomes its administrator."""
    if not setup.is_open(token):
        raise Http404
    form = FirstAdministratorForm(request.POST or None)
    say_what_to_do(form)
    if form.is_valid():
        try:
            user = setup.make_administrator(now=request.now, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            login(request, user)
            return redirect("home")
    return render(request, "sco_tracker/first_administrator.html", {"form": form})


@access(Access.PUBLIC)
def live(request: Request) -> HttpResponse:
    """This web process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@access(Access.PUBLIC)
def ready(request: Request) -> HttpResponse:
    """The database answers and has all migrations; a dead worker must not take the pages away."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return HttpResponse(
            "The database does not answer.\n", status=503, content_type="text/plain"
        )
    if waiting:
        return HttpResponse("Migrations are waiting.\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")
