"""Parties and their focal points; meetings, what they published, and the instruments named there."""

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

from .calendar import knows_country
from .choices import DocumentKind, Function, InstrumentKind, PartyKind, Sensitivity
from .querysets import (
    FocalPointQuerySet,
    InstrumentQuerySet,
    MeetingQuerySet,
    PartyQuerySet,
    PassageQuerySet,
    ReportQuerySet,
)


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


def validate_free(slug: str) -> None:
    """Refuse a name that stands for the page that makes a new entry."""
    if slug == "new":
        raise ValidationError(_("“new” is taken. Choose another word."))


def _is_before(day: Any, other: Any) -> bool:
    """Whether one day lies before another. What is no day at all is refused by its field."""
    return isinstance(day, date) and isinstance(other, date) and day < other


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
        if self.left and (self.left == self.joined or _is_before(self.left, self.joined)):
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
        if _is_before(self.ends_on, self.starts_on):
            raise ValidationError({"ends_on": _("A term ends on or after the day it starts.")})
        if self.user_id and self.user.is_mailbox:
            raise ValidationError({"user": _("A mailbox cannot answer. Name a person.")})


def check_days(starts_on: date | None, ends_on: date | None) -> None:
    """Refuse days that no meeting can have, beside the field to correct."""
    if ends_on and not starts_on:
        raise ValidationError({"starts_on": _("Enter the first day as well.")})
    if starts_on and (not ends_on or _is_before(ends_on, starts_on)):
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


class Report(models.Model):
    """One published text of a meeting. Offsets everywhere count characters of `text`."""

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.PROTECT, related_name="reports"
    )
    language = models.CharField(_("language"), max_length=10)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    title = models.CharField(_("title"), max_length=250)
    source_url = models.URLField(_("source"), blank=True)
    kind = models.CharField(
        _("kind"), max_length=4, choices=DocumentKind.choices, default=DocumentKind.TEXT
    )
    raw = models.BinaryField(_("raw bytes"))
    raw_sha256 = models.CharField(_("SHA-256 of the raw bytes"), max_length=64)
    text = models.TextField(_("canonical text"))
    sha256 = models.CharField(_("SHA-256 of the canonical text"), max_length=64)
    stored_at = models.DateTimeField(_("stored"), null=True, editable=False)
    # When its passages were stored; empty while only the text is.
    read_at = models.DateTimeField(_("read"), null=True, editable=False)
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

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ("meeting", "language", "-version", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["meeting", "language", "version"],
                name="one_report_per_meeting_language_and_version",
            ),
            models.CheckConstraint(
                condition=models.Q(sensitivity=Sensitivity.PARTY, restricted_to__isnull=False)
                | (~models.Q(sensitivity=Sensitivity.PARTY) & models.Q(restricted_to=None)),
                name="report_restricted_to_one_party_names_it",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('meetings:report', args=[self.meeting.slug])}?language={self.language}"

    def is_corrected(self) -> bool:
        """Whether a later version stands for it. Asks the database."""
        versions = type(self).objects.versions_of(self)
        return versions.filter(version__gt=self.version).exists()

    def get_version_url(self) -> str:
        """The page of this version, whatever came after it."""
        return f"{self.get_absolute_url()}&version={self.version}"

    def get_reading_url(self) -> str:
        """The page that tells how far the reading of this text is."""
        return f"{reverse('meetings:reading', args=[self.meeting.slug])}?language={self.language}"


class Passage(models.Model):
    """One sentence or heading of a report. In order, the passages cover every character that is no space."""

    report = models.ForeignKey(
        Report, verbose_name=_("report"), on_delete=models.PROTECT, related_name="passages"
    )
    number = models.PositiveIntegerField(_("number"))
    start = models.PositiveIntegerField(_("start"))
    end = models.PositiveIntegerField(_("end"))
    function = models.CharField(_("function"), max_length=16, choices=Function.choices)
    operative_start = models.PositiveIntegerField(null=True, blank=True)
    operative_end = models.PositiveIntegerField(null=True, blank=True)
    reason = models.CharField(_("why the reader says so"), max_length=250, blank=True)
    stem = models.ForeignKey(
        "self",
        verbose_name=_("item of the list under"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="items",
    )
    # Without a person, but with a moment: confirmed by the file that it was loaded from.
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("confirmed by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PassageQuerySet.as_manager()

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        ordering = ("report", "number", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["report", "number"], name="one_passage_per_report_and_number"
            ),
            models.UniqueConstraint(
                fields=["report", "start"], name="one_passage_per_report_and_start"
            ),
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="passage_is_not_empty"
            ),
            models.CheckConstraint(
                condition=models.Q(operative_start=None, operative_end=None)
                | models.Q(operative_end__gt=models.F("operative_start")),
                name="operative_words_of_a_passage_are_not_empty",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None) | models.Q(confirmed_at__isnull=False),
                name="passage_confirmed_says_when",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def operative(self) -> tuple[int, int] | None:
        if self.operative_start is None or self.operative_end is None:
            return None
        return self.operative_start, self.operative_end


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
        if _is_before(self.ends, self.opens):
            raise ValidationError(
                {"ends": _("Enter a day on or after the day from which it is valid.")}
            )
