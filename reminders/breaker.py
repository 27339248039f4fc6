"""The breaker: while the mail server is away, one mail probes it now and then, and no other is tried."""

from datetime import datetime, timedelta

from django.db.models import Q

from . import durations
from .models import Switch


def may_try(now: datetime) -> bool:
    """Whether mail may be tried now. While the server is away, only one worker gets a yes each time."""
    switch = Switch.objects.now()
    if switch.relay_retry_at is None:
        return True
    if now < switch.relay_retry_at:
        return False
    mine = Switch.objects.filter(pk=1, relay_retry_at=switch.relay_retry_at)
    return bool(mine.update(relay_retry_at=now + _pause(switch.relay_failures + 1)))


def opened(now: datetime, said: str) -> None:
    """Note that the server could not be reached."""
    switch = Switch.objects.now()
    failures = switch.relay_failures + 1
    # Several workers fail together: one of them counts.
    Switch.objects.filter(pk=1, relay_failures=switch.relay_failures).update(
        relay_failures=failures,
        relay_down_since=switch.relay_down_since or now,
        relay_retry_at=now + _pause(failures),
        relay_said=said,
    )


def closed() -> None:
    """Note that the server takes mail, if it did not."""
    Switch.objects.filter(Q(relay_failures__gt=0) | Q(relay_retry_at__isnull=False), pk=1).update(
        relay_failures=0, relay_down_since=None, relay_retry_at=None, relay_said=""
    )


def is_news(now: datetime) -> bool:
    """Whether the server has been away for so long that people should hear of it."""
    since = Switch.objects.now().relay_down_since
    return since is not None and now - since >= durations.BANNER()


def _pause(failures: int) -> timedelta:
    pauses = durations.BREAKER
    return pauses[min(failures, len(pauses)) - 1]()
