"""What will be sent in the next days, to whom and why: to oneself, or for the secretariat to all."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateformat import format as date_words
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import Access, access
from accounts.models import User
from accounts.requests import Request
from commitments.models import Obligation
from ui import charts

from . import forecast
from .ladder import Ladders
from .policy import Policies
from .policy_words import rung_words
from .rules import offset_of
from .words import step_words

DAYS = 30
FRIDAY = 5
MAILS_A_PAGE = 50
LINES_SHOWN = 5


@dataclass
class Ahead:
    """One mail as it will be: its day, its person, and what it tells."""

    day: date
    person: User
    rows: list[forecast.Coming]
    if_nothing: str = ""
    shown: list[Obligation] = field(default_factory=list)

    @property
    def is_late(self) -> bool:
        """It tells of something that is overdue then, or that was brought to somebody."""
        return any(_is_late(row.step.occasion) for row in self.rows)

    @property
    def why(self) -> str:
        """The steps in it, and of how many lines: "7 days before (2), On the day"."""
        steps = Counter(step_words(row.step.occasion) for row in self.rows)
        return _(", ").join(f"{said} ({n})" if n > 1 else said for said, n in steps.items())

    @property
    def more(self) -> str:
        left = len(self.rows) - len(self.shown)
        return ngettext("and %(n)s more", "and %(n)s more", left) % {"n": left} if left else ""


@require_safe
@access(Access.SIGNED_IN)
def page(request: Request) -> HttpResponse:
    """The next 30 days, one mail a row."""
    person = None if request.user.is_secretariat else request.user
    coming = forecast.run(now=request.now, days=DAYS, person=person)
    mails = together(coming)
    first = request.now.date() + timedelta(days=1)
    shown = Paginator(mails, MAILS_A_PAGE).get_page(request.GET.get("page"))
    _look_further(shown.object_list, request.now.date())
    context: dict[str, Any] = {
        "days": DAYS,
        "last": first + timedelta(days=DAYS - 1),
        "first": first,
        "is_own": person is not None,
        "mails": len(mails),
        "reminders": len(coming),
        "page": shown,
        "chart": _chart(mails, first),
    }
    return render(request, "reminders/forecast.html", context)


def _chart(mails: Iterable[Ahead], first: date) -> charts.Chart:
    """A column a day: mails before a deadline, and on top of them those with something overdue."""
    counts = Counter((mail.day, mail.is_late) for mail in mails)
    days = [first + timedelta(days=n) for n in range(DAYS)]
    return charts.columns(
        [
            charts.Column(
                (counts[day, False], counts[day, True]),
                str(day.day),
                _under(day, is_first=day == first),
                is_shaded=day.isoweekday() > FRIDAY,
            )
            for day in days
        ],
        ("bar-due", "bar-late"),
        name="mails",
        title=_("Mails a day"),
        description=_("The table below says the same mail by mail."),
    )


def _under(day: date, *, is_first: bool) -> str:
    """The month where one begins, else the Mondays."""
    if is_first or day.day == 1:
        return date_words(day, "M")
    return date_words(day, "D") if day.isoweekday() == 1 else ""


def together(coming: Iterable[forecast.Coming]) -> list[Ahead]:
    """What one person is told on one day comes in one mail."""
    found: dict[tuple[date, int], list[forecast.Coming]] = defaultdict(list)
    for row in coming:
        found[row.step.day, row.person.pk].append(row)
    return [Ahead(day, rows[0].person, rows) for (day, _pk), rows in found.items()]


def _look_further(mails: Iterable[Ahead], today: date) -> None:
    """Which lines a row names, and to whom they will be brought next if no report comes."""
    those = list(mails)
    lines = {row.line.pk: row.line for mail in those for row in mail.rows}
    rungs = forecast.next_rungs(lines.values(), today, Ladders.of(Policies.stored()))
    for mail in those:
        mail.shown = list({row.line.pk: row.line for row in mail.rows}.values())[:LINES_SHOWN]
        later = [
            (day, rung)
            for row in mail.rows
            for rung, day in rungs.get(row.line.pk, ())
            if day > mail.day
        ]
        if later:
            day, rung = min(later)
            mail.if_nothing = rung_words([(rung, day)], today)


def _is_late(occasion: str) -> bool:
    offset = offset_of(occasion)
    return offset > 0 if offset is not None else occasion.startswith("E")
