"""What every request gets from the person who makes it: language, zone, and the way in or out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone, translation

from .access import rule_of

Handler = Callable[[HttpRequest], HttpResponse]


def read_clock() -> datetime:
    """Now (UTC), for a page."""
    return timezone.now()


class PersonalMiddleware:
    """Pages in the language and the time zone of the person, at one moment: `request.now` (UTC).

    The clock is read here and nowhere behind it, so that everything on a page is true at once.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        request.now = read_clock()  # type: ignore[attr-defined]
        if not user.is_authenticated:
            return self.get_response(request)
        with translation.override(user.language), timezone.override(user.zone):
            request.LANGUAGE_CODE = user.language
            response = self.get_response(request)
        response.headers["Content-Language"] = user.language
        return response


class AccessMiddleware:
    """Turns away whoever the address's rule does not let in."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: Any) -> HttpResponse | None:
        match: Any = request.resolver_match
        # Our filters say so beside the field; the administration's look for whatever is asked.
        by_filter = "admin" in match.namespaces and "%00" in request.META["QUERY_STRING"]
        if "\0" in request.path_info or by_filter:
            raise Http404  # no row has such a name, and PostgreSQL refuses to look for one
        rule = rule_of(match)
        if rule is None:
            raise PermissionDenied
        if not rule.needs_sign_in():
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), resolve_url("account_login"))
        if not rule.allows(request.user):
            raise PermissionDenied
        return None
