"""The tables of the register."""

from datetime import datetime
from operator import methodcaller
from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from meetings.models import Party
from ui.columns import PageColumn
from ui.tables import BaseTable
from ui.templatetags.ui import day

from . import words
from .models import Commitment, Obligation, ProgressReport
from .templatetags import register as tags
from .values import (
    CommitmentValues,
    LineValues,
    ReportValues,
    note_timing,
    read_lines,
    soonest,
    summed_up,
)

# Who reads mail about what is nobody's business but the secretariat's.
_FOR_THE_SECRETARIAT = frozenset({"officer", "owner", "sensitivity"})
_OPTIONAL = {"td": {"class": "nw"}}


def last_without(
    queryset: QuerySet[Any], field: str, is_descending: bool
) -> tuple[QuerySet[Any], bool]:
    """Order by a value; rows without one stand last in both directions."""
    order = F(field).desc(nulls_last=True) if is_descending else F(field).asc(nulls_last=True)
    return queryset.order_by(order, "pk"), True


class CommitmentTable(CommitmentValues, BaseTable):
    """One commitment a row: who owes it, where each party stands, when it falls due first."""

    row_head: ClassVar[str] = "title"
    optional: ClassVar[tuple[str, ...]] = (
        "theme", "strength", "life", "instruments", "review_days", "officer", "sensitivity",
    )  # fmt: skip

    reference = tables.Column(
        _("Reference"), empty_values=(), attrs={"td": {"class": "ref", "data-label": ""}}
    )
    title = PageColumn(_("Commitment"), accessor="title")
    meeting = tables.Column(
        _("Meeting"),
        empty_values=(),
        order_by=("meeting__starts_on", "meeting__number"),
        attrs={"td": {"class": "nw not-sm"}},
    )
    owed_by = tables.Column(_("Owed by"), empty_values=())
    progress = tables.Column(
        _("Progress by party"),
        empty_values=(),
        attrs={"td": {"class": "wide", "data-label": ""}},
    )
    deadline = tables.Column(
        _("Deadline and its basis"), empty_values=(), attrs={"td": {"data-label": ""}}
    )
    timing = tables.Column(_("Timing"), empty_values=(), attrs={"td": {"data-label": ""}})
    theme = tables.Column(_("Theme"), order_by=("theme__name",), default="", attrs=_OPTIONAL)
    strength = tables.Column(_("Strength"), attrs=_OPTIONAL)
    life = tables.Column(_("In force"), attrs=_OPTIONAL)
    instruments = tables.Column(_("Instruments"), orderable=False, default="")
    review_days = tables.Column(_("Review rhythm in days"), default="", attrs=_OPTIONAL)
    officer = tables.Column(_("Desk officer"), order_by=("officer__name",), default="")
    sensitivity = tables.Column(_("Who may read"), attrs=_OPTIONAL)

    class Meta(BaseTable.Meta):
        model = Commitment
        fields: ClassVar[tuple[str, ...]] = ()
        sequence = (
            "reference", "title", "meeting", "owed_by", "progress", "deadline", "timing", "...",
        )  # fmt: skip

    def __init__(
        self, *args: Any, user: User, now: datetime, parties: list[Party], **kwargs: Any
    ) -> None:
        self.user = user
        self.now = now
        self.parties = parties
        super().__init__(*args, **kwargs)

    def offers(self, column: str) -> bool:
        return self.user.is_secretariat or column not in _FOR_THE_SECRETARIAT

    def read_for(self, rows: QuerySet[Any], shown: set[str]) -> QuerySet[Any]:
        if "officer" in shown:
            rows = rows.select_related("officer")
        if "sensitivity" in shown:
            rows = rows.select_related("restricted_to")
        return rows.prefetch_related("instruments") if "instruments" in shown else rows

    def prepare(self, records: list[Any]) -> None:
        read_lines(records, self.parties, self.user, self.now)
        for record in records:
            for line in record.lines:
                line.commitment = record
                note_timing(line, self.now)

    def before_render(self, request: Any) -> None:
        """The head's strip names the parties that owe anything on this page."""
        super().before_render(request)
        owing = {line.party_id for row in self.paginated_rows for line in row.record.lines}
        self.shown_parties = [party for party in self.parties if party.pk in owing]
        codes = format_html_join("", "<li>{}</li>", ((party.code,) for party in self.shown_parties))
        self.columns["progress"].column.verbose_name = format_html(
            '<span class="vh">{}</span><ol class="strip strip--head" aria-hidden="true">{}</ol>',
            _("Progress by party"),
            codes,
        )

    def render_reference(self, record: Commitment) -> str:
        return record.reference

    def render_meeting(self, record: Commitment) -> str:
        meeting = record.meeting
        year = meeting.starts_on.year if meeting.starts_on else meeting.expected
        return _("No. %(number)s, %(year)s") % {"number": meeting.number, "year": year}

    def render_owed_by(self, record: Any) -> str:
        return words.owed_by_words(record.lines, record.meeting, self.parties)

    def render_progress(self, record: Any) -> SafeString:
        return tags.strip(record.lines, self.shown_parties)

    def print_progress(self, record: Any) -> str:
        summary = summed_up(record.lines)
        said = [words.done_words(summary, some_hidden=False), words.rest_words(summary)]
        return ", ".join(filter(None, said))

    def render_instruments(self, record: Any) -> str:
        return "; ".join(str(instrument) for instrument in record.instruments.all())

    def render_sensitivity(self, record: Any) -> str:
        said = [record.get_sensitivity_display(), str(record.restricted_to or "")]
        return ": ".join(filter(None, said))

    def render_deadline(self, record: Any) -> SafeString:
        line = soonest(record.lines)
        return tags.due(line.next_deadline if line else None)

    def render_timing(self, record: Any) -> SafeString:
        return tags.timing(soonest(record.lines))

    def order_owed_by(self, queryset: Any, is_descending: bool) -> Any:
        """By the first party that leads, then by how many do: the words themselves are no column."""
        keys = [
            F(name).desc(nulls_last=True) if is_descending else F(name).asc(nulls_last=True)
            for name in ("first_lead", "leads")
        ]
        return queryset.first_lead(self._lines()).order_by(*keys, "pk"), True

    def order_progress(self, queryset: Any, is_descending: bool) -> Any:
        """By how much of what counts is done; what counts nothing stands last."""
        return last_without(queryset.with_share_done(self._lines()), "share_done", is_descending)

    def _lines(self) -> Any:
        return Obligation.objects.visible_lines(self.user, self.now)

    def order_deadline(self, queryset: Any, is_descending: bool) -> Any:
        """By what falls due first; what has no date stands last in both directions."""
        ordered = queryset.latest_first() if is_descending else queryset.soonest_first()
        return ordered, True

    order_timing = order_deadline


