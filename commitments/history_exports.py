"""The history as CSV and as JSON: exactly the rows of the list, in its order, row by row."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Event, User

from .history import Entry, told

BATCH = 500
FORMATS = ("csv", "json")
# What makes a spreadsheet take a cell for a formula, or a line break for the start of one.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # or Excel takes Russian for something else


class _Echo:
    """A file for the csv module that hands back each line."""

    def write(self, line: str) -> str:
        return line


def response(
    kind: str, events: "QuerySet[Event]", *, user: User, now: datetime
) -> StreamingHttpResponse:
    """A download of these events, in the language of the person, with times in UTC."""
    made = {"csv": _csv, "json": _json}[kind](events, user, now)
    content_type = {"csv": "text/csv; charset=utf-8", "json": "application/json"}[kind]
    name = f"history-{now:%Y-%m-%d}.{kind}"
    return StreamingHttpResponse(
        made,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def neutral(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    cell = cell.replace("\0", "")
    return f"'{cell}" if cell.startswith(_RISKY) else cell


def _csv(events: "QuerySet[Event]", user: User, now: datetime) -> Iterator[str]:
    writer = csv.writer(_Echo())
    with translation.override(user.language):
        heads = [_("Time"), _("Who"), _("Through"), _("Action"), _("What"), _("Kind"),
                 _("Reference"), _("Line"), _("Title"), _("From what to what"), _("Why")]  # fmt: skip
    yield _BYTE_ORDER_MARK + writer.writerow(heads)
    for row in _rows(events, user, now):
        yield writer.writerow([neutral(cell) for cell in row.values()])


def _json(events: "QuerySet[Event]", user: User, now: datetime) -> Iterator[str]:
    between = "["
    for row in _rows(events, user, now):
        yield f"{between}\n{json.dumps(row, ensure_ascii=False)}"
        between = ","
    yield "[]\n" if between == "[" else "\n]\n"


def _rows(events: "QuerySet[Event]", user: User, now: datetime) -> Iterator[dict[str, Any]]:
    """The rows in batches. The page's language is gone by the time they are read: it is set for each."""
    waiting = events.iterator(chunk_size=BATCH)
    while batch := list(islice(waiting, BATCH)):
        with translation.override(user.language), timezone.override(user.zone):
            rows = [_row(entry) for entry in told(batch, user=user, now=now)]
        yield from rows


def _row(entry: Entry) -> dict[str, str]:
    return {
        "at": entry.at.astimezone(UTC).isoformat(timespec="seconds"),
        "who": entry.who,
        "via": str(entry.via),
        "action": entry.action,
        "what": str(entry.what),
        "kind": entry.kind,
        "reference": entry.reference,
        "line": entry.line,
        "title": entry.title,
        "change": entry.change,
        "why": entry.why,
    }
