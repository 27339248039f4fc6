"""People and the append-only log of what they did."""

from datetime import tzinfo
from functools import cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .choices import EARLIEST_HOUR, LATEST_HOUR, Role, Theme, Via, Weekday
from .querysets import SavedViewQuerySet, UserManager


@cache
def zones() -> frozenset[str]:
    """The time zones of the IANA database; looking them up walks through hundreds of files."""
    return frozenset(available_timezones())


def validate_zone(name: str) -> None:
    """Refuse what is not a time zone of the IANA database."""
    if name not in zones():
        raise ValidationError(
            _("“%(name)s” is not a time zone; write one such as Asia/Bishkek."),
            params={"name": name},
        )


def every_day() -> list[int]:
    """The default delivery days: all seven, so that nothing waits unless a person asks for it."""
    return list(Weekday.values)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, or a mailbox: a ministry's address that gets mail and cannot sign in."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.READER)
    is_mailbox = models.BooleanField(
        _("mailbox"), default=False, help_text=_("Gets mail, cannot sign in.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_zone]
    )
    delivery_hour = models.PositiveSmallIntegerField(_("hour of mail"), default=8)
    delivery_days = models.JSONField(_("days of mail"), default=every_day)
    theme = models.CharField(_("colours"), max_length=8, choices=Theme.choices, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                name="one_person_per_address",
                violation_error_message=_("Somebody has this e-mail address already."),
            ),
            models.CheckConstraint(
                condition=models.Q(delivery_hour__range=(EARLIEST_HOUR, LATEST_HOUR)),
                name="delivery_hour_by_day",
                violation_error_message=_("Choose an hour from 6 to 20."),
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="role_is_known"),
            models.CheckConstraint(
                condition=models.Q(is_mailbox=False) | models.Q(role=Role.READER),
                name="mailbox_has_no_powers",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """An address as it is kept and looked for: in small letters. Called by `clean()`."""
        return super().normalize_username(username).strip().lower()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def is_secretariat(self) -> bool:
        """Officers and administrators keep the register."""
        return self.is_active and self.role in Role.secretariat()

    @property
    def is_administrator(self) -> bool:
        return self.is_active and self.role == Role.ADMINISTRATOR

    @property
    def is_staff(self) -> bool:
        """Django's admin is for administrators; nobody else gets a part of it."""
        return self.is_administrator

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.time_zone)

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Rights come from the role alone, never from Django's permission tables."""
        return self.is_administrator

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_administrator


class Event(models.Model):
    """One thing that somebody did, written in the transaction that did it. Rows are only ever added.

    The object is named by type and number, not by a key: an event outlives what it speaks of.
    No e-mail address stands inside; people are anonymised, never deleted.
    """

    actor = models.ForeignKey(
        User, verbose_name=_("by"), on_delete=models.PROTECT, null=True, related_name="events"
    )
    at = models.DateTimeField(_("at"))
    via = models.CharField(_("through"), max_length=8, choices=Via.choices)
    action = models.CharField(_("action"), max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    before = models.JSONField(_("before"), default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), default=dict, encoder=DjangoJSONEncoder)
    why = models.TextField(_("why"), blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=["object_type", "object_id", "-at"], name="event_object"),
            models.Index(fields=["-at", "-id"], name="event_moment"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"


class SavedView(models.Model):
    """Filters, order and columns of a list under a name, for oneself or for everybody."""

    owner = models.ForeignKey(
        User, verbose_name=_("owner"), on_delete=models.PROTECT, related_name="saved_views"
    )
    list = models.CharField(_("list"), max_length=60)  # the name of its address
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("what it shows"), max_length=2000, blank=True)
    is_shared = models.BooleanField(_("for everybody"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("list", "name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["owner", "list", "name"],
                name="one_saved_view_per_name",
                violation_error_message=_("You have a view of this name. Choose another name."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse(self.list)}?{self.query}"


class Seal(models.Model):
    """A fingerprint over the events since the seal before it, chained to that seal (see seals.py).

    Whoever changes an event would have to change its seal and every later one.
    """

    first_event = models.BigIntegerField(_("first event"), unique=True)
    last_event = models.BigIntegerField(_("last event"), unique=True)
    count = models.PositiveIntegerField(_("events"))
    at = models.DateTimeField(_("at"))
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.first_event}-{self.last_event} {self.sha256[:12]}"
