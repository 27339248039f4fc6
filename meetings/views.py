"""Pages of meetings and their reports."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import Access, access
from accounts.requests import Request
from ui.lists import ListPage

from .filters import MeetingFilter
from .models import Meeting, Report
from .tables import MeetingTable


class MeetingList(ListPage):
    """Every meeting, newest first."""

    filterset_class = MeetingFilter
    table_class = MeetingTable

    heading = _("Meetings")
    counted = ngettext_lazy("%(n)s meeting", "%(n)s meetings", "n")
    none_yet = _("No meetings yet")
    none_match = _("No meeting matches this search")

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
