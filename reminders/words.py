"""Steps, results and times of mail in words, for pages, mails and commands. Reads only what it is given."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.choices import Weekday
from accounts.models import User
from ui import words

from . import brakes
from .choices import Capacity, Outcome, Reason, Rung, State
from .models import Email, Pulse, Reminder, Switch
from .rules import EVERY_DAY, delivery_days, offset_of


def step_words(occasion: str) -> str:
    """ "7 days before", "On the day", "3 days after"; and in words what is no step."""
    offset = offset_of(occasion)
    if offset is None:
        return _other_words(occasion)
    if offset == 0:
        return _("On the day")
    if offset < 0:
        return ngettext("%(n)s day before", "%(n)s days before", -offset) % {"n": -offset}
    return ngettext("%(n)s day after", "%(n)s days after", offset) % {"n": offset}


def _other_words(occasion: str) -> str:
    if occasion in ("E1", "E2", "E3"):
        return _("Escalated: %(who)s") % {
            "who": str(list(Rung)[int(occasion[1]) - 1].label).lower()
        }
    if occasion.startswith("S:"):
        return _("After a quiet time")
    if occasion.startswith("N"):
        return _("Sent by hand")
    return _("A change") if occasion.startswith("V") else occasion


def to_words(capacity: str, party: str) -> str:
    """Whom a line's mail goes to: "Focal point, Kazakhstan"."""
    return _("%(capacity)s, %(party)s") % {"capacity": Capacity(capacity).label, "party": party}


def result_words(reminder: Reminder) -> str:
    """What became of a promise, its mail included: "Sent", "Waiting", "Held back" …"""
    if reminder.outcome == Outcome.INCLUDED and reminder.email:
        return str(reminder.email.get_state_display())
    return str(reminder.get_outcome_display())


def detail_words(reminder: Reminder) -> str:
    """Why: the reason, or what the mail server said."""
    if reminder.reason:
        return _sentence(str(Reason(reminder.reason).label))
    return mail_words(reminder.email) if reminder.email else ""


def mail_words(email: Email) -> str:
    """What there is to know of a mail beside its state."""
    if email.state == State.SENT:
        said = _("Written to a file") if _is_file(email) else _("Accepted by the mail server")
    else:
        said = _sentence(str(Reason(email.error).label)) if email.error else email.reply
    return _("%(said)s; it may have arrived twice") % {"said": said} if email.maybe_dup else said


def explained(reminder: Reminder) -> str:
    """What that means, and what happens next: one sentence for a person who asks why."""
    if reminder.outcome == Outcome.INCLUDED and reminder.email:
        return mail_explained(reminder.email)
    return str(_OUTCOMES.get(reminder.outcome, ""))


def mail_explained(email: Email) -> str:
    """What the state of a mail means, and what happens to it next."""
    if email.maybe_dup and email.state in State.unsettled():
        return _(
            "Nobody knows whether it arrived. It is sent once more in the same words, so that a mail "
            "program can tell that it is the same."
        )
    if email.state == State.SENT and _is_file(email):
        return _("No mail server is set, so it was written to the data folder.")
    return str(_STATES.get(email.state, ""))


def _is_file(email: Email) -> bool:
    return email.reply.endswith(".eml")


_OUTCOMES = {
    Outcome.SUPERSEDED.value: gettext_lazy("It was not sent by itself: the later step says it."),
    Outcome.SUPPRESSED.value: gettext_lazy("No mail was sent for it, for the reason given here."),
    Outcome.VOID.value: gettext_lazy(
        "It counts as never made. If it is still true, the next plan makes it again."
    ),
}
_STATES = {
    State.WAITING.value: gettext_lazy(
        "It goes out at the next try. Just before, it is checked again."
    ),
    State.SENDING.value: gettext_lazy(
        "A worker has it in hand. If that one dies, another takes it up within minutes."
    ),
    State.SENT.value: gettext_lazy("The mail server took it. What it said stands below."),
    State.FAILED.value: gettext_lazy(
        "It is not tried again. What it told is planned anew for the next day, if it is still true."
    ),
    State.CANCELLED.value: gettext_lazy(
        "It was not sent, because it was not true or not wanted any more."
    ),
    State.EXPIRED.value: gettext_lazy(
        "The day ended before it could be sent. The next digest says it."
    ),
    State.HELD.value: gettext_lazy(
        "Very many mails came up at once. An administrator decides whether they go out."
    ),
}


def why_stopped(switch: Switch, plan: Pulse | None) -> str:
    """Why nothing is planned or sent: by decision, or for a reason that the last tick found."""
    if switch.held_at:
        return _(switch.held_reason)
    # The tick before a release still says what held it.
    passing = (brakes.FOREIGN, brakes.CLOCK)
    return _(plan.held) if plan and plan.held in passing else ""


def time_of_mail(person: User, now: datetime) -> str:
    """When a person's mail comes: "At most one message a day, at 09:00 in Asia/Almaty (UTC+5)."."""
    place = {
        "hour": f"{person.delivery_hour:02}:00",
        "zone": words.zone_words(person.zone, now),
    }
    said = _("At most one message a day, at %(hour)s in %(zone)s.") % place
    days = delivery_days(person.delivery_days)
    if days == EVERY_DAY:
        return said
    names = ", ".join(str(Weekday(day).label) for day in sorted(days))
    return said + " " + _("Days of mail: %(days)s.") % {"days": names}


def _sentence(words: str) -> str:
    """With a capital at its beginning, where the script has them."""
    return words[:1].upper() + words[1:]