class LineTable(LineValues, BaseTable):
    """One line a row: whose, of which commitment, where it stands, when it is due."""

    row_head: ClassVar[str] = "title"
    optional: ClassVar[tuple[str, ...]] = (
        "meeting", "theme", "last_report", "owner", "sensitivity",
    )  # fmt: skip

    reference = tables.Column(
        _("Reference"),
        accessor="commitment__reference",
        attrs={"td": {"class": "ref", "data-label": ""}},
    )
    party = tables.Column(
        _("Party"), order_by=("party__name",), attrs={"td": {"class": "nw", "data-label": ""}}
    )
    title = PageColumn(
        _("Commitment"), accessor="commitment__title", address=methodcaller("get_page_url")
    )
    role = tables.Column(_("Role"), attrs={"td": {"class": "nw not-sm"}})
    status = tables.Column(_("Status"), empty_values=(), attrs={"td": {"data-label": ""}})
    deadline = tables.Column(
        _("Deadline and its basis"), empty_values=(), attrs={"td": {"data-label": ""}}
    )
    timing = tables.Column(_("Timing"), empty_values=(), attrs={"td": {"data-label": ""}})

    meeting = tables.Column(
        _("Meeting"),
        accessor="commitment__meeting",
        order_by=("commitment__meeting__starts_on", "commitment__meeting__number"),
    )
    theme = tables.Column(
        _("Theme"), accessor="commitment__theme", order_by=("commitment__theme__name",), default=""
    )
    last_report = tables.Column(
        _("Last report"), accessor="last_report_at", default="", attrs=_OPTIONAL
    )
    owner = tables.Column(_("Owner"), order_by=("owner__name",), default="")
    sensitivity = tables.Column(_("Who may read"), attrs=_OPTIONAL)

    class Meta(BaseTable.Meta):
        model = Obligation
        fields: ClassVar[tuple[str, ...]] = ()
        sequence = ("reference", "party", "title", "role", "status", "deadline", "timing", "...")

    def __init__(self, *args: Any, user: User, now: datetime, **kwargs: Any) -> None:
        self.user = user
        self.now = now
        super().__init__(*args, **kwargs)

    def offers(self, column: str) -> bool:
        return self.user.is_secretariat or column not in _FOR_THE_SECRETARIAT

    def read_for(self, rows: QuerySet[Any], shown: set[str]) -> QuerySet[Any]:
        if "owner" in shown:
            rows = rows.select_related("owner")
        return rows.select_related("commitment__theme") if "theme" in shown else rows

    def prepare(self, records: list[Obligation]) -> None:
        for record in records:
            note_timing(record, self.now)

    def render_last_report(self, value: datetime) -> str:
        return day(value)

    def render_status(self, record: Obligation) -> SafeString:
        return tags.standing(record)

    def render_deadline(self, record: Obligation) -> SafeString:
        return tags.due(record.next_deadline)

    def render_timing(self, record: Obligation) -> SafeString:
        return tags.timing(record)

    def order_deadline(self, queryset: Any, is_descending: bool) -> Any:
        return last_without(queryset, "due_at", is_descending)

    order_timing = order_deadline


