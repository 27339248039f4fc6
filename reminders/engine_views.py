"""Pages of what stops mail, for administrators, and the door for mail that came back."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from accounts.access import Access, access
from accounts.choices import Via
from accounts.requests import Request

from . import addresses, bounces, brakes
from .choices import Outcome
from .models import Email, Pulse, Suppression, Switch
from .words import why_stopped

LARGEST_BOUNCE = 1024 * 1024


@require_GET
@access(Access.ADMINISTRATOR)
def brakes_page(request: Request) -> HttpResponse:
    """Whether mail is stopped and why; how many mails a flood would be, before anybody lets it go."""
    switch = Switch.objects.now()
    held = Email.objects.held_back()
    counted = held.annotate(told=Count("reminders", filter=Q(reminders__outcome=Outcome.INCLUDED)))
    context = {
        "switch": switch,
        "held": why_stopped(switch, Pulse.objects.by_name().get("plan")),
        "mails": held.count(),
        "oldest": held.order_by("created_at", "pk").first(),
        "recipients": held.values("recipient").distinct().count(),
        "some": counted.select_related("recipient")
        .defer("frozen")
        .order_by("created_at", "pk")[:10],
    }
    return render(request, "reminders/brakes.html", context)


@require_POST
@access(Access.ADMINISTRATOR)
def brake(request: Request) -> HttpResponse:
    """Hold or release all, let a flood go, or drop it."""
    deed: dict[str, Any] = {"actor": request.user, "now": request.now, "via": Via.PAGE}
    match request.POST.get("deed"):
        case "hold":
            brakes.hold(reason=request.POST.get("reason", "").strip()[:200], **deed)
            said = _("Nothing is planned or sent until you release it.")
        case "release":
            brakes.release(**deed)
            said = _("Reminders go on.")
        case "let go":
            said = _mails(brakes.let_go(**deed))
        case "drop":
            said = _dropped(brakes.drop(**deed))
        case _:
            raise Http404
    messages.success(request, said)
    return redirect("reminders:brakes")


@require_GET
@access(Access.ADMINISTRATOR)
def addresses_page(request: Request) -> HttpResponse:
    """Addresses that get no mail, and whose they are."""
    rows = Suppression.objects.in_force(request.now).order_by("-at", "-pk")
    context = {"rows": [(row, addresses.owner(row)) for row in rows]}
    return render(request, "reminders/addresses.html", context)


@require_POST
@access(Access.ADMINISTRATOR)
def lift(request: Request, pk: int) -> HttpResponse:
    """Let mail go to an address again."""
    stop = get_object_or_404(Suppression, pk=pk)
    if addresses.lift(suppression=stop, actor=request.user, now=request.now, via=Via.PAGE):
        messages.success(request, _("Mail goes to that address again."))
    return redirect("reminders:addresses")


@csrf_exempt  # No browser comes here: the mail server shows a token of its own.
@require_POST
@access(Access.PUBLIC)
def bounce(request: HttpRequest) -> HttpResponse:
    """Take a mail that came back, as it is. Closed where no BOUNCE_TOKEN is set."""
    shown = request.headers.get("Authorization", "")
    if not settings.BOUNCE_TOKEN or not constant_time_compare(
        shown, f"Bearer {settings.BOUNCE_TOKEN}"
    ):
        return HttpResponse(status=404)
    if int(request.headers.get("Content-Length") or 0) > LARGEST_BOUNCE:
        return HttpResponse(status=413)
    found = bounces.take(request.body, now=timezone.now(), via=Via.WORKER)
    return HttpResponse(
        f"{found.words}\n", content_type="text/plain", status=200 if found.email else 202
    )


def _mails(number: int) -> str:
    return ngettext("%(n)s mail goes out.", "%(n)s mails go out.", number) % {"n": number}


def _dropped(number: int) -> str:
    return ngettext("%(n)s mail will never be sent.", "%(n)s mails will never be sent.", number) % {
        "n": number
    }
