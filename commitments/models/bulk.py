"""One change of many rows, and what becomes of each of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commitments.bulk.querysets import BulkEditQuerySet, BulkItemQuerySet
from commitments.choices import BulkState, ItemState


class BulkEdit(models.Model):
    """What an officer wants changed on many rows: frozen when it is previewed.

    `kind` names what is changed on which rows (bulk/kinds.py), `values` is what was typed as that
    kind stores it.
    """

    kind = models.CharField(_("what is changed"), max_length=40)
    values = models.JSONField(_("new values"))
    note = models.TextField(_("reason"))
    state = models.CharField(
        _("state"), max_length=10, choices=BulkState.choices, default=BulkState.PREVIEW
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(_("previewed"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("undone by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    undone_at = models.DateTimeField(_("undone"), null=True)

    objects = BulkEditQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of many rows")
        verbose_name_plural = _("changes of many rows")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(state=BulkState.PREVIEW) | Q(confirmed_at__isnull=False),
                name="bulk_edit_starts_when_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[BulkState.UNDOING, BulkState.UNDONE])
                | Q(undone_by__isnull=False, undone_at__isnull=False),
                name="bulk_edit_undone_says_by_whom",
            ),
        )
        indexes = (
            models.Index(
                fields=["state"],
                name="bulk_edit_moving",
                condition=Q(state__in=[BulkState.APPLYING, BulkState.UNDOING]),
            ),
        )

    def __str__(self) -> str:
        return gettext("Change of many rows, no. %(n)d") % {"n": self.pk}

    def get_absolute_url(self) -> str:
        return reverse("commitments:bulk", args=[self.pk])


class BulkItem(models.Model):
    """One row of such a change: which version was seen, what stood there, what becomes of it.

    `object_id` is the key of a line or a commitment, as the kind says. `before` and `after` are the
    values as the kind reads them; `after` and the version `reached` are of the moment after the change.
    """

    edit = models.ForeignKey(
        BulkEdit,
        verbose_name=_("change"),
        on_delete=models.PROTECT,
        related_name="items",
    )
    object_id = models.PositiveBigIntegerField(_("row"))
    seen = models.PositiveIntegerField()
    before = models.JSONField()
    after = models.JSONField(null=True)
    reached = models.PositiveIntegerField(null=True)
    state = models.CharField(
        _("state"), max_length=8, choices=ItemState.choices, default=ItemState.WAITING
    )
    why = models.TextField(_("why"), blank=True)

    objects = BulkItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a change")
        verbose_name_plural = _("rows of a change")
        ordering = ("edit", "pk")
        constraints = (
            models.UniqueConstraint(fields=["edit", "object_id"], name="one_bulk_item_per_row"),
            models.CheckConstraint(
                condition=~Q(state__in=[ItemState.REFUSED, ItemState.SKIPPED, ItemState.LEFT])
                | ~Q(why=""),
                name="bulk_item_left_out_says_why",
            ),
        )
        indexes = (models.Index(fields=["edit", "state"], name="bulk_item_state"),)

    def __str__(self) -> str:
        return f"{self.edit_id}: {self.object_id}"
