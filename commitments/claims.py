"""Taking the next version of a row, or noticing that somebody else did: every change says which version it saw."""

from typing import Any

from django.db import models
from django.db.models import F

from .errors import Stale


def claim(
    row: models.Model, seen: int, *, when: dict[str, Any] | None = None, **values: Any
) -> int:
    """Write `values` and the next version, if the row is still at version `seen` (and as in `when`).

    Returns the new version. Raises `Stale` when somebody was quicker. The row stays locked until the
    transaction ends; the object in hand keeps what it was read with.
    """
    rows = type(row)._default_manager.filter(pk=row.pk, version=seen, **(when or {}))
    if not rows.update(version=F("version") + 1, **values):
        raise Stale
    return seen + 1
