"""Pages of parties: the list, one party with who answers for it and when it works, and its terms and days."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import Access, access
from accounts.asking import today_of
from accounts.choices import Weekday
from accounts.requests import Request
from ui.lists import ListPage

from . import services
from .calendar import days_off, today
from .entries import answer, by, typed
from .filters import PartyFilter
from .forms import DayForm, EndForm, PartyForm, TermForm
from .models import FocalPoint, Party, PartyDay
from .tables import PartyTable

AHEAD = timedelta(days=365)
SHOWN = 8


class PartyList(ListPage):
    """Every state and organ, and who answers for it today."""

    filterset_class = PartyFilter
    table_class = PartyTable
    template_name = "meetings/party_list.html"

    heading = gettext_lazy("Parties")
    export_name = "parties"
    counted = ngettext_lazy("%(n)s party", "%(n)s parties", "n")
    none_yet = gettext_lazy("No parties yet")
    none_yet_hint = gettext_lazy(
        "Member states and organs are entered here, or come with a meeting."
    )
    none_match = gettext_lazy("No party matches these filters")

    def get_queryset(self) -> Any:
        request = self.request
        here = today_of(request.user, request.now)
        return Party.objects.for_list(here).in_order()


@require_GET
@access(Access.SIGNED_IN)
def detail(request: Request, party: str) -> HttpResponse:
    """One party: who answers for it, since when, and when people work there."""
    return _page(request, _party(party))


@require_http_methods(["GET", "POST"])
@access(Access.OFFICER)
def new(request: Request) -> HttpResponse:
    """Enter a state or an organ."""

    def save(values: dict[str, Any]) -> str:
        party = services.save_new_party(party=Party(**values), **by(request))
        return party.get_absolute_url()

    return answer(
        request,
        PartyForm(typed(request)),
        save,
        said=_("The party is in the register. Name its focal point next."),
        heading=_("Add a party"),
        button=_("Add the party"),
        back=("parties:list", _("Parties")),
    )


@require_POST
@access(Access.OFFICER)
def add_term(request: Request, party: str) -> HttpResponse:
    """Name a focal point or a deputy from a day on."""
    row, form = _party(party), TermForm(request.POST)

    def save(values: dict[str, Any]) -> str:
        services.appoint(party=row, **values, **by(request))
        return row.get_absolute_url()

    said = _("The term is entered. Reminders find the person from its first day on.")
    return _write(request, row, "term_form", form, save, said)


@require_http_methods(["GET", "POST"])
@access(Access.OFFICER)
def end_term(request: Request, party: str, pk: int) -> HttpResponse:
    """Set the last day of a term, or take it away again."""
    terms = FocalPoint.objects.select_related("party", "user")
    term = get_object_or_404(terms, party__code=party.upper(), pk=pk)

    def save(values: dict[str, Any]) -> str:
        services.end_term(term=term, ends_on=values["ends_on"], **by(request))
        return term.party.get_absolute_url()

    return answer(
        request,
        EndForm(typed(request), initial={"ends_on": term.ends_on}),
        save,
        said=_("The term is saved."),
        entry=term.party,
        heading=_("%(person)s: the end of the term") % {"person": term.user},
        lead=_("Lines that name this person keep their owner. A hand-over moves them."),
        button=_("Save the term"),
        back=("parties:list", _("Parties")),
    )


@require_POST
@access(Access.OFFICER)
def add_day(request: Request, party: str) -> HttpResponse:
    """Enter a local holiday, or a day on which people work after all."""
    row, form = _party(party), DayForm(request.POST)

    def save(values: dict[str, Any]) -> str:
        services.add_day(party=row, **values, **by(request))
        return f"{row.get_absolute_url()}#days"

    return _write(request, row, "day_form", form, save, _("The day is entered."))


@require_POST
@access(Access.OFFICER)
def remove_day(request: Request, party: str, pk: int) -> HttpResponse:
    """Take a local day back."""
    days = PartyDay.objects.select_related("party")
    entry = get_object_or_404(days, party__code=party.upper(), pk=pk)
    services.remove_day(entry=entry, **by(request))
    messages.success(request, _("The day is removed: the country's holidays hold again."))
    return redirect(f"{entry.party.get_absolute_url()}#days")


def _write(
    request: Request, party: Party, name: str, form: Form, save: Any, said: str
) -> HttpResponse:
    """Save what was typed on the page of a party, or show the page again with everything kept."""
    context = _context(request, party) | {name: form}
    return answer(request, form, save, said=said, template="meetings/party.html", **context)


def _page(request: Request, party: Party) -> HttpResponse:
    return render(request, "meetings/party.html", _context(request, party))


def _party(code: str) -> Party:
    parties = Party.objects.select_related("mailbox").prefetch_related("days")
    return get_object_or_404(parties, code=code.upper())


def _context(request: Request, party: Party) -> dict[str, Any]:
    here = today(party, request.now)
    terms = list(party.focal_points.select_related("user").newest_first())
    present = [term for term in terms if term.holds(here)]
    context = {
        "party": party,
        "present": sorted(present, key=lambda term: term.is_deputy),
        "coming": [term for term in terms if term.starts_on > here],
        "past": [term for term in terms if term.ends_on and term.ends_on < here],
        "nobody": not any(term.user.is_active for term in present),
        "weekend": [Weekday(day).label for day in party.weekend],
        "days_off": days_off(party, here, here + AHEAD)[:SHOWN],
    }
    if request.user.is_secretariat:
        context |= {"term_form": TermForm(initial={"starts_on": here}), "day_form": DayForm()}
    return context
