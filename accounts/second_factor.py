"""The second factor: who needs one, what the log says of it, and how it is taken away from somebody."""

from datetime import datetime
from typing import Any

from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from . import sessions
from .audit import record
from .entrances import tell
from .models import User

CODES = Authenticator.Type.RECOVERY_CODES
# Where somebody may go who needs a second factor and has none: to the page that sets it up, and out.
WAY = frozenset(
    {
        "mfa_activate_totp",
        "account_reauthenticate",
        "account_logout",
        "set_language",
        "healthz-live",
        "healthz-ready",
        "healthz-reminders",
    }
)


def has_one() -> Exists:
    """Whether a person signs in with a code as well: read along with the person (`auth.ALONG`)."""
    return Exists(Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP))


def is_missing(user: Any) -> bool:
    """Whether somebody signed in keeps the register and has no second factor (ASVS 5.0, 6.3.3)."""
    if not settings.REQUIRE_SECOND_FACTOR or not user.is_authenticated:
        return False
    return bool(user.is_secretariat) and not getattr(user, "has_second_factor", False)


def take_away(*, user: User, actor: User | None, now: datetime, via: str) -> bool:
    """Remove somebody's second factor, whose phone and codes are lost, and end their sessions.

    False when there is none. An officer is led to set up another one at the next sign-in.
    """
    with transaction.atomic():
        found, _ = Authenticator.objects.filter(user=user).delete()
        if found:
            sessions.end_all(user)
            record(actor=actor, at=now, via=via, action="factor.removed", of=user)
    return bool(found)


def _on_added(
    request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Sessions that were opened with the password alone end (ASVS 5.0, 7.4.3)."""
    if authenticator.type == CODES:
        return _on_codes(request, user)
    sessions.end_others(request, user)
    return tell(request, "factor.set", of=user, actor=user)


def _on_codes(request: HttpRequest, user: User, **kwargs: Any) -> None:
    tell(request, "codes.made", of=user, actor=user)


def _on_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Its codes on paper go with it, which is no event of its own."""
    if authenticator.type != CODES:
        sessions.end_others(request, user)
        tell(request, "factor.removed", of=user, actor=user)


def _on_used(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """A code of the phone is part of signing in; one on paper is fewer afterwards."""
    if authenticator.type == CODES:
        authenticator.refresh_from_db()
        left = len(authenticator.wrap().get_unused_codes())
        tell(request, "codes.used", of=user, actor=user, left=left)


def _on_failed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    tell(request, "factor.refused", of=user)


def listen() -> None:
    """Hear from allauth what happens to second factors."""
    signals.authenticator_added.connect(_on_added)
    signals.authenticator_reset.connect(_on_codes)
    signals.authenticator_removed.connect(_on_removed)
    signals.authenticator_used.connect(_on_used)
    signals.authentication_failed.connect(_on_failed)
