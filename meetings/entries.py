"""The pages on which officers enter and edit a meeting, a party or an instrument: one way for all of them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from accounts.choices import Via
from accounts.requests import Request
from ui.saving import attempt, see_anew, status_of

TEMPLATE = "meetings/entry_form.html"


def typed(request: Request) -> QueryDict | None:
    """What a form is bound to: what was sent, or nothing yet."""
    return request.POST if request.method == "POST" else None


def by(request: Request) -> dict[str, Any]:
    """Who writes, when and through which door."""
    return {"actor": request.user, "now": request.now, "via": Via.PAGE}


def answer(
    request: Request,
    form: Form,
    save: Callable[[dict[str, Any]], str],
    *,
    said: str = "",
    template: str = TEMPLATE,
    entry: Any = None,
    **context: Any,
) -> HttpResponse:
    """Save a form that was sent and go where `save` says; or show the form with all that was typed.

    `said` is what the person is told when it is saved, unless `save` tells it. `entry` is whose page
    the form belongs to, by default what it edits; the template shows it as it is stored now, and
    `form.is_stale` tells that somebody else changed it meanwhile.
    """
    if form.is_bound and (address := attempt(form, save)):
        if said:
            messages.success(request, said)
        return redirect(address)
    entry = entry or getattr(form, "entry", None)
    if entry:
        entry.refresh_from_db()
        if status_of(form) == 409:
            see_anew(form, entry.version)
    context |= {"form": form, "entry": entry}
    return render(request, template, context, status=status_of(form))
