"""What a deadline says: a period, the days that it may have, and who moves it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from commitments.choices import Basis
from commitments.models import Deadline
from meetings.models import Meeting
from ui.words import day_words

FIRST_YEAR, LAST_YEAR = 1900, 2100


@dataclass(frozen=True)
class Period:
    """When something falls due, in whose words, and on what ground.

    With `meeting` it is due the day before that meeting opens, and moves with it.
    """

    due: date | None
    opens: date | None = None
    wording: str = ""
    basis: str = Basis.SET
    reason: str = ""
    meeting: Meeting | None = None


@dataclass(frozen=True)
class Move:
    """Who moves a deadline, when, through which door, and why."""

    actor: User | None
    now: datetime
    via: str
    reason: str


def by_meeting(meeting: Meeting, *, wording: str, reason: str = "") -> Period:
    """Due by a meeting: on the day before it opens, as soon as that day is known (coding manual §6)."""
    return Period(
        due=day_before(meeting),
        wording=wording,
        basis=Basis.DERIVED,
        reason=reason,
        meeting=meeting,
    )


def check_due(made_at: Meeting, due: date, *, field: str = "due") -> None:
    """Refuse a day that what was promised at a meeting cannot fall due on, beside the field to correct."""
    held = made_at.starts_on
    if held and due <= held:
        words = {"day": day_words(held)}
        raise ValidationError(
            {field: _("Enter a date after %(day)s, the day of the meeting.") % words}
        )
    if due.year > LAST_YEAR:
        raise ValidationError({field: _("Enter a year up to %(year)d.") % {"year": LAST_YEAR}})
    if due.year < FIRST_YEAR:
        raise ValidationError({field: _("Enter a year from %(year)d on.") % {"year": FIRST_YEAR}})


def opening(old: Deadline | None, due: date) -> date | None:
    """A moved deadline opens when the one before it did, unless that lies behind its end."""
    return old.opens if old and old.opens and old.opens <= due else None


def day_before(meeting: Meeting) -> date | None:
    """The last day on which "before the meeting" is kept; none while its day is not known."""
    return meeting.starts_on - timedelta(days=1) if meeting.starts_on else None
