"""What a meeting published, in its versions, and the passages that a text is read in."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.choices import DocumentKind, Function, Sensitivity
from meetings.querysets import PassageQuerySet, ReportQuerySet

from .meeting import Meeting
from .party import Party


class Report(models.Model):
    """One published text of a meeting. Offsets everywhere count characters of `text`."""

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.PROTECT, related_name="reports"
    )
    language = models.CharField(_("language"), max_length=10)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    title = models.CharField(_("title"), max_length=250)
    source_url = models.URLField(_("source"), blank=True)
    kind = models.CharField(
        _("kind"), max_length=4, choices=DocumentKind.choices, default=DocumentKind.TEXT
    )
    raw = models.BinaryField(_("raw bytes"))
    raw_sha256 = models.CharField(_("SHA-256 of the raw bytes"), max_length=64)
    text = models.TextField(_("canonical text"))
    sha256 = models.CharField(_("SHA-256 of the canonical text"), max_length=64)
    stored_at = models.DateTimeField(_("stored"), null=True, editable=False)
    # When its passages were stored; empty while only the text is.
    read_at = models.DateTimeField(_("read"), null=True, editable=False)
    sensitivity = models.CharField(
        _("sensitivity"), max_length=12, choices=Sensitivity.choices, default=Sensitivity.PUBLIC
    )
    restricted_to = models.ForeignKey(
        Party,
        verbose_name=_("restricted to"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ("meeting", "language", "-version", "pk")
        indexes = (
            # The few that readers do not see.
            models.Index(
                fields=["id"],
                condition=~models.Q(sensitivity__in=[Sensitivity.PUBLIC, Sensitivity.MEMBERS]),
                name="report_restricted",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["meeting", "language", "version"],
                name="one_report_per_meeting_language_and_version",
            ),
            models.CheckConstraint(
                condition=models.Q(sensitivity=Sensitivity.PARTY, restricted_to__isnull=False)
                | (~models.Q(sensitivity=Sensitivity.PARTY) & models.Q(restricted_to=None)),
                name="report_restricted_to_one_party_names_it",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('meetings:report', args=[self.meeting.slug])}?language={self.language}"

    def is_corrected(self) -> bool:
        """Whether a later version stands for it. Asks the database."""
        versions = type(self).objects.versions_of(self)
        return versions.filter(version__gt=self.version).exists()

    def get_version_url(self) -> str:
        """The page of this version, whatever came after it."""
        return f"{self.get_absolute_url()}&version={self.version}"

    def get_reading_url(self) -> str:
        """The page that tells how far the reading of this text is."""
        return f"{reverse('meetings:reading', args=[self.meeting.slug])}?language={self.language}"


class Passage(models.Model):
    """One sentence or heading of a report. In order, the passages cover every character that is no space."""

    report = models.ForeignKey(
        Report, verbose_name=_("report"), on_delete=models.PROTECT, related_name="passages"
    )
    number = models.PositiveIntegerField(_("number"))
    start = models.PositiveIntegerField(_("start"))
    end = models.PositiveIntegerField(_("end"))
    function = models.CharField(_("function"), max_length=16, choices=Function.choices)
    operative_start = models.PositiveIntegerField(null=True, blank=True)
    operative_end = models.PositiveIntegerField(null=True, blank=True)
    reason = models.CharField(_("why the reader says so"), max_length=250, blank=True)
    stem = models.ForeignKey(
        "self",
        verbose_name=_("item of the list under"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="items",
    )
    # Without a person, but with a moment: confirmed by the file that it was loaded from.
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("confirmed by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PassageQuerySet.as_manager()

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        ordering = ("report", "number", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["report", "number"], name="one_passage_per_report_and_number"
            ),
            models.UniqueConstraint(
                fields=["report", "start"], name="one_passage_per_report_and_start"
            ),
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="passage_is_not_empty"
            ),
            models.CheckConstraint(
                condition=models.Q(operative_start=None, operative_end=None)
                | models.Q(operative_end__gt=models.F("operative_start")),
                name="operative_words_of_a_passage_are_not_empty",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None) | models.Q(confirmed_at__isnull=False),
                name="passage_confirmed_says_when",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def operative(self) -> tuple[int, int] | None:
        if self.operative_start is None or self.operative_end is None:
            return None
        return self.operative_start, self.operative_end
