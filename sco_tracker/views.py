"""Pages that see every app: the home pages, first steps, and the health of the site."""

from typing import Any

from allauth.account.utils import perform_login
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Access, access
from accounts.asking import today_of
from accounts.choices import Via
from accounts.models import User
from accounts.requests import Request
from commitments.loading import load_meeting
from meetings.models import FocalPoint, Meeting, Party
from meetings.querysets import parties_of
from ui.saving import say_what_to_do

from . import homes, sample, setup
from .forms import FirstAdministratorForm


@require_GET
@access(Access.SIGNED_IN)
def home(request: Request) -> HttpResponse:
    """The first page, by what the person is here for."""
    if request.user.is_administrator and not Meeting.objects.exists():
        return render(request, "sco_tracker/first_run.html", _first_steps())
    if request.user.is_secretariat:
        return render(request, "sco_tracker/home_secretariat.html", homes.secretariat(request))
    today = today_of(request.user, request.now)
    if parties := list(parties_of(request.user, today)):
        context = homes.focal_point(request, parties)
        return render(request, "sco_tracker/home_focal_point.html", context)
    return render(request, "sco_tracker/home_reader.html", homes.reader(request))


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
            return perform_login(request, user, redirect_url=reverse("home"))
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
