"""Questions about changes of many rows. Every order ends in the key."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count, Q

from accounts.models import User
from commitments.choices import BulkState, ItemState

if TYPE_CHECKING:
    from commitments.models import BulkEdit, BulkItem


class BulkEditQuerySet(models.QuerySet["BulkEdit"]):
    def visible_to(self, user: User) -> "BulkEditQuerySet":
        """The secretariat sees what was saved, and each of them their own preview."""
        if not user.is_secretariat:
            return self.none()
        return self.filter(~Q(state=BulkState.PREVIEW) | Q(author=user))

    def moving(self) -> "BulkEditQuerySet":
        """Those with rows that wait for the sweep, the earliest first."""
        return self.filter(state__in=BulkState.moving()).order_by("confirmed_at", "pk")

    def abandoned(self, since: datetime) -> "BulkEditQuerySet":
        """Previews that nobody confirmed."""
        return self.filter(state=BulkState.PREVIEW, created_at__lt=since)

    def for_list(self) -> "BulkEditQuerySet":
        return self.select_related("author")

    def newest_first(self) -> "BulkEditQuerySet":
        return self.order_by("-created_at", "pk")


class BulkItemQuerySet(models.QuerySet["BulkItem"]):
    def waiting(self) -> "BulkItemQuerySet":
        """Rows that the sweep has to change or to put back."""
        return self.filter(state__in=[ItemState.WAITING, ItemState.UNDOING])

    def in_order(self) -> "BulkItemQuerySet":
        """As they stood in the list that they were chosen from."""
        return self.order_by("pk")

    def counts(self) -> dict[str, int]:
        """How many rows are in each state; 0 for a state without any."""
        rows = self.order_by().values("state").annotate(n=Count("pk"))
        found = {row["state"]: row["n"] for row in rows}
        return {state: found.get(state, 0) for state in ItemState.values}
