"""What the register changes on many rows: status and owner, theme, deadlines."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.asking import today_of
from accounts.models import User
from commitments import deadlines, editing, services
from commitments.choices import Status
from commitments.models import Commitment, Deadline, Obligation, Theme
from meetings.models import Party
from meetings.querysets import parties_of
from ui.words import day_words

from .kinds import By, Commitments, Held, Kind, Lines, Value


class StatusOfLines(Kind):
    """The status of a line, moved as its page moves it."""

    key = "status"
    of = Lines
    label = gettext_lazy("Status")

    def stored(self, typed: Mapping[str, Any]) -> Value:
        return {"status": typed["status"]}

    def value(self, row: Obligation) -> Value:
        return {"status": row.status}

    def word(self, value: Value) -> str:
        return str(Status(value["status"]).label)

    def change(self, row: Obligation, seen: int, values: Value, by: By) -> None:
        services.change_status(
            obligation=row, seen=seen, status=values["status"], note=by.note, **by.kept()
        )


class Pointing(Kind):
    """A kind whose value is the key of another row, or none. `field` is where it stands."""

    field: ClassVar[str]
    points_at: ClassVar[type[models.Model]]
    none: ClassVar[str | Promise]

    def stored(self, typed: Mapping[str, Any]) -> Value:
        chosen = typed[self.field]
        return {self.field: chosen.pk if chosen else None}

    def value(self, row: Any) -> Value:
        return {self.field: getattr(row, f"{self.field}_id")}

    def words(self, values: Sequence[Value]) -> list[str]:
        keys = [value[self.field] for value in values]
        named = self.points_at._default_manager.in_bulk({key for key in keys if key})
        return [str(named.get(key) or self.none) for key in keys]

    def target(self, values: Value) -> dict[str, Any]:
        """The field with the row itself. Raises `ValidationError` when that is gone."""
        key = values[self.field]
        found = self.points_at._default_manager.filter(pk=key).first() if key else None
        if key and found is None:
            raise ValidationError(_("What was chosen is not there any more."))
        return {self.field: found}


class OwnerOfLines(Pointing):
    """Who looks after a line in place of its party's focal point."""

    key = "owner"
    of = Lines
    label = gettext_lazy("Owner")
    field = "owner"
    points_at = User
    none = gettext_lazy("The party's focal point")

    def facts(self, values: Value, now: datetime) -> set[int]:
        """The parties that the new owner answers for."""
        return parties_answered_for(values["owner"], now) if values["owner"] else set()

    def odd(self, row: Obligation, values: Value, facts: set[int]) -> str:
        if values["owner"] and row.party_id not in facts:
            return _("This person does not answer for %(party)s.") % {"party": row.party}
        return ""

    def change(self, row: Obligation, seen: int, values: Value, by: By) -> None:
        editing.edit_line(
            obligation=row, seen=seen, values=self.target(values), why=by.note, **by.kept()
        )


class ThemeOfCommitments(Pointing):
    """The theme under which commitments are found and counted."""

    key = "theme"
    of = Commitments
    label = gettext_lazy("Theme")
    field = "theme"
    points_at = Theme
    none = gettext_lazy("No theme")

    def change(self, row: Commitment, seen: int, values: Value, by: By) -> None:
        editing.edit(
            commitment=row, seen=seen, values=self.target(values), why=by.note, **by.kept()
        )


class Dated(Kind):
    """Kinds whose value is a deadline of one purpose: its day, and the key of the row that says so."""

    label = gettext_lazy("Deadline")

    def stored(self, typed: Mapping[str, Any]) -> Value:
        return {"due": typed["due"].isoformat(), "purpose": typed["purpose"]}

    def held(self, rows: Sequence[Any], values: Value) -> dict[int, Held]:
        current = Deadline.objects.current().filter(purpose=values["purpose"])
        found = self.holding(current, rows)
        return {row.pk: Held(row.version, _told(found.get(row.pk))) for row in rows}

    @abstractmethod
    def holding(self, current: Any, rows: Sequence[Any]) -> dict[int, Deadline]:
        """The deadlines that hold for rows, by the keys of these."""

    def same(self, before: Value, after: Value) -> bool:
        return bool(before["due"] == after["due"])

    def word(self, value: Value) -> str:
        due = value["due"]
        return day_words(date.fromisoformat(due)) if due else _("No date set")

    def odd(self, row: Any, values: Value, facts: Any) -> str:
        try:
            deadlines.check_due(self.of.commitment(row).meeting, _day(values))
        except ValidationError as error:
            return " ".join(error.messages)
        return ""


class DeadlineOfLines(Dated):
    """A line's own deadline. Undoing lets a line without one before follow that of all again."""

    key = "deadline"
    of = Lines

    def holding(self, current: Any, rows: Sequence[Any]) -> dict[int, Deadline]:
        of_all, own = {}, {}
        for deadline in current.filter(commitment__in={row.commitment_id for row in rows}):
            if deadline.obligation_id:
                own[deadline.obligation_id] = deadline
            else:
                of_all[deadline.commitment_id] = deadline
        found = {row.pk: own.get(row.pk) or of_all.get(row.commitment_id) for row in rows}
        return {key: deadline for key, deadline in found.items() if deadline}

    def change(self, row: Obligation, seen: int, values: Value, by: By) -> None:
        deadlines.move(
            obligation=row,
            seen=seen,
            purpose=values["purpose"],
            due=_day(values),
            reason=by.note,
            **by.kept(),
        )

    def put_back(self, row: Obligation, seen: int, before: Value, after: Value, by: By) -> None:
        taken = after["deadline"]
        deadlines.take_back(obligation=row, seen=seen, deadline=taken, reason=by.note, **by.kept())


class DeadlineOfCommitments(Dated):
    """The deadline of every line without one of its own."""

    key = "deadline-of-all"
    of = Commitments

    def holding(self, current: Any, rows: Sequence[Any]) -> dict[int, Deadline]:
        of_all = current.of_commitment().filter(commitment__in=rows)
        return {deadline.commitment_id: deadline for deadline in of_all}

    def change(self, row: Commitment, seen: int, values: Value, by: By) -> None:
        deadlines.move_all(
            commitment=row,
            seen=seen,
            purpose=values["purpose"],
            due=_day(values),
            reason=by.note,
            **by.kept(),
        )

    def put_back(self, row: Commitment, seen: int, before: Value, after: Value, by: By) -> None:
        taken = after["deadline"]
        deadlines.take_back_of_all(
            commitment=row, seen=seen, deadline=taken, reason=by.note, **by.kept()
        )


def _told(deadline: Deadline | None) -> Value:
    """A deadline as a value, also where there is none."""
    due = deadline.due if deadline else None
    return {
        "due": due.isoformat() if due else None,
        "deadline": deadline.pk if deadline else None,
    }


def _day(values: Value) -> date:
    return date.fromisoformat(values["due"])


def parties_answered_for(person: int, now: datetime) -> set[int]:
    """Those whose focal point a person is today, or whose mailbox it is."""
    user = User.objects.filter(pk=person, is_active=True).first()
    if user is None:
        return set()
    today = today_of(user, now)
    own = Party.objects.filter(Q(pk__in=parties_of(user, today)) | Q(mailbox=user))
    return set(own.values_list("pk", flat=True))
