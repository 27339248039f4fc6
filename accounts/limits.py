"""How often one person, or one address without a person, may ask for what costs much or goes out by mail.

One table (`settings.LIMITS`), counted in the shared cache by allauth's rate limits, as tries to sign in
are (ASVS 5.0, 2.4.1). Exports and searches are known by their address, whatever list they are of; other
views declare what they count as: `@limited("link")`.
"""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from allauth.core.internal import ratelimit
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ui.filterbar import EXPORT, OLD_EXPORT

logger = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])
_APP = "tracker"


def limited(kind: str) -> Callable[[View], View]:
    """Count every request to a view as this kind (a key of `settings.LIMITS`)."""

    def declare(view: View) -> View:
        view.limit = kind  # type: ignore[attr-defined]
        return view

    return declare


def kind_of(request: HttpRequest) -> str | None:
    """What a request counts as; None for what may be asked as often as anybody likes."""
    assert request.resolver_match
    if declared := getattr(request.resolver_match.func, "limit", None):
        return str(declared)
    if request.GET.get(EXPORT) or request.GET.get(OLD_EXPORT):
        return "export"
    return "search" if request.GET.get("q", "").strip() else None


class LimitsMiddleware:
    """Answers 429 (RFC 6585) to whoever asks too often. Stands behind the access rules."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: Any) -> HttpResponse | None:
        kind = kind_of(request)
        if kind is None or _count(request, kind):
            return None
        said = _(
            "So that the site stays quick for everybody, searches, exports and mails have a limit per "
            "minute. Wait a minute, then try again. Nothing was changed."
        )
        seconds = max(rate.duration for rate in _rates(kind))
        return too_often(request, said=said, seconds=int(seconds))


def too_often(request: HttpRequest, *, said: str, seconds: int) -> HttpResponse:
    """The answer to whoever asks too often (RFC 6585, 4): why, and after how many seconds to come again."""
    answer = render(request, "429.html", {"said": said}, status=429)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _count(request: HttpRequest, kind: str) -> bool:
    """Count a request; False when there were too many.

    Without the cache nothing is counted: whoever comes here has passed the rule of the address, so
    nothing opens by it, and the pages stay. Signing in is counted apart, and stays shut then.
    """
    who = _who(request)
    try:
        used = ratelimit.consume(
            request,
            app=_APP,
            action=kind,
            config=settings.LIMITS,
            key=who,
            limit_get=True,
        )
    except Exception as error:
        logger.warning("Requests are not counted, as the cache does not answer: %s", error)
        return True
    return used is not None


def _rates(kind: str) -> list[ratelimit.Rate]:
    return ratelimit.get_rates(app=_APP, action=kind, config=settings.LIMITS)


def _who(request: HttpRequest) -> str:
    if request.user.is_authenticated:
        return f"person {request.user.pk}"
    return f"address {ratelimit.get_ip(request)}"
