"""Between a report's text and the register: what may be a commitment, what people say to it, and what they did."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from commitments.choices import ActionKind, Basis, CandidateState, LinkKind, Origin, Strength
from commitments.workbench.querysets import CandidateQuerySet, WorkbenchActionQuerySet
from meetings.models import Passage, Report

from .commitment import Commitment, Theme


class CandidateDecision(models.Model):
    """What may be a commitment, and what a person says to it. Nothing becomes one without a person.

    Offsets count characters of the report. `parties` and `contributing` are codes, or the one word
    `all`; `instruments` are names.
    """

    passage = models.ForeignKey(
        Passage, verbose_name=_("passage"), on_delete=models.PROTECT, related_name="candidates"
    )
    spans = models.JSONField(_("quotation"))  # [[start, end], …], ascending
    operative = models.JSONField(_("operative words"), null=True, blank=True)  # [start, end]
    title = models.CharField(_("title"), max_length=200)
    strength = models.CharField(_("strength"), max_length=10, choices=Strength.choices)
    parties = models.JSONField(_("owed by"), default=list, blank=True)
    contributing = models.JSONField(_("contributing"), default=list, blank=True)
    opens = models.DateField(_("opens"), null=True, blank=True)
    due = models.DateField(_("due"), null=True, blank=True)
    basis = models.CharField(_("basis"), max_length=8, choices=Basis.choices, blank=True)
    wording = models.CharField(_("words of the deadline"), max_length=250, blank=True)
    where = models.JSONField(_("where those words stand"), null=True, blank=True)  # [start, end]
    standing = models.BooleanField(_("standing"), default=False)
    instruments = models.JSONField(_("carries out"), default=list, blank=True)
    theme = models.ForeignKey(
        Theme,
        verbose_name=_("theme"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    confidence = models.FloatField(_("confidence"), default=0.0)
    why = models.CharField(_("what it rests on"), max_length=250, blank=True)
    origin = models.CharField(
        _("origin"), max_length=6, choices=Origin.choices, default=Origin.READER
    )
    state = models.CharField(
        _("state"), max_length=10, choices=CandidateState.choices, default=CandidateState.OPEN
    )
    reason = models.TextField(_("why it is none"), blank=True)
    commitment = models.ForeignKey(
        Commitment,
        verbose_name=_("commitment"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="candidates",
    )
    earlier = models.ForeignKey(
        Commitment,
        verbose_name=_("earlier commitment"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    link_kind = models.CharField(
        _("what it does to that one"), max_length=10, choices=LinkKind.choices, blank=True
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        ordering = ("passage", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(state=CandidateState.REGISTERED, commitment__isnull=False)
                | (~Q(state=CandidateState.REGISTERED) & Q(commitment=None)),
                name="candidate_registered_is_a_commitment",
            ),
            models.CheckConstraint(
                condition=~Q(state=CandidateState.DISMISSED) | ~Q(reason=""),
                name="candidate_dismissed_says_why",
            ),
            models.CheckConstraint(
                condition=Q(earlier=None, link_kind="")
                | (Q(earlier__isnull=False) & ~Q(link_kind="")),
                name="candidate_that_repeats_says_how",
            ),
            models.CheckConstraint(
                condition=Q(opens=None) | Q(due=None) | Q(due__gte=models.F("opens")),
                name="candidates_deadline_ends_after_it_opens",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its passage on the workbench. Reads the report and the meeting: select them."""
        report = self.passage.report
        query = f"language={report.language}&p={self.passage.number}"
        return f"{reverse('meetings:workbench', args=[report.meeting.slug])}?{query}#c{self.pk}"


class WorkbenchAction(models.Model):
    """What one person did to passages and candidates, so that this person can take it back.

    `before` and `after` hold the rows touched: {"passages": {key: {field: value, …, "version": n}},
    "candidates": {…}}. A row that the action made stands in `after` alone.
    """

    report = models.ForeignKey(
        Report, verbose_name=_("report"), on_delete=models.PROTECT, related_name="actions"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("what"), max_length=12, choices=ActionKind.choices)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    objects = WorkbenchActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("action on the workbench")
        verbose_name_plural = _("actions on the workbench")
        ordering = ("report", "pk")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.actor}"
