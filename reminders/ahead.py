"""What comes next for a commitment, in words, beside it on its page."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.asking import today_of
from accounts.models import User
from commitments.models import Obligation
from commitments.rules import is_open
from ui import words

from . import forecast
from .ladder import Ladders
from .policy import Policies
from .policy_words import rung_words
from .words import step_words


@dataclass(frozen=True)
class Ahead:
    """`reminders`: "Next: 24 Dec, 7 days before, to focal points".
    `escalation`: "If no report comes from Kazakhstan: deputy or mailbox on 6 May, desk officer on 14 May".

    Each is empty when there is nothing ahead.
    """

    reminders: str = ""
    escalation: str = ""


def of(lines: list[Obligation], user: User, now: datetime) -> Ahead:
    """What comes next for lines that a person may see; of several, whatever comes first.

    The lines are read as their page reads them (`ObligationQuerySet.for_detail`).
    """
    today = today_of(user, now)
    waiting = [line for line in lines if _is_waited_for(line)]
    if not waiting:
        return Ahead()
    ladders = Ladders.of_lines(Policies.stored(), waiting)
    return Ahead(_reminders(waiting, today, ladders), _escalation(waiting, today, ladders))


def _is_waited_for(line: Obligation) -> bool:
    """Whether anything is still to come from the party, by a certain day."""
    still_open = is_open(status=line.status, life=line.commitment.life)
    return still_open and not line.is_awaiting and line.next_deadline is not None


def _reminders(lines: list[Obligation], today: date, ladders: Ladders) -> str:
    ahead = forecast.next_steps(lines, today, ladders)
    if not ahead:
        return ""
    steps = sorted({step.offset: step for step, _line in ahead}.items())
    return _("Next: %(day)s, %(step)s, to %(who)s") % {
        "day": words.day_words(ahead[0][0].day, without_year_of=today),
        "step": _(", ").join(_lowered(step_words(step.occasion)) for _offset, step in steps),
        "who": _who([line for _step, line in ahead]),
    }


def _escalation(lines: list[Obligation], today: date, ladders: Ladders) -> str:
    """Of the parties whose ladder comes first; they are named where it does not hold for all."""
    by_line = forecast.next_rungs(lines, today, ladders)
    parties: dict[tuple[tuple[str, date], ...], list[str]] = defaultdict(list)
    for line in lines:
        if rungs := by_line[line.pk]:
            parties[tuple(rungs)].append(line.party.name)
    if not parties:
        return ""
    first = min(parties, key=lambda rungs: [day for _rung, day in rungs])
    said = {"rungs": rung_words(first, today), "parties": _(", ").join(parties[first])}
    if len(parties) == 1:
        return _("If no report comes: %(rungs)s") % said
    return _("If no report comes from %(parties)s: %(rungs)s") % said


def _who(lines: list[Obligation]) -> str:
    if len(lines) > 1:
        return _("focal points")
    line = lines[0]
    if line.owner_id:
        return _("whom the line of %(party)s names") % {"party": line.party.name}
    return _("the focal point of %(party)s") % {"party": line.party.name}


def _lowered(words: str) -> str:
    return words[:1].lower() + words[1:]
