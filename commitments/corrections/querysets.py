"""Questions about commitments that wait to be re-checked. Every order ends in the key."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models

from accounts.asking import today_of
from accounts.models import User
from commitments.choices import Life, RecheckState
from meetings.models import Report

if TYPE_CHECKING:
    from commitments.models import Recheck


class RecheckQuerySet(models.QuerySet["Recheck"]):
    def open(self) -> "RecheckQuerySet":
        """Those that still wait for a person. What is out of force need not be re-checked."""
        return self.filter(state=RecheckState.OPEN, commitment__life=Life.ACTIVE)

    def visible_to(self, user: User, now: datetime) -> "RecheckQuerySet":
        """Those that quote a text which the person may read, whatever may be read of the commitment."""
        if user.is_secretariat:
            return self.all()
        today = today_of(user, now)
        return self.filter(report__in=Report.objects.visible_to(user, today))

    def for_page(self) -> "RecheckQuerySet":
        """What a notice reads, without the texts of the reports."""
        return self.select_related("report__meeting", "commitment").defer(
            "report__raw", "report__text"
        )

    def in_order(self) -> "RecheckQuerySet":
        return self.order_by("commitment__reference", "pk")