class ReportTable(ReportValues, BaseTable):
    """One progress report a row: whose, about what, what it claims, what was decided."""

    row_head: ClassVar[str] = "title"
    optional: ClassVar[tuple[str, ...]] = ("text", "author", "finding", "comment", "decided_at")

    submitted_at = tables.Column(_("Sent"), attrs={"td": {"class": "nw"}})
    party = tables.Column(
        _("Party"),
        accessor="obligation__party",
        order_by=("obligation__party__name",),
        attrs={"td": {"class": "nw", "data-label": ""}},
    )
    title = PageColumn(
        _("Commitment"),
        accessor="obligation__commitment__title",
        address=lambda record: record.obligation.get_page_url(),
    )
    claim = tables.Column(_("Claimed"))
    pieces = tables.Column(_("Evidence"), attrs={"td": {"class": "num"}})
    state = tables.Column(_("State"), attrs={"td": {"class": "nw"}})
    decided_by = tables.Column(_("Decided by"), order_by=("decided_by__name",), default="")

    text = tables.Column(_("What was done"), attrs={"td": {"class": "wide"}})
    author = tables.Column(_("Author"), order_by=("author__name",))
    finding = tables.Column(_("Status found"))
    comment = tables.Column(_("Comment"), attrs={"td": {"class": "wide"}})
    decided_at = tables.Column(_("Decided"), default="", attrs=_OPTIONAL)

    class Meta(BaseTable.Meta):
        model = ProgressReport
        fields: ClassVar[tuple[str, ...]] = ()
        sequence = (
            "submitted_at", "party", "title", "claim", "pieces", "state", "decided_by", "...",
        )  # fmt: skip

    def render_submitted_at(self, value: datetime) -> str:
        return day(value)

    def render_claim(self, record: ProgressReport) -> SafeString:
        return tags.status(record.claim)

    def render_finding(self, record: ProgressReport) -> SafeString:
        return tags.status(record.finding)

    def render_decided_at(self, value: datetime) -> str:
        return day(value)
