"""Sums over a large register, kept until the minute ends, unless anything is written meanwhile.

What a page says must be what its lists say at that moment. So a sum is found again only by somebody
with the same rights, within the same minute (deadlines end on a full minute, and silence is reckoned by
it), and while the log is the same: every write adds to the log in its own transaction.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Subquery

from accounts.counting import in_one_row
from accounts.models import Event, User
from accounts.requests import Request

from .models import Commitment

# From how many commitments on: a smaller register is counted each time, in a moment.
LARGE = 10_000
# Of two writes at the same time, the one with the lower number may be stored last. It moves the place
# that the log had so far down, unless so many others were stored while it was written.
DEPTH = 2_000
SECONDS = 60


def remembered(request: Request, name: str, count: Callable[[], Any]) -> Any:
    """What was counted under this name, else what `count` says. The name tells whose rights it is for."""
    stamp = _stamp(request.user)
    if stamp is None:
        return count()
    today = request.now.astimezone(request.user.zone).date()
    key = f"sums:{name}:{today}:{_minute(request.now)}:{stamp}"
    found = cache.get(key)
    if found is None:
        found = count()
        cache.set(key, found, SECONDS)
    return found


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60


def _stamp(user: User) -> str | None:
    """What the log looks like: another after every write. None where the register is small."""
    log = Event.objects.order_by("-pk").values("pk")
    large = Commitment.objects.order_by("pk").values("pk")[LARGE : LARGE + 1]
    asked = {
        "large": Subquery(large),
        "newest": Subquery(log[:1]),
        "deep": Subquery(log[DEPTH : DEPTH + 1]),
    }
    found = in_one_row(user, asked)
    if found["large"] is None or found["deep"] is None:
        return None
    return f"{found['newest']}-{found['deep']}"
