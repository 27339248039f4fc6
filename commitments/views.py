"""The lists of the register, and the page of one commitment."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import Access, access
from accounts.asking import today_of
from accounts.requests import Request
from meetings.comparing import Piece, pieces
from meetings.models import Report
from ui import paging
from ui.lists import View
from ui.selection import Selection

from . import asked, reading, words
from .bulk.offer import offered
from .choices import Reporting, Timing
from .filters import CommitmentFilter, LineFilter, ReportFilter
from .forms import DeadlineForm, StatusForm
from .history import newest
from .may import may_write_on
from .models import (
    Commitment,
    CommitmentLink,
    Deadline,
    Obligation,
    Quotation,
    Recheck,
)
from .remembering import RememberedTotal, remembered
from .tables import CommitmentTable, LineTable, ReportTable
from .values import note_timing, summed_up


class CommitmentList(RememberedTotal):
    """Every commitment that the person may see."""

    filterset_class = CommitmentFilter
    table_class = CommitmentTable
    template_name = "commitments/list.html"
    partial_template_name = "commitments/_list.html"

    heading = gettext_lazy("Commitments")
    export_name = "commitments"
    counted = ngettext_lazy("%(n)s commitment", "%(n)s commitments", "n")
    none_yet = gettext_lazy("No commitments yet")
    none_yet_hint = gettext_lazy("They appear here when a report is entered into the register.")
    none_match = gettext_lazy("No commitment matches these filters")

    def get_queryset(self) -> Any:
        return asked.ALL_COMMITMENTS(self.request.user, self.request.now)

    def get_table_data(self) -> Any:
        """In order, which is no matter of how many there are: each has a turn."""
        return super().get_table_data().soonest_first()

    def read_as_opened(self, bottom: int, top: int, counted: bool) -> list[Any]:
        return asked.opened(bottom, top, counted)(self.request.user, self.request.now)

    def get_table_kwargs(self) -> dict[str, Any]:
        user = self.request.user
        return {
            "user": user,
            "now": self.request.now,
            "parties": self.filterset.form.fields["party"].rows,
        }

    def get_selection(self) -> Selection | None:
        return offered(self.request.user, "commitments")

    def get_views(self) -> Sequence[View]:
        counts = self._counts()
        return [
            View(_("All"), "", counts.get("all")),
            View(_("Overdue"), "timing=overdue", counts.get(Timing.OVERDUE)),
            View(_("Due soon"), "timing=soon", counts.get(Timing.SOON)),
            View(_("Awaiting validation"), "reporting=awaiting", counts.get(Reporting.AWAITING)),
            View(_("Silent"), "reporting=silent", counts.get(Reporting.SILENT)),
            View(_("No date set"), "timing=none", counts.get(Timing.NONE)),
        ]

    def _counts(self) -> dict[str, int | None]:
        """Of each view; none when this list alone has more rows than are counted for views."""
        most = paging.VIEWS_COUNTED_UP_TO
        if self.pages.count > most:
            return {}
        user, now = self.request.user, self.request.now
        ask = asked.counts_by_timing(most)
        return remembered(self.request, f"views {user.pk}", lambda: ask(user, now)[0])


class LineList(RememberedTotal):
    """Every line that the person may see: one party's part of one commitment."""

    filterset_class = LineFilter
    table_class = LineTable
    template_name = "commitments/lines.html"

    heading = gettext_lazy("Lines of the parties")
    export_name = "lines"
    counted = ngettext_lazy("%(n)s line", "%(n)s lines", "n")
    none_yet = gettext_lazy("No lines yet")
    none_match = gettext_lazy("No line matches these filters")
    unlogged = frozenset({"reminded", "answered"})  # who is reminded is planned

    def get_queryset(self) -> Any:
        return asked.ALL_LINES(self.request.user, self.request.now)

    def get_selection(self) -> Selection | None:
        return offered(self.request.user, "lines")

    def get_table_kwargs(self) -> dict[str, Any]:
        return {"user": self.request.user, "now": self.request.now}


