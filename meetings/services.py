"""Writing about parties and who answers for them."""

from datetime import date, datetime

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
        after = {"party": party.code, "person": user.pk, "from": starts_on, "until": ends_on, "deputy": is_deputy}
        record(actor=actor, at=now, via=via, action="focal_point.appointed", of=term, after=after)
    return term


def end_term(*, term: FocalPoint, ends_on: date, actor: User | None, now: datetime, via: str) -> None:
    """End a term on a day. Raises `ValidationError` when that day lies before its first."""
    before = {"until": term.ends_on}
    term.ends_on = ends_on
    term.full_clean()
    with transaction.atomic():
        FocalPoint.objects.filter(pk=term.pk).update(ends_on=ends_on)
        after = {"until": ends_on}
        record(
            actor=actor, at=now, via=via, action="focal_point.ended", of=term, before=before, after=after
        )
