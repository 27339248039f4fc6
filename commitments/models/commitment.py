"""What was promised, in whose words, and how it relates to what was promised before."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from commitments.choices import (
    Life,
    LinkKind,
    Strength,
)
from commitments.querysets import (
    CommitmentQuerySet,
    LinkQuerySet,
    QuotationQuerySet,
)
from meetings.choices import Sensitivity
from meetings.models import Instrument, Meeting, Party, Report


class Theme(models.Model):
    """What a commitment is about."""

    slug = models.SlugField(_("address"), unique=True)
    name = models.CharField(_("name"), max_length=100, unique=True)

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Commitment(models.Model):
    """One act that the participants, or a named party, took upon themselves."""

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.PROTECT, related_name="commitments"
    )
    title = models.CharField(_("title"), max_length=200)
    strength = models.CharField(_("strength"), max_length=10, choices=Strength.choices)
    theme = models.ForeignKey(
        Theme,
        verbose_name=_("theme"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments",
    )
    instruments = models.ManyToManyField(
        Instrument, verbose_name=_("instruments"), blank=True, related_name="commitments"
    )
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
    life = models.CharField(_("life"), max_length=10, choices=Life.choices, default=Life.ACTIVE)
    is_certain = models.BooleanField(_("certain"), default=True)
    coder_note = models.TextField(_("why it was coded so"), blank=True)
    review_days = models.PositiveSmallIntegerField(
        _("review rhythm in days"), null=True, blank=True
    )
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("desk officer"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    search_text = models.TextField(editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ("reference", "pk")
        indexes = (
            # The few that sums and readers leave out.
            models.Index(fields=["id"], condition=~Q(life=Life.ACTIVE), name="commitment_ended"),
            models.Index(
                fields=["id"],
                condition=~Q(sensitivity__in=[Sensitivity.PUBLIC, Sensitivity.MEMBERS]),
                name="commitment_restricted",
            ),
            models.Index(fields=["title", "id"], name="commitment_by_title"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(sensitivity=Sensitivity.PARTY, restricted_to__isnull=False)
                | (~Q(sensitivity=Sensitivity.PARTY) & Q(restricted_to=None)),
                name="commitment_restricted_to_one_party_names_it",
            ),
            models.CheckConstraint(
                condition=Q(is_certain=True) | ~Q(coder_note=""),
                name="coders_choice_says_why",
            ),
        )

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("commitments:detail", args=[self.reference])


class Quotation(models.Model):
    """One exact span of a report. The operative words that govern it may stand elsewhere in the text."""

    commitment = models.ForeignKey(
        Commitment,
        verbose_name=_("commitment"),
        on_delete=models.CASCADE,
        related_name="quotations",
    )
    report = models.ForeignKey(
        Report, verbose_name=_("report"), on_delete=models.PROTECT, related_name="quotations"
    )
    start = models.PositiveIntegerField(_("start"))
    end = models.PositiveIntegerField(_("end"))
    operative_start = models.PositiveIntegerField(null=True, blank=True)
    operative_end = models.PositiveIntegerField(null=True, blank=True)

    objects = QuotationQuerySet.as_manager()

    class Meta:
        verbose_name = _("quotation")
        verbose_name_plural = _("quotations")
        ordering = ("report", "start", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="quotation_is_not_empty"),
            models.CheckConstraint(
                condition=Q(operative_start=None, operative_end=None)
                | Q(operative_end__gt=F("operative_start")),
                name="operative_words_are_not_empty",
            ),
            models.UniqueConstraint(
                fields=["commitment", "report", "start", "end"], name="one_quotation_per_span"
            ),
        )

    def __str__(self) -> str:
        return f"{self.start}-{self.end}"

    @property
    def text(self) -> str:
        """The quoted words. Reads the report: select it."""
        return self.report.text[self.start : self.end]


class CommitmentLink(models.Model):
    """How a later commitment relates to an earlier one. The earlier one is never edited for it."""

    earlier = models.ForeignKey(
        Commitment,
        verbose_name=_("earlier commitment"),
        on_delete=models.CASCADE,
        related_name="links_to_later",
    )
    later = models.ForeignKey(
        Commitment,
        verbose_name=_("later commitment"),
        on_delete=models.CASCADE,
        related_name="links_to_earlier",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=LinkKind.choices)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("added by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    added_at = models.DateTimeField(_("added"))

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ("earlier", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["earlier", "later"], name="one_link_between_two_commitments"
            ),
            models.CheckConstraint(
                condition=~Q(earlier=F("later")), name="commitment_is_not_linked_to_itself"
            ),
        )

    def __str__(self) -> str:
        return f"{self.later.reference} {self.kind} {self.earlier.reference}"
