"""What each of the three home pages shows. Every number comes with the address of the list that makes it."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.asking import today_of
from accounts.requests import Request
from commitments.choices import Status, Urgency
from commitments.models import Commitment, Extension, Obligation, ProgressReport
from commitments.places import COUNTED, DONE, lines_at
from commitments.remembering import remembered
from commitments.standing import PARTY, summary_by_party, summed
from commitments.templatetags.register import linked
from commitments.values import note_timing
from meetings.choices import PartyKind
from meetings.models import Meeting, Party
from ui.charts import share

from . import timeline

WAITING = 8  # reports that the page of the secretariat names
DEADLINES = 12  # rows beside the timeline
AHEAD = timedelta(days=90)
MEETINGS = 12  # of which the page of a reader tells the progress
SHOWN = 8  # lines of each urgency on the page of a focal point
# What needs something of a focal point now; the rest is looked at at leisure.
PRESSING = (Urgency.RETURNED, Urgency.OVERDUE, Urgency.SOON)


def secretariat(request: Request) -> dict[str, Any]:
    """Who is late, who is silent, what awaits the officer, and what falls due next."""
    today = _today(request)
    reports = ProgressReport.objects.visible_to(request.user, request.now)
    counted = remembered(request, "secretariat", lambda: _count_all(request, today))
    drawn = timeline.of(counted["timeline"], today=today, ahead=AHEAD, asked={})
    summary = counted["parties"]
    summary.sort(key=lambda row: (-row["overdue"], -row["silent"], row["party__name"]))
    return {
        **_figures(summary, counted["commitments"]),
        "states": [row for row in summary if row["party__kind"] != PartyKind.ORGAN],
        "organs": [row for row in summary if row["party__kind"] == PartyKind.ORGAN],
        "timeline": drawn,
        "ahead": drawn.rows[:DEADLINES],
        "waiting": list(reports.submitted().for_list().oldest_first()[:WAITING]),
        "asked": list(Extension.objects.asked().for_list().newest_first()[:WAITING]),
        "rechecks": Commitment.objects.to_recheck(request.user, request.now).count(),
        "nobody": list(Party.objects.without_focal_point(today).in_order()),
    }


def _count_all(request: Request, today: date) -> dict[str, Any]:
    """What is added up over the whole register for the page of the secretariat."""
    lines = Obligation.objects.visible_to(request.user, request.now)
    last = ProgressReport.objects.visible_to(request.user, request.now).last_by_party()
    return {
        "parties": [
            {**row, "last_report": last.get(row["party__code"])}
            for row in summary_by_party(lines, request.now)
        ],
        "timeline": timeline.count(lines, today=today, ahead=AHEAD),
        "commitments": Commitment.objects.visible_to(request.user, request.now).count(),
    }


def _figures(summary: list[Any], commitments: int) -> dict[str, Any]:
    """The figures at the top, added up from the rows of the parties."""
    names = ("lines", "overdue", "soon", "silent", "awaiting", "done")
    figures = {name: sum(row[name] for row in summary) for name in names}
    late = sum(row["overdue"] > 0 for row in summary)
    return {
        "commitments": commitments,
        "figures": {**figures, "late_parties": late},
        "soon_days": settings.DUE_SOON_DAYS,
        "silent_days": settings.SILENT_DAYS,
    }


# A focal point ------------------------------------------------------------------------------------


def focal_point(request: Request, parties: list[Party]) -> dict[str, Any]:
    """A focal point's own lines, the most urgent first."""
    counted, urgent = remembered(
        request, f"focal-point-{request.user.pk}", lambda: _count_owed(request)
    )
    counts: Counter[str] = Counter()
    for row in counted:
        counts[row["urgency"]] += row["lines"]
    lines = Obligation.objects.for_list().in_bulk(urgent)
    rows = [(lines[key], urgency) for key, urgency in urgent.items()]
    for line, _urgency in rows:
        note_timing(line, request.now)
    groups = [
        {
            "key": kind.value,
            "name": _GROUPS.get(kind, kind.label),
            "count": counts[kind],
            "rows": [line for line, urgency in rows if urgency == kind != Urgency.CLOSED],
            "address": _mine(urgency=kind.value),
        }
        for kind in Urgency
        if counts[kind]
    ]
    return {
        "parties": parties,
        "groups": groups,
        "pressing": sum(counts[kind] for kind in PRESSING[:2]),
        "pressing_at": _mine(urgency=PRESSING[:2]),
        "soon": counts[Urgency.SOON],
        "soon_at": _mine(urgency=Urgency.SOON.value),
        **_standing(counted, counts[Urgency.AWAITING]),
    }


