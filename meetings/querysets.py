"""Questions about parties, meetings and reports. Every order ends in the key, so that pages never repeat a row."""

import re
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from accounts.models import User

from .choices import PartyKind, Sensitivity

if TYPE_CHECKING:
    from .models import FocalPoint, Instrument, Meeting, Party, Report


def readable(user: User, today: date, prefix: str = "") -> Q:
    """What a person may read of rows with `sensitivity` and `restricted_to` fields (behind `prefix`).

    Officers and administrators read all. Others read what is public or for members, and what is for
    one party while they are a focal point of it.
    """
    if user.is_secretariat:
        return Q()
    open_to_members = Q(**{f"{prefix}sensitivity__in": [Sensitivity.PUBLIC, Sensitivity.MEMBERS]})
    own = Q(
        **{
            f"{prefix}sensitivity": Sensitivity.PARTY,
            f"{prefix}restricted_to__in": parties_of(user, today),
        }
    )
    return open_to_members | own


def parties_of(user: User, today: date) -> "PartyQuerySet":
    """The parties that a person answers for today."""
    from .models import Party

    return Party.objects.filter(pk__in=_terms_of(user, today).values("party"))


def _terms_of(user: User, today: date) -> "FocalPointQuerySet":
    from .models import FocalPoint

    return FocalPoint.objects.active(today).filter(user=user)


class PartyQuerySet(models.QuerySet["Party"]):
    def members(self, day: date) -> "PartyQuerySet":
        """Member states on a day."""
        return self.filter(Q(left=None) | Q(left__gt=day), kind=PartyKind.MEMBER, joined__lte=day)

    def in_order(self) -> "PartyQuerySet":
        """States first, organs after them, each by name."""
        return self.order_by("kind", "name", "pk")


class FocalPointQuerySet(models.QuerySet["FocalPoint"]):
    def active(self, today: date) -> "FocalPointQuerySet":
        """Terms that have begun and not ended, of people who are active."""
        return self.filter(
            Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today, user__is_active=True
        )


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def newest_first(self) -> "MeetingQuerySet":
        return self.order_by("series", "-number", "pk")

    def search(self, words: str) -> "MeetingQuerySet":
        """Every word must occur in the title, the series or the place.

        By regular expression, since SQLite's LIKE ignores case for ASCII letters only.
        """
        found = self
        for word in words.split():
            pattern = re.escape(word)
            matches = (Q(**{f"{field}__iregex": pattern}) for field in ("title", "series", "place"))
            found = found.filter(reduce(or_, matches))
        return found

    def for_list(self) -> "MeetingQuerySet":
        """Everything one row of the list of meetings reads."""
        return self.select_related("chair")


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: User, today: date) -> "ReportQuerySet":
        return self.filter(readable(user, today))

    def current(self) -> "ReportQuerySet":
        """The highest version of each meeting and language stands for the report."""
        from .models import Report

        newer = Report.objects.filter(
            meeting=models.OuterRef("meeting"),
            language=models.OuterRef("language"),
            version__gt=models.OuterRef("version"),
        )
        return self.exclude(models.Exists(newer))


class InstrumentQuerySet(models.QuerySet["Instrument"]):
    def in_order(self) -> "InstrumentQuerySet":
        return self.order_by("name", "pk")
