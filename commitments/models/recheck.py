"""A commitment whose words a corrected report changed: it waits for a person."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from commitments.choices import RecheckState
from commitments.corrections.querysets import RecheckQuerySet
from meetings.models import Report

from .commitment import Commitment


class Recheck(models.Model):
    """That the sentences which a commitment quotes are others, or gone, in a corrected report.

    `before` and `after` are those sentences in the two versions; `after` is empty where they are gone.
    `suggested` is where the quoted words may stand now: [{"span": [start, end], "operative": [start,
    end] or null}, …] in characters of the corrected report.
    """

    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.CASCADE, related_name="rechecks"
    )
    report = models.ForeignKey(
        Report,
        verbose_name=_("corrected report"),
        on_delete=models.PROTECT,
        related_name="rechecks",
    )
    before = models.TextField(_("before"))
    after = models.TextField(_("after"), blank=True)
    suggested = models.JSONField(default=list, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=RecheckState.choices, default=RecheckState.OPEN
    )
    note = models.TextField(_("note"), blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("resolved by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RecheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("re-check")
        verbose_name_plural = _("re-checks")
        ordering = ("commitment", "report", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["commitment", "report"], name="one_recheck_per_commitment_and_report"
            ),
            models.CheckConstraint(
                condition=Q(state=RecheckState.OPEN) | Q(resolved_at__isnull=False),
                name="recheck_resolved_says_when",
            ),
        )

    def __str__(self) -> str:
        return f"{self.commitment.reference}, {self.report}"

    def get_absolute_url(self) -> str:
        return reverse("commitments:recheck", args=[self.commitment.reference, self.pk])
