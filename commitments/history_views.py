"""The page of the history."""

from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import Event
from ui import exports
from ui.lists import ListPage

from .history import visible
from .history_tables import HistoryFilter, HistoryTable


class HistoryList(ListPage):
    """Who did what, when and why, as far as the person may see it."""

    filterset_class = HistoryFilter
    table_class = HistoryTable
    template_name = "commitments/history.html"

    heading = _("History")
    export_name = "history"
    counted = ngettext_lazy("%(n)s entry", "%(n)s entries", "n")
    none_yet = _("Nothing is recorded yet")
    none_yet_hint = _("Every change of the register appears here, with its reason.")
    none_match = _("No entry matches these filters")

    def get_queryset(self) -> Any:
        events = visible(self.request.user, self.request.now)
        if exports.asked(self.request.GET):
            # Its rows are read while they are sent: an export does not tell of itself.
            events = events.filter(pk__lte=Event.objects.aggregate(last=Max("pk"))["last"] or 0)
        return events.select_related("actor").order_by("-at", "-pk")

    def get_table_kwargs(self) -> dict[str, Any]:
        return {"user": self.request.user, "now": self.request.now}
