"""One deed on the workbench: every row it touches, claimed by version, remembered for undo, told in the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from commitments.choices import ActionKind
from commitments.claims import claim
from commitments.models import CandidateDecision, WorkbenchAction
from meetings.models import Passage, Report
from ui.saving import STALE

Row = Passage | CandidateDecision
Rows = dict[str, dict[str, dict[str, Any]]]

TABLES: dict[type[Any], str] = {Passage: "passages", CandidateDecision: "candidates"}
_KEPT = {
    Passage: ("function", "confirmed_by_id", "confirmed_at"),
    CandidateDecision: tuple(
        f.attname
        for f in CandidateDecision._meta.local_concrete_fields
        if f.name not in {"id", "version", "confidence", "why", "origin"}
    ),
}
# What the log calls each deed.
EVENTS = {
    ActionKind.ACCEPT: "candidate.accepted",
    ActionKind.DISMISS: "candidate.dismissed",
    ActionKind.REOPEN: "candidate.reopened",
    ActionKind.EDIT: "candidate.edited",
    ActionKind.SPLIT: "candidate.split",
    ActionKind.MERGE: "candidate.merged",
    ActionKind.MARK: "candidate.marked",
    ActionKind.CONFIRM: "passage.confirmed",
    ActionKind.CONFIRM_ALL: "passage.confirmed_many",
    ActionKind.REGISTER: "candidate.registered",
}


@dataclass(frozen=True)
class By:
    """Who does it, when, and through which door."""

    actor: User
    now: datetime
    via: str


@dataclass
class Deed:
    """What is being done to one report. Rows are changed and made through it alone."""

    report: Report
    by: By
    before: Rows = field(default_factory=dict)
    after: Rows = field(default_factory=dict)

    def change(self, row: Row, seen: int, **values: Any) -> None:
        """Write the values if the row is still at version `seen`. Raises `Stale` when it is not."""
        if str(row.pk) not in self.before.get(TABLES[type(row)], {}):
            _note(self.before, row)
        version = claim(row, seen, **values)
        for name, value in {**values, "version": version}.items():
            setattr(row, name, value)
        _note(self.after, row)

    def make(self, row: CandidateDecision) -> None:
        row.save(force_insert=True)
        _note(self.after, row)


@contextmanager
def deed(
    report: Report,
    kind: str,
    *,
    of: models.Model,
    by: By,
    after: dict[str, Any] | None = None,
    why: str = "",
) -> Iterator[Deed]:
    """Do something to a report, one person after another: its row stays locked until it is done.

    Raises `ValidationError` when the report was corrected meanwhile.
    """
    with transaction.atomic():
        lock_current(report)
        done = Deed(report, by)
        yield done
        rows = {"before": done.before, "after": done.after}
        WorkbenchAction.objects.create(report=report, actor=by.actor, at=by.now, kind=kind, **rows)
        record(
            actor=by.actor,
            at=by.now,
            via=by.via,
            action=EVENTS[ActionKind(kind)],
            of=of,
            after={**_where(of), **(after or {})},
            why=why,
        )


def lock(report: Report) -> None:
    """Decisions on one report are taken one after another, so that none is taken on half of another."""
    list(Report.objects.select_for_update().filter(pk=report.pk).values_list("pk"))


def lock_versions(report: Report) -> None:
    """Lock every version of a text: what was decided on one goes over to the next as a whole."""
    rows = Report.objects.select_for_update().versions_of(report).order_by("pk")
    list(rows.values_list("pk"))


def lock_current(report: Report) -> None:
    """Lock a report for a decision on it. A corrected version has taken over all that was decided before."""
    lock(report)
    if report.is_corrected():
        raise ValidationError(
            _("A corrected version of this report has come meanwhile. Decide on that one."),
            code=STALE,
        )


def restored(row: Row, told: dict[str, Any]) -> dict[str, Any]:
    """The values of a row as `before` or `after` remembers them."""
    fields = {f.attname: f for f in row._meta.local_concrete_fields}
    return {
        name: value
        if isinstance(fields[name], models.ForeignKey)
        else fields[name].to_python(value)
        for name, value in told.items()
        if name != "version"
    }


def _note(rows: Rows, row: Row) -> None:
    told = {name: _plain(getattr(row, name)) for name in _KEPT[type(row)]}
    rows.setdefault(TABLES[type(row)], {})[str(row.pk)] = {**told, "version": row.version}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _where(of: models.Model) -> dict[str, Any]:
    """What the log tells of the place: the passage's number, and the version of what was changed."""
    if isinstance(of, CandidateDecision):
        return {"number": of.passage.number, "version": of.version}
    return {"number": of.number, "version": of.version} if isinstance(of, Passage) else {}
