"""The sheet of lines: one row for each party that owes a commitment."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments import deadlines, editing, services
from commitments.choices import Role, SheetKind, Status
from commitments.models import Commitment, Obligation
from commitments.tables import LineTable
from meetings.choices import Sensitivity

from .cells import Wrong
from .columns import (
    Problems,
    choice,
    day,
    in_batches,
    party_codes,
    person,
    problem_of_due,
    timings_lately,
)
from .table import By, Change, Column, Key, Stored, Table, folded

COLUMNS = (
    Column("reference", gettext_lazy("The commitment. It finds the row and is never changed.")),
    Column(
        "party",
        gettext_lazy("The code of the party. With the reference it finds the row."),
        codes=party_codes,
    ),
    Column(
        "title",
        gettext_lazy("What is to be done. For reading."),
        instead=gettext_lazy(
            "The title is that of the commitment; change it in the sheet of commitments."
        ),
    ),
    Column("role", gettext_lazy("What part the party has."), needed=True, **choice(Role)),
    Column(
        "status",
        gettext_lazy("Where the line stands. “done” comes only from a report with evidence."),
        needed=True,
        **choice(Status),
    ),
    Column(
        "awaiting",
        gettext_lazy("Whether a report awaits validation. For reading."),
        instead=gettext_lazy("awaiting is computed; decide on the report on the page of the line."),
    ),
    Column(
        "owner",
        gettext_lazy("The e-mail of who answers for the line. Empty: the party's focal point."),
        read=person,
    ),
    Column("due", gettext_lazy("The day on which it falls due, as 2026-12-24."), read=day),
    Column(
        "basis",
        gettext_lazy("Where the deadline comes from. For reading."),
        instead=gettext_lazy(
            "basis is computed: a day that you give is “set”; change due instead."
        ),
    ),
    Column(
        "purpose",
        gettext_lazy("What falls due: the thing itself or the next report. For reading."),
        instead=gettext_lazy("purpose is computed; change due instead."),
    ),
    Column(
        "timing",
        gettext_lazy("How the line stands to its deadline. For reading."),
        instead=gettext_lazy("timing is computed; change due instead."),
    ),
    *(
        Column(
            name,
            gettext_lazy("Of the commitment. For reading."),
            instead=gettext_lazy("This is that of the commitment and is not changed here."),
        )
        for name in ("meeting", "theme")
    ),
    Column(
        "last_report",
        gettext_lazy("When the party reported last. For reading."),
        instead=gettext_lazy("last_report is computed and cannot be changed."),
    ),
    Column("sensitivity", gettext_lazy("Who may read it."), needed=True, **choice(Sensitivity)),
    Column(
        "version",
        gettext_lazy("Shows whether somebody changed the row since. Leave it as it is."),
    ),
)


class Lines(Table[Obligation]):
    name = SheetKind.LINES.value
    columns = COLUMNS
    key = ("reference", "party")

    def export(self) -> LineTable:
        return LineTable([], user=self.book.user, now=self.book.now)

    def stored(self, keys: dict[Key, Key]) -> dict[Key, Stored[Obligation]]:
        found: dict[Key, Stored[Obligation]] = {}
        visible = Obligation.objects.visible_to(self.book.user, self.book.now).for_sheet()
        for references in in_batches(typed[0] for typed in keys.values()):
            for line in visible.of_references(references):
                key = folded((line.commitment.reference, line.party.code))
                if key in keys:
                    found[key] = self.stored_row(line)
        self._commitments = self._of_new(keys[key][0] for key in keys.keys() - found.keys())
        return found

    def _of_new(self, references: Iterable[str]) -> dict[str, Commitment]:
        visible = Commitment.objects.visible_to(self.book.user, self.book.now)
        return {
            row.reference.casefold(): row
            for batch in in_batches(references)
            for row in visible.of_references(batch).select_related("meeting")
        }

    def title(self, key: Key, stored: Stored[Obligation] | None, cells: dict[str, str]) -> str:
        if stored:
            return f"{stored.row.party}: {stored.row.commitment.title}"
        commitment = self._commitments.get(key[0])
        return commitment.title if commitment else ""

    def accepts(self, column: str, text: str, stored: Stored[Obligation]) -> bool:
        """A timing that held while somebody worked on the sheet is no edit."""
        if column == "last_report":  # spreadsheets write moments in ways of their own
            with suppress(Wrong):
                return (
                    day(re.split("[T ]", text.strip())[0], self.book) == stored.texts[column][:10]
                )
        return column == "timing" and text.strip().casefold() in timings_lately(
            stored.row, self.book.now
        )

    def problems(
        self, key: Key, stored: Stored[Obligation] | None, after: dict[str, str]
    ) -> Problems:
        if stored is None and (found := self._problems_of_new(key)):
            return found
        line = stored.row if stored else None
        commitment = line.commitment if line else self._commitments[key[0]]
        party = line.party if line else self._party(key)
        found = {}
        if "status" in after:
            found |= _problem_of_status(line.status if line else "", after["status"])
        if "due" in after:
            found |= problem_of_due(commitment.meeting, after["due"])
        if owner := after.get("owner"):
            person = self.book.people[owner]
            if not self.book.may_own(person, party):
                words = {"name": person.name, "party": party.name}
                found["owner"] = _("%(name)s does not answer for %(party)s.") % words
        return found

    def _problems_of_new(self, key: Key) -> Problems:
        if key[0] not in self._commitments:
            return {"reference": _("There is no commitment with this reference.")}
        if self._party(key) is None:
            words = _("There is no party with this code. Write one of: %(codes)s.")
            return {"party": words % {"codes": ", ".join(self.book.parties)}}
        return {}

    def _party(self, key: Key) -> Any:
        return self.book.parties.get(key[1].upper())

    def apply(self, change: Change, by: By) -> None:
        after = change.after
        values = self._values(after)
        if change.row is None:
            line = self._add(change, values, by)
        elif values:
            line = editing.edit_line(
                obligation=change.row,
                seen=change.row.version,
                values=values,
                why=by.note,
                **by.who,
            )
        else:
            line = change.row
        if "due" in after:
            deadlines.move(
                obligation=line,
                seen=line.version,
                due=date.fromisoformat(after["due"]),
                reason=by.note,
                **by.who,
            )
            line.refresh_from_db()
        if "status" in after and after["status"] != line.status:
            _set_status(line, after["status"], by)

    def _values(self, after: dict[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {
            name: after[name] for name in ("role", "sensitivity") if name in after
        }
        if "owner" in after:
            values["owner"] = self.book.people.get(after["owner"])
        return values

    def _add(self, change: Change, values: dict[str, Any], by: By) -> Obligation:
        return editing.add_line(
            commitment=self._commitments[change.key[0]],
            party=self._party(change.key),
            **{"sensitivity": Sensitivity.PUBLIC, **values},
            why=by.note,
            **by.who,
        )


def _problem_of_status(status: str, wanted: str) -> Problems:
    """What services.change_status would refuse, said before anything is written."""
    if status == Status.DONE and wanted != Status.IN_PROGRESS:
        return {"status": _("This line is done and locked. Write in_progress to reopen it first.")}
    if wanted == Status.DONE:
        return {
            "status": _("“Done” needs a report with evidence, and a second person who accepts it.")
        }
    return {}


def _set_status(line: Obligation, status: str, by: By) -> None:
    if line.status == Status.DONE:
        services.reopen(obligation=line, seen=line.version, reason=by.note, **by.who)
        return
    services.change_status(
        obligation=line, seen=line.version, status=status, note=by.note, **by.who
    )
