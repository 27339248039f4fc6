"""The forms of the second factor: allauth's, with what the log and RFC 6238 ask for besides."""

from collections.abc import Callable

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import ValidationError

from .entrances import tell_throttled


def _looked_at(clean: Callable[[], str]) -> str:
    """A code that was looked at; the log is told of one that was not, after too many wrong ones."""
    try:
        return clean()
    except ValidationError as error:
        if error.code == "too_many_login_attempts":
            tell_throttled(context.request, "mfa_authenticate")
        raise


class AuthenticateForm(base.AuthenticateForm):
    """A code of the phone, or one of those on paper, while signing in."""

    def clean_code(self) -> str:
        return _looked_at(super().clean_code)


class ReauthenticateForm(base.ReauthenticateForm):
    """The same, before something that matters."""

    def clean_code(self) -> str:
        return _looked_at(super().clean_code)


class ActivateForm(ActivateTOTPForm):
    """The first code of a phone. It is used up by this, like every other (RFC 6238, 5.2)."""

    def clean_code(self) -> str:
        code = str(super().clean_code())
        if not TOTP(Authenticator(user=self.user))._mark_code_used(code):
            raise get_adapter().validation_error("incorrect_code")
        return code
