"""Questions about sheets that came back. Every order ends in the key."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models

from accounts.models import User
from commitments.choices import SheetState

if TYPE_CHECKING:
    from commitments.models import SheetImport

# A sheet that nobody confirms in this time is thrown away.
KEPT = timedelta(days=7)


class SheetImportQuerySet(models.QuerySet["SheetImport"]):
    def visible_to(self, user: User) -> "SheetImportQuerySet":
        """The secretariat's: a sheet may hold anything of the register."""
        return self.all() if user.is_secretariat else self.none()

    def without_cells(self) -> "SheetImportQuerySet":
        return self.defer("cells", "problems")

    def waiting(self) -> "SheetImportQuerySet":
        """Confirmed and not applied yet, the first that was confirmed first."""
        return self.filter(state=SheetState.CONFIRMED).order_by("confirmed_at", "pk")

    def forgotten(self, now: datetime) -> "SheetImportQuerySet":
        return self.filter(state=SheetState.PREVIEWED, at__lte=now - KEPT)

    def newest_first(self) -> "SheetImportQuerySet":
        return self.order_by("-at", "-pk")
