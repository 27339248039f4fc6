"""Queries that depend on who asks, put together before anybody does (ui.prepared).

Rights are part of a question (`visible_to`). What they allow differs from person to person, but how they
are asked differs only between the secretariat and everybody else:

    _LINES = AskedBy(lambda who: Obligation.objects.visible_to(who, NOW).filter(commitment=_KEY))
    _LINES(request.user, request.now, commitment=7)
"""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import lru_cache, partial
from typing import Any, Generic, TypeVar

from django.db.models import BigIntegerField, DateField, QuerySet

from ui.prepared import Given, Moment, Prepared

from .models import User

Rows = TypeVar("Rows", bound=QuerySet[Any, Any])
NOW: Any = Moment("now")
TODAY: Any = Given("today", DateField())


class Somebody(Given):
    """The person who will ask, as far as a question has to know before."""

    def __init__(self, *, is_secretariat: bool) -> None:
        super().__init__("user", BigIntegerField())
        self.is_secretariat = is_secretariat


def today_of(user: User | Somebody, now: datetime) -> date:
    """The day that it is for a person at a moment: for somebody, the day on which they will ask."""
    today: date = TODAY if isinstance(user, Somebody) else now.astimezone(user.zone).date()
    return today


class AskedBy:
    """A query by what makes it for somebody. Nothing but their rights may decide what it asks."""

    def __init__(self, make: Callable[[Any], QuerySet[Any, Any]]) -> None:
        self._made = {
            is_secretariat: Prepared(partial(make, Somebody(is_secretariat=is_secretariat)))
            for is_secretariat in (True, False)
        }

    def __call__(self, user: User, now: datetime, **values: Any) -> list[Any]:
        """The rows that this person may see at this moment, for these values."""
        ask = self._made[user.is_secretariat]
        return ask(user=user.pk, now=now, today=today_of(user, now), **values)


class ByDay(Generic[Rows]):
    """A question that is put together once a day for each person; of the moment, it asks only the day."""

    def __init__(self, make: Callable[[User, datetime], Rows]) -> None:
        self.make = make
        self._made = lru_cache(maxsize=128)(self._for)

    def __call__(self, user: User, now: datetime) -> Rows:
        """The rows that this person may see on this day, not yet read."""
        rows: Rows = self._made(user, user.is_secretariat, today_of(user, now)).all()
        return rows

    def _for(self, user: User, is_secretariat: bool, today: date) -> Rows:
        return self.make(user, datetime.combine(today, time(12), user.zone))
