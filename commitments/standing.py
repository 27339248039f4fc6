"""Sums over lines: how many stand how, by party, meeting or theme, from rows that the database counted."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from .choices import Status, Timing
from .querysets import ObligationQuerySet

PARTY = ("party__code", "party__name", "party__kind")

Row = Mapping[str, Any]


def summary_by_party(lines: ObligationQuerySet, now: datetime) -> list[dict[str, Any]]:
    """One row a party: how many lines in each status, how many overdue. One statement."""
    return summed(lines.standing(*PARTY, now=now), PARTY)


def summed(rows: Iterable[Row], names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows of ObligationQuerySet.standing added up: a row for each of the values of these columns.

    `counted` are the lines that progress is told of (ObligationQuerySet.counted), `settled` those of
    them that are done; the other figures are of all lines.
    """
    found: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for row in rows:
        figures = found[tuple(row[name] for name in names)]
        for figure in _figures(row):
            figures[figure] += row["lines"]
    every = (*Status.values, *_COMPUTED)
    return [
        {**dict(zip(names, key, strict=True)), **{name: figures[name] for name in every}}
        for key, figures in found.items()
    ]


_COMPUTED = ("lines", "awaiting", "overdue", "soon", "silent", "counted", "settled")


def _figures(row: Row) -> Iterable[str]:
    """In which figures the lines of a row count."""
    yield "lines"
    yield row["status"]
    if row["awaiting"]:
        yield "awaiting"
    if row["ended"]:
        return
    if row["status"] not in Status.not_counted():
        yield "counted"
    if row["status"] == Status.DONE:
        yield "settled"
    if row["status"] in Status.open():
        if row["ends"] in (Timing.OVERDUE, Timing.SOON):
            yield row["ends"]
        if row["quiet"]:
            yield "silent"
