"""What is asked of the rows that a question finds, and a line whose status is set past the services."""

from collections.abc import Iterable
from typing import Any

from commitments.models import Obligation


def keys(rows: Iterable[Any]) -> list[int]:
    return [row.pk for row in rows]


def settle(line: Obligation, status: str) -> None:
    Obligation.objects.filter(pk=line.pk).update(status=status)
