"""Questions about the lines of the parties."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber

from accounts.asking import today_of
from accounts.models import Event, User
from commitments.choices import (
    Life,
    Reporting,
    ReportState,
    Status,
    Timing,
)
from commitments.rules import RollUp, whole_minute
from meetings.choices import Sensitivity
from meetings.querysets import OPEN_TO_MEMBERS, answered_for

from . import conditions

if TYPE_CHECKING:
    from commitments.models import Obligation


# What heads the column of a party.
_PARTY = ("party__code", "party__name", "party__kind")


class ObligationQuerySet(models.QuerySet["Obligation"]):
    def visible_to(self, user: User, now: datetime) -> "ObligationQuerySet":
        """Lines that a person may read: of commitments they may read, as far as the line itself allows."""
        if user.is_secretariat:
            return self.all()
        from commitments.models import Commitment, Obligation

        # Less what is hidden: a list of all that is not would be as long as the register.
        kept_back, quoting = Commitment.objects.hidden_from(user, now)
        return self.visible_lines(user, now).filter(
            ~Exists(kept_back.filter(pk=OuterRef("commitment"))),
            ~Exists(quoting.filter(commitment=OuterRef("commitment"))),
        )

    def visible_lines(self, user: User, now: datetime) -> "ObligationQuerySet":
        """The line's own part of `visible_to`, for lines of commitments that are known to be visible."""
        if user.is_secretariat:
            return self.all()
        return self.filter(conditions.is_shown(user, now))

    def hidden_from(self, user: User, now: datetime) -> "ObligationQuerySet":
        """The lines that `visible_lines` leaves out."""
        if user.is_secretariat:
            return self.none()
        return self.exclude(conditions.is_shown(user, now))

    def keys_hidden_from(self, user: User, now: datetime) -> Any:
        """The keys of the lines that `visible_to` leaves out for somebody outside the secretariat.

        Hidden themselves, with their commitment, or with a report that it quotes: each few, read once.
        """
        from commitments.models import Commitment

        kept_back, quoting = Commitment.objects.hidden_from(user, now)
        own = self.hidden_from(user, now)
        with_others = (self.filter(commitment__in=keys) for keys in (kept_back, quoting))
        return (
            own.order_by()
            .values("pk")
            .union(*(rows.order_by().values("pk") for rows in with_others))
        )

    def closed(self) -> "ObligationQuerySet":
        """Lines that not every member may see."""
        return self.exclude(sensitivity__in=OPEN_TO_MEMBERS)

    def open(self) -> "ObligationQuerySet":
        """Something is still to be done (rules.is_open)."""
        return self.filter(conditions.is_open())

    def search(self, words: str) -> "ObligationQuerySet":
        """Every word must occur in what was said about the line, or in its commitment."""
        found = self
        for word in words.casefold().split():
            found = found.filter(conditions.in_either(self, word, "commitment"))
        return found

    def overdue(self, now: datetime) -> "ObligationQuerySet":
        return self.in_timing([Timing.OVERDUE], now)

    def in_timing(self, timings: Iterable[str], now: datetime) -> "ObligationQuerySet":
        """Lines in any of these states: the SQL twin of rules.timing."""
        return self.filter(
            reduce(or_, (conditions.timing(Timing(t), now) for t in timings), Q(pk__in=[]))
        )

    def in_reporting(self, kinds: Iterable[str], now: datetime) -> "ObligationQuerySet":
        """Lines that await validation, that are silent, or either."""
        known = {
            Reporting.AWAITING: Q(conditions.awaiting()),
            Reporting.SILENT: conditions.silent(now),
        }
        asked = (known[Reporting(kind)] for kind in kinds)
        return self.filter(reduce(or_, asked, Q(pk__in=[])))

    def changed_since(self, moment: datetime) -> "ObligationQuerySet":
        """Lines of which the log tells anything after a moment."""
        told = Event.objects.filter(object_type="obligation", object_id=OuterRef("pk"))
        return self.filter(Exists(told.filter(at__gt=moment)))

    def due_between(self, first: date | None, last: date | None) -> "ObligationQuerySet":
        """Lines whose next deadline falls on these days or between them; None leaves a side open."""
        found = self
        # The instant too, which has an index: it is within a day and a half after the due day ends.
        if first:
            found = found.filter(
                next_deadline__due__gte=first, due_at__gte=conditions.midnight(first)
            )
        if last:
            until = conditions.midnight(last) + timedelta(days=2)
            found = found.filter(next_deadline__due__lte=last, due_at__lte=until)
        return found

    def awaiting(self) -> "ObligationQuerySet":
        """A report has been sent and nobody has decided on it yet."""
        return self.filter(conditions.awaiting())

    def not_awaiting(self) -> "ObligationQuerySet":
        return self.exclude(conditions.awaiting())

    def silent(self, now: datetime) -> "ObligationQuerySet":
        """Open lines without a report for SILENT_DAYS: the SQL twin of rules.is_silent."""
        return self.filter(conditions.silent(now))

    def with_reports(self) -> "ObligationQuerySet":
        """Annotate `last_report_at` and `is_awaiting`."""
        sent = (
            conditions.reports().sent().order_by("-submitted_at", "-pk").values("submitted_at")[:1]
        )
        facts = {"last_report_at": Subquery(sent), "is_awaiting": conditions.awaiting()}
        found: ObligationQuerySet = self.annotate(**facts)
        return found

    def for_strip(self) -> "ObligationQuerySet":
        return (
            self.with_reports()
            .select_related("party", "next_deadline")
            .order_by("party__kind", "party__name", "pk")
        )

    def for_detail(self) -> "ObligationQuerySet":
        return self.for_strip().select_related("owner", "commitment")

    def for_grid(self) -> Any:
        """What one cell of the grid tells, without making objects of thousands of lines."""
        facts = ("commitment", "status", "due_at", "registered_at", *_PARTY)
        due = {"due": F("next_deadline__due"), "basis": F("next_deadline__basis")}
        return self.with_reports().values("pk", *facts, "last_report_at", "is_awaiting", **due)

    def owed_by(self, user: User, now: datetime) -> "ObligationQuerySet":
        """Lines that a person answers for: as owner, or for a party they are a focal point of."""
        today = today_of(user, now)
        return self.filter(Q(owner=user) | Q(owner=None, party__in=answered_for(user, today)))

    def for_list(self) -> "ObligationQuerySet":
        """Everything one row of the list of lines reads."""
        return self.with_reports().select_related("commitment__meeting", "party", "next_deadline")

    def of_references(self, references: Iterable[str]) -> "ObligationQuerySet":
        """Lines of the commitments with these references, written as they are or in capitals."""
        return self.filter(commitment__reference__in=conditions.written(references))

    def for_sheet(self) -> "ObligationQuerySet":
        """Everything one row of a sheet is compared with."""
        return self.for_list().select_related("commitment__theme", "owner")

    def soonest_first(self) -> "ObligationQuerySet":
        return self.order_by(F("due_at").asc(nulls_last=True), "commitment_id", "pk")

    def in_urgency(self, kinds: Iterable[str], now: datetime) -> "ObligationQuerySet":
        """Lines that ask any of these of whoever answers for them."""
        return self.alias(_urgency=conditions.urgency(now)).filter(_urgency__in=list(kinds))

    def by_urgency(self, now: datetime) -> Any:
        """How many lines ask what, a row for each urgency and status, and how many of them are overdue."""
        overdue = Count("pk", filter=conditions.timing(Timing.OVERDUE, now))
        rows: Any = self.order_by().values("status", urgency=conditions.urgency(now))
        return rows.annotate(lines=Count("pk"), overdue=overdue)

    def most_urgent(self, now: datetime, most: int) -> dict[int, str]:
        """Of each urgency the `most` that fall due first, in this order: the urgency by the line's key."""
        order = (F("due_at").asc(nulls_last=True), F("commitment_id"), F("pk"))
        place = Window(RowNumber(), partition_by=[F("urgency")], order_by=order)
        facts = {"urgency": conditions.urgency(now)}
        placed: Any = self.annotate(**facts).annotate(place=place)
        found = placed.filter(place__lte=most).soonest_first()
        return dict(found.values_list("pk", "urgency"))

    def reminded(self, since: datetime) -> "ObligationQuerySet":
        """Lines of which somebody was reminded since a moment (rows of an app above this one)."""
        told = self.model._base_manager.filter(
            reminders__outcome="included", reminders__planned_at__gte=since
        )
        return self.filter(pk__in=told.values("pk"))

    def answered(self, since: datetime) -> "ObligationQuerySet":
        """Those of them on which a report was sent after such a reminder."""
        told = self.model._base_manager.filter(
            reminders__outcome="included",
            reminders__planned_at__gte=since,
            progress_reports__submitted_at__gte=F("reminders__planned_at"),
        )
        return self.filter(pk__in=told.values("pk"))

    def counted(self) -> "ObligationQuerySet":
        """Lines that progress is told of: in force, assessable and owed."""
        return self.exclude(status__in=Status.not_counted()).filter(commitment__life=Life.ACTIVE)

    def progress_by(self, *names: str, now: datetime) -> Any:
        """How many counted lines are done, overdue and there at all, a row for each of these values."""
        return (
            self.counted()
            .order_by()
            .values(*names)
            .annotate(
                lines=Count("pk"),
                done=Count("pk", filter=Q(status=Status.DONE)),
                overdue=Count("pk", filter=conditions.timing(Timing.OVERDUE, now)),
            )
        )

    def by_due_day(self) -> Any:
        """A day and a basis a row: how many lines and commitments fall due, and one commitment."""
        return (
            self.order_by()
            .values(day=F("next_deadline__due"), basis=F("next_deadline__basis"))
            .annotate(
                lines=Count("pk"),
                commitments=Count("commitment", distinct=True),
                title=Min("commitment__title"),
            )
            .order_by("day", "basis")
        )

    def by_due_year(self) -> Any:
        """The same for whole years, for what lies far ahead."""
        return (
            self.order_by()
            .values(year=F("next_deadline__due__year"), basis=F("next_deadline__basis"))
            .annotate(
                lines=Count("pk"),
                commitments=Count("commitment", distinct=True),
                title=Min("commitment__title"),
                first=Min("next_deadline__due"),
                last=Max("next_deadline__due"),
            )
            .order_by("year", "basis")
        )

    def standing(self, *names: str, now: datetime) -> Any:
        """How many lines stand how, a row for each of these values and everything that sums ask for.

        The database looks at each line once; `commitments.standing` adds the few hundred rows up.
        """
        from commitments.models import Commitment, Obligation

        since = whole_minute(now - conditions.silent_after())
        ended = Commitment.objects.exclude(life=Life.ACTIVE).order_by().values("pk")
        open_since = Q(status__in=Status.open(), registered_at__lte=since)
        rows: Any = self.order_by().values(
            *names,
            "status",
            ended=Q(commitment__in=ended),
            awaiting=conditions.having(state=ReportState.SUBMITTED),
            quiet=open_since & ~conditions.having(submitted_at__gt=since),
            ends=Case(
                When(due_at__lte=now, then=Value(Timing.OVERDUE)),
                When(due_at__lte=now + conditions.soon(), then=Value(Timing.SOON)),
                default=Value(""),
            ),
        )
        return rows.annotate(lines=Count("pk"))

    def coming(self, now: datetime, most: int) -> Any:
        """What falls due next: a day and a commitment a row, with how many lines and one of them."""
        return (
            self.open()
            .filter(due_at__gt=now)
            .values("next_deadline__due", "commitment__reference")
            .annotate(lines=Count("pk"), line=Min("pk"))
            .order_by("next_deadline__due", "commitment__reference")[:most]
        )

    def roll_ups(self, now: datetime) -> dict[int, RollUp]:
        """The roll-up of every commitment with a line here, by its key: one statement for any number.

        The SQL twin of rules.roll_up.
        """
        settled = ~conditions.having(state=ReportState.SUBMITTED)
        counts = {
            status: Count("pk", filter=Q(status=status) & settled) for status in Status.values
        }
        rows: Any = (
            self.order_by()
            .values("commitment")
            .annotate(
                awaiting=Count("pk", filter=conditions.having(state=ReportState.SUBMITTED)),
                overdue=Count("pk", filter=conditions.timing(Timing.OVERDUE, now)),
                **counts,
            )
        )
        return {
            row["commitment"]: RollUp(
                counts={status: row[status] for status in counts if row[status]},
                awaiting=row["awaiting"],
                overdue=row["overdue"],
            )
            for row in rows
        }