class ReportList(RememberedTotal):
    """Progress reports that have been sent, those that await validation first."""

    filterset_class = ReportFilter
    table_class = ReportTable

    heading = gettext_lazy("Progress reports")
    export_name = "progress-reports"
    counted = ngettext_lazy("%(n)s report", "%(n)s reports", "n")
    none_yet = gettext_lazy("No progress reports yet")
    none_yet_hint = gettext_lazy("They appear here when a focal point sends one.")
    none_match = gettext_lazy("No report matches these filters")

    def get_queryset(self) -> Any:
        return asked.ALL_REPORTS(self.request.user, self.request.now)

    def read_as_opened(self, bottom: int, top: int, counted: bool) -> Iterable[Any]:
        if top > asked.FIRST_REPORTS:
            return paging.rows_between(self.object_list, bottom, top, counted)
        return asked.reports_opened(bottom, top, counted)(self.request.user, self.request.now)


@require_GET
@access(Access.OBJECT)
def detail(request: Request, reference: str) -> HttpResponse:
    """One commitment: its words, who owes it, by when, and what happened."""
    user, now = request.user, request.now
    found = asked.COMMITMENT(user, now, reference=reference)
    if not found:
        raise Http404
    commitment = found[0]
    lines = [note_timing(line, now) for line in asked.LINES(user, now, commitment=commitment.pk)]
    summary = summed_up(lines)
    hidden = commitment.line_count > len(lines)
    log, log_count = newest(commitment, lines, user=user, now=now)
    parties = asked.PARTIES(user=user.pk, today=today_of(user, now))
    context = {
        "commitment": commitment,
        "lines": lines,
        "instruments": asked.INSTRUMENTS(commitment=commitment.pk),
        "updates": [_update(line) for line in lines] if user.is_secretariat else [],
        "own": {party.pk for party in parties if party.is_own},
        "done": words.done_words(summary, some_hidden=hidden),
        "rest": words.rest_words(summary),
        "owed_by": words.owed_by_words(lines, commitment.meeting, parties),
        "excerpts": _excerpts(request, commitment),
        "deadlines": _deadlines(commitment, lines),
        "story": _story(request, commitment) if commitment.is_linked else [],
        "rechecks": _rechecks(request, commitment) if commitment.is_rechecked else [],
        "log": log,
        "log_count": log_count,
    }
    return render(request, "commitments/detail.html", context)


def _update(line: Obligation) -> dict[str, Any]:
    """The forms that officers update a line with. Their ids are the line's own."""
    version, ids = {"version": line.version}, f"{line.party.code}_%s"
    status_form = StatusForm(initial={"status": line.status, **version}, auto_id=f"s_{ids}")
    return {
        "line": line,
        "status_form": status_form if may_write_on(line) else None,
        "deadline_form": DeadlineForm(initial=version, auto_id=f"d_{ids}"),
    }


def _story(request: Request, commitment: Commitment) -> list[CommitmentLink]:
    """Links to earlier and later commitments that the person may see, from the earliest on."""
    return asked.STORY(request.user, request.now, commitment=commitment.pk)


def _excerpts(request: Request, commitment: Commitment) -> list[dict[str, Any]]:
    """Each report that is quoted, its quoted paragraphs, and the other commitments marked there."""
    quoted = asked.QUOTED(commitment=commitment.pk)
    own: dict[Report, list[Quotation]] = defaultdict(list)
    for quotation in reading.current(quoted):
        own[quotation.report].append(quotation)
    found = []
    for report in sorted(own, key=lambda report: report.pk):
        start, end = reading.extent(report, own[report])
        quotations = asked.BETWEEN(
            request.user, request.now, report=report.pk, start=start, end=end
        )
        paragraphs = reading.excerpt(report, commitment, quotations)
        found.append(
            {
                "report": report,
                "paragraphs": paragraphs,
                "spans": [q for q in quotations if q.commitment_id == commitment.pk],
                "others": reading.others(paragraphs),
            }
        )
    return found


def _rechecks(request: Request, commitment: Commitment) -> list[tuple[Recheck, list[Piece]]]:
    """What corrected reports did to its words and nobody has decided on, with the difference."""
    waiting = asked.RECHECKS(request.user, request.now, commitment=commitment.pk)
    return [(row, pieces(row.before, row.after)) for row in waiting]


def _deadlines(commitment: Commitment, lines: list[Obligation]) -> list[Deadline]:
    """Every deadline that the person may read, the first and all that came after it."""
    shown = {line.pk for line in lines} | {None}
    rows = asked.DEADLINES(commitment=commitment.pk)
    return [row for row in rows if row.obligation_id in shown]
