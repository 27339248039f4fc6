"""Everything that is stored about a person, found by following every relation that points to them.

A table that comes later is in it without anybody thinking of it. Secrets never are. To the person
themselves a row shows all that it holds where its app says so; else its key and its moments alone,
for what people wrote about the register follows the register's rights and not their author.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.db.models import QuerySet

from .audit import record
from .models import Event, SavedView, User

Rows = QuerySet[Any]
# Fields with which somebody could come in, and the bytes of mails, which hold links of that kind.
WITHHELD = frozenset({"password", "key", "data", "secret", "token", "session_key", "frozen"})
_ABOUT_EVENTS = ("before", "after", "why")

_shown: dict[str, Callable[[User, datetime], Rows]] = {}


def show(model: type[models.Model], rows: Callable[[User, datetime], Rows]) -> None:
    """Let people see whole rows of a model: those that `rows(user, now)` holds."""
    _shown[model._meta.label] = rows


def relations() -> list[models.ForeignObjectRel]:
    """Every relation of a table to a person, also those without a name on this side."""
    fields = User._meta.get_fields(include_hidden=True)
    return [one for one in fields if isinstance(one, models.ManyToOneRel) and one.related_model]


def export(*, user: User, actor: User, now: datetime, via: str) -> dict[str, Any]:
    """All that is stored about `user`, in values for JSON, for `actor`; the log tells of it.

    Administrators get every row whole. Anybody else is `user` themselves.
    """
    whole = actor.is_administrator
    told: dict[str, Any] = {"made": now, "person": _values(user, whole=True)}
    told["events about this person"] = [_values(event, whole=True) for event in _about(user)]
    for relation in relations():
        label = relation.related_model._meta.label
        rows = _rows(relation.related_model, relation.field.name, user)
        told[f"{label}, {relation.field.name}"] = _told(label, rows, user, now, whole=whole)
    with transaction.atomic():
        record(actor=actor, at=now, via=via, action="person.data_exported", of=user)
    return {name: rows for name, rows in told.items() if rows}


def _rows(model: type[models.Model], field: str, user: User) -> Rows:
    return model._base_manager.filter(**{field: user}).order_by("pk")


def _about(user: User) -> "QuerySet[Event]":
    return Event.objects.filter(object_type="user", object_id=user.pk).order_by("pk")


def _told(
    label: str, rows: Rows, user: User, now: datetime, *, whole: bool
) -> list[dict[str, Any]]:
    if whole:
        return [_values(row, whole=True) for row in rows]
    shown = _shown[label](user, now) if label in _shown else rows.none()
    seen = set(shown.filter(pk__in=rows.values("pk")).values_list("pk", flat=True))
    return [_values(row, whole=row.pk in seen) for row in rows]


def _values(row: models.Model, *, whole: bool) -> dict[str, Any]:
    """The fields of a row, by name: all but secrets, or the key and the moments."""
    found = {}
    for field in row._meta.concrete_fields:
        if field.name in WITHHELD or isinstance(field, models.BinaryField):
            continue
        value = getattr(row, field.attname)
        if whole or field.primary_key or isinstance(value, date) or _is_safe(row, field.name):
            found[field.attname] = value
    return found


def _is_safe(row: models.Model, name: str) -> bool:
    """Of what a person did: what kind of deed, to which row by number; not what it says."""
    return isinstance(row, Event) and name not in _ABOUT_EVENTS


def _own_views(user: User, now: datetime) -> Rows:
    return SavedView.objects.filter(owner=user)


show(SavedView, _own_views)
