"""What every request gets from the person who makes it: language, zone, and the way in or out."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import ResolverMatch
from django.utils import timezone, translation

from . import refusals, second_factor, sessions
from .access import rule_of
from .models import User
from .requests import moment

Handler = Callable[[HttpRequest], HttpResponse]
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


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


class SessionLimits:
    """Signs out whose session is too old or was left alone too long."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = moment(request)
            if sessions.is_over(request.session, now):
                logout(request)
            else:
                sessions.note(request.session, now)
        return self.get_response(request)


class AccessMiddleware:
    """Turns away whoever the address's rule does not let in, and tells the log of every refusal."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.FORBIDDEN and request.resolver_match:
            _note_refusal(request, request.resolver_match)
        return response

    def process_view(self, request: HttpRequest, *args: Any) -> HttpResponse | None:
        match: Any = request.resolver_match
        # Our filters say so beside the field; the administration's look for whatever is asked.
        by_filter = "admin" in match.namespaces and "%00" in request.META["QUERY_STRING"]
        if "\0" in request.path_info or by_filter:
            raise Http404  # no row has such a name, and PostgreSQL refuses to look for one
        rule = rule_of(match)
        if rule is None:
            raise PermissionDenied
        if second_factor.is_missing(request.user) and not _leads_to_one(request):
            return redirect("mfa_activate_totp")
        if not rule.needs_sign_in():
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), resolve_url("account_login"))
        if not rule.allows(request.user):
            raise PermissionDenied
        return None


def _leads_to_one(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.view_name in second_factor.WAY


def _note_refusal(request: HttpRequest, match: ResolverMatch) -> None:
    """By the address's name: what somebody typed into an address does not get into the log."""
    if isinstance(request.user, User):
        refusals.note(
            user=request.user,
            address=match.view_name or match.route,
            method=request.method if request.method in _METHODS else "other",
            now=moment(request),
        )
