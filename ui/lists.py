"""The list page: filters, order, pages and chips, all in the address.

A page declares four things, and optionally the words it speaks with:

    class CommitmentList(ListPage):
        queryset = Commitment.objects.for_list()
        filterset_class = CommitmentFilter      # a filter named `q` becomes the search
        table_class = CommitmentTable           # a ui.tables.BaseTable
        template_name = "commitments/list.html"  # extends ui/list.html; or none, for the plain page

        heading = _("Commitments")
        export_name = "commitments"              # what a file of it is called
        counted = ngettext_lazy("%(n)s commitment", "%(n)s commitments", "n")
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from . import exports, paging
from .columns import ColumnMenu, choose
from .filterbar import PAGE, SORT, FilterBar, same_filters
from .paging import Pages, ReadRows
from .printing import on_paper
from .selection import Selection, selecting
from .tables import BaseTable
from .words import total_words


@dataclass(frozen=True)
class View:
    """A named set of filters above the list: a label, a query such as "timing=overdue", a count.

    A count above `VIEWS_COUNTED_UP_TO` is not said: the list behind the view says it.
    """

    label: str | Promise
    query: str
    count: int | None = None
    icon: str = ""

    @property
    def said(self) -> str:
        known = self.count is not None and self.count <= paging.VIEWS_COUNTED_UP_TO
        return str(self.count) if known else ""


class ListPage(SingleTableMixin, FilterView):
    """A table of rows that can be searched, filtered, sorted and paged without script.

    htmx gets the same answer without the page around it. A page number that makes no sense gives
    the nearest page, a filter value that makes no sense gives a message and no rows.
    """

    template_name = "ui/list.html"
    partial_template_name = "ui/_list.html"
    per_page = 20

    heading: str | Promise = ""
    export_name = "list"
    counted: Any = ngettext_lazy("%(n)s row", "%(n)s rows", "n")
    none_yet: str | Promise = _("Nothing here yet")
    none_yet_hint: str | Promise = ""
    none_match: str | Promise = _("Nothing matches these filters")

    pages: Pages
    # Rows of the list as it opens, with nothing chosen, in place of the query set's (ui.paging.ReadRows).
    read_as_opened: ReadRows | None = None

    def recall_total(self) -> int | None:
        """How many rows a page was said to have with these filters, where that still holds; else None."""
        return None

    def keep_total(self, rows: int) -> None:
        """Told how many rows were counted with these filters, for whoever asks next."""

    def get_views(self) -> Sequence[View]:
        """The named views above the filters; none unless a page has some."""
        return ()

    def get_selection(self) -> Selection | None:
        """What can be done with chosen rows; nothing unless a page and the person's rights say so."""
        return None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page, or an export of it. With a filter that makes no sense: the page, which says so."""
        if kind := exports.asked(request.GET):
            self.filterset = self.get_filterset(self.get_filterset_class())
            if self.filterset.is_valid():
                self.object_list = self.filterset.qs
                return self.export(kind)
        response: HttpResponseBase = super().get(request, *args, **kwargs)
        return response

    def export(self, kind: str) -> HttpResponseBase:
        """Every row that the pages show, as a file or for paper."""
        table = self.whole_table(**self.get_table_kwargs())
        rows = table.data.data.count()
        exports.tell(self.request, kind, rows)
        if kind == exports.PRINT:
            bar = FilterBar(self.filterset.form, self.request.GET)
            context = {"heading": self.heading, "counted": self.count_words(rows), "bar": bar}
            return render(self.request, "ui/print.html", context | on_paper(table, rows))
        return exports.response(table, kind, name=self.export_name, now=self.request.now)

    def whole_table(self, **kwargs: Any) -> BaseTable:
        """All rows in their order, in the columns that the address asks for."""
        table: BaseTable = self.get_table_class()(data=self.get_table_data(), **kwargs)
        table.request = self.request
        if sort := self.request.GET.getlist(SORT):
            table.order_by = sort
        choose(table, self.request.GET)
        table.data.data = table.read_for(table.data.data, {column.name for column in table.columns})
        return table

    def get_table(self, **kwargs: Any) -> BaseTable:
        if self.get_selection():
            kwargs |= selecting()
        table = self.whole_table(**kwargs)
        # The size of a page is ours to choose: an address must not ask for all rows at once.
        read = self.read_as_opened if set(self.request.GET) <= {PAGE} else None
        of = self.object_list if isinstance(self.object_list, QuerySet) else None
        known = self.recall_total()
        table.paginator = self.pages = Pages(table.rows, self.per_page, read, of, known)
        table.page = table.paginator.get_page(self.request.GET.get(PAGE))
        if known is None:
            self.keep_total(self.pages.found)
        table.before_render(self.request)
        return table

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        params, pages = self.request.GET, context["table"].paginator
        selection = self.get_selection()
        return context | {
            "selection": selection,
            "all_that_match": selection.address_of_all(params) if selection else "",
            "heading": self.heading,
            "bar": FilterBar(self.filterset.form, params),
            "columns": ColumnMenu.of(context["table"], params),
            "views": [(view, same_filters(params, view.query)) for view in self.get_views()],
            "counted": self.count_words(pages.count, is_bounded=pages.is_bounded),
            "none_yet": self.none_yet,
            "none_yet_hint": self.none_yet_hint,
            "none_match": self.none_match,
            "partial_template_name": self.partial_template_name,
        }

    def count_words(self, rows: int, *, is_bounded: bool = False) -> str:
        """ "28 commitments", with the number in bold wherever the language puts it."""
        number = total_words(rows, is_bounded=is_bounded)
        before, _number, after = str(self.counted % {"n": rows}).partition(str(rows))
        return format_html("{}<b>{}</b>{}", before, number, after)

    def wants_partial(self) -> bool:
        """Whether htmx asked for the results alone. Going back in history asks for the page."""
        htmx = getattr(self.request, "htmx", None)
        if not htmx:
            return False
        return not (htmx.boosted or htmx.history_restore_request)

    def get_template_names(self) -> list[str]:
        return [self.partial_template_name if self.wants_partial() else self.template_name]

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().render_to_response(context, **kwargs)
        # One address, two answers: without this a browser shows the part when it goes back.
        patch_vary_headers(response, ["HX-Request"])
        return response
