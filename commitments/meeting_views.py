"""Changes of meetings, parties and instruments that the register follows: days, time zones, names, people."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import Access, access
from accounts.requests import Request
from meetings.calendar import today
from meetings.entries import answer, by, typed
from meetings.forms import HandOverForm, InstrumentForm, MoveForm, PartyForm
from meetings.models import Instrument, Meeting, Party

from . import deadlines, services
from .handover import hand_over
from .models import Deadline


@require_http_methods(["GET", "POST"])
@access(Access.OFFICER)
def move_meeting(request: Request, slug: str) -> HttpResponse:
    """Give a meeting other days; deadlines that are tied to it follow."""
    meeting = get_object_or_404(Meeting, slug=slug)
    tied = Deadline.objects.current().filter(meeting=meeting).select_related("commitment")

    def save(values: dict[str, Any]) -> str:
        seen = values.pop("version")
        moved = deadlines.move_meeting(meeting=meeting, seen=seen, **values, **by(request))
        messages.success(request, f"{_('The meeting is moved.')} {_follow_words(moved)}")
        return meeting.get_absolute_url()

    return answer(
        request,
        MoveForm(typed(request), entry=meeting),
        save,
        template="commitments/move_meeting.html",
        heading=_("Move the meeting"),
        button=_("Move the meeting"),
        back=("meetings:list", _("Meetings")),
        meeting=meeting,
        tied=tied.order_by("commitment__reference", "pk"),
    )


@require_http_methods(["GET", "POST"])
@access(Access.OFFICER)
def edit_party(request: Request, party: str) -> HttpResponse:
    """Change a party. In another time zone its days end at other moments."""
    row = get_object_or_404(Party, code=party.upper())

    def save(values: dict[str, Any]) -> str:
        seen = values.pop("version")
        services.change_party(party=row, seen=seen, values=values, **by(request))
        return row.get_absolute_url()

    return answer(
        request,
        PartyForm(typed(request), entry=row),
        save,
        said=_("The party is saved."),
        heading=_("Edit the party"),
        lead=_("In another time zone its deadlines end at other moments; they are reckoned anew."),
        button=_("Save the party"),
        back=("parties:list", _("Parties")),
    )


@require_http_methods(["GET", "POST"])
@access(Access.OFFICER)
def hand_over_party(request: Request, party: str) -> HttpResponse:
    """Let somebody else answer for a party: the term and the open lines in one action."""
    row = get_object_or_404(Party, code=party.upper())
    here = today(row, request.now)

    def save(values: dict[str, Any]) -> str:
        moved = hand_over(party=row, **values, **by(request))
        messages.success(request, f"{_('Handed over.')} {_lines_words(moved)}")
        return row.get_absolute_url()

    return answer(
        request,
        HandOverForm(typed(request), party=row, today=here),
        save,
        entry=row,
        heading=_("Hand-over for %(party)s") % {"party": row},
        lead=_(
            "The term of whoever leaves ends the day before, and the open lines that name this person "
            "as owner go to whoever comes. Lines that are done keep their owner."
        ),
        button=_("Hand over"),
        back=("parties:list", _("Parties")),
    )


@require_http_methods(["GET", "POST"])
@access(Access.OFFICER)
def edit_instrument(request: Request, slug: str) -> HttpResponse:
    """Change an instrument. Its commitments are found by its new name."""
    instrument = get_object_or_404(Instrument, slug=slug)

    def save(values: dict[str, Any]) -> str:
        seen = values.pop("version")
        services.change_instrument(instrument=instrument, seen=seen, values=values, **by(request))
        return instrument.get_absolute_url()

    return answer(
        request,
        InstrumentForm(typed(request), entry=instrument),
        save,
        said=_("The instrument is saved."),
        heading=_("Edit the instrument"),
        button=_("Save the instrument"),
        back=("instruments:list", _("Instruments")),
    )


def _follow_words(moved: int) -> str:
    """How many deadlines followed; none is a number too."""
    return ngettext(
        "%(n)d deadline moved with it. The earlier one stays in the history.",
        "%(n)d deadlines moved with it. The earlier ones stay in the history.",
        moved,
    ) % {"n": moved}


def _lines_words(moved: int) -> str:
    return ngettext(
        "%(n)d open line changed its owner.", "%(n)d open lines changed their owner.", moved
    ) % {"n": moved}
