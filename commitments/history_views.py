"""The page of the history."""

from typing import Any
from urllib.parse import unquote

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.audit import record, without_addresses
from accounts.choices import Via
from accounts.models import Event
from accounts.requests import Request
from ui.filterbar import SORT
from ui.lists import ListPage

from . import history_exports as exports
from .history import visible
from .history_tables import HistoryFilter, HistoryTable

FORMAT = "format"


class HistoryList(ListPage):
    """Who did what, when and why, as far as the person may see it; `?format=csv` or `json` exports it."""

    filterset_class = HistoryFilter
    table_class = HistoryTable
    template_name = "commitments/history.html"
    partial_template_name = "commitments/_history_list.html"

    heading = _("History")
    counted = ngettext_lazy("%(n)s entry", "%(n)s entries", "n")
    none_yet = _("Nothing is recorded yet")
    none_yet_hint = _("Every change of the register appears here, with its reason.")
    none_match = _("No entry matches these filters")

    def get_queryset(self) -> Any:
        events = visible(self.request.user, self.request.now)
        return events.select_related("actor").order_by("-at", "-pk")

    def get_table_kwargs(self) -> dict[str, Any]:
        return {"user": self.request.user, "now": self.request.now}

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page, or the export of what it shows. With a filter that makes no sense: the page, which says so."""
        kind = request.GET.get(FORMAT, "")
        if kind in exports.FORMATS:
            filters = self.get_filterset(self.get_filterset_class())
            if filters.is_valid():
                return self._export(request, kind, filters.qs)
        response: HttpResponseBase = super().get(request, *args, **kwargs)
        return response

    def _export(self, request: Request, kind: str, events: "QuerySet[Event]") -> HttpResponseBase:
        table = HistoryTable(data=events, **self.get_table_kwargs())
        if sort := request.GET.getlist(SORT):
            table.order_by = sort
        with transaction.atomic():
            asked = {"format": kind, "query": without_addresses(unquote(request.GET.urlencode()))}
            told = record(
                actor=request.user, at=request.now, via=Via.PAGE, action="history.exported",
                of=request.user, after=asked,
            )  # fmt: skip
        # The rows are read while they are sent: an export does not tell of itself.
        rows = table.data.data.exclude(pk=told.pk)
        return exports.response(kind, rows, user=request.user, now=request.now)
