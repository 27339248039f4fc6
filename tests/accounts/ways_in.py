"""Coming in as people do: with a password, and with the code of a phone."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    SECRET_SESSION_KEY,
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client

from accounts.models import Event, User
from tests.factories import PASSWORD

LOGIN, CODE, CONFIRM = (
    "/accounts/login/",
    "/accounts/second-factor/code/",
    "/accounts/reauthenticate/",
)
SET_UP = "/accounts/second-factor/set/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def sign_in(
    client: Client, email: str, password: str = PASSWORD, *, at: str = "10.0.0.1", **more: Any
) -> Any:
    """Post address and password from an address of the network."""
    return client.post(LOGIN, {"login": email, "password": password, **more}, REMOTE_ADDR=at)


def is_in(client: Client) -> bool:
    return client.get("/accounts/preferences/").status_code == 200


def code_now(secret: str = SECRET) -> str:
    """What a phone shows at this moment."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def give_second_factor(user: User) -> Authenticator:
    """A phone with `SECRET`, and recovery codes."""
    RecoveryCodes.activate(user)
    return TOTP.activate(user, SECRET).instance


def set_up(client: Client, password: str = PASSWORD) -> Any:
    """Confirm the password, then set up a phone as the page asks."""
    client.post(CONFIRM, {"password": password, "next": SET_UP})
    client.get(SET_UP)
    return client.post(SET_UP, {"code": code_now(client.session[SECRET_SESSION_KEY])})


def recovery_codes(user: User) -> list[str]:
    codes: list[str] = (
        Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    )
    return codes


def told(*actions: str) -> list[Event]:
    """The events of these actions; without one, of all ways in and out."""
    events = Event.objects.order_by("pk")
    if actions:
        return list(events.filter(action__in=actions))
    return [
        e for e in events if e.action.split(".")[0] in {"session", "entrance", "factor", "codes"}
    ]
