"""The dossier of a meeting: as a page to read and to print, as a document and as a workbook."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import Access, access
from accounts.asking import today_of
from accounts.audit import record
from accounts.choices import Via
from accounts.requests import Request
from meetings.models import Meeting

from .dossier import gather
from .dossier_docx import document
from .dossier_parts import CHOICES, HEADS, OPEN, Dossier
from .dossier_xlsx import workbook

_OFFICE = "application/vnd.openxmlformats-officedocument"
FILES: dict[str, tuple[str, Callable[[Dossier, str], bytes]]] = {
    "docx": (f"{_OFFICE}.wordprocessingml.document", document),
    "xlsx": (f"{_OFFICE}.spreadsheetml.sheet", workbook),
}


@require_GET
@access(Access.OBJECT)
def dossier(request: Request, slug: str) -> HttpResponse:
    """What was promised before a meeting and what became of it; `?export=docx` or `xlsx` as a file."""
    meeting = get_object_or_404(Meeting, slug=slug)
    choice = request.GET.get("of", OPEN)
    choice = choice if choice in CHOICES else OPEN
    found = gather(meeting, choice=choice, user=request.user, now=request.now)
    kind = request.GET.get("export", "")
    if kind in FILES:
        return _file(request, found, kind)
    choices = [(name, label, name == choice) for name, label in CHOICES.items()]
    context = {"dossier": found, "meeting": meeting, "choices": choices, "heads": HEADS}
    return render(request, "commitments/dossier.html", context)


@require_GET
@access(Access.SIGNED_IN)
def of_the_next_meeting(request: Request) -> HttpResponse:
    """Go to the dossier of the meeting that comes next; without one, to the meetings."""
    today = today_of(request.user, request.now)
    meeting = Meeting.objects.coming(today).first()
    if meeting is None:
        messages.info(request, _("No meeting that follows another is ahead. Enter the next one."))
        return redirect("meetings:list")
    return redirect("meetings:dossier", meeting.slug)


def _file(request: Request, found: Dossier, kind: str) -> HttpResponse:
    content_type, write = FILES[kind]
    made = write(found, request.build_absolute_uri("/").rstrip("/"))
    with transaction.atomic():
        record(
            actor=request.user,
            at=request.now,
            via=Via.PAGE,
            action="dossier.exported",
            of=found.meeting,
            after={"format": kind, "of": found.choice},
        )
    name = f"dossier-{found.meeting.slug}-{request.now:%Y-%m-%d}.{kind}"
    return HttpResponse(
        made,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )
