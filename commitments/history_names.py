"""What the keys and codes in events stand for.

It is read for a whole batch of events at once, in a few queries however many there are.
"""

import contextlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from accounts.models import Event, User
from meetings.models import FocalPoint, Instrument, Meeting, Party, Passage, Report

from .models import BulkEdit, CandidateDecision, Commitment, Obligation, SheetImport, Theme

MODELS: dict[str, type[models.Model]] = {
    "commitment": Commitment,
    "obligation": Obligation,
    "meeting": Meeting,
    "instrument": Instrument,
    "theme": Theme,
    "party": Party,
    "focalpoint": FocalPoint,
    "user": User,
    "report": Report,
    "passage": Passage,
    "candidatedecision": CandidateDecision,
    "bulkedit": BulkEdit,
    "sheetimport": SheetImport,
}
# What a field is called in events, where that is not its name.
FIELDS = {"from": "starts_on", "until": "ends_on", "person": "user", "deputy": "is_deputy"}
_READ_WITH = {
    Obligation: ("commitment", "party"),
    FocalPoint: ("user", "party"),
    Report: ("meeting",),
    Passage: ("report__meeting",),
    CandidateDecision: ("passage__report__meeting",),
}
# Whole texts and files, of which no line of the history says anything.
_READ_WITHOUT = {
    Report: ("raw", "text"),
    Passage: ("report__raw", "report__text"),
    CandidateDecision: ("passage__report__raw", "passage__report__text"),
    SheetImport: ("cells", "problems"),
}
Rows = dict[Any, models.Model]


class Names:
    """What the keys in a batch of events stand for.

    `known` are rows that are at hand already. References of commitments that `user` may not see are
    left out; without a user, all but those of `known`.
    """

    def __init__(
        self,
        events: Iterable[Event],
        known: Iterable[models.Model] = (),
        user: User | None = None,
        now: datetime | None = None,
    ) -> None:
        self._rows: dict[type[models.Model], Rows] = defaultdict(dict)
        for row in known:
            self._rows[type(row)][row.pk] = row
        events = list(events)
        self._read(_keys(events))
        self._instruments = _instruments(events)
        self._references = self._shown_references(events, user, now)

    def row(self, model: type[models.Model] | None, key: Any) -> models.Model | None:
        return self._rows[model].get(key) if model else None

    def subject(self, event: Event) -> models.Model | None:
        """What an event is about; None when it is gone."""
        return self.row(MODELS.get(event.object_type), event.object_id)

    def reference(self, reference: str) -> str:
        return reference if reference in self._references else _("another commitment")

    def instrument(self, slug: str) -> str:
        return self._instruments.get(slug, slug)

    def _read(self, wanted: dict[type[models.Model], set[int]]) -> None:
        for model, keys in wanted.items():
            missing = keys - self._rows[model].keys()
            if missing:
                rows = model._default_manager.select_related(*_READ_WITH.get(model, ()))
                lean = rows.defer(*_READ_WITHOUT.get(model, ()))
                self._rows[model].update(lean.in_bulk(missing))

    def _shown_references(
        self, events: list[Event], user: User | None, now: datetime | None
    ) -> set[str]:
        named = {
            event.after.get(end)
            for event in events
            if event.action == "commitment.linked"
            for end in ("earlier", "later")
        }
        if not named:
            return set()
        if user is None or now is None:
            known = self._rows[Commitment].values()
            return {row.reference for row in known if isinstance(row, Commitment)}
        visible = Commitment.objects.visible_to(user, now).filter(reference__in=named)
        return set(visible.values_list("reference", flat=True))


def field_of(model: type[models.Model] | None, key: str) -> Any:
    """The field that a key of a recorded change stands for; none for keys that are no field."""
    with contextlib.suppress(FieldDoesNotExist):
        return model._meta.get_field(FIELDS.get(key, key)) if model else None
    return None


def _keys(events: list[Event]) -> dict[type[models.Model], set[int]]:
    """The rows that events are about and those that their values point to."""
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for event in events:
        model = MODELS.get(event.object_type)
        if model is None:
            continue
        wanted[model].add(event.object_id)
        for told in (event.before, event.after):
            for key, value in told.items():
                pointed_at = _pointed_at(event, model, key)
                if pointed_at and isinstance(value, int) and not isinstance(value, bool):
                    wanted[pointed_at].add(value)
    return wanted


def _pointed_at(event: Event, model: type[models.Model], key: str) -> type[models.Model] | None:
    if event.action == "party.handed_over" and key in {"from", "to"}:
        return User
    return getattr(field_of(model, key), "related_model", None)


def _instruments(events: list[Event]) -> dict[str, str]:
    """The names of instruments, which events hold by their addresses."""
    slugs: set[str] = set()
    for event in events:
        for told in (event.before, event.after):
            slugs.update(told.get("instruments", ()))
    if not slugs:
        return {}
    return dict(Instrument.objects.filter(slug__in=slugs).values_list("slug", "name"))
