"""Sums over a large register, kept until the minute ends, unless anything is written meanwhile.

What a page says must be what its lists say at that moment. So a sum is found again only by somebody
with the same rights, within the same minute (deadlines end on a full minute, and silence is reckoned by
it), and while the log is the same: every write adds to the log in its own transaction.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Subquery

from accounts.counting import in_one_row
from accounts.models import Event, User
from accounts.requests import Request

from .models import Commitment

logger = logging.getLogger(__name__)

# From how many commitments on: a smaller register is counted each time, in a moment.
LARGE = 5_000
# Of two writes at the same time, the one with the lower number may be stored last. It moves the place
# that the log had so far down, unless so many others were stored while it was written.
DEPTH = 2_000
SECONDS = 60


def remembered(request: Request, name: str, count: Callable[[], Any]) -> Any:
    """What was counted under this name, else what `count` says. The name tells whose rights it is for."""
    stamp = _stamp_of(request)
    if stamp is None:
        return count()
    today = request.now.astimezone(request.user.zone).date()
    key = f"sums:{name}:{today}:{_minute(request.now)}:{stamp}"
    found = _read(key)
    if found is None:
        found = count()
        _write(key, found)
    return found


def _read(key: str) -> Any:
    """What the cache has. Without a cache, or with something that cannot be read, all is counted."""
    try:
        return cache.get(key)
    except Exception as error:
        logger.warning("Sums are counted each time, as the cache cannot be read: %s", error)
        return None


def _write(key: str, found: Any) -> None:
    try:
        cache.set(key, found, SECONDS)
    except Exception as error:
        logger.warning("Sums are not remembered, as the cache does not take them: %s", error)


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60


def _stamp_of(request: Request) -> str | None:
    """Asked for once a page, at whichever sum comes first: one moment holds for all of them."""
    page = vars(request)
    if "sums_stamp" not in page:
        page["sums_stamp"] = _stamp(request.user)
    found: str | None = page["sums_stamp"]
    return found


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
