"""The ledger of promises to tell somebody, the outbox of mails, and the proof of what was tried.

A promise and a mail are two rows: one mail carries many promises, and "why was nothing sent" has an
answer. Both are written in one transaction.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from commitments.models import Deadline, Obligation
from reminders.choices import Capacity, Kind, Outcome, Reason, Stage, State
from reminders.outbox import AttemptQuerySet, EmailQuerySet
from reminders.querysets import ReminderQuerySet
from reminders.rules import offset_of


class Email(models.Model):
    """One mail to one person: reminders of a day or sent by hand, an account's, a notice.

    `claims` is the fence: only the worker whose number it is may write. `transmitting_at` separates
    "certainly not sent" from "perhaps sent"; `maybe_dup` says that the mail may have gone out
    before, and then its bytes stay as they were.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recipient"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="emails",
    )
    to_address = models.EmailField(_("address"), blank=True)
    slot = models.DateField(_("day"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    claims = models.PositiveIntegerField(_("attempts begun"), default=0)
    tries = models.PositiveSmallIntegerField(_("tries that count"), default=0)
    created_at = models.DateTimeField(_("planned"))
    not_before = models.DateTimeField(_("not before"))
    expires_at = models.DateTimeField(_("too late from"))
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    transmitting_at = models.DateTimeField(_("transmission began"), null=True, blank=True)
    maybe_dup = models.BooleanField(_("may have gone out twice"), default=False)
    message_id = models.CharField(_("message number"), max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    frozen = models.BinaryField(_("bytes"), null=True)
    frozen_at = models.DateTimeField(_("first written"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    error = models.CharField(_("why not"), max_length=40, choices=Reason.choices, blank=True)
    reply = models.TextField(_("answer of the mail server"), blank=True)

    objects = EmailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ("-created_at", "-pk")
        constraints = (
            # What a wrong clock planned and somebody cancelled does not block the real day.
            models.UniqueConstraint(
                fields=["recipient", "slot"],
                condition=Q(kind=Kind.DIGEST)
                & (~Q(state__in=[State.CANCELLED, State.EXPIRED]) | Q(maybe_dup=True)),
                name="one_digest_per_person_and_day",
            ),
            models.UniqueConstraint(
                fields=["message_id"], condition=~Q(message_id=""), name="one_mail_per_message_id"
            ),
            models.CheckConstraint(
                condition=Q(state=State.SENT, sent_at__isnull=False)
                | (~Q(state=State.SENT) & Q(sent_at=None)),
                name="sent_mail_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.SENDING) | Q(lease_until__isnull=False),
                name="mail_being_sent_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.DIGEST, recipient__isnull=False, slot__isnull=False)
                | Q(kind=Kind.PROMPT, recipient__isnull=False, slot=None)
                | (Q(kind__in=[Kind.ACCOUNT, Kind.NOTICE], slot=None) & ~Q(to_address="")),
                name="digest_has_person_and_day_account_mail_an_address",
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="state_of_mail_is_known"
            ),
        )
        indexes = (
            models.Index(
                fields=["not_before", "id"],
                condition=Q(state__in=[State.WAITING, State.SENDING]),
                name="mail_to_send",
            ),
            models.Index(fields=["-created_at", "-id"], name="mail_newest"),
            models.Index(fields=["sent_at"], condition=Q(sent_at__isnull=False), name="mail_sent"),
            models.Index(fields=["id"], condition=Q(state=State.HELD), name="mail_held"),
        )

    def __str__(self) -> str:
        return self.subject or f"{self.get_kind_display()} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("reminders:mail", args=[self.pk])

    @property
    def is_digest(self) -> bool:
        """It tells promises, and is written when it goes out. All other mail comes written."""
        return self.kind in {Kind.DIGEST, Kind.PROMPT}

    @property
    def is_secret(self) -> bool:
        """Mail about accounts carries links that let people in: no page shows it."""
        return self.kind == Kind.ACCOUNT


class Reminder(models.Model):
    """One promise to tell one person about one line at one step, and what became of it."""

    obligation = models.ForeignKey(
        Obligation, verbose_name=_("line"), on_delete=models.PROTECT, related_name="reminders"
    )
    deadline = models.ForeignKey(
        Deadline,
        verbose_name=_("deadline"),
        on_delete=models.PROTECT,
        null=True,
        related_name="reminders",
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recipient"),
        on_delete=models.PROTECT,
        related_name="reminders",
    )
    stands_for = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("stands in for"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    capacity = models.CharField(_("as"), max_length=12, choices=Capacity.choices)
    occasion = models.CharField(_("step"), max_length=40)
    outcome = models.CharField(_("result"), max_length=10, choices=Outcome.choices)
    reason = models.CharField(_("why"), max_length=40, choices=Reason.choices, blank=True)
    planned_at = models.DateTimeField(_("planned"))
    email = models.ForeignKey(
        Email,
        verbose_name=_("mail"),
        on_delete=models.PROTECT,
        null=True,
        related_name="reminders",
    )

    # Set by the planner: the step was over when the line was registered.
    is_backlog = False

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ("-planned_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["obligation", "deadline", "recipient", "occasion"],
                condition=~Q(outcome=Outcome.VOID) & Q(deadline__isnull=False),
                name="one_promise_per_deadline_person_and_step",
            ),
            # SQLite knows no NULLS NOT DISTINCT, hence a constraint of its own for events.
            models.UniqueConstraint(
                fields=["obligation", "recipient", "occasion"],
                condition=~Q(outcome=Outcome.VOID) & Q(deadline=None),
                name="one_promise_per_event_and_person",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.INCLUDED) | Q(email__isnull=False),
                name="included_promise_names_its_mail",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=[Outcome.SUPPRESSED, Outcome.VOID]) | ~Q(reason=""),
                name="promise_not_kept_says_why",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="outcome_is_known"
            ),
        )
        indexes = (
            models.Index(F("planned_at").desc(), F("id"), name="reminder_newest"),
            models.Index(
                F("recipient"), F("planned_at").desc(), F("id"), name="reminder_of_person"
            ),
        )

    def __str__(self) -> str:
        return f"{self.occasion}, {self.get_outcome_display()}"

    @property
    def offset(self) -> int | None:
        """Days from the due day, of a step; None for another occasion."""
        return offset_of(self.occasion)


class Attempt(models.Model):
    """What happened to a mail under one claim. Rows are only ever added."""

    email = models.ForeignKey(
        Email, verbose_name=_("mail"), on_delete=models.PROTECT, related_name="attempts"
    )
    claim = models.PositiveIntegerField(_("attempt"))
    worker = models.CharField(_("worker"), max_length=100)
    stage = models.CharField(_("came as far as"), max_length=10, choices=Stage.choices)
    code = models.PositiveSmallIntegerField(_("code"), null=True)
    text = models.TextField(_("answer"), blank=True)
    started_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"))

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ("email", "claim")
        constraints = (
            models.UniqueConstraint(fields=["email", "claim"], name="one_attempt_per_claim"),
        )

    def __str__(self) -> str:
        return f"{self.claim}: {self.get_stage_display()}"
