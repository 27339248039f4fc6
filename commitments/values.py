"""What exports of the register hold: codes, keys and figures that an import reads back.

docs/lists.md names the fields of each list.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from accounts.asking import NOW, AskedBy
from accounts.models import Event, User
from meetings.models import Party
from ui.prepared import Among, GivenKeys

from .choices import Role, Timing
from .models import Obligation, ProgressReport
from .rules import RollUp, roll_up

# The roll-up of a commitment, over the lines that the reader may see.
FIGURES = (
    "lines", "done", "overdue", "awaiting", "not_started", "in_progress", "partly_done", "stalled",
    "not_assessable", "not_owed",
)  # fmt: skip


# What a list says of no deadline.
_UNSAID = [f"next_deadline__{name}" for name in ("created_at", "reason", "wording")]
_STRIPS = AskedBy(
    lambda who: (
        Obligation.objects.visible_lines(who, NOW)
        .filter(Among("commitment", GivenKeys("commitments")))
        .for_strip()
        .select_related(None)
        .select_related("next_deadline")
        .defer("registered_at", "search_text", *_UNSAID)
    )
)


def read_lines(records: Iterable[Any], parties: Iterable[Party], user: User, now: datetime) -> None:
    """Put on each commitment its `lines`, those that the person may see.

    Their parties are those at hand; one that came since these were read is read by itself.
    """
    waiting = {record.pk: record for record in records if not hasattr(record, "lines")}
    by_key = {party.pk: party for party in parties}
    for record in waiting.values():
        record.lines = []
    for line in _STRIPS(user, now, commitments=waiting) if waiting else ():
        if line.party_id in by_key:
            line.party = by_key[line.party_id]
        waiting[line.commitment_id].lines.append(line)


def note_timing(line: Obligation, now: datetime) -> Obligation:
    """Put on a line what pages show of it at a moment: `timing_now` and `days` left."""
    line.timing_now = line.timing(now)
    line.days = line.days_left(now)
    return line


def soonest(lines: list[Obligation]) -> Obligation | None:
    """The open line that falls due first; without one, an open line without a date."""
    dated = [line for line in lines if line.timing_now != Timing.CLOSED]
    return min(
        dated, key=lambda line: (line.due_at is None, line.due_at or 0, line.pk), default=None
    )


def summed_up(lines: Iterable[Obligation]) -> RollUp:
    """Where lines stand together; their timing is noted on them."""
    return roll_up(
        (line.status, line.timing_now is Timing.OVERDUE, line.is_awaiting) for line in lines
    )


def address_of(person: Any) -> str:
    return person.email if person else ""


class CommitmentValues:
    """Fields of commitments."""

    always: ClassVar[tuple[str, ...]] = ("reference", "version")
    exported: ClassVar[dict[str, tuple[str, ...]]] = {
        "owed_by": ("lead", "contributing"),
        "progress": FIGURES,
        "deadline": ("due", "basis"),
        "sensitivity": ("sensitivity", "restricted_to"),
    }

    def value_meeting(self, record: Any) -> str:
        return record.meeting.slug

    def value_theme(self, record: Any) -> str:
        return record.theme.slug if record.theme else ""

    def value_restricted_to(self, record: Any) -> str:
        return record.restricted_to.code if record.restricted_to else ""

    def value_officer(self, record: Any) -> str:
        return address_of(record.officer)

    def value_instruments(self, record: Any) -> list[str]:
        return sorted(instrument.slug for instrument in record.instruments.all())

    def value_lead(self, record: Any) -> list[str]:
        return _codes(record.lines, Role.LEAD)

    def value_contributing(self, record: Any) -> list[str]:
        return _codes(record.lines, Role.CONTRIBUTING)

    def value_due(self, record: Any) -> Any:
        line = soonest(record.lines)
        return line.next_deadline.due if line and line.next_deadline else None

    def value_basis(self, record: Any) -> str:
        line = soonest(record.lines)
        return line.next_deadline.basis if line and line.next_deadline else ""

    def value_timing(self, record: Any) -> str:
        line = soonest(record.lines)
        return line.timing_now if line else Timing.CLOSED

    def value(self, field: str, record: Any) -> Any:
        if field in FIGURES:
            return _figure(field, summed_up(record.lines))
        return super().value(field, record)  # type: ignore[misc]


class LineValues:
    """Fields of lines."""

    always: ClassVar[tuple[str, ...]] = ("reference", "party", "version")
    exported: ClassVar[dict[str, tuple[str, ...]]] = {
        "status": ("status", "awaiting"),
        "deadline": ("due", "basis", "purpose"),
    }

    def value_reference(self, record: Obligation) -> str:
        return record.commitment.reference

    def value_title(self, record: Obligation) -> str:
        return record.commitment.title

    def value_party(self, record: Obligation) -> str:
        return record.party.code

    def value_meeting(self, record: Obligation) -> str:
        return record.commitment.meeting.slug

    def value_theme(self, record: Obligation) -> str:
        theme = record.commitment.theme
        return theme.slug if theme else ""

    def value_awaiting(self, record: Obligation) -> bool:
        return record.is_awaiting

    def value_owner(self, record: Obligation) -> str:
        return address_of(record.owner)

    def value_due(self, record: Obligation) -> Any:
        return record.next_deadline.due if record.next_deadline else None

    def value_basis(self, record: Obligation) -> str:
        return record.next_deadline.basis if record.next_deadline else ""

    def value_purpose(self, record: Obligation) -> str:
        return record.next_deadline.purpose if record.next_deadline else ""

    def value_timing(self, record: Obligation) -> str:
        return record.timing_now


class ReportValues:
    """Fields of progress reports."""

    always: ClassVar[tuple[str, ...]] = ("reference",)

    def value_reference(self, record: ProgressReport) -> str:
        return record.obligation.commitment.reference

    def value_party(self, record: ProgressReport) -> str:
        return record.obligation.party.code

    def value_title(self, record: ProgressReport) -> str:
        return record.obligation.commitment.title

    def value_author(self, record: ProgressReport) -> str:
        return record.author.name

    def value_decided_by(self, record: ProgressReport) -> str:
        return record.decided_by.name if record.decided_by else ""


class HistoryValues:
    """Fields of the history: what happened as a code and in the reader's words."""

    entries: dict[int, Any]
    exported: ClassVar[dict[str, tuple[str, ...]]] = {
        "who": ("who", "via"),
        "what": ("action", "what"),
        "about": ("kind", "reference", "line", "title"),
    }

    def value(self, field: str, record: Event) -> Any:
        return record.at if field == "at" else getattr(self.entries[record.pk], field)


def _codes(lines: Iterable[Obligation], role: str) -> list[str]:
    return [line.party.code for line in lines if line.role == role]


def _figure(name: str, summary: RollUp) -> int:
    known = {"lines": summary.shown, "awaiting": summary.awaiting, "overdue": summary.overdue}
    return known.get(name, summary.counts.get(name, 0))
