"""Sums over a large register, kept until the minute ends, unless anything is written meanwhile.

What a page says must be what its lists say at that moment. So a sum is found again only by somebody
with the same rights, within the same minute (deadlines end on a full minute, and silence is reckoned by
it), and while the log is the same: every write adds to the log in its own transaction.
"""

import logging
from collections.abc import Callable
from hashlib import sha256
from typing import Any, ClassVar

from django.core.cache import cache
from django.db.models import Subquery

from accounts.asking import today_of
from accounts.models import Event
from accounts.requests import Request
from ui.filterbar import filters_of
from ui.lists import ListPage

logger = logging.getLogger(__name__)

# Of two writes at the same time, the one with the lower number may be stored last. It moves the place
# that the log had so far down, unless so many others were stored while it was written. A log that is
# shorter is of a small register, which is counted each time, in a moment.
DEPTH = 2_000
SECONDS = 60
# Which entries the log has at which places: read along with the person (accounts.auth.ALONG).
LOG = {
    name: Subquery(Event.objects.order_by("-pk").values("pk")[place : place + 1])
    for name, place in {"log_newest": 0, "log_deep": DEPTH}.items()
}


def remembered(request: Request, name: str, count: Callable[[], Any]) -> Any:
    """What was counted under this name, else what `count` says. The name tells whose rights it is for."""
    found = recall(request, name)
    if found is None:
        found = count()
        keep(request, name, found)
    return found


def recall(request: Request, name: str) -> Any:
    """What was kept under this name and still holds. None too without a cache, or if it cannot be read."""
    if not (key := _key(request, name)):
        return None
    try:
        return cache.get(key)
    except Exception as error:
        logger.warning("Sums are counted each time, as the cache cannot be read: %s", error)
        return None


def keep(request: Request, name: str, found: Any) -> None:
    """For whoever asks by this name while it holds."""
    if not (key := _key(request, name)):
        return
    try:
        cache.set(key, found, SECONDS)
    except Exception as error:
        logger.warning("Sums are not remembered, as the cache does not take them: %s", error)


def _key(request: Request, name: str) -> str:
    """Everything that a sum depends on besides its name; empty where each sum is counted."""
    user, now = request.user, request.now
    log = [getattr(user, entry, None) for entry in LOG]
    if None in log:
        return ""
    parts = (name, today_of(user, now), int(now.timestamp()) // 60, *log)
    return f"sums:{sha256(repr(parts).encode()).hexdigest()}"


class RememberedTotal(ListPage):
    """A list whose rows change only with the log or the minute: its total is kept like other sums."""

    # Filters that ask for what changes without an entry in the log: with them, rows are counted each time.
    unlogged: ClassVar[frozenset[str]] = frozenset()

    def recall_total(self) -> int | None:
        total: int | None = recall(self.request, self._total_name()) if self._is_kept() else None
        return total

    def keep_total(self, rows: int) -> None:
        if self._is_kept():
            keep(self.request, self._total_name(), rows)

    def _is_kept(self) -> bool:
        return self.unlogged.isdisjoint(self.request.GET)

    def _total_name(self) -> str:
        asked = sorted(filters_of(self.request.GET).items())
        return f"list {self.request.path} {self.request.user.pk} {asked}"
