"""The register in words: what a roll-up, a line and an event say. Reads nothing but what it is given."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetings.choices import PartyKind
from meetings.models import Meeting, Party

from .choices import Role, Status
from .models import Obligation
from .rules import RollUp

_COUNTED = {
    Status.IN_PROGRESS: lambda n: ngettext("%(n)d in progress", "%(n)d in progress", n),
    Status.PARTLY_DONE: lambda n: ngettext("%(n)d partly done", "%(n)d partly done", n),
    Status.STALLED: lambda n: ngettext("%(n)d stalled", "%(n)d stalled", n),
    Status.NOT_STARTED: lambda n: ngettext("%(n)d not started", "%(n)d not started", n),
    Status.NOT_ASSESSABLE: lambda n: ngettext("%(n)d not assessable", "%(n)d not assessable", n),
    Status.NOT_OWED: lambda n: ngettext("%(n)d not owed", "%(n)d not owed", n),
}


def done_words(roll_up: RollUp, *, some_hidden: bool) -> str:
    """ "3 of 8 done"; where lines are hidden from the reader it says so: "3 of 7 shown done"."""
    words = {"done": roll_up.done, "all": roll_up.applicable}
    if some_hidden:
        return _("%(done)d of %(all)d shown done") % words
    return _("%(done)d of %(all)d done") % words


def rest_words(roll_up: RollUp) -> str:
    """ "1 overdue, 5 in progress, 2 not started"; empty when all is done."""
    parts = []
    if roll_up.overdue:
        overdue = ngettext("%(n)d overdue", "%(n)d overdue", roll_up.overdue)
        parts.append(overdue % {"n": roll_up.overdue})
    if roll_up.awaiting:
        awaiting = ngettext(
            "%(n)d awaiting validation", "%(n)d awaiting validation", roll_up.awaiting
        )
        parts.append(awaiting % {"n": roll_up.awaiting})
    for status, say in _COUNTED.items():
        if number := roll_up.counts.get(status, 0):
            parts.append(say(number) % {"n": number})
    return ", ".join(parts)


def owed_by_words(lines: list[Obligation], meeting: Meeting, parties: list[Party]) -> str:
    """Who leads: "All member states", or the names. `parties` are all parties known."""
    leads = [line.party for line in lines if line.role == Role.LEAD]
    day = meeting.starts_on
    members = {p.pk for p in parties if day and p.was_member(day)}
    if len(leads) > 1 and {p.pk for p in leads if p.kind == PartyKind.MEMBER} == members:
        others = [str(p) for p in leads if p.kind != PartyKind.MEMBER]
        return ", ".join([_("All member states"), *others])
    return ", ".join(str(p) for p in leads)
