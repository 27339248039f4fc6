"""Conditions on lines that several questions share: the SQL twins of rules.py."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from accounts.asking import today_of
from accounts.models import User
from commitments.choices import (
    Life,
    ReportState,
    Status,
    Timing,
    Urgency,
)
from commitments.rules import whole_minute
from meetings.choices import Sensitivity
from meetings.querysets import OPEN_TO_MEMBERS, answered_for

if TYPE_CHECKING:
    from .told import ProgressReportQuerySet


def silent_after() -> timedelta:
    """How long an open line may go without a report before it counts as silent."""
    return timedelta(days=settings.SILENT_DAYS)


def soon() -> timedelta:
    """How long before its end a line counts as due soon."""
    return timedelta(days=settings.DUE_SOON_DAYS)


def is_open() -> Q:
    """The SQL twin of rules.is_open."""
    return Q(status__in=Status.open(), commitment__life=Life.ACTIVE)


def timing(timing: Timing, now: datetime) -> Q:
    """The SQL twin of rules.timing, one condition a state."""
    return {
        Timing.OVERDUE: is_open() & Q(due_at__lte=now),
        Timing.SOON: is_open() & Q(due_at__gt=now, due_at__lte=now + soon()),
        Timing.LATER: is_open() & Q(due_at__gt=now + soon()),
        Timing.NONE: is_open() & Q(due_at=None),
        Timing.CLOSED: ~is_open(),
    }[timing]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def written(references: Iterable[str]) -> set[str]:
    return {way for name in references for way in (name, name.upper())}


def is_shown(user: User, now: datetime) -> Q:
    """What a line itself allows to those who are not of the secretariat."""
    today = today_of(user, now)
    open_to_members = Q(sensitivity__in=OPEN_TO_MEMBERS)
    return open_to_members | Q(sensitivity=Sensitivity.PARTY, party__in=answered_for(user, today))


def reports() -> "ProgressReportQuerySet":
    from commitments.models import ProgressReport

    return ProgressReport.objects.filter(obligation=OuterRef("pk"))


def awaiting() -> Exists:
    return Exists(reports().filter(state=ReportState.SUBMITTED))


def having(**asked: Any) -> Q:
    """Lines with such a report, by a list of keys that is read once: for questions to many lines."""
    from commitments.models import ProgressReport

    return Q(pk__in=ProgressReport.objects.filter(**asked).order_by().values("obligation"))


def returned() -> Q:
    """The last report that was sent came back: again by a list of keys."""
    from commitments.models import ProgressReport

    later = ProgressReport.objects.sent().filter(
        obligation=OuterRef("obligation"), submitted_at__gt=OuterRef("submitted_at")
    )
    back = ProgressReport.objects.filter(~Exists(later), state=ReportState.RETURNED)
    return Q(pk__in=back.order_by().values("obligation"))


def urgency(now: datetime) -> Case:
    """What a line asks of whoever answers for it: the first condition that holds."""
    timings = (Timing.OVERDUE, Timing.SOON, Timing.LATER, Timing.NONE)
    return Case(
        When(having(state=ReportState.SUBMITTED), then=Value(Urgency.AWAITING)),
        When(is_open() & returned(), then=Value(Urgency.RETURNED)),
        *(When(timing(t, now), then=Value(Urgency(t.value))) for t in timings),
        default=Value(Urgency.CLOSED),
    )


def silent(now: datetime) -> Q:
    """The SQL twin of rules.is_silent."""
    since = whole_minute(now - silent_after())
    return is_open() & Q(registered_at__lte=since) & ~having(submitted_at__gt=since)


def in_either(rows: "models.QuerySet[Any]", word: str, commitment: str) -> Q:
    """A word in a row's own text or in its commitment's."""
    from commitments.models import Commitment

    every: models.QuerySet[Any] = rows.model._default_manager.all()
    about = Commitment.objects.filter(search_text__contains=word).values("pk")
    own = every.filter(search_text__contains=word)
    return in_any(own.values("pk"), every.filter(**{f"{commitment}__in": about}).values("pk"))


def in_any(*keys: "models.QuerySet[Any, Any]") -> Q:
    """Rows whose key is in one of these lists.

    Each comes from an index of its own, and together they are few: an "or" would try every row.
    """
    first, *others = (rows.order_by() for rows in keys)
    return Q(pk__in=first.union(*others))
