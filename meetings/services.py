"""Writing about parties and who answers for them."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.audit import record
from accounts.models import User

from .models import FocalPoint, Party


def appoint(
    *,
    party: Party,
    user: User,
    starts_on: date,
    now: datetime,
    via: str,
    actor: User | None = None,
    ends_on: date | None = None,
    is_deputy: bool = False,
) -> FocalPoint:
    """Make a person the focal point of a party, or its deputy, from a day on.

    Raises `ValidationError` by field when the term cannot stand.
    """
    term = FocalPoint(
        party=party, user=user, starts_on=starts_on, ends_on=ends_on, is_deputy=is_deputy
    )
    term.full_clean()
    with transaction.atomic():
        term.save()
        after = {
            "party": party.code,
            "person": user.pk,
            "from": starts_on,
            "until": ends_on,
            "deputy": is_deputy,
        }
        record(actor=actor, at=now, via=via, action="focal_point.appointed", of=term, after=after)
    return term


def end_term(
    *, term: FocalPoint, ends_on: date | None, actor: User | None, now: datetime, via: str
) -> None:
    """Set the last day of a term, or take it away again.

    Raises `ValidationError` when that day lies before its first.
    """
    before = {"until": term.ends_on}
    term.ends_on = ends_on
    term.full_clean()
    with transaction.atomic():
        FocalPoint.objects.filter(pk=term.pk).update(ends_on=ends_on)
        after = {"until": ends_on}
        record(
            actor=actor,
            at=now,
            via=via,
            action="focal_point.ended",
            of=term,
            before=before,
            after=after,
        )


def save_new_party(*, party: Party, actor: User | None, now: datetime, via: str) -> Party:
    """Store a party that is filled in already. Raises `ValidationError` by field."""
    party.full_clean()
    with transaction.atomic():
        party.save()
        after = {"code": party.code, "name": party.name, "kind": party.kind}
        record(actor=actor, at=now, via=via, action="party.added", of=party, after=after)
    return party


def change_party(
    *, party: Party, values: dict[str, Any], actor: User | None, now: datetime, via: str
) -> Party:
    """Change the named fields of a party. Raises `ValidationError` by field."""
    changed = {name: value for name, value in values.items() if getattr(party, name) != value}
    if not changed:
        return party
    before = {name: _told(getattr(party, name)) for name in changed}
    for name, value in changed.items():
        setattr(party, name, value)
    party.full_clean()
    with transaction.atomic():
        party.save(update_fields=list(changed))
        after = {name: _told(value) for name, value in changed.items()}
        record(
            actor=actor,
            at=now,
            via=via,
            action="party.changed",
            of=party,
            before=before,
            after=after,
        )
    return party


def _told(value: Any) -> Any:
    """A value as the log keeps it: of a row, its key."""
    return value.pk if hasattr(value, "pk") else value
