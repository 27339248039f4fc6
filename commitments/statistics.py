"""What can be counted over time, from rows that exist for another reason: events, deadlines, reports.

Everything is added up by the database; what comes back is a row for each party, month or day.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from django.db.models import (
    CharField,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    Subquery,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, TruncDate, TruncMonth

from accounts.models import Event

from .choices import Purpose, ReportState, Status
from .models import Deadline, Obligation, ProgressReport
from .querysets import ObligationQuerySet, ProgressReportQuerySet

# What a reminder that was told has as its outcome (reminders.choices.Outcome, an app above this one).
TOLD = "included"


# Progress -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """How many lines of a party were done, and how many there were, at the end of each month and now."""

    code: str
    name: str
    done: list[int]
    lines: list[int]

    @property
    def shares(self) -> list[float | None]:
        """In percent; None where there was no line."""
        return [share(*pair) for pair in zip(self.done, self.lines, strict=True)]


def share(done: int, lines: int) -> float | None:
    return 100 * done / lines if lines > 0 else None


def progress(
    lines: ObligationQuerySet, months: Sequence[date], zone: tzinfo, now: datetime
) -> list[Progress]:
    """Of each party, at the beginnings of these months and now.

    Reckoned backwards from what the register says now: what changed since is taken away again.
    """
    names = ("party__code", "party__name", "party__kind")
    stand = lines.progress_by(*names, now=now).order_by("party__kind", "party__name")
    since = _changes(lines, months[0], zone)
    return [_back(row, months, since[row["party__code"]]) for row in stand]


@dataclass
class _Change:
    """What a month added: lines done, and lines that count."""

    done: int = 0
    lines: int = 0


def _back(row: Any, months: Sequence[date], changes: dict[date, _Change]) -> Progress:
    done, lines = [row["done"]], [row["lines"]]
    for month in reversed(months):
        change = changes.get(month, _Change())
        done.append(done[-1] - change.done)
        lines.append(lines[-1] - change.lines)
    return Progress(row["party__code"], row["party__name"], done[::-1], lines[::-1])


def _changes(
    lines: ObligationQuerySet, first: date, zone: tzinfo
) -> dict[str, dict[date, _Change]]:
    """By party and month: lines registered, and what events say of statuses."""
    start = datetime(first.year, first.month, 1, tzinfo=zone)
    found: dict[str, dict[date, _Change]] = defaultdict(lambda: defaultdict(_Change))
    month: Any = TruncMonth("registered_at", tzinfo=zone)
    rows: Any = lines.filter(registered_at__gte=start, commitment__life="active").order_by()
    for row in rows.values("party__code", month=month).annotate(n=Count("pk")):
        found[row["party__code"]][row["month"].date()].lines += row["n"]
    for row in _moves(lines, start, zone):
        change = found[row["party"]][row["month"].date()]
        change.done += row["done"] - row["undone"]
        change.lines += row["back"] - row["out"]
    return found


def _moves(lines: ObligationQuerySet, start: datetime, zone: tzinfo) -> Any:
    """By party and month, how many lines became done or no longer done, and left the count or came back."""
    party = Obligation.objects.filter(pk=OuterRef("object_id")).values("party__code")[:1]
    left = list(Status.not_counted())
    active = lines.filter(commitment__life="active").order_by().values("pk")
    events: Any = Event.objects.filter(
        object_type="obligation", at__gte=start, object_id__in=active, after__has_key="status"
    )
    told = events.annotate(old=_text("before__status"), new=_text("after__status"))
    told = told.exclude(old=F("new"))
    return (
        told.order_by()
        .values(party=Subquery(party), month=TruncMonth("at", tzinfo=zone))
        .annotate(
            done=Count("pk", filter=Q(new=Status.DONE)),
            undone=Count("pk", filter=Q(old=Status.DONE)),
            out=Count("pk", filter=Q(new__in=left) & ~Q(old__in=left)),
            back=Count("pk", filter=Q(old__in=left) & ~Q(new__in=left)),
        )
    )


def _text(path: str) -> Cast:
    """A word of a JSON field as text: else the databases compare JSON with it."""
    return Cast(KT(path), CharField())


# Slippage -----------------------------------------------------------------------------------------


def slipped(lines: ObligationQuerySet) -> Any:
    """Final deadlines that were moved, with `first_due` and `slip`; what moved furthest stands first."""
    earlier = (
        Deadline.objects.filter(commitment=OuterRef("commitment"), purpose=Purpose.FINAL)
        .filter(Q(obligation=None) | Q(obligation=OuterRef("obligation")), due__isnull=False)
        .order_by("created_at", "pk")
    )
    keys = lines.order_by()
    of_these = Q(obligation__in=keys.values("pk")) | Q(
        obligation=None, commitment__in=keys.values("commitment")
    )
    slip = ExpressionWrapper(F("due") - F("first_due"), output_field=DurationField())
    return (
        Deadline.objects.current()
        .filter(of_these, purpose=Purpose.FINAL, due__isnull=False)
        .exclude(replaces=None, obligation=None)
        .annotate(first_due=Subquery(earlier.values("due")[:1]))
        .exclude(due=F("first_due"))
        .annotate(slip=slip)
        .select_related("commitment", "obligation__party", "obligation__commitment")
        .order_by("-slip", "pk")
    )


# Answers ------------------------------------------------------------------------------------------


@dataclass
class Answers:
    """How a party answers since some day, and how long it takes to answer and to decide."""

    code: str
    name: str
    asked: int = 0
    answered: int = 0
    sent: int = 0
    to_answer: dict[int, int] = field(default_factory=dict)
    to_decide: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float | None:
        return share(self.answered, self.asked)


def answers(lines: ObligationQuerySet, since: datetime, zone: tzinfo) -> list[Answers]:
    """Of each party that was reminded or sent a report since then."""
    names = ("party__code", "party__name", "party__kind")
    rows: Any = lines.order_by().values(*names).annotate(n=Count("pk"))
    found = {
        row["party__code"]: Answers(row["party__code"], row["party__name"])
        for row in rows.order_by("party__kind", "party__name")
    }
    for name, asked in (("asked", lines.reminded(since)), ("answered", lines.answered(since))):
        for row in asked.order_by().values("party__code").annotate(n=Count("pk")):
            setattr(found[row["party__code"]], name, row["n"])
    reports = ProgressReport.objects.sent().filter(
        obligation__in=lines.order_by().values("pk"), submitted_at__gte=since
    )
    for row in _by_party(reports).annotate(n=Count("pk")):
        found[row["code"]].sent = row["n"]
    for code, days, n in _to_answer(reports, zone):
        found[code].to_answer[days] = n
    for code, days, n in _to_decide(reports, zone):
        found[code].to_decide[days] = n
    return [one for one in found.values() if one.asked or one.sent]


def _by_party(reports: ProgressReportQuerySet, **values: Any) -> Any:
    return reports.order_by().values(code=F("obligation__party__code"), **values)


def _to_answer(reports: ProgressReportQuerySet, zone: tzinfo) -> Iterable[tuple[str, int, int]]:
    """Days from the first reminder since the report before it to a report."""
    before = ProgressReport.objects.filter(
        obligation=OuterRef("obligation"), submitted_at__lt=OuterRef("submitted_at")
    ).order_by("-submitted_at")
    told: Any = Obligation.objects.filter(
        pk=OuterRef("obligation"),
        reminders__outcome=TOLD,
        reminders__planned_at__gt=OuterRef("previous"),
        reminders__planned_at__lte=OuterRef("submitted_at"),
    )
    first = (
        told.order_by().values("pk").annotate(first=Min("reminders__planned_at")).values("first")
    )
    previous = Coalesce(Subquery(before.values("submitted_at")[:1]), "obligation__registered_at")
    asked: Any = reports.annotate(previous=previous).annotate(asked=Subquery(first))
    return _histogram(asked.filter(asked__isnull=False), "asked", "submitted_at", zone)


def _to_decide(reports: ProgressReportQuerySet, zone: tzinfo) -> Iterable[tuple[str, int, int]]:
    decided = reports.filter(state__in=[ReportState.ACCEPTED, ReportState.RETURNED])
    return _histogram(decided, "submitted_at", "decided_at", zone)


def _histogram(reports: Any, first: str, last: str, zone: tzinfo) -> Iterable[tuple[str, int, int]]:
    """A party, a number of days, and how many reports took so many."""
    days = ExpressionWrapper(
        TruncDate(last, tzinfo=zone) - TruncDate(first, tzinfo=zone), output_field=DurationField()
    )
    rows = _by_party(reports, days=days).annotate(n=Count("pk"))
    return [(row["code"], row["days"].days, row["n"]) for row in rows]


def median(histogram: dict[int, int]) -> float | None:
    """The middle of numbers that are given as how often each occurs."""
    total = sum(histogram.values())
    if not total:
        return None
    return (_nth(histogram, (total - 1) // 2) + _nth(histogram, total // 2)) / 2


def _nth(histogram: dict[int, int], place: int) -> int:
    for value in sorted(histogram):
        place -= histogram[value]
        if place < 0:
            return value
    raise IndexError(place)


def mean(histogram: dict[int, int]) -> float | None:
    total = sum(histogram.values())
    return sum(days * n for days, n in histogram.items()) / total if total else None


def added(histograms: Iterable[dict[int, int]]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for histogram in histograms:
        for days, n in histogram.items():
            found[days] += n
    return dict(found)


def months_back(today: date, number: int) -> list[date]:
    """The first days of this month and of those before it, `number` in all."""
    first = today.year * 12 + today.month - number
    return [date(n // 12, n % 12 + 1, 1) for n in range(first, first + number)]


def month_end(month: date) -> date:
    """The last day before a month: what is true at its beginning was true at the end of that day."""
    return month - timedelta(days=1)
