"""Pages of meetings and their reports."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import Access, access
from accounts.requests import Request
from ui.lists import ListPage

from . import services
from .entries import answer, by, typed
from .filters import MeetingFilter
from .forms import MeetingForm
from .models import Meeting, Report
from .tables import MeetingTable


class MeetingList(ListPage):
    """Every meeting, newest first."""

    filterset_class = MeetingFilter
    table_class = MeetingTable
    template_name = "meetings/list.html"

    heading = gettext_lazy("Meetings")
    counted = ngettext_lazy("%(n)s meeting", "%(n)s meetings", "n")
    none_yet = gettext_lazy("No meetings yet")
    none_match = gettext_lazy("No meeting matches this search")

    def get_queryset(self) -> Any:
        return Meeting.objects.for_list().newest_first()


@require_GET
@access(Access.SIGNED_IN)
def detail(request: Request, slug: str) -> HttpResponse:
    """One meeting: when and where, who came, what it published."""
    meetings = Meeting.objects.select_related(
        "chair", "next_meeting", "officer", "previous_meeting"
    )
    meeting = get_object_or_404(meetings.prefetch_related("attended"), slug=slug)
    context = {"meeting": meeting, "reports": _reports(request).filter(meeting=meeting)}
    return render(request, "meetings/detail.html", context)


@require_http_methods(["GET", "POST"])
@access(Access.OFFICER)
def new(request: Request) -> HttpResponse:
    """Enter a meeting that was held or is to come."""

    def save(values: dict[str, Any]) -> str:
        attended = values.pop("attended")
        return services.add_meeting(
            values=values, attended=attended, **by(request)
        ).get_absolute_url()

    return answer(
        request,
        MeetingForm(typed(request)),
        save,
        said=_("The meeting is in the register."),
        heading=_("Add a meeting"),
        button=_("Add the meeting"),
        back=("meetings:list", _("Meetings")),
    )


@require_http_methods(["GET", "POST"])
@access(Access.OFFICER)
def edit(request: Request, slug: str) -> HttpResponse:
    """Everything about a meeting but its days, on which deadlines hang."""
    meeting = get_object_or_404(Meeting, slug=slug)

    def save(values: dict[str, Any]) -> str:
        seen, attended = values.pop("version"), values.pop("attended")
        services.change_meeting(
            meeting=meeting, seen=seen, values=values, attended=attended, **by(request)
        )
        return meeting.get_absolute_url()

    return answer(
        request,
        MeetingForm(typed(request), entry=meeting),
        save,
        said=_("The meeting is saved."),
        heading=_("Edit the meeting"),
        lead=_("Its days are moved on their own page, with a reason: deadlines may follow them."),
        button=_("Save the meeting"),
        back=("meetings:list", _("Meetings")),
    )


@require_GET
@access(Access.OBJECT)
def report(request: Request, slug: str) -> HttpResponse:
    """The text of a report. What higher apps know about it, they show in panels."""
    return render(request, "meetings/report.html", {"report": _report(request, slug)})


@require_GET
@access(Access.OBJECT)
def original(request: Request, slug: str) -> HttpResponse:
    """The bytes as they were published, as a download."""
    found = _report(request, slug)
    name = f"{found.meeting.slug}-{found.language}-v{found.version}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(bytes(found.raw), content_type="application/octet-stream", headers=headers)


def _reports(request: Request) -> Any:
    today = request.now.astimezone(request.user.zone).date()
    return Report.objects.visible_to(request.user, today).current().defer("raw")


def _report(request: Request, slug: str) -> Report:
    rows = (
        _reports(request)
        .filter(meeting__slug=slug)
        .select_related("meeting")
        .order_by("language", "pk")
    )
    return get_object_or_404(rows[:1])
