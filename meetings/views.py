"""Pages of meetings and their reports."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import Access, access
from accounts.asking import today_of
from accounts.requests import Request
from ui.lists import ListPage

from . import services
from .entries import answer, by, typed
from .filters import MeetingFilter
from .forms import MeetingForm
from .models import Meeting, Report
from .querysets import ReportQuerySet
from .tables import MeetingTable


class MeetingList(ListPage):
    """Every meeting, newest first."""

    filterset_class = MeetingFilter
    table_class = MeetingTable
    template_name = "meetings/list.html"

    heading = gettext_lazy("Meetings")
    export_name = "meetings"
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
    reports = _current(request).filter(meeting=meeting).order_by("language", "pk")
    context = {"meeting": meeting, "reports": reports.select_related("meeting")}
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
        said=_("The meeting is in the register. Add its report when it is published."),
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
    """The text of a report. What higher apps know about it, they show in panels.

    Without `?language=` the first there is; without `?version=` the current one.
    """
    found = _report(request, slug)
    versions = _visible(request).versions_of(found).only("version", "language", "meeting")
    others = versions.exclude(pk=found.pk).select_related("meeting").order_by("-version", "pk")
    languages = _current(request).filter(meeting=found.meeting).exclude(language=found.language)
    context = {
        "report": found,
        "versions": list(others),
        "is_current": all(other.version < found.version for other in others),
        "languages": list(languages.select_related("meeting").order_by("language", "pk")),
    }
    return render(request, "meetings/report.html", context)


@require_GET
@access(Access.OBJECT)
def original(request: Request, slug: str) -> HttpResponse:
    """The bytes as they were published, as a download."""
    found = _report(request, slug)
    name = f"{found.meeting.slug}-{found.language}-v{found.version}.{found.kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(bytes(found.raw), content_type="application/octet-stream", headers=headers)


def _visible(request: Request) -> ReportQuerySet:
    today = today_of(request.user, request.now)
    return Report.objects.visible_to(request.user, today)


def _current(request: Request) -> ReportQuerySet:
    return _visible(request).current().defer("raw", "text")


def _report(request: Request, slug: str) -> Report:
    """The version that was asked for. Who may not read the current one reads no earlier one either."""
    rows = _visible(request).current().filter(meeting__slug=slug).defer("raw")
    if language := request.GET.get("language", ""):
        rows = rows.filter(language=language)
    rows = rows.select_related("meeting").order_by("language", "pk")
    found = get_object_or_404(rows[:1])
    asked = request.GET.get("version", "")
    if not asked or asked == str(found.version):
        return found
    if not (asked.isascii() and asked.isdigit() and len(asked) < 5):
        raise Http404
    earlier = _visible(request).versions_of(found).filter(version=asked).defer("raw")
    return get_object_or_404(earlier.select_related("meeting"))
