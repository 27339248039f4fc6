"""Pages of instruments: the programmes, strategies and conventions that commitments carry out."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.access import Access, access
from accounts.requests import Request
from ui.lists import ListPage

from . import services
from .entries import answer, by, typed
from .filters import InstrumentFilter
from .forms import InstrumentForm
from .models import Instrument
from .tables import InstrumentTable


class InstrumentList(ListPage):
    """Every instrument by name."""

    filterset_class = InstrumentFilter
    table_class = InstrumentTable
    template_name = "meetings/instrument_list.html"

    heading = gettext_lazy("Instruments")
    export_name = "instruments"
    counted = ngettext_lazy("%(n)s instrument", "%(n)s instruments", "n")
    none_yet = gettext_lazy("No instruments yet")
    none_yet_hint = gettext_lazy(
        "Programmes, strategies and conventions that commitments carry out."
    )
    none_match = gettext_lazy("No instrument matches these filters")

    def get_queryset(self) -> Any:
        return Instrument.objects.in_order()


@require_GET
@access(Access.SIGNED_IN)
def detail(request: Request, slug: str) -> HttpResponse:
    """One instrument. What carries it out, the register shows in a panel."""
    instrument = get_object_or_404(Instrument, slug=slug)
    return render(request, "meetings/instrument.html", {"instrument": instrument})


@require_http_methods(["GET", "POST"])
@access(Access.OFFICER)
def new(request: Request) -> HttpResponse:
    """Enter an instrument."""

    def save(values: dict[str, Any]) -> str:
        return services.add_instrument(values=values, **by(request)).get_absolute_url()

    return answer(
        request,
        InstrumentForm(typed(request)),
        save,
        said=_("The instrument is in the register. Commitments can name it now."),
        heading=_("Add an instrument"),
        button=_("Add the instrument"),
        back=("instruments:list", _("Instruments")),
    )
