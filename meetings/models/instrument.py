"""An instrument that meetings name."""

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.choices import InstrumentKind
from meetings.querysets import InstrumentQuerySet

from .checks import is_before, validate_free


class Instrument(models.Model):
    """A named programme, strategy, convention or plan that commitments carry out."""

    slug = models.SlugField(_("address"), max_length=100, unique=True, validators=[validate_free])
    name = models.CharField(_("name"), max_length=300)
    kind = models.CharField(_("kind"), max_length=20, choices=InstrumentKind.choices)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    opens = models.DateField(_("valid from"), null=True, blank=True)
    ends = models.DateField(_("valid until"), null=True, blank=True)
    place = models.CharField(_("adopted in"), max_length=100, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = InstrumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        ordering = ("name", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(opens=None)
                | models.Q(ends=None)
                | models.Q(ends__gte=models.F("opens")),
                name="instrument_ends_after_it_opens",
                violation_error_message=_(
                    "Enter a day on or after the day from which it is valid."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("instruments:detail", args=[self.slug])

    def clean(self) -> None:
        """Say beside its field what the constraint says of the whole row."""
        if is_before(self.ends, self.opens):
            raise ValidationError(
                {"ends": _("Enter a day on or after the day from which it is valid.")}
            )
