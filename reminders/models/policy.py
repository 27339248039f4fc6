"""When people are told, and who is told when nobody answers."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commitments.models import Commitment
from meetings.models import Meeting
from reminders.choices import Rung
from reminders.querysets import PolicyQuerySet


def steps_before() -> list[int]:
    return [30, 14, 7, 1, 0]


def steps_after() -> list[int]:
    return [1, 3, 7, 14]


def ladder() -> list[dict[str, Any]]:
    """Rungs with the working days of the recipient's party after the due day."""
    return [
        {"rung": Rung.DEPUTY.value, "after": 3},
        {"rung": Rung.OFFICER.value, "after": 10},
        {"rung": Rung.HEAD.value, "after": 20},
    ]


class Policy(models.Model):
    """Steps and ladder of the whole site, of one meeting, or of one commitment.

    The nearest one counts whole: commitment before meeting before site. A policy that is not stored
    is the default: `Policy()`. `monthly`: after the last step every 30 days, until the ladder has
    ended. `head` and `mandatory` belong to the site alone; `mandatory` lists values of `Duty`.
    """

    site = models.BooleanField(_("whole site"), null=True, blank=True, unique=True)
    meeting = models.OneToOneField(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="reminder_policy"
    )
    commitment = models.OneToOneField(
        Commitment, on_delete=models.PROTECT, null=True, blank=True, related_name="reminder_policy"
    )
    before = models.JSONField(_("days before"), default=steps_before)
    after = models.JSONField(_("days after"), default=steps_after)
    monthly = models.BooleanField(_("every 30 days after the last step"), default=True)
    ladder = models.JSONField(_("ladder"), default=ladder)
    head = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("head of secretariat"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    mandatory = models.JSONField(_("mandatory"), default=list, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy of reminders")
        verbose_name_plural = _("policies of reminders")
        constraints = (
            models.CheckConstraint(
                condition=Q(site=True, meeting=None, commitment=None)
                | Q(site=None, meeting__isnull=False, commitment=None)
                | Q(site=None, meeting=None, commitment__isnull=False),
                name="policy_is_of_site_meeting_or_commitment",
            ),
            models.CheckConstraint(
                condition=Q(site=True) | Q(head=None), name="head_is_named_for_the_site"
            ),
        )

    def __str__(self) -> str:
        return str(self.commitment or self.meeting or _("Whole site"))
