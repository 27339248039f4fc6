"""Where a commitment stands in the list by deadline: an index that the database keeps by itself."""

from datetime import UTC, datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from .commitment import Commitment

# Stands for "nothing falls due", so that one plain index gives the order, the undated at its end.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


class Turn(models.Model):
    """When the first open line of a commitment falls due, for those who see all of its lines and for
    those who see what every member sees.

    Written by triggers alone (turns.py), read for the order of lists alone. Pages show what the lines
    say that their reader may see; no page shows this.
    """

    commitment = models.OneToOneField(
        Commitment,
        verbose_name=_("commitment"),
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="turn",
    )
    reference = models.CharField(_("reference"), max_length=20)
    due_at = models.DateTimeField(_("due"))
    shared_due_at = models.DateTimeField(_("due, as every member sees it"))

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        ordering = ("due_at", "reference", "pk")
        indexes = (
            models.Index(fields=["due_at", "reference", "commitment"], name="turn_of_all"),
            models.Index(fields=["shared_due_at", "reference", "commitment"], name="turn_shared"),
        )

    def __str__(self) -> str:
        return self.reference
