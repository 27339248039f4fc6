"""What can be changed on many rows at once: what a kind is, and which are offered.

A kind reads, judges and writes one row. Those of the register stand in changes.py; a higher app adds
its own. Every write goes through the service that a single change goes through.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from accounts.models import User
from commitments.choices import Life
from commitments.may import may_write_on
from commitments.models import Commitment, Obligation

Value = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """What stands in a row now: its version, and the value that a kind changes."""

    version: int
    value: Value


@dataclass(frozen=True)
class By:
    """Who changes rows, when, through which door, and why."""

    actor: User
    now: datetime
    via: str
    note: str

    def kept(self) -> dict[str, Any]:
        return {"actor": self.actor, "now": self.now, "via": self.via}


class Lines:
    """Rows that are lines of parties."""

    name: ClassVar[str] = "lines"
    list_url: ClassVar[str] = "commitments:lines"
    counted: ClassVar[Any] = ngettext_lazy("%(n)d line", "%(n)d lines", "n")

    @staticmethod
    def visible_to(user: User, now: datetime) -> Any:
        rows = Obligation.objects.visible_to(user, now)
        return rows.select_related("commitment__meeting", "party")

    @staticmethod
    def many(rows: Any) -> Any:
        """The same for thousands of rows: parties and meetings are few, so they are read once."""
        lean = rows.select_related(None).select_related("commitment")
        return lean.prefetch_related("commitment__meeting", "party").defer(
            "commitment__search_text"
        )

    @staticmethod
    def in_order(rows: Any) -> Any:
        return rows.order_by("commitment__reference", "party__name", "pk")

    @staticmethod
    def commitment(row: Any) -> Commitment:
        found: Commitment = row.commitment
        return found

    @staticmethod
    def address(row: Any) -> str:
        return str(row.get_page_url())


class Commitments:
    """Rows that are commitments."""

    name: ClassVar[str] = "commitments"
    list_url: ClassVar[str] = "commitments:list"
    counted: ClassVar[Any] = ngettext_lazy("%(n)d commitment", "%(n)d commitments", "n")

    @staticmethod
    def visible_to(user: User, now: datetime) -> Any:
        return Commitment.objects.visible_to(user, now).select_related("meeting", "theme")

    @staticmethod
    def many(rows: Any) -> Any:
        lean = rows.select_related(None)
        return lean.prefetch_related("meeting").defer("search_text")

    @staticmethod
    def in_order(rows: Any) -> Any:
        return rows.order_by("reference", "pk")

    @staticmethod
    def commitment(row: Any) -> Commitment:
        found: Commitment = row
        return found

    @staticmethod
    def address(row: Any) -> str:
        return str(row.get_absolute_url())


class Kind(ABC):
    """One thing that can be changed. `key` is stored; `label` is what the button says."""

    key: ClassVar[str]
    of: ClassVar[type[Lines] | type[Commitments]]
    label: ClassVar[str | Promise]

    @abstractmethod
    def stored(self, typed: Mapping[str, Any]) -> Value:
        """What was typed, as the change keeps it."""

    def held(self, rows: Sequence[Any], values: Value) -> dict[int, Held]:
        """What stands in these rows, by their keys, in a few queries for any number."""
        return {row.pk: Held(row.version, self.value(row)) for row in rows}

    def value(self, row: Any) -> Value:
        """What stands in one row, where the row itself says it."""
        raise NotImplementedError

    def facts(self, values: Value, now: datetime) -> Any:
        """What judging every row takes, read once."""
        return None

    def odd(self, row: Any, values: Value, facts: Any) -> str:
        """Why this kind refuses a row, beyond what holds for every kind; empty when it does not."""
        return ""

    def same(self, before: Value, after: Value) -> bool:
        """Whether nothing would change."""
        return before == after

    def words(self, values: Sequence[Value]) -> list[str]:
        """Each value as the pages write it, in a few queries for any number."""
        return [self.word(value) for value in values]

    def word(self, value: Value) -> str:
        raise NotImplementedError

    def titles(self, values: Sequence[Value]) -> list[str]:
        """Each value as a heading says it: briefly."""
        return self.words(values)

    @abstractmethod
    def change(self, row: Any, seen: int, values: Value, by: By) -> None:
        """Through the service of a single change."""

    def put_back(self, row: Any, seen: int, before: Value, after: Value, by: By) -> None:
        """Bring back what stood there; usually a change like any other."""
        self.change(row, seen, before, by)


def refused(kind: Kind, row: Any, held: Held, values: Value, facts: Any) -> str:
    """Why a row cannot be changed, in the preview and when it is done; empty when it can."""
    commitment = kind.of.commitment(row)
    if commitment.life != Life.ACTIVE:
        return _("The commitment is not in force: %(life)s.") % {
            "life": str(commitment.get_life_display()).lower()
        }
    if locked := is_locked(row):
        return locked
    if kind.same(held.value, values):
        return _("Nothing would change.")
    return kind.odd(row, values, facts)


def is_locked(row: Any) -> str:
    """What is said of a line that is done; empty for everything else."""
    if isinstance(row, Obligation) and not may_write_on(row):
        return _("The line is done and locked. Reopen it first, with a reason.")
    return ""


_kinds: dict[str, tuple[Kind, type[forms.Form]]] = {}


def register(kind: Kind, form: type[forms.Form]) -> None:
    """Offer a kind, with the form that asks for its values. Apps do so when they start."""
    _kinds[kind.key] = (kind, form)


def get(key: str) -> Kind:
    """A kind by its key. Raises `KeyError` when there is none."""
    return _kinds[key][0]


def form_of(key: str) -> type[forms.Form]:
    return _kinds[key][1]


def of_rows(name: str) -> list[Kind]:
    """The kinds for lines or for commitments, in the order in which they were registered."""
    return [kind for kind, _form in _kinds.values() if kind.of.name == name]
