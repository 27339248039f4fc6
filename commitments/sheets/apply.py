"""Writing what a sheet changes: all of it through the services of single edits, or nothing."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from .compare import Comparison
from .table import By, Change, Problem, Table

# What the services call what the columns call otherwise.
_COLUMNS = {"reason": "", "note": "", "obligation": "", "__all__": ""}
_MOST_PROBLEMS = 200


class Refused(Exception):
    """The register does not take the sheet. Nothing of it is written once this has left the transaction."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


def apply(found: Comparison, by: By) -> None:
    """Write every change. Belongs into a transaction that ends when this raises `Refused`."""
    problems: list[Problem] = []
    for change in found.changes:
        problems += _apply_one(found.table, change, by)
        if len(problems) >= _MOST_PROBLEMS:
            break
    if problems:
        raise Refused(problems)


def _apply_one(table: Table, change: Change, by: By) -> list[Problem]:
    try:
        with transaction.atomic():
            table.apply(change, by)
    except ValidationError as error:
        return _told(change, error)
    return []


def _told(change: Change, error: ValidationError) -> list[Problem]:
    if getattr(error, "code", "") == "stale":
        words = _("Somebody changed this row at the same moment. Look at the fresh preview.")
        return [Problem(change.number, "", words)]
    if not hasattr(error, "error_dict"):
        return [Problem(change.number, "", words) for words in error.messages]
    return [
        Problem(change.number, _COLUMNS.get(name, name), words)
        for name, messages in error.message_dict.items()
        for words in messages
    ]
