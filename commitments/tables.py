"""The tables of the register."""

from datetime import datetime
from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from meetings.models import Party
from ui.tables import BaseTable
from ui.templatetags.ui import day

from . import words
from .models import Commitment, Obligation, ProgressReport
from .templatetags import register as tags


def note_timing(line: Obligation, now: datetime) -> Obligation:
    """Put on a line what pages show of it at a moment: `timing_now` and `days` left."""
    line.timing_now = line.timing(now)
    line.days = line.days_left(now)
    return line


def soonest(lines: list[Obligation]) -> Obligation | None:
    """The open line that falls due first; without one, an open line without a date."""
    dated = [line for line in lines if line.timing_now != "closed"]
    return min(
        dated, key=lambda line: (line.due_at is None, line.due_at or 0, line.pk), default=None
    )


def by_due(queryset: QuerySet[Any], field: str, is_descending: bool) -> tuple[QuerySet[Any], bool]:
    """Order by a moment; rows without one stand last in both directions."""
    order = F(field).desc(nulls_last=True) if is_descending else F(field).asc(nulls_last=True)
    return queryset.order_by(order, "pk"), True


class CommitmentTable(BaseTable):
    """One commitment a row: who owes it, where each party stands, when it falls due first."""

    row_head: ClassVar[str] = "title"

    reference = tables.Column(_("Reference"), attrs={"td": {"class": "ref", "data-label": ""}})
    title = tables.Column(_("Commitment"), linkify=True)
    meeting = tables.Column(
        _("Meeting"),
        order_by=("meeting__starts_on", "meeting__number"),
        attrs={"td": {"class": "nw not-sm"}},
    )
    owed_by = tables.Column(_("Owed by"), empty_values=(), orderable=False)
    progress = tables.Column(
        empty_values=(), orderable=False, attrs={"td": {"class": "wide", "data-label": ""}}
    )
    deadline = tables.Column(
        _("Deadline and its basis"), empty_values=(), attrs={"td": {"data-label": ""}}
    )
    timing = tables.Column(_("Timing"), empty_values=(), attrs={"td": {"data-label": ""}})

    class Meta(BaseTable.Meta):
        model = Commitment
        fields: ClassVar[tuple[str, ...]] = ()
        sequence = ("reference", "title", "meeting", "owed_by", "progress", "deadline", "timing")

    def __init__(self, *args: Any, now: datetime, parties: list[Party], **kwargs: Any) -> None:
        self.now = now
        self.parties = parties
        super().__init__(*args, **kwargs)

    def before_render(self, request: Any) -> None:
        """The head's strip names the parties that owe anything on this page."""
        owing = set()
        for row in self.paginated_rows:
            for line in row.record.lines:
                line.commitment = row.record
                note_timing(line, self.now)
                owing.add(line.party_id)
        self.shown_parties = [party for party in self.parties if party.pk in owing]
        codes = format_html_join("", "<li>{}</li>", ((party.code,) for party in self.shown_parties))
        self.columns["progress"].column.verbose_name = format_html(
            '<span class="vh">{}</span><ol class="strip strip--head" aria-hidden="true">{}</ol>',
            _("Progress by party"),
            codes,
        )

    def render_meeting(self, record: Commitment) -> str:
        meeting = record.meeting
        year = meeting.starts_on.year if meeting.starts_on else meeting.expected
        return _("No. %(number)s, %(year)s") % {"number": meeting.number, "year": year}

    def render_owed_by(self, record: Any) -> str:
        return words.owed_by_words(record.lines, record.meeting, self.parties)

    def render_progress(self, record: Any) -> SafeString:
        return render_to_string(
            "commitments/_strip.html", tags.strip(record.lines, self.shown_parties)
        )

    def render_deadline(self, record: Any) -> SafeString:
        line = soonest(record.lines)
        return render_to_string(
            "commitments/_due.html", tags.due(line.next_deadline if line else None)
        )

    def render_timing(self, record: Any) -> SafeString:
        return render_to_string("commitments/_timing.html", tags.timing(soonest(record.lines)))

    def order_deadline(self, queryset: Any, is_descending: bool) -> Any:
        return by_due(queryset, "next_due_at", is_descending)

    order_timing = order_deadline


class LineTable(BaseTable):
    """One line a row: whose, of which commitment, where it stands, when it is due."""

    row_head: ClassVar[str] = "title"

    reference = tables.Column(
        _("Reference"),
        accessor="commitment__reference",
        attrs={"td": {"class": "ref", "data-label": ""}},
    )
    party = tables.Column(
        _("Party"), order_by=("party__name",), attrs={"td": {"class": "nw", "data-label": ""}}
    )
    title = tables.Column(
        _("Commitment"),
        accessor="commitment__title",
        linkify=lambda record: record.get_page_url(),
    )
    role = tables.Column(_("Role"), attrs={"td": {"class": "nw not-sm"}})
    status = tables.Column(_("Status"), attrs={"td": {"data-label": ""}})
    deadline = tables.Column(
        _("Deadline and its basis"), empty_values=(), attrs={"td": {"data-label": ""}}
    )
    timing = tables.Column(_("Timing"), empty_values=(), attrs={"td": {"data-label": ""}})

    class Meta(BaseTable.Meta):
        model = Obligation
        fields: ClassVar[tuple[str, ...]] = ()
        sequence = ("reference", "party", "title", "role", "status", "deadline", "timing")

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        self.now = now
        super().__init__(*args, **kwargs)

    def render_status(self, record: Obligation) -> SafeString:
        return render_to_string("commitments/_status.html", tags.standing(record))

    def render_deadline(self, record: Obligation) -> SafeString:
        return render_to_string("commitments/_due.html", tags.due(record.next_deadline))

    def render_timing(self, record: Obligation) -> SafeString:
        return render_to_string(
            "commitments/_timing.html", tags.timing(note_timing(record, self.now))
        )

    def order_deadline(self, queryset: Any, is_descending: bool) -> Any:
        return by_due(queryset, "due_at", is_descending)

    order_timing = order_deadline


class ReportTable(BaseTable):
    """One progress report a row: whose, about what, what it claims, what was decided."""

    row_head: ClassVar[str] = "title"

    submitted_at = tables.Column(_("Sent"), attrs={"td": {"class": "nw"}})
    party = tables.Column(
        _("Party"),
        accessor="obligation__party",
        order_by=("obligation__party__name",),
        attrs={"td": {"class": "nw", "data-label": ""}},
    )
    title = tables.Column(
        _("Commitment"),
        accessor="obligation__commitment__title",
        linkify=lambda record: record.obligation.get_page_url(),
    )
    claim = tables.Column(_("Claimed"))
    pieces = tables.Column(_("Evidence"), attrs={"td": {"class": "num"}})
    state = tables.Column(_("State"), attrs={"td": {"class": "nw"}})
    decided_by = tables.Column(_("Decided by"), order_by=("decided_by__name",), default="")

    class Meta(BaseTable.Meta):
        model = ProgressReport
        fields: ClassVar[tuple[str, ...]] = ()
        sequence = ("submitted_at", "party", "title", "claim", "pieces", "state", "decided_by")

    def render_submitted_at(self, value: datetime) -> str:
        return day(value)

    def render_claim(self, record: ProgressReport) -> SafeString:
        return render_to_string("commitments/_status.html", tags.status(record.claim))
