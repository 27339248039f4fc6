"""Making somebody who left unrecognisable: the row stays, so that history and counts stay, and says nothing.

Names and addresses go, and what belonged to the person alone goes with them: a relation with
`on_delete=CASCADE` says so. What the person did stays, by "Former member of staff" and a number. The
log is not touched: it never held names or addresses (audit.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from .audit import record
from .models import User
from .personal import relations
from .services import empty_person, is_emptied


@dataclass(frozen=True)
class Held:
    """Something that a person answers for, and the page where somebody else can be named."""

    words: str | Promise
    url: str = ""


_holds: list[Callable[[User, datetime], list[Held]]] = []
_forget: list[Callable[[User, User, datetime], int]] = []


def register_held(held: Callable[[User, datetime], list[Held]]) -> None:
    """Name what a person answers for now: it has to be handed over first."""
    _holds.append(held)


def register_forget(forget: Callable[[User, User, datetime], int]) -> None:
    """Take names and addresses out of an app's rows: `forget(user as they were, as they are, now)`.

    Called within the transaction; returns how many rows it emptied.
    """
    _forget.append(forget)


def held(user: User, now: datetime) -> list[Held]:
    """All that a person answers for at this moment."""
    return [one for ask in _holds for one in ask(user, now)]


def why_not(user: User, actor: User, now: datetime) -> str:
    """Why somebody cannot be made unrecognisable now; empty when they can."""
    if user.pk == actor.pk:
        return _("You cannot do this to yourself: ask another administrator.")
    if is_emptied(user):
        return _("This has been done already.")
    if held(user, now):
        return _("Hand over first what this person answers for.")
    return ""


def anonymise(*, user: User, actor: User, now: datetime, via: str) -> User:
    """Empty the name, the address and all that belongs to the person alone. It cannot be undone.

    They are signed out at once. Raises `ValidationError` where `why_not` has an answer.
    """
    with transaction.atomic():
        was = User.objects.select_for_update().get(pk=user.pk)
        if said := why_not(was, actor, now):
            raise ValidationError(said)
        rows = _drop_own(was)
        user = empty_person(user=was)
        rows += sum(forget(was, user, now) for forget in _forget)
        rows += _rename_in_administration(user)
        record(
            actor=actor, at=now, via=via, action="person.anonymised", of=user, after={"rows": rows}
        )
    return user


def _drop_own(user: User) -> int:
    """What would go with the person goes: addresses, second factors, mutes, sessions, days away."""
    dropped = 0
    for relation in relations():
        # What they did in the administration stays, as everywhere.
        if relation.on_delete is models.CASCADE and relation.related_model is not LogEntry:
            rows: Any = relation.related_model._base_manager.filter(**{relation.field.name: user})
            dropped += rows.delete()[0]
    return dropped + user.saved_views.filter(is_shared=False).delete()[0]


def _rename_in_administration(user: User) -> int:
    """The administration keeps a log of its own, with the names of what was changed."""
    told = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk)
    )
    return told.update(object_repr=user.name, change_message="")
