"""Writing the log of who did what."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from django.db import models, transaction
from django.http import HttpRequest

from .choices import Via
from .models import Event, User
from .requests import moment

_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+")


def record(
    *,
    actor: User | None,
    at: datetime,
    via: str,
    action: str,
    of: models.Model,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    why: str = "",
) -> Event:
    """Add one event. Must run in the transaction of the change that it tells.

    `of` is what was changed; `before` and `after` name only what differs.
    Raises `TransactionManagementError` outside a transaction: a change without its event is a defect.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            "An event belongs into the transaction of its change."
        )
    return Event.objects.create(
        actor=actor,
        at=at,
        via=via,
        action=action,
        object_type=of._meta.model_name or "",
        object_id=of.pk,
        before=before or {},
        after=after or {},
        why=why,
    )


def record_export(request: HttpRequest, kind: str, rows: int) -> None:
    """Tell that somebody took a list away: which, how filtered, as what, and how long it was."""
    user = request.user
    if not isinstance(user, User):
        return
    asked = without_addresses(unquote(request.GET.urlencode()))
    after = {"path": request.path, "query": asked, "format": kind, "rows": rows}
    with transaction.atomic():
        record(
            actor=user,
            at=moment(request),
            via=Via.PAGE,
            action="list.exported",
            of=user,
            after=after,
        )


def without_addresses(words: str) -> str:
    """Words from outside, such as the name of a file, as the log may keep them."""
    return _ADDRESS.sub("…", words)
