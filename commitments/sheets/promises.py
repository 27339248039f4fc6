"""The sheet of commitments: what was promised, by whom, until when. A new reference enters a commitment."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from commitments import deadlines, editing, services
from commitments.choices import Basis, Life, Purpose, Role, SheetKind, Timing
from commitments.deadlines import Period
from commitments.forms import TAKEN
from commitments.models import Commitment, Obligation
from commitments.services import Promise
from commitments.tables import CommitmentTable
from commitments.values import soonest
from meetings.choices import Sensitivity

from . import cells
from .columns import (
    OLDEST_SHEET,
    Problems,
    in_batches,
    joined,
    problem_of_due,
    timing_of,
    timings_lately,
)
from .promise_columns import COLUMNS
from .table import By, Change, Key, Stored, Table, folded

_REFERENCE = re.compile(r"[-\w]{1,20}", re.ASCII)
_NEEDED = ("title", "meeting", "strength", "lead")
_OWN = ("title", "strength", "theme", "sensitivity", "restricted_to", "officer", "review_days")


class Promises(Table[Commitment]):
    name = SheetKind.COMMITMENTS.value
    columns = COLUMNS
    key = ("reference",)
    asked = frozenset(
        {"version", "sensitivity", "restricted_to", "lead", "contributing", "overdue"}
    )

    def export(self) -> CommitmentTable:
        return CommitmentTable([], user=self.book.user, now=self.book.now, parties=[])

    def stored(self, keys: dict[Key, Key]) -> dict[Key, Stored[Commitment]]:
        found: dict[Key, Stored[Commitment]] = {}
        user, now = self.book.user, self.book.now
        visible = Commitment.objects.visible_to(user, now).for_sheet(user, now)
        for references in in_batches(typed[0] for typed in keys.values()):
            for commitment in visible.of_references(references):
                key = folded((commitment.reference,))
                if key in keys:
                    found[key] = self.stored_row(commitment)
        return found

    def title(self, key: Key, stored: Stored[Commitment] | None, cells: dict[str, str]) -> str:
        return stored.row.title if stored else cells.get("title", "")

    def accepts(self, column: str, text: str, stored: Stored[Commitment]) -> bool:
        """What only the days that passed have changed is no edit."""
        lines = _lines(stored.row)
        if column == "timing" and (line := soonest(lines)):
            return text.strip().casefold() in timings_lately(line, self.book.now)
        if column == "overdue" and text.strip().isdecimal():
            before = sum(
                timing_of(line, self.book.now - OLDEST_SHEET) == Timing.OVERDUE for line in lines
            )
            return before <= int(text) <= int(stored.texts["overdue"])
        return False

    def problems(
        self, key: Key, stored: Stored[Commitment] | None, after: dict[str, str]
    ) -> Problems:
        if stored is None and (found := _problems_of_new(key, after)):
            return found
        commitment = stored.row if stored else None
        meeting = commitment.meeting if commitment else self.book.meetings[after["meeting"]]
        texts = {**(stored.texts if stored else {}), **after}
        found = _problems_of_readers(texts)
        found |= _problems_of_parties(stored, texts)
        if "due" in after:
            found |= problem_of_due(meeting, after["due"])
            found |= _problem_of_whose_due(commitment) if commitment else {}
        if after.get("life") not in {None, Life.ACTIVE, Life.WITHDRAWN} or (
            stored is None and after.get("life") == Life.WITHDRAWN
        ):
            found["life"] = _("Write active or withdrawn; replace it on its page, by a later one.")
        if (officer := after.get("officer")) and not self.book.people[officer].is_secretariat:
            name = self.book.people[officer].name
            found["officer"] = _("%(name)s is not of the secretariat.") % {"name": name}
        return found

    def apply(self, change: Change, by: By) -> None:
        if change.row is None:
            self._register(change, by)
            return
        commitment, after = change.row, change.after
        lines = {line.party.code: line for line in _lines(commitment)}
        commitment = editing.edit(
            commitment=commitment,
            seen=commitment.version,
            values=self._values(after),
            instruments=self._instruments(after) if "instruments" in after else None,
            why=by.note,
            **by.who,
        )
        for role in (Role.LEAD, Role.CONTRIBUTING):
            for code in cells.several(after.get(role, "")):
                self._have_line(commitment, lines.get(code), code, role, by)
        if "due" in after:
            line = soonest(list(lines.values()))
            old = line.next_deadline if line else None
            deadlines.move_all(
                commitment=commitment,
                seen=commitment.version,
                purpose=old.purpose if old else Purpose.FINAL,
                due=date.fromisoformat(after["due"]),
                reason=by.note,
                **by.who,
            )
            commitment.refresh_from_db()
        if life := after.get("life"):
            move = editing.revive if life == Life.ACTIVE else editing.withdraw
            move(commitment=commitment, seen=commitment.version, reason=by.note, **by.who)

    def _have_line(
        self, commitment: Commitment, line: Obligation | None, code: str, role: Role, by: By
    ) -> None:
        """A party in this role: its line is added, or gets the role."""
        if line is None:
            editing.add_line(
                commitment=commitment,
                party=self.book.parties[code],
                role=role,
                sensitivity=Sensitivity.PUBLIC,
                why=by.note,
                **by.who,
            )
        elif line.role != role:
            editing.edit_line(
                obligation=line, seen=line.version, values={"role": role}, why=by.note, **by.who
            )

    def _values(self, after: dict[str, str]) -> dict[str, Any]:
        """The fields of a commitment by what their cells say."""
        read: dict[str, Callable[[str], Any]] = {
            "theme": self.book.themes.get,
            "restricted_to": self.book.parties.get,
            "officer": self.book.people.get,
            "review_days": lambda text: int(text) if text else None,
        }
        return {
            name: read[name](after[name]) if name in read else after[name]
            for name in _OWN
            if name in after
        }

    def _instruments(self, after: dict[str, str]) -> list[Any]:
        return [self.book.instruments[slug] for slug in cells.several(after.get("instruments", ""))]

    def _register(self, change: Change, by: By) -> None:
        after, now = change.after, by.who["now"]
        values = self._values(after)
        every = values.get("review_days")
        due = after.get("due")
        promise = Promise(
            reference=change.label[0],
            spans=[],
            lead=[self.book.parties[code] for code in cells.several(after["lead"])],
            contributing=[
                self.book.parties[code] for code in cells.several(after.get("contributing", ""))
            ],
            instruments=self._instruments(after),
            final=Period(due=date.fromisoformat(due), basis=Basis.SET, reason=by.note)
            if due
            else None,
            review=services.review_from(now, every, reason=by.note) if every else None,
            **values,
        )
        services.register(
            meeting=self.book.meetings[after["meeting"]],
            report=None,
            promise=promise,
            why=by.note,
            **by.who,
        )


def _lines(commitment: Any) -> list[Obligation]:
    """The lines that the person may see, each with its commitment at hand."""
    for line in commitment.lines:
        line.commitment = commitment
    lines: list[Obligation] = commitment.lines
    return lines


def _problems_of_new(key: Key, after: dict[str, str]) -> Problems:
    """What a new commitment needs."""
    found: Problems = {}
    if not _REFERENCE.fullmatch(key[0]):
        found["reference"] = _("Use up to 20 letters a to z, digits and hyphens, such as SCS14-33.")
    elif key[0] in TAKEN:
        found["reference"] = _("This word is the address of another page. Choose another.")
    for name in _NEEDED:
        if not after.get(name):
            found[name] = _("Fill this in: a new commitment needs it.")
    return found


def _problems_of_readers(texts: dict[str, str]) -> Problems:
    """One party alone may read it, and which, go together."""
    is_one_party = texts.get("sensitivity") == Sensitivity.PARTY
    if is_one_party and not texts.get("restricted_to"):
        return {"restricted_to": _("Name the party that may read it.")}
    if texts.get("restricted_to") and not is_one_party:
        return {"restricted_to": _("Leave this empty unless one party alone may read it.")}
    return {}


def _problems_of_parties(stored: Stored[Commitment] | None, texts: dict[str, str]) -> Problems:
    """A party has one role, and none goes away."""
    lead, contributing = (set(cells.several(texts.get(role, ""))) for role in Role.values)
    if both := lead & contributing:
        return {
            "contributing": _("%(parties)s cannot both lead and contribute.")
            % {"parties": joined(both)}
        }
    if stored is None:
        return {}
    found: Problems = {}
    for role in Role.values:
        gone = set(cells.several(stored.texts[role])) - lead - contributing
        if gone:
            words = _(
                "A line cannot be taken away: put %(parties)s back, and say not_owed in the sheet of "
                "lines."
            )
            found[role] = words % {"parties": joined(gone)}
    return found


def _problem_of_whose_due(commitment: Commitment) -> Problems:
    """What falls due first can be moved here only if it is the deadline of the whole commitment."""
    line = soonest(_lines(commitment))
    if line is None:
        return {"due": _("Nothing is open: there is no deadline to move.")}
    if line.next_deadline and line.next_deadline.obligation_id:
        words = _(
            "This day is that of the line of %(party)s alone: change it in the sheet of lines."
        )
        return {"due": words % {"party": line.party.name}}
    return {}
