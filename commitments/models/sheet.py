"""A sheet that came back from a spreadsheet, between its upload and the moment it is applied."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from commitments.choices import SheetKind, SheetState
from commitments.sheets.querysets import SheetImportQuerySet


class SheetImport(models.Model):
    """What one person uploaded, and what became of it.

    `cells` are the heads and rows as read (sheets.parse.Sheet); they go when the sheet is applied, and
    `counts` says what they did. `seen` is the fingerprint of the changes that the person confirmed:
    what is applied is that, or nothing. `problems` say why it was refused: [[row, column, words], …].
    """

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField(_("uploaded"))
    name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    kind = models.CharField(_("kind"), max_length=12, choices=SheetKind.choices)
    cells = models.JSONField(default=dict)
    state = models.CharField(
        _("state"), max_length=10, choices=SheetState.choices, default=SheetState.PREVIEWED
    )
    note = models.TextField(_("note"), blank=True)
    seen = models.CharField(max_length=64, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)

    objects = SheetImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(state=SheetState.PREVIEWED, confirmed_at=None)
                | (~Q(state=SheetState.PREVIEWED) & Q(confirmed_at__isnull=False) & ~Q(note="")),
                name="sheet_is_confirmed_with_a_note",
            ),
        )
        indexes = (
            models.Index(
                fields=["confirmed_at"],
                name="sheet_waiting",
                condition=Q(state=SheetState.CONFIRMED),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("commitments:import-sheet", args=[self.pk])
