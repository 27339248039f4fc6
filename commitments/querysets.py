"""Questions about the register. Each page has one method that says what its rows read; orders end in the key."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Least, NullIf, RowNumber
from django.db.models.lookups import Exact

from accounts.counting import in_one_row, keys
from accounts.models import Event, User
from meetings.choices import Sensitivity
from meetings.models import Meeting, Party, Report
from meetings.querysets import answered_for, readable
from ui.counting import Counted, CountedOnce

from .choices import ExtensionState, Life, Reporting, ReportState, Role, Status, Timing, Urgency
from .rules import RollUp, whole_minute

if TYPE_CHECKING:
    from .models import (
        Commitment,
        Deadline,
        Evidence,
        Extension,
        Obligation,
        ProgressReport,
        Quotation,
    )


def silent_after() -> timedelta:
    """How long an open line may go without a report before it counts as silent."""
    return timedelta(days=settings.SILENT_DAYS)


def soon() -> timedelta:
    """How long before its end a line counts as due soon."""
    return timedelta(days=settings.DUE_SOON_DAYS)


def _is_open() -> Q:
    """The SQL twin of rules.is_open."""
    return Q(status__in=Status.open(), commitment__life=Life.ACTIVE)


def _timing(timing: Timing, now: datetime) -> Q:
    """The SQL twin of rules.timing, one condition a state."""
    return {
        Timing.OVERDUE: _is_open() & Q(due_at__lte=now),
        Timing.SOON: _is_open() & Q(due_at__gt=now, due_at__lte=now + soon()),
        Timing.LATER: _is_open() & Q(due_at__gt=now + soon()),
        Timing.NONE: _is_open() & Q(due_at=None),
        Timing.CLOSED: ~_is_open(),
    }[timing]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def _written(references: Iterable[str]) -> set[str]:
    return {way for name in references for way in (name, name.upper())}


def _is_shown(user: User, now: datetime) -> Q:
    """What a line itself allows to those who are not of the secretariat."""
    today = now.astimezone(user.zone).date()
    open_to_members = Q(sensitivity__in=[Sensitivity.PUBLIC, Sensitivity.MEMBERS])
    return open_to_members | Q(sensitivity=Sensitivity.PARTY, party__in=answered_for(user, today))


def _reports() -> "ProgressReportQuerySet":
    from .models import ProgressReport

    return ProgressReport.objects.filter(obligation=OuterRef("pk"))


def _awaiting() -> Exists:
    return Exists(_reports().filter(state=ReportState.SUBMITTED))


def _having(**asked: Any) -> Q:
    """Lines with such a report, by a list of keys that is read once: for questions to many lines."""
    from .models import ProgressReport

    return Q(pk__in=ProgressReport.objects.filter(**asked).order_by().values("obligation"))


def _returned() -> Q:
    """The last report that was sent came back: again by a list of keys."""
    from .models import ProgressReport

    later = ProgressReport.objects.sent().filter(
        obligation=OuterRef("obligation"), submitted_at__gt=OuterRef("submitted_at")
    )
    back = ProgressReport.objects.filter(~Exists(later), state=ReportState.RETURNED)
    return Q(pk__in=back.order_by().values("obligation"))


def _urgency(now: datetime) -> Case:
    """What a line asks of whoever answers for it: the first condition that holds."""
    timings = (Timing.OVERDUE, Timing.SOON, Timing.LATER, Timing.NONE)
    return Case(
        When(_having(state=ReportState.SUBMITTED), then=Value(Urgency.AWAITING)),
        When(_is_open() & _returned(), then=Value(Urgency.RETURNED)),
        *(When(_timing(t, now), then=Value(Urgency(t.value))) for t in timings),
        default=Value(Urgency.CLOSED),
    )


def _silent(now: datetime) -> Q:
    """The SQL twin of rules.is_silent."""
    since = whole_minute(now - silent_after())
    return _is_open() & Q(registered_at__lte=since) & ~_having(submitted_at__gt=since)


def _in_either(rows: "models.QuerySet[Any]", word: str, commitment: str) -> Q:
    """A word in a row's own text or in its commitment's."""
    from .models import Commitment

    every: models.QuerySet[Any] = rows.model._default_manager.all()
    about = Commitment.objects.filter(search_text__contains=word).values("pk")
    own = every.filter(search_text__contains=word)
    return _in_any(own.values("pk"), every.filter(**{f"{commitment}__in": about}).values("pk"))


def _in_any(*keys: "models.QuerySet[Any, Any]") -> Q:
    """Rows whose key is in one of these lists.

    Each comes from an index of its own, and together they are few: an "or" would try every row.
    """
    first, *others = (rows.order_by() for rows in keys)
    return Q(pk__in=first.union(*others))


# The order of commitments by deadline (CommitmentQuerySet.soonest_first).
_SOONEST = ("next_due_at", "turn__reference", "pk")
# What heads the column of a party.
_PARTY = ("party__code", "party__name", "party__kind")


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    # The keys that `with_timing` puts ahead of their shared turn.
    _moved_ahead: "models.QuerySet[Any, Any] | None" = None

    def _clone(self) -> "CommitmentQuerySet":
        clone: CommitmentQuerySet = super()._clone()  # type: ignore[misc]
        clone._moved_ahead = self._moved_ahead
        return clone

    def visible_to(self, user: User, now: datetime) -> "CommitmentQuerySet":
        """What a person may read: the commitment's own sensitivity and that of every report it quotes."""
        if user.is_secretariat:
            return self.all()
        today = now.astimezone(user.zone).date()
        from .models import Quotation

        # As a set: few reports are restricted, and many commitments are asked whether they quote one.
        closed = Report.objects.exclude(readable(user, today))
        hidden = Quotation.objects.filter(report__in=closed)
        return self.filter(readable(user, today)).exclude(pk__in=hidden.values("commitment"))

    def hidden_from(self, user: User, now: datetime) -> tuple[Any, Any]:
        """What `visible_to` leaves out, kept back themselves or quoting a report that is: both are few."""
        from .models import Quotation

        today = now.astimezone(user.zone).date()
        closed = Report.objects.exclude(readable(user, today))
        quoting = Quotation.objects.filter(report__in=closed).values("commitment")
        return self.exclude(readable(user, today)).values("pk"), quoting

    def search(self, words: str, lines: "ObligationQuerySet | None" = None) -> "CommitmentQuerySet":
        """Every word must occur in reference, title, quotations or instruments; case does not count.

        With the lines that the person may see, what was said about those counts too.
        """
        found = self
        for word in words.casefold().split():
            found = found.filter(self._having(word, lines))
        return found

    def _having(self, word: str, lines: "ObligationQuerySet | None") -> Q:
        own = Q(search_text__contains=word)
        if lines is None:
            return own
        by_own = self.model.objects.filter(own).values("pk")
        by_lines = lines.filter(search_text__contains=word).values("commitment")
        return _in_any(by_own, by_lines)

    def first_lead(self, lines: "ObligationQuerySet") -> "CommitmentQuerySet":
        """Annotate `first_lead`, the name of the first party that leads among these lines, and `leads`."""
        leading = lines.filter(commitment=OuterRef("pk"), role=Role.LEAD)
        first = leading.order_by("party__kind", "party__name", "pk").values("party__name")[:1]
        many = leading.order_by().values("commitment").annotate(n=Count("pk")).values("n")
        found: CommitmentQuerySet = self.annotate(first_lead=Subquery(first), leads=Subquery(many))
        return found

    def with_share_done(self, lines: "ObligationQuerySet") -> "CommitmentQuerySet":
        """Annotate `share_done`: how much of what counts is done (rules.RollUp), None when nothing does."""
        settled = Q(status=Status.DONE) & ~Q(_awaiting())
        counted = Q(_awaiting()) | ~Q(status__in=Status.not_counted())
        share = Count("pk", filter=settled) * 1.0 / NullIf(Count("pk", filter=counted), 0)
        mine = lines.filter(commitment=OuterRef("pk")).order_by().values("commitment")
        found: CommitmentQuerySet = self.annotate(
            share_done=Subquery(mine.annotate(share=share).values("share"))
        )
        return found

    def of_meetings_before(self, meeting: Meeting) -> "CommitmentQuerySet":
        """Of earlier meetings: of the same series by number, of others by day. The newest come first."""
        before = Q(meeting__series=meeting.series, meeting__number__lt=meeting.number)
        if meeting.starts_on:
            before |= Q(meeting__starts_on__lt=meeting.starts_on)
        found = self.filter(before).exclude(meeting=meeting)
        return found.order_by(F("meeting__starts_on").desc(nulls_last=True), "reference", "pk")

    def to_recheck(self, user: User, now: datetime) -> "CommitmentQuerySet":
        """Those whose words a corrected report changes, as far as the person may read that report."""
        from .models import Recheck

        waiting = Recheck.objects.open().visible_to(user, now)
        return self.filter(Exists(waiting.filter(commitment=OuterRef("pk"))))

    def having_line(self, lines: "ObligationQuerySet") -> "CommitmentQuerySet":
        """Commitments with at least one of these lines."""
        return self.filter(Exists(lines.filter(commitment=OuterRef("pk"))))

    def counts_by_timing(self, user: User, now: datetime, *, most: int) -> dict[str, int | None]:
        """How many of them have a line in each state that the person may see: one statement.

        When there are more than `most` of them, `all` is one more, and the states are not counted.
        """
        from .models import Obligation

        lines = Obligation.objects.visible_lines(user, now)
        states: dict[Timing | Reporting, ObligationQuerySet] = {
            Timing.OVERDUE: lines.in_timing([Timing.OVERDUE], now),
            Timing.SOON: lines.in_timing([Timing.SOON], now),
            Timing.NONE: lines.in_timing([Timing.NONE], now),
            **{kind: lines.in_reporting([kind], now) for kind in Reporting},
        }
        too_many = Exists(self.order_by().values("pk")[most : most + 1])
        asked: dict[str, Any] = {"all": Counted(keys(self, most + 1))}
        for state, rows in states.items():
            owing = CountedOnce(self._owing(rows).values(value=F("commitment_id")))
            asked[state.value] = Case(When(too_many, then=None), default=owing)
        return in_one_row(user, asked)

    def _owing(self, lines: "ObligationQuerySet") -> "ObligationQuerySet":
        """Of these lines, those of these commitments."""
        if self.query.where:
            lines = lines.filter(commitment__in=self.order_by().values("pk"))
        return lines.order_by()

    def with_timing(self, user: User, now: datetime) -> "CommitmentQuerySet":
        """Annotate `next_due_at`: the earliest end among the open lines that the person may see.

        Those without one have `NEVER`. It is read from the turns; a focal point reads it from the
        lines where a line that only their party may see could come first.
        """
        from .models import Obligation

        if user.is_secretariat:
            return self._due(F("turn__due_at"))
        own = Obligation.objects.closed().visible_lines(user, now).open().exclude(due_at=None)
        first = own.filter(commitment=OuterRef("pk")).order_by("due_at", "pk").values("due_at")[:1]
        own_keys = own.order_by().values("commitment")
        either = Case(
            When(pk__in=own_keys, then=Least(F("turn__shared_due_at"), Subquery(first))),
            default=F("turn__shared_due_at"),
        )
        found = self._due(either)
        found._moved_ahead = own_keys
        return found

    def _due(self, due: Any) -> "CommitmentQuerySet":
        found: CommitmentQuerySet = self.annotate(next_due_at=due)
        return found

    def keys_of(self, bottom: int, top: int) -> Any:
        """The keys of these rows in their order. What falls due first is found by the index of the turns.

        A line that only a party may see puts its commitment further ahead, never further behind:
        what stands before `top` stood there without such lines, or has one.
        """
        if tuple(self.query.order_by) != _SOONEST or "next_due_at" not in self.query.annotations:
            return self.values("pk")[bottom:top]
        if self._moved_ahead is None:
            return self._turns("due_at")[bottom:top]
        shared = self.model.objects.filter(pk__in=self._turns("shared_due_at")[:top])
        ahead = self.filter(pk__in=self._moved_ahead)
        either = self.all()
        either.query.clear_where()  # the keys meet every condition
        either = either.filter(_in_any(shared.values("pk"), ahead.values("pk")))
        return either.values("pk")[bottom:top]

    def _turns(self, due: str) -> Any:
        """Their keys by the turns alone, as far as they are in this order."""
        from .models import Turn

        turns = Turn.objects.order_by(due, "reference", "pk")
        if len(self.query.where) > 1:  # more is asked than that there is a turn (soonest_first)
            turns = turns.filter(commitment__in=self.order_by().values("pk"))
        return turns.values("pk")

    def for_list(self, user: User, now: datetime) -> "CommitmentQuerySet":
        """Everything one row of the list reads: its meeting and its visible lines, in two queries."""
        from .models import Obligation

        lines = Obligation.objects.visible_lines(user, now).for_strip()
        return (
            self.with_timing(user, now)
            .select_related("meeting", "theme")
            .prefetch_related(Prefetch("obligations", lines, to_attr="lines"))
        )

    def with_line_count(self) -> "CommitmentQuerySet":
        """Annotate `line_count`: the lines of each, whoever may see them."""
        return self.annotate(line_count=Count("obligations"))

    def soonest_first(self) -> "CommitmentQuerySet":
        """What falls due first stands first; what has no date stands last."""
        return self.filter(turn__isnull=False).order_by(*_SOONEST)

    def latest_first(self) -> "CommitmentQuerySet":
        """What falls due last stands first; what has no date stands last all the same."""
        from .models import NEVER

        undated = Case(When(Exact(F("next_due_at"), NEVER), then=1), default=0)
        return self.order_by(undated, F("next_due_at").desc(), "turn__reference", "pk")

    def by_theme(self) -> "CommitmentQuerySet":
        """Theme after theme by name, those without one at the end; inside by reference."""
        return self.select_related("theme").order_by(
            F("theme__name").asc(nulls_last=True), "reference", "pk"
        )

    def of_references(self, references: Iterable[str]) -> "CommitmentQuerySet":
        """Those with these references, written as they are or in capitals."""
        return self.filter(reference__in=_written(references))

    def for_sheet(self, user: User, now: datetime) -> "CommitmentQuerySet":
        """Everything one row of a sheet is compared with."""
        rows = self.for_list(user, now).select_related(
            "meeting", "theme", "officer", "restricted_to"
        )
        return rows.prefetch_related("instruments")

    def for_detail(self) -> "CommitmentQuerySet":
        """Everything its page reads; `line_count` counts its lines, whoever may see them."""
        from .models import Obligation

        lines = Obligation.objects.filter(commitment=OuterRef("pk")).order_by().values("pk")
        found: CommitmentQuerySet = self.annotate(line_count=Counted(lines))
        return found.select_related("meeting", "theme").prefetch_related("instruments")


