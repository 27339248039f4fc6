"""Which text an address of the workbench is about: the one that the page showed, as long as it stands.

A deed names its report (`of`, see addresses.py): the same passage number and version may belong to
another sentence in a corrected version, or in the report in another language.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers

from accounts.requests import Request
from meetings.models import Report

View = Callable[..., HttpResponse]
# What people type into the forms of the workbench; shown again when it cannot be saved.
_TYPED = {"quote", "parts", "title", "wording", "words", "instruments"}


def report_of(request: Request, slug: str) -> Report:
    """The current report of a meeting: the one that `of` names, or that in the `language` of the address,
    or the first that there is.

    Officers read all of them.
    """
    rows = Report.objects.current().filter(meeting__slug=slug).defer("raw")
    if "of" in request.GET:
        rows = rows.filter(pk=_key(request))
    elif language := request.GET.get("language"):
        rows = rows.filter(language=language)
    rows = rows.select_related("meeting__next_meeting", "restricted_to")
    return get_object_or_404(rows.order_by("language", "pk")[:1])


def corrected(request: Request, slug: str) -> Report | None:
    """The text that the page showed, if a corrected version of it has come since."""
    if "of" not in request.GET:
        return None
    rows = Report.objects.filter(meeting__slug=slug, pk=_key(request)).defer("raw", "text")
    shown = rows.select_related("meeting").first()
    return shown if shown and shown.is_corrected() else None


def of_current_text(view: View) -> View:
    """Do nothing to a text that was corrected since the page showed it: say so, with what was typed."""

    @wraps(view)
    def checked(request: Request, slug: str, *keys: Any, **named: Any) -> HttpResponse:
        if shown := corrected(request, slug):
            return _say(request, shown)
        return view(request, slug, *keys, **named)

    return checked


def _say(request: Request, shown: Report) -> HttpResponse:
    part = "_corrected" if getattr(request, "htmx", None) else "corrected"
    typed = [
        text
        for name in request.POST
        for text in request.POST.getlist(name)
        if name.rpartition("-")[2] in _TYPED and text.strip()
    ]
    context = {"report": shown, "typed": typed}
    response = render(request, f"commitments/workbench/{part}.html", context, status=409)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _key(request: Request) -> int:
    said = request.GET["of"]
    return int(said) if said.isascii() and said.isdigit() and len(said) < 18 else 0
