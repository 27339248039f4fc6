"""Questions about commitments."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    When,
)
from django.db.models.functions import Least, NullIf
from django.db.models.lookups import Exact

from accounts.asking import today_of
from accounts.counting import in_one_row, keys
from accounts.models import User
from commitments.choices import (
    Life,
    Reporting,
    Role,
    Status,
    Timing,
)
from meetings.choices import Sensitivity
from meetings.models import Meeting, Report
from meetings.querysets import has_words, hidden, readable
from ui.counting import Counted, CountedOnce
from ui.prepared import ReadFirst

from . import conditions

if TYPE_CHECKING:
    from commitments.models import Commitment

    from .lines import ObligationQuerySet


# The order of commitments by deadline (CommitmentQuerySet.soonest_first).
_SOONEST = ("next_due_at", "turn__reference", "pk")


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
        # As a set: few reports are restricted, and many commitments are asked whether they quote one.
        _kept_back, quoting = self.hidden_from(user, now)
        return self.filter(readable(user, today_of(user, now))).exclude(pk__in=quoting)

    def hidden_from(self, user: User, now: datetime) -> tuple[Any, Any]:
        """What `visible_to` leaves out, kept back themselves or quoting a report that is: both are few."""
        from commitments.models import Commitment, Quotation

        today = today_of(user, now)
        closed = Report.objects.filter(hidden(user, today))
        quoting = Quotation.objects.filter(report__in=closed).values("commitment")
        return self.filter(hidden(user, today)).values("pk"), quoting

    def public(self) -> "CommitmentQuerySet":
        """What may be told without an account: in force, and public as every report that it quotes."""
        from commitments.models import Quotation

        closed = Quotation.objects.exclude(report__sensitivity=Sensitivity.PUBLIC)
        mine = self.filter(sensitivity=Sensitivity.PUBLIC, life=Life.ACTIVE)
        return mine.exclude(pk__in=closed.values("commitment"))

    def search_public(self, words: str) -> "CommitmentQuerySet":
        """As `search`, but for the notes of coders, which are found for members alone."""
        told = Q(is_certain=True) | has_words(words, ("reference", "title"))
        return self.search(words).filter(told)

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
        return conditions.in_any(by_own, by_lines)

    def first_lead(self, lines: "ObligationQuerySet") -> "CommitmentQuerySet":
        """Annotate `first_lead`, the name of the first party that leads among these lines, and `leads`."""
        leading = lines.filter(commitment=OuterRef("pk"), role=Role.LEAD)
        first = leading.order_by("party__kind", "party__name", "pk").values("party__name")[:1]
        many = leading.order_by().values("commitment").annotate(n=Count("pk")).values("n")
        found: CommitmentQuerySet = self.annotate(first_lead=Subquery(first), leads=Subquery(many))
        return found

    def with_share_done(self, lines: "ObligationQuerySet") -> "CommitmentQuerySet":
        """Annotate `share_done`: how much of what counts is done (rules.RollUp), None when nothing does."""
        settled = Q(status=Status.DONE) & ~Q(conditions.awaiting())
        counted = Q(conditions.awaiting()) | ~Q(status__in=Status.not_counted())
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
        newest = F("meeting__starts_on").desc(nulls_last=True)
        return self.filter(before).order_by(newest, "reference", "pk")

    def to_recheck(self, user: User, now: datetime) -> "CommitmentQuerySet":
        """Those whose words a corrected report changes, as far as the person may read that report."""
        from commitments.models import Recheck

        waiting = Recheck.objects.open().visible_to(user, now)
        return self.filter(Exists(waiting.filter(commitment=OuterRef("pk"))))

    def having_line(self, lines: "ObligationQuerySet") -> "CommitmentQuerySet":
        """Commitments with at least one of these lines."""
        return self.filter(Exists(lines.filter(commitment=OuterRef("pk"))))

    def counts_by_timing(
        self, user: User, now: datetime, *, most: int
    ) -> "models.QuerySet[User, dict[str, int | None]]":
        """How many of them have a line in each state that the person may see: one row.

        When there are more than `most` of them, `all` is one more, and the states are not counted.
        """
        from commitments.models import Obligation

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
        from commitments.models import Obligation

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
        ahead = self.filter(ReadFirst("pk", Subquery(self._moved_ahead)))
        either = self.all()
        either.query.clear_where()  # the keys meet every condition
        either = either.filter(conditions.in_any(shared.values("pk"), ahead.values("pk")))
        return either.values("pk")[bottom:top]

    def _turns(self, due: str) -> Any:
        """Their keys by the turns alone, as far as they are in this order."""
        from commitments.models import Turn

        turns = Turn.objects.order_by(due, "reference", "pk")
        if len(self.query.where) > 1:  # more is asked than that there is a turn (soonest_first)
            turns = turns.filter(commitment__in=self.order_by().values("pk"))
        return turns.values("pk")

    def for_list(self, user: User, now: datetime) -> "CommitmentQuerySet":
        """What one row of the list reads beside its lines, which are read a page at a time (values.py)."""
        return self.with_timing(user, now).select_related("meeting", "theme")

    def with_lines(self, user: User, now: datetime) -> "CommitmentQuerySet":
        """Each with the lines that the person may see, as `lines`: one query more."""
        from commitments.models import Obligation

        lines = Obligation.objects.visible_lines(user, now).for_strip()
        return self.prefetch_related(Prefetch("obligations", lines, to_attr="lines"))

    def with_line_count(self) -> "CommitmentQuerySet":
        """Annotate `line_count`: the lines of each, whoever may see them."""
        return self.annotate(line_count=Count("obligations"))

    def soonest_first(self) -> "CommitmentQuerySet":
        """What falls due first stands first; what has no date stands last."""
        return self.filter(turn__isnull=False).order_by(*_SOONEST)

    def latest_first(self) -> "CommitmentQuerySet":
        """What falls due last stands first; what has no date stands last all the same."""
        from commitments.models import NEVER

        undated = Case(When(Exact(F("next_due_at"), NEVER), then=1), default=0)
        return self.order_by(undated, F("next_due_at").desc(), "turn__reference", "pk")

    def by_theme(self) -> "CommitmentQuerySet":
        """Theme after theme by name, those without one at the end; inside by reference."""
        return self.select_related("theme").order_by(
            F("theme__name").asc(nulls_last=True), "reference", "pk"
        )

    def of_references(self, references: Iterable[str]) -> "CommitmentQuerySet":
        """Those with these references, written as they are or in capitals."""
        return self.filter(reference__in=conditions.written(references))

    def for_sheet(self, user: User, now: datetime) -> "CommitmentQuerySet":
        """Everything one row of a sheet is compared with."""
        rows = self.for_list(user, now).select_related("officer", "restricted_to")
        return rows.with_lines(user, now).prefetch_related("instruments")

    def for_detail(self) -> "CommitmentQuerySet":
        """Everything its page reads; `line_count` counts its lines, whoever may see them.

        `is_linked` and `is_rechecked` say whether there is anything more to read about it.
        """
        from commitments.models import CommitmentLink, Obligation, Recheck

        lines = Obligation.objects.filter(commitment=OuterRef("pk")).order_by().values("pk")
        found: CommitmentQuerySet = self.annotate(
            line_count=Counted(lines),
            is_linked=Exists(CommitmentLink.objects.about(OuterRef("pk"))),
            is_rechecked=Exists(Recheck.objects.open().filter(commitment=OuterRef("pk"))),
        )
        return found.select_related("meeting", "theme").prefetch_related("instruments")
