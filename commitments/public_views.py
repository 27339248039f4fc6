"""What is told without an account, where the operator opens it: words, instruments and deadlines.

Nothing of a party: no progress, no status, no owner, no report, no date of a single line. Counts are of
what is listed here. Closed (404) unless PUBLIC_VIEW is on (docs/public.md).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

import django_filters
import django_tables2 as tables
from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import Access, access
from ui.columns import PageColumn
from ui.lists import ListPage
from ui.tables import BaseTable

from . import reading
from .filters import LONGEST_SEARCH
from .models import Commitment, Deadline
from .querysets import CommitmentQuerySet
from .templatetags import register as tags

View = Callable[..., HttpResponseBase]


def where_open(view: View) -> View:
    """A view that is not there unless the operator opened the register to everybody."""

    @wraps(view)
    def found(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.PUBLIC_VIEW:
            raise Http404
        return view(request, *args, **kwargs)

    return access(Access.PUBLIC)(found)


def shown() -> CommitmentQuerySet:
    """The commitments that everybody may read, with what is told of each and no more."""
    common = Deadline.objects.current().of_commitment().oldest_first()
    return (
        Commitment.objects.public()
        .select_related("meeting")
        .prefetch_related("instruments", Prefetch("deadlines", common, to_attr="common"))
    )


class PublicFilter(django_filters.FilterSet):
    """Search alone: the texts that everybody may read."""

    q = django_filters.CharFilter(
        label=_("Search titles, quotes and instruments"),
        method="search",
        max_length=LONGEST_SEARCH,
    )

    class Meta:
        model = Commitment
        fields: ClassVar[list[str]] = ["q"]

    def search(self, queryset: CommitmentQuerySet, name: str, value: str) -> CommitmentQuerySet:
        return queryset.search_public(value)


class PublicTable(BaseTable):
    """One commitment a row: its words, what it carries out, by when."""

    row_head: ClassVar[str] = "title"

    reference = tables.Column(_("Reference"), attrs={"td": {"class": "ref", "data-label": ""}})
    title = PageColumn(_("Commitment"), accessor="title", address=lambda record: address_of(record))
    meeting = tables.Column(_("Meeting"), order_by=("meeting__starts_on", "meeting__number"))
    instruments = tables.Column(_("Instruments"), orderable=False, default="")
    deadline = tables.Column(_("Deadline and its basis"), empty_values=(), orderable=False)

    class Meta(BaseTable.Meta):
        model = Commitment
        fields: ClassVar[tuple[str, ...]] = ()

    def render_instruments(self, record: Commitment) -> str:
        return "; ".join(str(instrument) for instrument in record.instruments.all())

    def value_instruments(self, record: Commitment) -> list[str]:
        return [instrument.name for instrument in record.instruments.all()]

    def render_deadline(self, record: Any) -> SafeString:
        return tags.due(record.common[0] if record.common else None)

    def value_deadline(self, record: Any) -> Any:
        return record.common[0].due if record.common else None


def address_of(commitment: Commitment) -> str:
    """The public page of a commitment, a path. Whether everybody may read it is asked there."""
    return reverse("public:detail", args=[commitment.reference])


class PublicList(ListPage):
    """Every commitment that everybody may read."""

    filterset_class = PublicFilter
    table_class = PublicTable
    template_name = "commitments/public_list.html"

    heading = _("What was agreed")
    export_name = "commitments"
    counted = ngettext_lazy("%(n)s commitment", "%(n)s commitments", "n")
    none_yet = _("Nothing is public yet")
    none_match = _("No commitment matches these words")

    def get_queryset(self) -> QuerySet[Commitment]:
        return shown().order_by("reference", "pk")


@require_GET
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One commitment: its words as they stand in the report, what it carries out, and by when."""
    commitment: Any = get_object_or_404(shown(), reference=reference)
    quotations = commitment.quotations.with_text().select_related("report__meeting")
    context = {
        "commitment": commitment,
        "quotations": reading.current(quotations.in_text_order()),
        "deadlines": commitment.common,
    }
    return render(request, "commitments/public_detail.html", context)
