"""What the columns of both sheets have in common: how their cells are read, and when a day can stand."""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from commitments import deadlines, rules
from commitments.models import Obligation
from commitments.querysets import soon
from meetings.models import Meeting

from . import cells
from .book import Book

# What depends on the day may be as old as a sheet that somebody worked on for a month.
OLDEST_SHEET = timedelta(days=31)
_AT_ONCE = 500
Problems = dict[str, str | Promise]


def choice(choices: Any) -> dict[str, Any]:
    """The part of a column that takes one of these codes."""
    return {
        "read": lambda text, book: cells.code(text, choices.choices),
        "codes": lambda book: choices.choices,
    }


def day(text: str, book: Book) -> str:
    return cells.day(text)


def person(text: str, book: Book) -> str:
    unknown = _("There is nobody with the address “%(text)s”. Write the e-mail of a person.")
    return cells.one_of(text, book.people, unknown)


def party(text: str, book: Book) -> str:
    unknown = _("There is no party with the code “%(text)s”. The template lists the codes.")
    return cells.one_of(text, book.parties, unknown)


def many(
    one: Callable[[str, Book], str],
) -> Callable[[str, Book], str]:
    """A column that takes several of what another takes, in an order of its own."""

    def read(text: str, book: Book) -> str:
        return joined({one(part, book) for part in cells.several(text)})

    return read


def joined(names: Collection[str]) -> str:
    return "; ".join(sorted(names))


def party_codes(book: Book) -> list[tuple[str, str]]:
    return [(code, party.name) for code, party in book.parties.items()]


def timing_of(line: Obligation, now: datetime) -> str:
    return rules.timing(
        status=line.status, life=line.commitment.life, due_at=line.due_at, now=now, soon=soon()
    ).value


def timings_lately(line: Obligation, now: datetime) -> set[str]:
    """How a line stood to its deadline while somebody may have worked on a sheet."""
    since = now - OLDEST_SHEET
    moments = [since, now]
    if line.due_at:
        turns = (line.due_at - soon(), line.due_at)
        moments += [moment for moment in turns if since <= moment <= now]
    return {timing_of(line, moment) for moment in moments}


def problem_of_due(meeting: Meeting, due: str) -> Problems:
    """Why a day cannot be the deadline of what was promised at a meeting."""
    if not due:
        return {"due": _("A deadline cannot be taken away. Write the day that it is moved to.")}
    try:
        deadlines.check_due(meeting, date.fromisoformat(due))
    except ValidationError as error:
        return {"due": error.messages[0]}
    return {}


def in_batches(names: Iterable[str]) -> Iterator[list[str]]:
    """Names in parts that a database takes in one statement."""
    waiting = iter(sorted(set(names)))
    while batch := list(islice(waiting, _AT_ONCE)):
        yield batch
