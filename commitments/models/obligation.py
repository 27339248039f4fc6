"""Who owes it: a line per party, its deadlines that keep their history, and requests for more time."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from commitments import rules
from commitments.choices import (
    Basis,
    ExtensionState,
    Purpose,
    Role,
    Status,
    Timing,
)
from commitments.querysets import (
    DeadlineQuerySet,
    ExtensionQuerySet,
    ObligationQuerySet,
    soon,
)
from meetings.choices import Sensitivity
from meetings.models import Meeting, Party

from .commitment import Commitment


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
    # Whoever registered the line asked to be reminded of steps that were over before it.
    remind_backlog = models.BooleanField(_("remind about what is over"), default=False)
    # What was said about it, for the search (services.refresh_line_text).
    search_text = models.TextField(editable=False, default="", blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    # What pages put on a line for one moment (tables.note_timing).
    timing_now: Timing
    days: int | None
    # Annotated by ObligationQuerySet.with_reports.
    last_report_at: datetime | None
    is_awaiting: bool

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
                condition=Q(due_at=None, next_deadline=None)
                | Q(due_at__isnull=False, next_deadline__isnull=False),
                name="due_at_comes_from_a_deadline",
            ),
        )
        indexes = (
            models.Index(fields=["due_at", "commitment", "id"], name="obligation_in_order"),
            models.Index(fields=["party", "status"], name="obligation_party_status"),
            models.Index(
                fields=["party", "sensitivity"],
                name="obligation_restricted",
                condition=~Q(sensitivity__in=[Sensitivity.PUBLIC, Sensitivity.MEMBERS]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.commitment.reference} {self.party}"

    def get_absolute_url(self) -> str:
        return f"{self.commitment.get_absolute_url()}#line-{self.party.code}"

    def get_page_url(self) -> str:
        """The page of the line by itself; `get_absolute_url` is its row among the others."""
        return reverse("commitments:line", args=[self.commitment.reference, self.party.code])

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
    # A deadline "by the meeting" is due the day before it opens, and moves when the meeting is moved.
    meeting = models.ForeignKey(
        Meeting,
        verbose_name=_("tied to the meeting"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tied_deadlines",
    )
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


class Extension(models.Model):
    """A party's request for more time on its line: granted or refused, kept either way."""

    obligation = models.ForeignKey(
        Obligation, verbose_name=_("line"), on_delete=models.CASCADE, related_name="extensions"
    )
    deadline = models.ForeignKey(
        Deadline, verbose_name=_("deadline"), on_delete=models.PROTECT, related_name="extensions"
    )
    due = models.DateField(_("asked for until"))
    reason = models.TextField(_("reason"))
    state = models.CharField(
        _("state"), max_length=8, choices=ExtensionState.choices, default=ExtensionState.ASKED
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    asked_at = models.DateTimeField(_("asked"))
    comment = models.TextField(_("comment"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ("-asked_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["obligation"],
                condition=Q(state=ExtensionState.ASKED),
                name="one_extension_per_line_awaits_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(state=ExtensionState.ASKED, decided_by=None, decided_at=None)
                | (
                    ~Q(state=ExtensionState.ASKED)
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                ),
                name="extension_decided_says_by_whom",
            ),
            models.CheckConstraint(
                condition=~Q(state=ExtensionState.REFUSED) | ~Q(comment=""),
                name="extension_refused_says_why",
            ),
        )
        indexes = (
            models.Index(
                fields=["-asked_at", "-id"],
                condition=Q(state=ExtensionState.ASKED),
                name="extension_waiting",
            ),
        )

    def __str__(self) -> str:
        return f"{self.obligation}, {self.due}"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
