"""Questions about what belongs to a commitment or a line: deadlines, words, reports, requests."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from accounts.asking import today_of
from accounts.models import User
from commitments.choices import ExtensionState, ReportState
from meetings.choices import Sensitivity
from meetings.models import Party
from meetings.querysets import OPEN_TO_MEMBERS, answered_for
from ui.counting import Counted
from ui.prepared import Given

from . import conditions

if TYPE_CHECKING:
    from commitments.models import (
        CommitmentLink,
        Deadline,
        Evidence,
        Extension,
        Obligation,
        ProgressReport,
        Quotation,
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

    def visible_to(self, user: User, now: datetime) -> "QuotationQuerySet":
        """Those of commitments that a person may read."""
        if user.is_secretariat:
            return self.all()
        return self.filter(_may_read("commitment", user, now))

    def within(self, start: int | Given, end: int | Given) -> "QuotationQuerySet":
        """Those that stand between two places of their reports, or reach in there."""
        return self.filter(start__lt=end, end__gt=start)

    def in_text_order(self) -> "QuotationQuerySet":
        return self.order_by("report", "start", "pk")


class LinkQuerySet(models.QuerySet["CommitmentLink"]):
    """Links between commitments. One is told only to those who may read both ends."""

    def visible_to(self, user: User, now: datetime) -> "LinkQuerySet":
        """Those between two commitments that a person may read."""
        if user.is_secretariat:
            return self.all()
        return self.filter(*(_may_read(end, user, now) for end in ("earlier", "later")))

    def about(self, commitment: Any) -> "LinkQuerySet":
        """Links to it and from it. `commitment` may stand for that of another question."""
        return self.filter(Q(earlier=commitment) | Q(later=commitment))

    def for_story(self) -> "LinkQuerySet":
        """Everything that the page of a commitment tells of them, the earliest first."""
        return self.select_related("earlier__meeting", "later__meeting").order_by("added_at", "pk")


def _may_read(commitment: str, user: User, now: datetime) -> Exists:
    """Whether somebody outside the secretariat may read the commitment that a row names so.

    Asked of each row: SQLite would make a list of all commitments first.
    """
    from commitments.models import Commitment

    return Exists(Commitment.objects.visible_to(user, now).filter(pk=OuterRef(commitment)))


class ProgressReportQuerySet(models.QuerySet["ProgressReport"]):
    def visible_to(self, user: User, now: datetime) -> "ProgressReportQuerySet":
        """Reports on lines that a person may read; drafts only for their author."""
        from commitments.models import Obligation

        found = self._sent_or_by(user)
        if user.is_secretariat:
            return found
        # Less those on lines that are hidden: a list of all that are not would be as long as the register.
        return found.exclude(obligation__in=Obligation.objects.keys_hidden_from(user, now))

    def each_visible_to(self, user: User, now: datetime) -> "ProgressReportQuerySet":
        """The same as `visible_to`, asked of one row after the other: quicker for the first few."""
        from commitments.models import Obligation

        lines = Obligation.objects.visible_to(user, now)
        found = self._sent_or_by(user)
        return (
            found
            if user.is_secretariat
            else found.filter(Exists(lines.filter(pk=OuterRef("obligation"))))
        )

    def _sent_or_by(self, user: User) -> "ProgressReportQuerySet":
        return self.filter(~Q(state=ReportState.DRAFT) | Q(author=user))

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
            found = found.filter(conditions.in_either(self, word, "obligation__commitment"))
        return found

    def for_list(self) -> "ProgressReportQuerySet":
        """Everything one row of a list of reports reads."""
        from commitments.models import Evidence

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
        from commitments.models import Obligation

        lines = Obligation.objects.visible_to(user, now)
        return self.visible_pieces(user, now).filter(report__obligation__in=lines)

    def visible_pieces(self, user: User, now: datetime) -> "EvidenceQuerySet":
        """The part of `visible_to` behind the line, for evidence on lines that are known to be visible."""
        found = self.filter(~Q(report__state=ReportState.DRAFT) | Q(report__author=user))
        if user.is_secretariat:
            return found
        today = today_of(user, now)
        open_to_members = Q(sensitivity__in=OPEN_TO_MEMBERS)
        own = Q(
            sensitivity=Sensitivity.PARTY, report__obligation__party__in=answered_for(user, today)
        )
        return found.filter(open_to_members | own | Q(added_by=user))

    def in_order(self) -> "EvidenceQuerySet":
        return self.select_related("file").order_by("report", "pk")


class ExtensionQuerySet(models.QuerySet["Extension"]):
    def visible_to(self, user: User, now: datetime) -> "ExtensionQuerySet":
        from commitments.models import Obligation

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
