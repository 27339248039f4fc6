"""What the log keeps of people coming in and going, or trying to (ASVS 5.0, 16.3.1).

An event says who, when and from which address of the network; never what somebody typed. A try that
belongs to no account is an event of `NOBODY`.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from . import throttle
from .audit import record
from .choices import Via
from .limits import too_often
from .models import User

NOBODY = 0
WAIT = 300  # seconds


def tell(
    request: HttpRequest, action: str, *, of: User | None, actor: User | None = None, **after: Any
) -> None:
    """Add the event of an entrance, in a transaction of its own if there is none."""
    with transaction.atomic():
        record(
            actor=actor,
            at=getattr(request, "now", None) or timezone.now(),
            via=Via.PAGE,
            action=action,
            of=of or User(pk=NOBODY),
            after={"address": get_adapter().get_client_ip(request), **after},
        )


def tell_throttled(request: HttpRequest, page: str) -> None:
    """Tell of tries that were sent away unread: the first of an hour, the tenth, the hundredth, …

    So a thousand of them leave four events, which say how many there were.
    """
    tries = throttle.refused_here(request, page)
    if str(tries).strip("0") == "1":
        actor = request.user if isinstance(request.user, User) else None
        tell(request, "entrance.throttled", of=actor, actor=actor, page=page, tries=tries)


def too_many(request: HttpRequest) -> HttpResponse:
    """The answer to whoever asks too often: 429, and when to come again."""
    match = request.resolver_match
    tell_throttled(request, match.view_name if match else "")
    said = _(
        "To keep guesses out, nothing more is taken from here for a few minutes. Nothing was changed. "
        "Your account stays open elsewhere."
    )
    return too_often(request, said=said, seconds=WAIT)
