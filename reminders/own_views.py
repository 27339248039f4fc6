"""A person's own pages: their news, what they want to hear of, and who stands in for them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Access, access
from accounts.asking import today_of
from accounts.choices import Via
from accounts.requests import Request
from commitments.models import Obligation
from ui.saving import attempt

from . import addresses, facts, news, wishes
from .choices import Ground
from .forms import AbsenceForm, SnoozeForm
from .models import Absence, Mute, Reminder, Suppression
from .outcomes import MAX_TRIES

NEWS_SHOWN = 50


@require_safe
@never_cache
@access(Access.SIGNED_IN)
def news_page(request: Request) -> HttpResponse:
    """The latest that the person was told, what is new marked. Looking at it is reading it."""
    seen = news.last_look(request.user)
    rows = news.of(request.user).for_list(request.user, request.now).newest_first()
    shown = list(rows.select_related("stands_for")[:NEWS_SHOWN])
    events = facts.events(row.occasion for row in shown)
    context = {
        "rows": [(row, events.get(row.occasion), news.is_new(row, seen)) for row in shown],
        "new": sum(news.is_new(row, seen) for row in shown),
        "shown": NEWS_SHOWN,
    }
    response = render(request, "reminders/news.html", context)
    if shown and request.method == "GET" and news.is_new(shown[0], seen):
        wishes.looked(user=request.user, at=shown[0].planned_at)
    return response


@require_safe
@access(Access.OBJECT)
def promise(request: Request, pk: int) -> HttpResponse:
    """Everything there is to know of one promise, for its recipient and the secretariat."""
    rows = Reminder.objects.for_list(request.user, request.now).select_related(
        "stands_for", "deadline"
    )
    row = get_object_or_404(rows, pk=pk)
    if row.recipient_id != request.user.pk and not request.user.is_secretariat:
        raise Http404
    context = {
        "row": row,
        "event": facts.events([row.occasion]).get(row.occasion),
        "attempts": row.email.attempts.in_order() if row.email else (),
        "most_tries": MAX_TRIES,
    }
    return render(request, "reminders/promise.html", context)


@require_safe
@access(Access.SIGNED_IN)
def wishes_page(request: Request) -> HttpResponse:
    """What the person wants to hear of, and what is mandatory."""
    return _page(request, _absence_form(request))


@require_POST
@access(Access.SIGNED_IN)
def be_away(request: Request) -> HttpResponse:
    """Name a stand-in for some days."""
    form = _absence_form(request, request.POST)

    def save(values: dict[str, Any]) -> str:
        wishes.be_away(user=request.user, now=request.now, via=Via.PAGE, **values)
        return _("Saved. Your stand-in gets your mail in these days, as far as they may read it.")

    if said := attempt(form, save):
        messages.success(request, said)
        return redirect("reminders:wishes")
    return _page(request, form)


@require_POST
@access(Access.SIGNED_IN)
def come_back(request: Request, pk: int) -> HttpResponse:
    """Take days away out."""
    absence = get_object_or_404(Absence.objects.select_related("user"), pk=pk, user=request.user)
    wishes.come_back(absence=absence, now=request.now, via=Via.PAGE)
    messages.success(request, _("Your mail comes to you again."))
    return redirect("reminders:wishes")


@require_http_methods(["GET", "HEAD", "POST"])
@access(Access.OBJECT)
def mute(request: Request, pk: int) -> HttpResponse:
    """Keep a line quiet."""
    line = _line(request, pk)
    today = today_of(request.user, request.now)
    form = SnoozeForm(request.POST if request.method == "POST" else None, today=today)

    def save(values: dict[str, Any]) -> str:
        wishes.mute(
            user=request.user, line=line, until=values["until"], now=request.now, via=Via.PAGE
        )
        return _("Done: nothing is sent to you about it in this time.")

    if request.method == "POST" and (said := attempt(form, save)):
        messages.success(request, said)
        return redirect("reminders:wishes")
    context = {"form": form, "line": line, "is_mandatory": wishes.is_mandatory(line, request.now)}
    return render(request, "reminders/mute.html", context)


@require_POST
@access(Access.SIGNED_IN)
def unmute(request: Request, pk: int) -> HttpResponse:
    """Hear of a line again."""
    row = get_object_or_404(
        Mute.objects.select_related("obligation"), obligation=pk, user=request.user
    )
    wishes.unmute(user=request.user, line=row.obligation, now=request.now, via=Via.PAGE)
    messages.success(request, _("You are told about it again."))
    return redirect("reminders:wishes")


@require_POST
@access(Access.SIGNED_IN)
def subscribe(request: Request) -> HttpResponse:
    """Take one's own unsubscription back. What somebody else stopped, an administrator lifts."""
    stops = Suppression.objects.of(request.user.email).in_force(request.now)
    for stop in stops.filter(reason=Ground.ONE_CLICK):
        addresses.lift(suppression=stop, actor=request.user, now=request.now, via=Via.PAGE)
        messages.success(request, _("Reminders come again."))
    return redirect("reminders:wishes")


def _page(request: Request, form: AbsenceForm) -> HttpResponse:
    today = today_of(request.user, request.now)
    mutes = Mute.objects.in_force(today).filter(user=request.user)
    visible = Obligation.objects.visible_to(request.user, request.now)
    context = {
        "form": form,
        "mutes": mutes.filter(obligation__in=visible).select_related(
            "obligation__commitment", "obligation__party"
        ),
        "absences": request.user.absences.filter(ends_on__gte=today).select_related("stand_in"),
        "stands_in": request.user.stand_ins.filter(ends_on__gte=today).select_related("user"),
        "stop": Suppression.objects.of(request.user.email).in_force(request.now).first(),
        "duties": facts.duties(),
    }
    return render(request, "reminders/wishes.html", context)


def _absence_form(request: Request, data: Any = None) -> AbsenceForm:
    return AbsenceForm(data, colleagues=wishes.colleagues(request.user, request.now))


def _line(request: Request, pk: int) -> Obligation:
    lines = Obligation.objects.visible_to(request.user, request.now)
    found: Obligation = get_object_or_404(lines.select_related("commitment", "party"), pk=pk)
    return found
