"""Questions about the register. Each page has one method that says what its rows read; orders end in the key."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, Min, OuterRef, Prefetch, Q, Subquery

from accounts.models import User
from meetings.choices import Sensitivity
from meetings.models import Report
from meetings.querysets import parties_of, readable

from .choices import Life, Status, Timing

if TYPE_CHECKING:
    from .models import Commitment, Deadline, Obligation, Quotation


def soon() -> timedelta:
    """How long before its end a line counts as due soon."""
    return timedelta(days=settings.DUE_SOON_DAYS)


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    def visible_to(self, user: User, now: datetime) -> "CommitmentQuerySet":
        """What a person may read: the commitment's own sensitivity and that of every report it quotes."""
        if user.is_secretariat:
            return self.all()
        today = now.astimezone(user.zone).date()
        from .models import Quotation

        hidden = Quotation.objects.filter(commitment=OuterRef("pk")).exclude(
            report__in=Report.objects.visible_to(user, today)
        )
        return self.filter(readable(user, today)).exclude(Exists(hidden))

    def search(self, words: str) -> "CommitmentQuerySet":
        """Every word must occur in reference, title, quotations, notes or instruments; case does not count."""
        found = self
        for word in words.casefold().split():
            found = found.filter(search_text__contains=word)
        return found

    def with_timing(self, user: User, now: datetime) -> "CommitmentQuerySet":
        """Annotate `next_due_at`: the earliest end among the open lines that the person may see."""
        from .models import Obligation

        lines = (
            Obligation.objects.visible_lines(user, now)
            .open()
            .filter(commitment=OuterRef("pk"), due_at__isnull=False)
            .order_by("due_at", "pk")
        )
        return self.annotate(next_due_at=Subquery(lines.values("due_at")[:1]))

    def in_timing(self, timing: str, user: User, now: datetime) -> "CommitmentQuerySet":
        """Commitments with at least one visible line in this state; `later` means that none is nearer."""
        from .models import Obligation

        lines = Obligation.objects.visible_lines(user, now).filter(commitment=OuterRef("pk"))
        near = Q(Exists(lines.overdue(now))) | Q(Exists(lines.due_soon(now)))
        conditions = {
            Timing.OVERDUE: Q(Exists(lines.overdue(now))),
            Timing.SOON: Q(Exists(lines.due_soon(now))),
            Timing.LATER: Q(Exists(lines.due_later(now))) & ~near,
            Timing.NONE: Q(Exists(lines.undated())),
            Timing.CLOSED: ~Q(Exists(lines.open())),
        }
        return self.filter(conditions[Timing(timing)])

    def for_list(self, user: User, now: datetime) -> "CommitmentQuerySet":
        """Everything one row of the list reads: its meeting and its visible lines, in two queries."""
        from .models import Obligation

        lines = Obligation.objects.visible_lines(user, now).for_strip()
        return (
            self.with_timing(user, now)
            .select_related("meeting", "theme")
            .prefetch_related(Prefetch("obligations", lines, to_attr="lines"))
        )

    def for_detail(self) -> "CommitmentQuerySet":
        return self.select_related("meeting", "theme").prefetch_related("instruments")


class ObligationQuerySet(models.QuerySet["Obligation"]):
    def visible_to(self, user: User, now: datetime) -> "ObligationQuerySet":
        """Lines that a person may read: of commitments they may read, as far as the line itself allows."""
        from .models import Commitment

        return self.visible_lines(user, now).filter(
            commitment__in=Commitment.objects.visible_to(user, now)
        )

    def visible_lines(self, user: User, now: datetime) -> "ObligationQuerySet":
        """The line's own part of `visible_to`, for lines of commitments that are known to be visible."""
        if user.is_secretariat:
            return self.all()
        today = now.astimezone(user.zone).date()
        open_to_members = Q(sensitivity__in=[Sensitivity.PUBLIC, Sensitivity.MEMBERS])
        own = Q(sensitivity=Sensitivity.PARTY, party__in=parties_of(user, today))
        return self.filter(open_to_members | own)

    def open(self) -> "ObligationQuerySet":
        """Something is still to be done (rules.is_open)."""
        return self.filter(status__in=Status.open(), commitment__life=Life.ACTIVE)

    def overdue(self, now: datetime) -> "ObligationQuerySet":
        return self.open().filter(due_at__lte=now)

    def due_soon(self, now: datetime) -> "ObligationQuerySet":
        return self.open().filter(due_at__gt=now, due_at__lte=now + soon())

    def due_later(self, now: datetime) -> "ObligationQuerySet":
        return self.open().filter(due_at__gt=now + soon())

    def undated(self) -> "ObligationQuerySet":
        return self.open().filter(due_at=None)

    def in_timing(self, timing: Timing, now: datetime) -> "ObligationQuerySet":
        """The SQL twin of rules.timing."""
        if timing is Timing.CLOSED:
            return self.exclude(status__in=Status.open(), commitment__life=Life.ACTIVE)
        lines = {
            Timing.OVERDUE: lambda: self.overdue(now),
            Timing.SOON: lambda: self.due_soon(now),
            Timing.LATER: lambda: self.due_later(now),
            Timing.NONE: self.undated,
        }
        return lines[timing]()

    def for_strip(self) -> "ObligationQuerySet":
        return self.select_related("party", "next_deadline").order_by("party__kind", "party__name", "pk")

    def for_detail(self) -> "ObligationQuerySet":
        return self.for_strip().select_related("owner", "commitment", "done_proposed_by")

    def owed_by(self, user: User, now: datetime) -> "ObligationQuerySet":
        """Lines that a person answers for: as owner, or for a party they are a focal point of."""
        today = now.astimezone(user.zone).date()
        return self.filter(Q(owner=user) | Q(owner=None, party__in=parties_of(user, today)))

    def summary_by_party(self, now: datetime) -> "models.QuerySet[Obligation, dict[str, object]]":
        """One row a party: how many lines in each status, how many overdue. One statement."""
        counts = {
            status: Count("pk", filter=Q(status=status)) for status in Status.values
        }
        late = Q(due_at__lte=now, status__in=Status.open(), commitment__life=Life.ACTIVE)
        return (
            self.values("party__code", "party__name", "party__kind")
            .annotate(
                lines=Count("pk"),
                overdue=Count("pk", filter=late),
                oldest=Min("due_at", filter=late),
                **counts,
            )
            .order_by("party__kind", "-overdue", "party__name")
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
    def in_text_order(self) -> "QuotationQuerySet":
        return self.order_by("report", "start", "pk")
