"""The page of statistics: deadlines, progress over time, slippage, and how parties answer."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from accounts.requests import Request
from commitments import statistics
from commitments.models import Obligation, Theme
from commitments.places import COUNTED, DONE, Filters, at, lines_at
from commitments.querysets import ObligationQuerySet
from meetings.models import Meeting, Party
from ui import charts
from ui.filterbar import FilterBar
from ui.filters import RowsFilter
from ui.words import day_words

from . import timeline

MONTH = timedelta(days=31)
AHEAD, BACK = 3, 12
MOVES, MOVES_DRAWN = 50, 20


def _months(numbers: tuple[int, ...]) -> Any:
    """Asked for at each request: the words are in the reader's language."""
    return lambda: [
        (str(n), ngettext("%(n)s month", "%(n)s months", n) % {"n": n}) for n in numbers
    ]


class _Period(django_filters.ChoiceFilter):
    """How many months; it filters no lines."""

    def __init__(self, numbers: tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(choices=_months(numbers), widget=forms.RadioSelect, **kwargs)

    def filter(self, qs: Any, value: Any) -> Any:
        return qs


class StatisticsFilter(django_filters.FilterSet):
    """Which lines, and for how long."""

    party = RowsFilter(
        label=gettext_lazy("State or organ"),
        field_name="party__code",
        queryset=Party.objects.in_order(),
        to_field_name="code",
    )
    meeting = RowsFilter(
        label=gettext_lazy("Meeting"),
        field_name="commitment__meeting__slug",
        queryset=Meeting.objects.newest_first(),
        to_field_name="slug",
    )
    theme = RowsFilter(
        label=gettext_lazy("Theme"),
        field_name="commitment__theme__slug",
        queryset=Theme.objects.order_by("name", "pk"),
        to_field_name="slug",
    )
    ahead = _Period((3, 6, 12), label=gettext_lazy("Deadlines ahead"))
    back = _Period((6, 12, 24), label=gettext_lazy("Looking back"))

    class Meta:
        model = Obligation
        fields: ClassVar[list[str]] = ["party", "meeting", "theme", "ahead", "back"]


@require_safe
@access(Access.SIGNED_IN)
def page(request: Request) -> HttpResponse:
    """What can be counted of the lines that the person may see."""
    visible = Obligation.objects.visible_to(request.user, request.now)
    found = StatisticsFilter(request.GET, queryset=visible, request=request)
    bar = FilterBar(found.form, request.GET)
    context: dict[str, Any] = {"bar": bar}
    if found.form.is_valid():
        context |= _counted(request, found.qs, found.form.cleaned_data)
    return render(request, "sco_tracker/statistics.html", context)


def _counted(request: Request, lines: ObligationQuerySet, chosen: dict[str, Any]) -> dict[str, Any]:
    zone = request.user.zone
    today = request.now.astimezone(zone).date()
    back = int(chosen["back"] or BACK)
    ahead = int(chosen["ahead"] or AHEAD)
    months = statistics.months_back(today, back)
    asked: dict[str, Filters] = {
        name: [str(getattr(row, key)) for row in chosen[name]]
        for name, key in (("party", "code"), ("meeting", "slug"), ("theme", "slug"))
    }
    since = datetime.combine(months[0], time.min, tzinfo=zone)
    parties = statistics.progress(lines, months, zone, request.now)
    moved = Paginator(statistics.slipped(lines), MOVES).get_page(request.GET.get("page"))
    return {
        "ahead": ahead,
        "since": months[0],
        "today": today,
        "timeline": _timeline(lines, today, ahead * MONTH, asked),
        "progress": _progress(parties, months, today, asked),
        "moved": moved,
        "moved_chart": _moved_chart(moved),
        "answers": _answers(statistics.answers(lines, since, zone), months[0], asked),
    }


def _timeline(
    lines: ObligationQuerySet, today: date, ahead: timedelta, asked: dict[str, Filters]
) -> timeline.Timeline:
    counted = timeline.count(lines, today=today, ahead=ahead)
    return timeline.of(counted, today=today, ahead=ahead, asked=asked)


# Progress -----------------------------------------------------------------------------------------


def _progress(
    parties: list[statistics.Progress], months: list[date], today: date, asked: dict[str, Filters]
) -> dict[str, Any]:
    """A small chart for all and for each party, and a table with the same percentages."""
    days = [*(statistics.month_end(month) for month in months), today]
    rows = [_together(parties), *parties] if len(parties) > 1 else parties
    chart = charts.panels(
        [charts.Series(row.name, row.shares) for row in rows],
        (day_words(days[0]), _("today")),
        name="progress",
        title=_("Share of lines done, by party"),
        description=_("From %(first)s to %(last)s. The table below says the same.")
        % {"first": day_words(days[0]), "last": day_words(days[-1])},
    )
    told = [_progress_row(row, asked) for row in rows]
    return {"chart": chart, "days": _some(days), "rows": told}


def _together(parties: list[statistics.Progress]) -> statistics.Progress:
    sums = [
        [sum(values) for values in zip(*lists, strict=True)]
        for lists in ([p.done for p in parties], [p.lines for p in parties])
    ]
    return statistics.Progress("", _("All"), *sums)


def _progress_row(row: statistics.Progress, asked: dict[str, Filters]) -> dict[str, Any]:
    own = {**asked, "party": row.code or asked["party"]}
    return {
        "name": row.name,
        "shares": _some(row.shares),
        "done": row.done[-1],
        "done_at": lines_at(**{**own, **DONE}),
        "lines": row.lines[-1],
        "lines_at": lines_at(**{**own, **COUNTED}),
    }


def _some(values: list[Any]) -> list[Any]:
    """Every second, third … of many, the last one among them: what a table has room for."""
    step = -(-len(values) // 7)
    return values[::-1][::step][::-1]


# Slippage -----------------------------------------------------------------------------------------


def _moved_chart(moved: Page[Any]) -> charts.Chart:
    for row in moved:
        row.moved = signed_days(row.slip.days)
    rows = list(moved)[:MOVES_DRAWN]
    return charts.moves(
        [charts.Move(_whose(row), row.first_due, row.due, row.moved) for row in rows],
        name="slippage",
        title=_("First and current final deadlines"),
        description=_(
            "An outline where the deadline was, solid where it is. The table says the same."
        ),
    )


def _whose(deadline: Any) -> str:
    """ "SCS14-07 KZ: Hold regular joint operations"."""
    line = f" {deadline.obligation.party.code}" if deadline.obligation else ""
    return f"{deadline.commitment.reference}{line}: {deadline.commitment.title}"


def signed_days(days: int) -> str:
    """ "92 days later", "10 days earlier"."""
    if days < 0:
        return ngettext("%(n)s day earlier", "%(n)s days earlier", -days) % {"n": -days}
    return ngettext("%(n)s day later", "%(n)s days later", days) % {"n": days}


# Answers ------------------------------------------------------------------------------------------


def _answers(
    parties: list[statistics.Answers], since: date, asked: dict[str, Filters]
) -> list[dict[str, Any]]:
    """A row for each party, and one for all of them when they are more."""
    rows = [_answers_row(one, since, asked) for one in parties]
    if len(parties) < 2:
        return rows
    total = statistics.Answers(
        code="",
        name=_("All"),
        asked=sum(one.asked for one in parties),
        answered=sum(one.answered for one in parties),
        sent=sum(one.sent for one in parties),
        to_answer=statistics.added(one.to_answer for one in parties),
        to_decide=statistics.added(one.to_decide for one in parties),
    )
    return [*rows, {**_answers_row(total, since, asked), "is_total": True}]


def _answers_row(one: statistics.Answers, since: date, asked: dict[str, Filters]) -> dict[str, Any]:
    own = {**asked, "party": one.code or asked["party"]}
    day = since.isoformat()
    return {
        "one": one,
        "asked_at": lines_at(**{**own, "reminded": day}),
        "answered_at": lines_at(**{**own, "answered": day}),
        "sent_at": at("commitments:reports", **{**own, "sent": day}),
        "answer": (statistics.median(one.to_answer), statistics.mean(one.to_answer)),
        "decide": (statistics.median(one.to_decide), statistics.mean(one.to_decide)),
    }
