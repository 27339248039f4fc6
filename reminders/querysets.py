"""Questions about the ledger and who is to be told. Every order ends in the key."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Value

from accounts.models import User
from commitments.models import Commitment, Obligation
from commitments.querysets import ObligationQuerySet
from meetings.models import FocalPoint, Report
from ui.prepared import Given

from .choices import Capacity, Outcome, Reason, State

if TYPE_CHECKING:
    from .models import Absence, Mute, Policy, Reminder


class Told(NamedTuple):
    """A line, who is to be told about it, in which capacity, and on which occasion."""

    line: int
    person: int
    capacity: str
    occasion: str = ""


def recipients(lines: ObligationQuerySet, today: date) -> list[Any]:
    """The lines with whom to tell: queries of lines that annotate `told` (a person) and `capacity`.

    The owner; without one the party's focal points of the day; without those its deputies; without
    those its mailbox. A line that nobody answers for is in none of them.
    """
    terms = FocalPoint.objects.active(today)
    theirs = terms.filter(party=OuterRef("party"))
    first = terms.filter(is_deputy=False)
    free = lines.filter(owner=None)
    led = Exists(theirs.filter(is_deputy=False))
    return [
        _with(lines.filter(owner__isnull=False), "owner", Capacity.OWNER),
        _with(
            free.filter(party__focal_points__in=first),
            "party__focal_points__user",
            Capacity.FOCAL_POINT,
        ),
        _with(
            free.filter(~led, party__focal_points__in=terms),
            "party__focal_points__user",
            Capacity.DEPUTY,
        ),
        _with(
            free.filter(~Exists(theirs), party__mailbox__isnull=False),
            "party__mailbox",
            Capacity.MAILBOX,
        ),
    ]


def _with(lines: ObligationQuerySet, told: str, capacity: Capacity) -> Any:
    return lines.annotate(told=F(told), capacity=Value(capacity.value))


def pairs(queries: Iterable[Any]) -> set[Told]:
    """The lines and persons of several such queries, in one statement."""
    first, *others = (query.order_by().values_list(*_said_by(query)) for query in queries)
    return {Told(*row) for row in first.union(*others, all=True)}


def _said_by(query: Any) -> tuple[str, ...]:
    with_occasion = ("occasion",) if "occasion" in query.query.annotations else ()
    return ("pk", "told", "capacity", *with_occasion)


def readable(person: User, lines: Iterable[int], now: datetime) -> set[int]:
    """Which of these lines a person may read."""
    asked = Obligation.objects.filter(pk__in=list(lines))
    return set(asked.visible_to(person, now).order_by().values_list("pk", flat=True))


def awaiting(lines: Iterable[int]) -> set[int]:
    """On which of these lines a report awaits validation: their reminders pause."""
    asked = Obligation.objects.filter(pk__in=list(lines))
    return set(asked.awaiting().order_by().values_list("pk", flat=True))


def unanswered(today: date) -> ObligationQuerySet:
    """Open lines with a date that nobody would be told about."""
    terms = FocalPoint.objects.active(today).filter(party=OuterRef("party"))
    dated = Obligation.objects.open().filter(next_deadline__isnull=False, owner=None)
    return dated.filter(~Exists(terms), party__mailbox=None)


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def live(self) -> "ReminderQuerySet":
        """Void lines count as never written."""
        return self.exclude(outcome=Outcome.VOID)

    def included(self) -> "ReminderQuerySet":
        return self.filter(outcome=Outcome.INCLUDED)

    def of(self, user: User | Given) -> "ReminderQuerySet":
        return self.filter(recipient=user)

    def void(self, reason: Reason) -> int:
        """Take promises back: the next plan may make them again."""
        return self.included().update(outcome=Outcome.VOID, reason=reason)

    def for_mail(self) -> "ReminderQuerySet":
        """Everything that one item of a digest says, the most urgent first."""
        return (
            self.included()
            .select_related("deadline", "obligation__commitment", "obligation__party")
            .prefetch_related(
                "obligation__commitment__quotations",
                Prefetch(
                    "obligation__commitment__quotations__report",
                    Report.objects.defer("raw"),
                ),
            )
            .order_by("deadline__due", "obligation__commitment__reference", "pk")
        )

    def for_list(self, user: User, now: datetime) -> "ReminderQuerySet":
        """Everything one row of the ledger reads; `may_see` says whether this reader may read the line."""
        visible = Obligation.objects.visible_to(user, now).filter(pk=OuterRef("obligation"))
        return self.annotate(may_see=Exists(visible)).select_related(
            "recipient", "email", "obligation__commitment", "obligation__party"
        )

    def held_back(self, since: datetime) -> int:
        """How many promises were suppressed since a moment."""
        return self.filter(outcome=Outcome.SUPPRESSED, planned_at__gte=since).count()

    def newest_first(self) -> "ReminderQuerySet":
        """Of one plan, what is told stands before what is overtaken: that is how it is written."""
        return self.order_by("-planned_at", "pk")

    def counts(self) -> dict[str, int]:
        """How many there are for each view of the ledger."""
        return self.aggregate(
            all=Count("pk"),
            told=Count("pk", filter=Q(outcome=Outcome.INCLUDED)),
            held_back=Count("pk", filter=Q(outcome=Outcome.SUPPRESSED)),
            failed=Count("pk", filter=Q(email__state=State.FAILED)),
        )

    def search(self, words: str) -> "ReminderQuerySet":
        """By words of the recipient or of a commitment that the reader may see (after `for_list`)."""
        found = self
        for word in words.casefold().split():
            line = Q(may_see=True, obligation__commitment__search_text__contains=word)
            found = found.filter(line | Q(recipient__name__icontains=word))
        return found


class MuteQuerySet(models.QuerySet["Mute"]):
    def in_force(self, today: date) -> "MuteQuerySet":
        """Those that hold on a local day. On the day that it ends, a line is told again."""
        return self.filter(Q(until=None) | Q(until__gt=today))


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def on(self, day: date) -> "AbsenceQuerySet":
        return self.filter(starts_on__lte=day, ends_on__gte=day)

    def stand_ins(self, day: date) -> dict[int, User]:
        """Who is away on a day, with the person who gets their mail. Who cannot be told stands in for nobody."""
        rows = self.on(day).filter(stand_in__is_active=True).exclude(stand_in__email="")
        return {row.user_id: row.stand_in for row in rows.select_related("stand_in")}


class PolicyQuerySet(models.QuerySet["Policy"]):
    def in_force(self, commitments: Iterable[Commitment]) -> "dict[int, Policy]":
        """The policy of each commitment, by its key, in one query: its own, its meeting's, the site's."""
        asked = list(commitments)
        own = Q(commitment__in=[commitment.pk for commitment in asked])
        of_meeting = Q(meeting__in={commitment.meeting_id for commitment in asked})
        found = {
            (policy.commitment_id, policy.meeting_id): policy
            for policy in self.filter(Q(site=True) | own | of_meeting).select_related("head")
        }
        site = found.get((None, None)) or self.model(site=True)
        return {
            commitment.pk: found.get((commitment.pk, None))
            or found.get((None, commitment.meeting_id))
            or site
            for commitment in asked
        }
