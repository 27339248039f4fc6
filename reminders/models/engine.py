"""The state of the engine: its heartbeats, and the one row that can stop it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reminders.outbox import PulseQuerySet, SwitchQuerySet


class Pulse(models.Model):
    """The heartbeat of a regular task: health is judged by work done, not by processes alive.

    `db_time` is the database's clock at the same moment; `monotonic` are seconds since the start of
    the machine that `boot_id` names. `held` says why the task did nothing, if so.
    """

    name = models.CharField(_("task"), max_length=20, unique=True)
    started = models.DateTimeField(_("began"))
    finished = models.DateTimeField(_("ended"), null=True)
    counts = models.JSONField(_("counts"), default=dict)
    db_time = models.DateTimeField(_("time of the database"), null=True)
    boot_id = models.CharField(_("start of the machine"), max_length=40, blank=True)
    monotonic = models.FloatField(_("seconds since that start"), null=True)
    held = models.CharField(_("why it did nothing"), max_length=200, blank=True)

    objects = PulseQuerySet.as_manager()

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Switch(models.Model):
    """The only row of its table: whether reminders go out, and how the way to the mail server is.

    While `held_at` is set, nothing is planned or sent. `installation_id` is that of the environment
    which may send. `lineage` and `rounds` tell a database that was put back from one that went on:
    each host remembers the last round that it saw. The `relay_…` fields are the breaker.
    """

    installation_id = models.CharField(_("installation"), max_length=100, blank=True)
    held_at = models.DateTimeField(_("stopped"), null=True, blank=True)
    held_reason = models.CharField(_("why it was stopped"), max_length=200, blank=True)
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("stopped by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    restored_at = models.DateTimeField(_("put back from a backup"), null=True, blank=True)
    flood_allowed_until = models.DateTimeField(_("many mails allowed until"), null=True, blank=True)
    lineage = models.UUIDField(default=uuid.uuid4, editable=False)
    rounds = models.PositiveBigIntegerField(_("rounds"), default=0, editable=False)
    relay_failures = models.PositiveIntegerField(_("failures of the mail server"), default=0)
    relay_down_since = models.DateTimeField(_("mail server away since"), null=True, blank=True)
    relay_retry_at = models.DateTimeField(_("mail server tried again"), null=True, blank=True)
    relay_said = models.TextField(_("what the mail server said"), blank=True)

    objects = SwitchQuerySet.as_manager()

    class Meta:
        verbose_name = _("switch")
        verbose_name_plural = _("switches")
        constraints = (
            models.CheckConstraint(condition=models.Q(pk=1), name="switch_is_one_row"),
            models.CheckConstraint(
                condition=models.Q(held_at=None) | ~models.Q(held_reason=""),
                name="stopped_says_why",
            ),
        )

    def __str__(self) -> str:
        return self.held_reason or "on"
