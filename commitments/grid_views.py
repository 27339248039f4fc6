"""The page of parties and commitments."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext_lazy

from ui.lists import ListPage
from ui.tables import BaseTable

from .filters import GridFilter
from .grid import Addresses, Grid, Moment, build
from .models import Commitment, Obligation
from .querysets import silent_after, soon
from .standing import summary_by_party

# Up to how many commitments the foot adds up: a larger register is read by meeting or theme.
ADDED_UP = 1_000


class GridTable(BaseTable):
    """The pages of the grid. Its cells are written by the page itself."""

    class Meta(BaseTable.Meta):
        model = Commitment
        fields: ClassVar[tuple[str, ...]] = ()


class GridPage(ListPage):
    """Where each party stands with each commitment that the person may see."""

    filterset_class = GridFilter
    table_class = GridTable
    template_name = "commitments/grid.html"
    partial_template_name = "commitments/_grid.html"
    per_page = 200

    heading = gettext_lazy("Parties and commitments")
    counted = ngettext_lazy("%(n)s commitment", "%(n)s commitments", "n")
    none_yet = gettext_lazy("No commitments yet")
    none_yet_hint = gettext_lazy("They appear here when a report is entered into the register.")
    none_match = gettext_lazy("No commitment matches these filters")

    def get_queryset(self) -> Any:
        return Commitment.objects.visible_to(self.request.user, self.request.now).by_theme()

    def export(self, kind: str) -> HttpResponseBase:
        """What is exported, and printed row by row, are the lines behind the cells, under the same filters."""
        return redirect(f"{reverse('commitments:lines')}?{self.request.GET.urlencode()}")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        table = context["table"]
        shown = [row.record for row in table.paginated_rows]
        grid = self._grid(shown, table.paginator.count) if shown else None
        return context | {"grid": grid, "added_up": ADDED_UP}

    def _grid(self, shown: Sequence[Commitment], count: int) -> Grid:
        user, now = self.request.user, self.request.now
        keys = [commitment.pk for commitment in shown]
        visible = Obligation.objects.visible_lines(user, now)
        asked = self.filterset.lines(visible)
        here = visible.filter(commitment__in=keys)
        if chosen := self.filterset.asked().get("party"):
            here = here.filter(party__in=chosen)
        return build(
            shown,
            here.for_grid(),
            summary=self._summary(visible if asked is None else asked, keys, count),
            met=None if asked is None else self._keys(asked, keys),
            hidden=set(
                Obligation.objects.hidden_from(user, now)
                .filter(commitment__in=keys)
                .values_list("commitment", flat=True)
            ),
            at=Moment(now=now, soon=soon(), silent=silent_after()),
            addresses=Addresses(self.request.GET),
        )

    def _keys(self, lines: Any, commitments: Sequence[int]) -> set[int]:
        return set(lines.filter(commitment__in=commitments).values_list("pk", flat=True))

    def _summary(self, lines: Any, keys: Sequence[int], count: int) -> Any:
        """What the foot adds up: the lines of every page. None where they are too many."""
        if count > ADDED_UP:
            return None
        of = keys if count == len(keys) else self.object_list.order_by().values("pk")
        return summary_by_party(lines.filter(commitment__in=of), self.request.now)
