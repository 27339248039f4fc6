"""What a party says has been done on its line, and what shows it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from commitments.choices import (
    Claim,
    EvidenceKind,
    ReportState,
    Status,
)
from commitments.querysets import (
    EvidenceQuerySet,
    ProgressReportQuerySet,
)
from meetings.choices import Sensitivity

from .obligation import Obligation


class ProgressReport(models.Model):
    """What a party says has been done on its line, and what the secretariat says to that.

    The claim is the author's, the finding the officer's: two fields, two people.
    """

    obligation = models.ForeignKey(
        Obligation,
        verbose_name=_("line"),
        on_delete=models.CASCADE,
        related_name="progress_reports",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.PROTECT,
        related_name="progress_reports",
    )
    state = models.CharField(
        _("state"), max_length=10, choices=ReportState.choices, default=ReportState.DRAFT
    )
    claim = models.CharField(_("status claimed"), max_length=16, choices=Claim.choices, blank=True)
    text = models.TextField(_("what was done"), blank=True)
    saved_at = models.DateTimeField(_("saved"))
    submitted_at = models.DateTimeField(_("sent"), null=True)
    finding = models.CharField(_("status found"), max_length=16, choices=Status.choices, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    search_text = models.TextField(editable=False, default="", blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    # What pages put on a report: the evidence that the reader may see.
    shown_evidence: list["Evidence"]

    objects = ProgressReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        ordering = ("-saved_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["obligation", "author"],
                condition=Q(state=ReportState.DRAFT),
                name="one_draft_per_line_and_author",
            ),
            models.UniqueConstraint(
                fields=["obligation"],
                condition=Q(state=ReportState.SUBMITTED),
                name="one_report_per_line_awaits_validation",
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.DRAFT, submitted_at=None)
                | (~Q(state=ReportState.DRAFT) & Q(submitted_at__isnull=False) & ~Q(claim="")),
                name="report_sent_has_a_claim",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[ReportState.DRAFT, ReportState.SUBMITTED],
                    decided_by=None,
                    decided_at=None,
                    finding="",
                )
                | Q(
                    state__in=[ReportState.ACCEPTED, ReportState.RETURNED],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="report_decided_says_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReportState.RETURNED) | ~Q(comment=""),
                name="report_returned_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReportState.ACCEPTED) | ~Q(finding=""),
                name="report_accepted_has_a_finding",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("author")),
                name="nobody_decides_on_their_own_report",
                violation_error_message=_("A second person has to decide on this report."),
            ),
        )
        indexes = (
            models.Index(
                fields=["obligation", "-submitted_at"],
                condition=Q(submitted_at__isnull=False),
                name="report_of_line",
            ),
            models.Index(
                fields=["-submitted_at", "id"],
                condition=Q(submitted_at__isnull=False),
                name="report_newest",
            ),
            models.Index(
                fields=["obligation"],
                condition=Q(state=ReportState.RETURNED),
                name="report_returned",
            ),
            models.Index(
                fields=["submitted_at", "id"],
                condition=Q(state=ReportState.SUBMITTED),
                name="report_waiting",
            ),
        )

    def __str__(self) -> str:
        return f"{self.obligation}, {self.get_state_display()}"


class StoredFile(models.Model):
    """The bytes of a piece of evidence, once, under a name that nobody can guess."""

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    path = models.CharField(_("path"), max_length=100, unique=True)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    content_type = models.CharField(_("type"), max_length=100)
    stored_at = models.DateTimeField(_("stored"))

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.sha256[:12]


class Evidence(models.Model):
    """A file or a link that shows what a progress report says."""

    report = models.ForeignKey(
        ProgressReport,
        verbose_name=_("progress report"),
        on_delete=models.CASCADE,
        related_name="evidence",
    )
    kind = models.CharField(_("kind"), max_length=4, choices=EvidenceKind.choices)
    name = models.CharField(_("name"), max_length=200)
    file = models.ForeignKey(
        StoredFile, verbose_name=_("file"), on_delete=models.PROTECT, null=True, related_name="uses"
    )
    url = models.URLField(_("address"), max_length=500, blank=True)
    sensitivity = models.CharField(
        _("sensitivity"), max_length=12, choices=Sensitivity.choices, default=Sensitivity.MEMBERS
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("added by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    added_at = models.DateTimeField(_("added"))

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ("report", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind=EvidenceKind.FILE, file__isnull=False, url="")
                | (Q(kind=EvidenceKind.LINK, file=None) & ~Q(url="")),
                name="evidence_is_a_file_or_a_link",
            ),
        )

    def __str__(self) -> str:
        return self.name
