"""Signing in: by e-mail address and password, by invitation only."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import BigIntegerField
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from ui.prepared import Given, Prepared

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
    """Nobody signs up: accounts are given by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponseBase | None:
        """A mailbox is answered like somebody who is disabled."""
        if user.is_mailbox:
            inactive: HttpResponseBase = self.respond_user_inactive(request, user)
            return inactive
        answer: HttpResponseBase | None = super().pre_login(request, user, **kwargs)
        return answer

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """None to a mailbox: it has no use for a password."""
        if not user.is_mailbox:
            super().send_password_reset_mail(user, email, context)
