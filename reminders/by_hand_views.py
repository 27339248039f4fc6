"""Buttons of the secretariat: a reminder now, a test mail."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Access, access
from accounts.choices import Via
from accounts.limits import limited
from accounts.requests import Request
from commitments.models import Obligation

from . import by_hand
from .words import to_words


@require_http_methods(["GET", "HEAD", "POST"])
@limited("mail")
@access(Access.OFFICER)
def send_now(request: Request, pk: int) -> HttpResponse:
    """Remind of a line now: first shown to whom or why not, then done."""
    lines = Obligation.objects.visible_to(request.user, request.now)
    line = get_object_or_404(lines.select_related("commitment", "party", "next_deadline"), pk=pk)
    if request.method == "POST":
        _send(request, line)
        return redirect(line.get_page_url())
    found = by_hand.aims(line, request.now)
    context = {
        "line": line,
        "why_not": _why_not(request, line),
        "aims": [(aim, to_words(aim.capacity, line.party.name)) for aim in found],
        "last": by_hand.last(line),
        "some": any(aim.hindrance is None for aim in found),
    }
    return render(request, "reminders/send_now.html", context)


@require_POST
@limited("mail")
@access(Access.ADMINISTRATOR)
def test_mail(request: Request) -> HttpResponse:
    """Send a test mail to oneself, and go to its page to see how it fares."""
    try:
        email = by_hand.test_mail(to=request.user, now=request.now, via=Via.PAGE)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("reminders:health")
    messages.success(request, _("The test mail is in the outbox. Reload this page to follow it."))
    return redirect(email)


def _why_not(request: Request, line: Obligation) -> str:
    """Why the button is not there; empty when it is."""
    try:
        by_hand.check(line, request.now)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _send(request: Request, line: Obligation) -> None:
    try:
        sent = by_hand.send_now(line=line, actor=request.user, now=request.now, via=Via.PAGE)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return
    if not sent:
        messages.warning(request, _("Nobody could be told; the ledger says why."))
        return
    said = ngettext(
        "A reminder to %(n)s person is in the outbox.",
        "Reminders to %(n)s people are in the outbox.",
        sent,
    )
    messages.success(request, said % {"n": sent})