class ObligationQuerySet(models.QuerySet["Obligation"]):
    def visible_to(self, user: User, now: datetime) -> "ObligationQuerySet":
        """Lines that a person may read: of commitments they may read, as far as the line itself allows."""
        if user.is_secretariat:
            return self.all()
        from .models import Commitment

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
        return self.filter(_is_shown(user, now))

    def hidden_from(self, user: User, now: datetime) -> "ObligationQuerySet":
        """The lines that `visible_lines` leaves out."""
        if user.is_secretariat:
            return self.none()
        return self.exclude(_is_shown(user, now))

    def closed(self) -> "ObligationQuerySet":
        """Lines that not every member may see."""
        return self.exclude(sensitivity__in=[Sensitivity.PUBLIC, Sensitivity.MEMBERS])

    def open(self) -> "ObligationQuerySet":
        """Something is still to be done (rules.is_open)."""
        return self.filter(_is_open())

    def search(self, words: str) -> "ObligationQuerySet":
        """Every word must occur in what was said about the line, or in its commitment."""
        found = self
        for word in words.casefold().split():
            found = found.filter(_in_either(self, word, "commitment"))
        return found

    def overdue(self, now: datetime) -> "ObligationQuerySet":
        return self.in_timing([Timing.OVERDUE], now)

    def in_timing(self, timings: Iterable[str], now: datetime) -> "ObligationQuerySet":
        """Lines in any of these states: the SQL twin of rules.timing."""
        return self.filter(reduce(or_, (_timing(Timing(t), now) for t in timings), Q(pk__in=[])))

    def in_reporting(self, kinds: Iterable[str], now: datetime) -> "ObligationQuerySet":
        """Lines that await validation, that are silent, or either."""
        conditions = {Reporting.AWAITING: Q(_awaiting()), Reporting.SILENT: _silent(now)}
        asked = (conditions[Reporting(kind)] for kind in kinds)
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
            found = found.filter(next_deadline__due__gte=first, due_at__gte=_midnight(first))
        if last:
            until = _midnight(last) + timedelta(days=2)
            found = found.filter(next_deadline__due__lte=last, due_at__lte=until)
        return found

    def awaiting(self) -> "ObligationQuerySet":
        """A report has been sent and nobody has decided on it yet."""
        return self.filter(_awaiting())

    def not_awaiting(self) -> "ObligationQuerySet":
        return self.exclude(_awaiting())

    def silent(self, now: datetime) -> "ObligationQuerySet":
        """Open lines without a report for SILENT_DAYS: the SQL twin of rules.is_silent."""
        return self.filter(_silent(now))

    def with_reports(self) -> "ObligationQuerySet":
        """Annotate `last_report_at` and `is_awaiting`."""
        sent = _reports().sent().order_by("-submitted_at", "-pk").values("submitted_at")[:1]
        facts = {"last_report_at": Subquery(sent), "is_awaiting": _awaiting()}
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
        today = now.astimezone(user.zone).date()
        return self.filter(Q(owner=user) | Q(owner=None, party__in=answered_for(user, today)))

    def for_list(self) -> "ObligationQuerySet":
        """Everything one row of the list of lines reads."""
        return self.with_reports().select_related("commitment__meeting", "party", "next_deadline")

    def of_references(self, references: Iterable[str]) -> "ObligationQuerySet":
        """Lines of the commitments with these references, written as they are or in capitals."""
        return self.filter(commitment__reference__in=_written(references))

    def for_sheet(self) -> "ObligationQuerySet":
        """Everything one row of a sheet is compared with."""
        return self.for_list().select_related("commitment__theme", "owner")

    def soonest_first(self) -> "ObligationQuerySet":
        return self.order_by(F("due_at").asc(nulls_last=True), "commitment_id", "pk")

    def in_urgency(self, kinds: Iterable[str], now: datetime) -> "ObligationQuerySet":
        """Lines that ask any of these of whoever answers for them."""
        return self.alias(_urgency=_urgency(now)).filter(_urgency__in=list(kinds))

    def by_urgency(self, now: datetime) -> Any:
        """How many lines ask what, a row for each urgency and status, and how many of them are overdue."""
        overdue = Count("pk", filter=_timing(Timing.OVERDUE, now))
        rows: Any = self.order_by().values("status", urgency=_urgency(now))
        return rows.annotate(lines=Count("pk"), overdue=overdue)

    def most_urgent(self, now: datetime, most: int) -> dict[int, str]:
        """Of each urgency the `most` that fall due first, in this order: the urgency by the line's key."""
        order = (F("due_at").asc(nulls_last=True), F("commitment_id"), F("pk"))
        place = Window(RowNumber(), partition_by=[F("urgency")], order_by=order)
        facts = {"urgency": _urgency(now)}
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
                overdue=Count("pk", filter=_timing(Timing.OVERDUE, now)),
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
        from .models import Commitment

        since = whole_minute(now - silent_after())
        ended = Commitment.objects.exclude(life=Life.ACTIVE).order_by().values("pk")
        open_since = Q(status__in=Status.open(), registered_at__lte=since)
        rows: Any = self.order_by().values(
            *names,
            "status",
            ended=Q(commitment__in=ended),
            awaiting=_having(state=ReportState.SUBMITTED),
            quiet=open_since & ~_having(submitted_at__gt=since),
            ends=Case(
                When(due_at__lte=now, then=Value(Timing.OVERDUE)),
                When(due_at__lte=now + soon(), then=Value(Timing.SOON)),
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
        settled = ~_having(state=ReportState.SUBMITTED)
        counts = {
            status: Count("pk", filter=Q(status=status) & settled) for status in Status.values
        }
        rows: Any = (
            self.order_by()
            .values("commitment")
            .annotate(
                awaiting=Count("pk", filter=_having(state=ReportState.SUBMITTED)),
                overdue=Count("pk", filter=_timing(Timing.OVERDUE, now)),
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

    def figures(self, now: datetime) -> dict[str, Any]:
        """The figures of the home page, in one statement: lines overdue, due soon and without a date."""
        timings = (Timing.OVERDUE, Timing.SOON, Timing.NONE)
        return self.aggregate(
            lines=Count("pk"),
            done=Count("pk", filter=Q(status=Status.DONE)),
            silent=Count("pk", filter=_silent(now)),
            awaiting=Count("pk", filter=_having(state=ReportState.SUBMITTED)),
            late_parties=Count("party", filter=_timing(Timing.OVERDUE, now), distinct=True),
            **{timing.value: Count("pk", filter=_timing(timing, now)) for timing in timings},
        )


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def current(self) -> "DeadlineQuerySet":
        return self.filter(is_current=True)

    def of_commitment(self) -> "DeadlineQuerySet":
        """Those that hold for every line without one of its own."""
        return self.filter(obligation=None)

    def oldest_first(self) -> "DeadlineQuerySet":
        return self.order_by("purpose", "created_at", "pk")


class QuotationQuerySet(models.QuerySet["Quotation"]):
    def with_text(self) -> "QuotationQuerySet":
        """With the words of their reports, without the bytes of the files."""
        return self.select_related("report").defer("report__raw")

    def within(self, start: int, end: int) -> "QuotationQuerySet":
        """Those that stand between two places of their reports, or reach in there."""
        return self.filter(start__lt=end, end__gt=start)

    def in_text_order(self) -> "QuotationQuerySet":
        return self.order_by("report", "start", "pk")


class ProgressReportQuerySet(models.QuerySet["ProgressReport"]):
    def visible_to(self, user: User, now: datetime) -> "ProgressReportQuerySet":
        """Reports on lines that a person may read; drafts only for their author."""
        from .models import Obligation

        found = self.filter(~Q(state=ReportState.DRAFT) | Q(author=user))
        if user.is_secretariat:
            return found
        return found.filter(obligation__in=Obligation.objects.visible_to(user, now))

    def sent(self) -> "ProgressReportQuerySet":
        return self.filter(submitted_at__isnull=False)

    def last_by_party(self) -> dict[str, datetime]:
        """When each party sent its last report, by its code: one look at the newest for each."""
        newest = self.sent().filter(obligation__party=OuterRef("pk")).order_by("-submitted_at")
        last = Subquery(newest.values("submitted_at")[:1])
        rows: Any = Party.objects.order_by().values_list("code").annotate(last=last)
        return {code: at for code, at in rows if at}

    def submitted(self) -> "ProgressReportQuerySet":
        """Awaiting validation."""
        return self.filter(state=ReportState.SUBMITTED)

    def draft_of(self, user: User, obligation: "Obligation") -> "ProgressReport | None":
        return self.filter(obligation=obligation, author=user, state=ReportState.DRAFT).first()

    def search(self, words: str) -> "ProgressReportQuerySet":
        """Every word must occur in the report or in its commitment; case does not count."""
        found = self
        for word in words.casefold().split():
            found = found.filter(_in_either(self, word, "obligation__commitment"))
        return found

    def for_list(self) -> "ProgressReportQuerySet":
        """Everything one row of a list of reports reads."""
        from .models import Evidence

        # Not by a join: that would put all reports into groups before the page takes its few.
        evidence = Evidence.objects.filter(report=OuterRef("pk")).values("pk").order_by()
        found: ProgressReportQuerySet = self.select_related(
            "obligation__commitment", "obligation__party", "author", "decided_by"
        ).annotate(pieces=Counted(evidence))
        return found

    def oldest_first(self) -> "ProgressReportQuerySet":
        return self.order_by("submitted_at", "pk")

    def newest_first(self) -> "ProgressReportQuerySet":
        return self.order_by("-submitted_at", "pk")


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user: User, now: datetime) -> "EvidenceQuerySet":
        """Evidence of reports that a person may read, as far as its own sensitivity allows."""
        from .models import Obligation

        lines = Obligation.objects.visible_to(user, now)
        return self.visible_pieces(user, now).filter(report__obligation__in=lines)

    def visible_pieces(self, user: User, now: datetime) -> "EvidenceQuerySet":
        """The part of `visible_to` behind the line, for evidence on lines that are known to be visible."""
        found = self.filter(~Q(report__state=ReportState.DRAFT) | Q(report__author=user))
        if user.is_secretariat:
            return found
        today = now.astimezone(user.zone).date()
        open_to_members = Q(sensitivity__in=[Sensitivity.PUBLIC, Sensitivity.MEMBERS])
        own = Q(
            sensitivity=Sensitivity.PARTY, report__obligation__party__in=answered_for(user, today)
        )
        return found.filter(open_to_members | own | Q(added_by=user))

    def in_order(self) -> "EvidenceQuerySet":
        return self.select_related("file").order_by("report", "pk")


class ExtensionQuerySet(models.QuerySet["Extension"]):
    def visible_to(self, user: User, now: datetime) -> "ExtensionQuerySet":
        from .models import Obligation

        return self.filter(obligation__in=Obligation.objects.visible_to(user, now))

    def asked(self) -> "ExtensionQuerySet":
        """Awaiting an answer."""
        return self.filter(state=ExtensionState.ASKED)

    def for_list(self) -> "ExtensionQuerySet":
        return self.select_related(
            "obligation__commitment", "obligation__party", "asked_by", "decided_by", "deadline"
        )

    def newest_first(self) -> "ExtensionQuerySet":
        return self.order_by("-asked_at", "-pk")
