"""Signing in: by e-mail address and password, by invitation only."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db.models import BigIntegerField
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme

from ui.prepared import Given, Prepared

from . import services, sessions, throttle
from .choices import Via
from .entrances import tell
from .models import User

# What every page wants to know besides who asks, in the same statement: an app registers it here when
# it starts, as an expression that becomes an attribute of the person.
ALONG: dict[str, Any] = {}
_PERSON = Prepared(lambda: User.objects.filter(pk=Given("pk", BigIntegerField())).annotate(**ALONG))


class PeopleBackend(AuthenticationBackend):
    """allauth's backend, closed to mailboxes. Whoever is disabled is signed out at the next request."""

    def user_can_authenticate(self, user: User) -> bool:
        return bool(super().user_can_authenticate(user)) and not user.is_mailbox

    def get_user(self, user_id: Any) -> User | None:
        user = next(iter(_PERSON(pk=user_id)), None)
        return user if user and self.user_can_authenticate(user) else None


class InvitationOnly(DefaultAccountAdapter):
    """Nobody signs up: accounts are given by an administrator. Every way in or out leaves its event."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """This very host, and no other that the site answers to (ASVS 5.0, 3.7.2)."""
        request = context.request
        secure = request.is_secure()
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=secure)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where a request comes from; refused (403) when the proxies are not those of TRUSTED_PROXIES."""
        try:
            return str(super().get_client_ip(request))
        except ImproperlyConfigured:
            raise PermissionDenied from None

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        # `authenticate`, which calls this, gives the try back when the password is right.
        self._login_failed_rl_usage = throttle.admit(request, credentials.get("email", ""))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        tell(request, "entrance.refused", of=User.objects.by_address(credentials["email"]).first())

    def reauthenticate(self, user: User, password: str) -> bool:
        """By the address that the person has now; allauth would take one that it kept."""
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponseBase | None:
        """A mailbox is answered like somebody who is disabled."""
        if user.is_mailbox:
            inactive: HttpResponseBase = self.respond_user_inactive(request, user)
            return inactive
        answer: HttpResponseBase | None = super().pre_login(request, user, **kwargs)
        return answer

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponseBase:
        """Whoever knows the password of a closed account is told that it is closed."""
        tell(request, "entrance.refused", of=user)
        answer: HttpResponseBase = super().respond_user_inactive(request, user)
        return answer

    def login(self, request: HttpRequest, user: User) -> None:
        if not PeopleBackend().user_can_authenticate(user):  # disabled since the password was given
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        sessions.make_room(user)
        super().login(request, user)
        throttle.remember(request, user.email)
        by = [
            shown.get("type", shown["method"])
            for shown in get_authentication_records(request, user)
        ]
        tell(request, "session.begun", of=user, actor=user, by=by)

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        super().logout(request)
        if isinstance(user, User):
            tell(request, "session.closed", of=user, actor=user)

    def set_password(self, user: User, password: str) -> None:
        """With the old password, or with the link of a mail, by somebody who is not signed in."""
        request = context.request
        by_link = request.resolver_match.view_name == "account_reset_password_from_key"
        services.set_password(
            user=user, password=password, by_link=by_link, now=request.now, via=Via.PAGE
        )
        throttle.forget(request, user.email)

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """`set_password` forgot the tries already; those of the client's address stay counted."""

    def get_reset_password_from_key_url(self, key: str) -> str:
        """At the site's own name, whatever name the request was made to."""
        return f"{settings.SITE_URL}{services.first_password_path(key)}"

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """None to a mailbox: it has no use for a password."""
        if not user.is_mailbox:
            super().send_password_reset_mail(user, email, {**context, "site": settings.SITE_URL})
