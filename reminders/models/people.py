"""What people decided about their mail: addresses that get none, lines kept quiet, days away."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from commitments.models import Obligation
from reminders.choices import Ground
from reminders.outbox import SuppressionQuerySet
from reminders.querysets import AbsenceQuerySet, MuteQuerySet


class Suppression(models.Model):
    """No mail to an address: for good or until a moment, and until somebody lifts it.

    The address itself is not kept: `address_hash` is made by `rules.address_hash`.
    """

    address_hash = models.CharField(_("address"), max_length=64)
    reason = models.CharField(_("why"), max_length=12, choices=Ground.choices)
    at = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("lifted by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("stopped address")
        verbose_name_plural = _("stopped addresses")
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["address_hash"],
                condition=Q(lifted_at=None),
                name="one_suppression_per_address",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=Ground.values), name="ground_of_suppression_is_known"
            ),
        )

    def __str__(self) -> str:
        return str(self.get_reason_display())


class Mute(models.Model):
    """A person wants to hear nothing of a line: until a day, or for good. A snooze is one that ends."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="mutes",
    )
    obligation = models.ForeignKey(
        Obligation, verbose_name=_("line"), on_delete=models.CASCADE, related_name="mutes"
    )
    until = models.DateField(_("until"), null=True, blank=True)
    at = models.DateTimeField(_("since"))

    objects = MuteQuerySet.as_manager()

    class Meta:
        verbose_name = _("muted line")
        verbose_name_plural = _("muted lines")
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "obligation"], name="one_mute_per_person_and_line"
            ),
        )

    def __str__(self) -> str:
        return f"{self.obligation_id} {self.until or ''}".strip()


class Absence(models.Model):
    """Days on which somebody else gets a person's mail. Both days are included."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="absences",
    )
    stand_in = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("stand-in"),
        on_delete=models.PROTECT,
        related_name="stand_ins",
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ("starts_on", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="absence_ends_after_it_starts",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=~Q(stand_in=F("user")),
                name="nobody_stands_in_for_themselves",
                violation_error_message=_("Choose somebody else."),
            ),
        )
        indexes = (models.Index(fields=["ends_on", "starts_on"], name="absence_days"),)

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"


class Seen(models.Model):
    """When a person last looked at their news: what the ledger gained since is unread."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="news_seen",
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("look at the news")
        verbose_name_plural = _("looks at the news")

    def __str__(self) -> str:
        return str(self.at)


class Feed(models.Model):
    """The address of a person's calendar. `key` is the SHA-256 of its token, in hexadecimal digits."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="feed",
    )
    key = models.CharField(_("key"), max_length=64, unique=True, editable=False)
    at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")

    def __str__(self) -> str:
        return str(self.at)