def _count_owed(request: Request) -> tuple[list[Any], dict[int, str]]:
    """How many lines of their own ask what of a person, and which of them come first."""
    lines = Obligation.objects.visible_to(request.user, request.now)
    lines = lines.owed_by(request.user, request.now)
    return list(lines.by_urgency(request.now)), lines.most_urgent(request.now, SHOWN)


_GROUPS = {Urgency.RETURNED: gettext_lazy("Returned to you")}


def _mine(**filters: Any) -> str:
    return lines_at(owed="me", **filters)


def _standing(counted: list[Any], awaiting: int) -> dict[str, Any]:
    """How many of the lines are in which status, awaiting and overdue."""
    total: Counter[str] = Counter()
    for row in counted:
        total[row["status"]] += row["lines"]
    return {
        "figures": {
            "lines": total.total(),
            "overdue": sum(row["overdue"] for row in counted),
            "awaiting": awaiting,
        },
        "statuses": [(status, total[status]) for status in Status.values if total[status]],
    }


# A reader -----------------------------------------------------------------------------------------


def reader(request: Request) -> dict[str, Any]:
    """How far each meeting, theme and party is, in plain figures."""
    meetings = list(Meeting.objects.newest_first()[:MEETINGS])
    counted = remembered(request, "reader", lambda: _count_progress(request, meetings))
    return {
        **_figures(counted["parties"], counted["commitments"]),
        "by_meeting": _by_meeting(counted["meetings"], meetings),
        "by_theme": _by_theme(counted["themes"]),
        "by_party": _by_party(counted["parties"]),
    }


_THEME = ("commitment__theme__slug", "commitment__theme__name")
_MEETING = ("commitment__meeting",)


def _count_progress(request: Request, meetings: list[Meeting]) -> dict[str, Any]:
    """What is added up over the whole register for the page of a reader."""
    lines = Obligation.objects.visible_to(request.user, request.now)
    rows = list(lines.standing(*PARTY, *_THEME, now=request.now))
    of_these = lines.filter(commitment__meeting__in=meetings)
    return {
        "parties": summed(rows, PARTY),
        "themes": summed(rows, _THEME),
        "meetings": summed(of_these.standing(*_MEETING, now=request.now), _MEETING),
        "commitments": Commitment.objects.visible_to(request.user, request.now).count(),
    }


def _by_meeting(found: list[Any], meetings: list[Meeting]) -> list[Any]:
    rows = {row["commitment__meeting"]: row for row in found if row["counted"]}
    return [
        _progress(meeting, meeting.get_absolute_url(), rows[meeting.pk], meeting=meeting.slug)
        for meeting in meetings
        if meeting.pk in rows
    ]


def _by_theme(found: list[Any]) -> list[Any]:
    slug, name = _THEME
    rows = [row for row in found if row["counted"] and row[slug]]
    rows.sort(key=lambda row: row[name])
    return [_progress(row[name], _list_of_theme(row[slug]), row, theme=row[slug]) for row in rows]


def _list_of_theme(slug: str) -> str:
    return f"{reverse('commitments:list')}?theme={slug}"


def _by_party(found: list[Any]) -> list[Any]:
    rows = [row for row in found if row["counted"]]
    rows.sort(key=lambda row: (row["party__kind"], row["party__name"], row["party__code"]))
    return [
        _progress(
            row["party__name"],
            reverse("parties:detail", args=[row["party__code"]]),
            row,
            party=row["party__code"],
        )
        for row in rows
    ]


def _progress(name: Any, address: str, row: Any, **asked: str) -> dict[str, Any]:
    """ "3 of 8 done" with a link at each number, and how many are overdue."""
    done = linked(row["settled"], lines_at(**asked, **DONE))
    of = linked(row["counted"], lines_at(**asked, **COUNTED))
    return {
        "name": name,
        "address": address,
        "said": format_html(_("{done} of {lines} done"), done=done, lines=of),
        "bar": share(row["settled"], row["counted"]),
        "overdue": row["overdue"],
        "late_at": lines_at(**asked, timing="overdue"),
    }


def _today(request: Request) -> date:
    return today_of(request.user, request.now)
