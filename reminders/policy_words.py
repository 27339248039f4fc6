"""Policies and ladders in words."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from ui import words

from .choices import Rung
from .models import Policy


def rung_words(rungs: Sequence[tuple[str, date]], today: date | None = None) -> str:
    """ "deputy or mailbox on 6 May, desk officer on 14 May", in the order of the ladder.

    With `today`, days of the same year are said without it.
    """
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
