"""A party, the days on which it does otherwise than its calendar says, and who answers for it."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import Weekday
from accounts.models import validate_zone
from meetings.calendar import knows_country
from meetings.choices import PartyKind
from meetings.querysets import FocalPointQuerySet, PartyQuerySet

from .checks import is_before


def saturday_and_sunday() -> list[int]:
    """The weekend of most parties, in ISO weekday numbers."""
    return [6, 7]


def validate_weekend(days: Any) -> None:
    """Refuse what is not a list of weekdays, or leaves no day to work on."""
    known = isinstance(days, list) and all(day in Weekday.values for day in days)
    if not known or len(set(days)) == len(Weekday):
        raise ValidationError(_("Choose the days of the weekend, six at most."))


def validate_country(code: str) -> None:
    """Refuse a country whose public holidays nobody has written down."""
    if not knows_country(code):
        raise ValidationError(
            _("No public holidays are known for “%(code)s”. Write a country's code, such as KG."),
            params={"code": code},
        )


class Party(models.Model):
    """A state or an organ that can owe something. Its code is what addresses and exports call it."""

    code = models.CharField(
        _("code"),
        max_length=8,
        unique=True,
        validators=[
            RegexValidator("^[A-Z0-9]+$", _("Use capital letters and digits, such as KG or RATS."))
        ],
    )
    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=PartyKind.choices)
    joined = models.DateField(_("member since"), null=True, blank=True)
    left = models.DateField(_("member until"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_zone])
    weekend = models.JSONField(
        _("weekend"), default=saturday_and_sunday, validators=[validate_weekend]
    )
    holidays = models.CharField(
        _("public holidays of"), max_length=2, blank=True, validators=[validate_country]
    )
    mailbox = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("mailbox"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"is_mailbox": True},
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ("name", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(left=None) | models.Q(left__gt=models.F("joined")),
                name="party_leaves_after_it_joined",
                violation_error_message=_("A party leaves after the day it joined."),
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=PartyKind.MEMBER) | models.Q(joined__isnull=False),
                name="member_has_a_joining_day",
                violation_error_message=_("Enter the day from which the state is a member."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("parties:detail", args=[self.code])

    def clean(self) -> None:
        """Say beside its field what the constraints say of the whole row."""
        if self.left and (self.left == self.joined or is_before(self.left, self.joined)):
            raise ValidationError({"left": _("A party leaves after the day it joined.")})
        if self.kind == PartyKind.MEMBER and not self.joined:
            raise ValidationError({"joined": _("Enter the day from which the state is a member.")})

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def was_member(self, day: date) -> bool:
        """Whether it was a member state on a day: the Python twin of PartyQuerySet.members."""
        return (
            self.kind == PartyKind.MEMBER
            and self.joined is not None
            and self.joined <= day
            and (self.left is None or self.left > day)
        )


class PartyDay(models.Model):
    """A day on which a party does otherwise than its weekend and its country's holidays say."""

    party = models.ForeignKey(
        Party, verbose_name=_("party"), on_delete=models.PROTECT, related_name="days"
    )
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=100)
    is_working = models.BooleanField(_("people work"), default=False)

    class Meta:
        verbose_name = _("day of a party")
        verbose_name_plural = _("days of parties")
        ordering = ("party", "day", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["party", "day"],
                name="one_entry_per_party_and_day",
                violation_error_message=_("This day is entered already. Remove it first."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class FocalPoint(models.Model):
    """The term during which a person answers for a party."""

    party = models.ForeignKey(
        Party, verbose_name=_("party"), on_delete=models.PROTECT, related_name="focal_points"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="terms",
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    is_deputy = models.BooleanField(_("deputy"), default=False)

    objects = FocalPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("focal point")
        verbose_name_plural = _("focal points")
        ordering = ("party", "is_deputy", "-starts_on", "pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="term_ends_after_it_starts",
                violation_error_message=_("A term ends on or after the day it starts."),
            ),
            models.UniqueConstraint(
                fields=["party", "user", "starts_on"],
                name="one_term_per_person_party_and_day",
                violation_error_message=_(
                    "This person has a term for this party from that day already."
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.party}"

    def holds(self, day: date) -> bool:
        """Whether a day lies in the term: the Python twin of FocalPointQuerySet.running."""
        return self.starts_on <= day and (self.ends_on is None or self.ends_on >= day)

    def clean(self) -> None:
        """Say beside its field what cannot stand."""
        if is_before(self.ends_on, self.starts_on):
            raise ValidationError({"ends_on": _("A term ends on or after the day it starts.")})
        if self.user_id and self.user.is_mailbox:
            raise ValidationError({"user": _("A mailbox cannot answer. Name a person.")})
