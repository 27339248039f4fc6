"""A meeting of a series, held or still to come."""

from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.querysets import MeetingQuerySet

from .checks import is_before, validate_free
from .party import Party


def check_days(starts_on: date | None, ends_on: date | None) -> None:
    """Refuse days that no meeting can have, beside the field to correct."""
    if ends_on and not starts_on:
        raise ValidationError({"starts_on": _("Enter the first day as well.")})
    if starts_on and (not ends_on or is_before(ends_on, starts_on)):
        raise ValidationError({"ends_on": _("A meeting ends on or after its first day.")})


class Meeting(models.Model):
    """One meeting of a series. The day of a coming one may not be known yet: then `expected` says when."""

    slug = models.SlugField(_("address"), unique=True, validators=[validate_free])
    series = models.CharField(_("series"), max_length=200)
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=250)
    place = models.CharField(_("place"), max_length=100, blank=True)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    expected = models.CharField(_("expected"), max_length=50, blank=True)
    chair = models.ForeignKey(
        Party,
        verbose_name=_("chair"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="chaired",
    )
    attended = models.ManyToManyField(
        Party, verbose_name=_("attended by"), blank=True, related_name="meetings"
    )
    next_meeting = models.OneToOneField(
        "self",
        verbose_name=_("next meeting"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="previous_meeting",
    )
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("desk officer"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ("series", "-number", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["series", "number"],
                name="one_meeting_per_series_and_number",
                violation_error_message=_("This series has a meeting with that number already."),
            ),
            models.CheckConstraint(
                condition=models.Q(starts_on=None, ends_on=None)
                | models.Q(
                    starts_on__isnull=False,
                    ends_on__isnull=False,
                    ends_on__gte=models.F("starts_on"),
                ),
                name="meeting_ends_after_it_starts",
                violation_error_message=_("A meeting ends on or after its first day."),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("meetings:detail", args=[self.slug])

    def clean(self) -> None:
        """Say beside its field what cannot stand."""
        check_days(self.starts_on, self.ends_on)
        if self.next_meeting and self.next_meeting_id == self.pk:
            raise ValidationError({"next_meeting": _("A meeting cannot come after itself.")})
