"""Questions about candidates and what was done to them. Every order ends in the key."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, Max

from accounts.models import User
from commitments.choices import CandidateState
from meetings.models import Report

if TYPE_CHECKING:
    from commitments.models import CandidateDecision, WorkbenchAction


class CandidateQuerySet(models.QuerySet["CandidateDecision"]):
    def of(self, report: Report) -> "CandidateQuerySet":
        return self.filter(passage__report=report)

    def open(self) -> "CandidateQuerySet":
        """Those that still wait for a decision."""
        return self.filter(state=CandidateState.OPEN)

    def accepted(self) -> "CandidateQuerySet":
        """Those that wait to be registered."""
        return self.filter(state=CandidateState.ACCEPTED)

    def shown(self) -> "CandidateQuerySet":
        """All but those that were split or merged into others."""
        return self.filter(state__in=CandidateState.shown())

    def in_text_order(self) -> "CandidateQuerySet":
        return self.order_by("passage__number", "pk")


class WorkbenchActionQuerySet(models.QuerySet["WorkbenchAction"]):
    def standing(self) -> "WorkbenchActionQuerySet":
        """Those that nobody has taken back."""
        return self.filter(undone_at=None)

    def of(self, report: Report, actor: User) -> "WorkbenchActionQuerySet":
        return self.filter(report=report, actor=actor)

    def news(self) -> tuple[int, int]:
        """The key of the newest one, and how many were taken back: both only grow."""
        found = self.aggregate(newest=Max("pk"), taken_back=Count("undone_at"))
        return found["newest"] or 0, found["taken_back"]

    def newest_first(self) -> "WorkbenchActionQuerySet":
        return self.order_by("-pk")
