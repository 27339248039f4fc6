"""The register: a commitment, the words it quotes, a line per party, and deadlines that keep their history."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.choices import Sensitivity
from meetings.models import Instrument, Meeting, Party, Report

from . import rules
from .choices import Basis, Life, Purpose, Role, Status, Strength, Timing
from .querysets import (
    CommitmentQuerySet,
    DeadlineQuerySet,
    ObligationQuerySet,
    QuotationQuerySet,
    soon,
)


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


class Obligation(models.Model):
    """The line of one party under a commitment."""

    commitment = models.ForeignKey(
        Commitment,
        verbose_name=_("commitment"),
        on_delete=models.CASCADE,
        related_name="obligations",
    )
    party = models.ForeignKey(
        Party, verbose_name=_("party"), on_delete=models.PROTECT, related_name="obligations"
    )
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.LEAD)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="obligations",
        help_text=_("Empty: the party's focal point, then its deputy, then its mailbox."),
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.NOT_STARTED
    )
    done_proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("proposed as done by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    sensitivity = models.CharField(
        _("sensitivity"), max_length=12, choices=Sensitivity.choices, default=Sensitivity.PUBLIC
    )
    # Both written by deadlines.refresh alone: the earliest of the current deadlines that hold
    # for this line, and the first instant (UTC) after its last day in the party's zone.
    next_deadline = models.ForeignKey(
        "Deadline", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    due_at = models.DateTimeField(_("due"), null=True, editable=False)
    registered_at = models.DateTimeField(_("registered"), editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    # What pages put on a line for one moment (tables.note_timing).
    timing_now: Timing
    days: int | None

    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ("commitment", "party", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["commitment", "party"], name="one_line_per_commitment_and_party"
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="status_is_known"),
            models.CheckConstraint(
                condition=Q(done_proposed_by=None) | ~Q(status=Status.DONE),
                name="done_is_no_longer_proposed",
            ),
            models.CheckConstraint(
                condition=Q(due_at=None, next_deadline=None)
                | Q(due_at__isnull=False, next_deadline__isnull=False),
                name="due_at_comes_from_a_deadline",
            ),
        )
        indexes = (
            models.Index(
                fields=["due_at"], name="obligation_due", condition=Q(due_at__isnull=False)
            ),
            models.Index(fields=["party", "status"], name="obligation_party_status"),
        )

    def __str__(self) -> str:
        return f"{self.commitment.reference} {self.party}"

    def get_absolute_url(self) -> str:
        return f"{self.commitment.get_absolute_url()}#line-{self.party.code}"

    def timing(self, now: datetime) -> Timing:
        return rules.timing(
            status=self.status, life=self.commitment.life, due_at=self.due_at, now=now, soon=soon()
        )

    def is_overdue(self, now: datetime) -> bool:
        return self.timing(now) is Timing.OVERDUE

    def days_left(self, now: datetime) -> int | None:
        """Days to the due day, by the calendar of the party."""
        if self.next_deadline is None or self.next_deadline.due is None:
            return None
        today = now.astimezone(self.party.zone).date()
        return rules.days_left(due=self.next_deadline.due, today=today)


class Deadline(models.Model):
    """A period that opens and ends, of a whole commitment or of one line. Moving it adds a row."""

    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.CASCADE, related_name="deadlines"
    )
    obligation = models.ForeignKey(
        Obligation,
        verbose_name=_("line"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="deadlines",
    )
    purpose = models.CharField(_("purpose"), max_length=8, choices=Purpose.choices)
    opens = models.DateField(_("opens"), null=True, blank=True)
    due = models.DateField(_("due"), null=True, blank=True)
    wording = models.CharField(_("wording"), max_length=250, blank=True)
    basis = models.CharField(_("basis"), max_length=8, choices=Basis.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("set by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    reason = models.TextField(_("reason"), blank=True)
    created_at = models.DateTimeField(_("entered"))
    replaces = models.ForeignKey(
        "self",
        verbose_name=_("replaces"),
        on_delete=models.PROTECT,
        null=True,
        related_name="replaced_by",
    )
    is_current = models.BooleanField(_("current"), default=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ("commitment", "purpose", "created_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["commitment", "purpose"],
                condition=Q(is_current=True, obligation=None),
                name="one_current_deadline_per_commitment_and_purpose",
            ),
            models.UniqueConstraint(
                fields=["obligation", "purpose"],
                condition=Q(is_current=True, obligation__isnull=False),
                name="one_current_deadline_per_line_and_purpose",
            ),
            models.CheckConstraint(
                condition=Q(opens=None) | Q(due=None) | Q(due__gte=F("opens")),
                name="deadline_ends_after_it_opens",
            ),
            models.CheckConstraint(
                condition=~Q(basis=Basis.STATED) | ~Q(wording=""),
                name="stated_deadline_quotes_its_words",
            ),
            models.CheckConstraint(
                condition=~Q(basis=Basis.SET) | ~Q(reason=""), name="set_deadline_gives_its_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.due or self.wording}"

    def as_event(self) -> dict[str, Any]:
        """What the log tells of a deadline."""
        return {
            "purpose": self.purpose,
            "opens": _iso(self.opens),
            "due": _iso(self.due),
            "basis": self.basis,
            "wording": self.wording,
        }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
