"""Policies and ladders in words."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.models import User
from commitments.models import Commitment, Obligation
from ui import words

from . import forecast
from .choices import Rung
from .ladder import Ladders
from .models import Policy
from .policy import Policies


def escalation(commitment: Commitment, user: User, now: datetime) -> str:
    """ "If no report comes: deputy or mailbox on 6 May, desk officer on 14 May". Empty with nothing ahead.

    For the lines that the person may see; of several, whatever comes first.
    """
    today = now.astimezone(user.zone).date()
    visible = Obligation.objects.visible_to(user, now).filter(commitment=commitment)
    lines = visible.open().not_awaiting().filter(next_deadline__isnull=False)
    ladders = Ladders.of(Policies.stored())
    ahead = forecast.next_rungs(lines.select_related("next_deadline", "commitment"), today, ladders)
    first: dict[str, date] = {}
    for rungs in ahead.values():
        for rung, day in rungs:
            first[rung] = min(day, first.get(rung, day))
    return (
        _("If no report comes: %(rungs)s") % {"rungs": rung_words(list(first.items()), today)}
        if first
        else ""
    )


def rung_words(rungs: Sequence[tuple[str, date]], today: date) -> str:
    """ "deputy or mailbox on 6 May, desk officer on 14 May", in the order of the ladder."""
    ordered = sorted(rungs, key=lambda pair: list(Rung).index(Rung(pair[0])))
    return _(", ").join(
        _("%(who)s on %(day)s")
        % {
            "who": str(Rung(rung).label).lower(),
            "day": words.day_words(day, without_year_of=today),
        }
        for rung, day in ordered
    )


def described(policy: Policy) -> str:
    """One sentence for each part: steps before and after, the monthly ones, the ladder."""
    said = [
        _("Days before: %(days)s.") % {"days": _numbers(policy.before)},
        _("Days after: %(days)s.") % {"days": _numbers(policy.after)},
    ]
    if policy.monthly:
        said.append(_("Then every 30 days, until the ladder ends."))
    for rung in policy.ladder:
        who = Rung(rung["rung"]).label
        said.append(_("%(who)s: after %(n)s working days.") % {"who": who, "n": rung["after"]})
    return " ".join(said)


def _numbers(days: Sequence[int]) -> str:
    return _(", ").join(str(day) for day in days) or _("none")
