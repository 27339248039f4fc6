"""The tables of meetings, parties and instruments."""

from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ui.tables import BaseTable
from ui.templatetags.ui import day

from .models import Instrument, Meeting, Party


class MeetingTable(BaseTable):
    """One meeting a row."""

    row_head: ClassVar[str] = "title"
    always: ClassVar[tuple[str, ...]] = ("slug",)
    optional: ClassVar[tuple[str, ...]] = ("series", "officer", "next_meeting")
    exported: ClassVar[dict[str, tuple[str, ...]]] = {
        "starts_on": ("starts_on", "ends_on", "expected")
    }

    number = tables.Column(_("Number"), attrs={"td": {"class": "ref"}})
    title = tables.Column(_("Meeting"), linkify=True)
    starts_on = tables.Column(_("Date"), empty_values=(), attrs={"td": {"class": "nw"}})
    place = tables.Column(_("Place"))
    chair = tables.Column(_("Chair"), order_by=("chair__name",), default="")
    series = tables.Column(_("Series"))
    officer = tables.Column(_("Desk officer"), order_by=("officer__name",), default="")
    next_meeting = tables.Column(
        _("Next meeting"), order_by=("next_meeting__starts_on",), default="", linkify=True
    )

    class Meta(BaseTable.Meta):
        model = Meeting
        fields: ClassVar[tuple[str, ...]] = ()
        sequence = ("number", "title", "starts_on", "place", "chair", "...")

    def read_for(self, rows: QuerySet[Any], shown: set[str]) -> QuerySet[Any]:
        wanted = shown & {"officer", "next_meeting"}
        return rows.select_related(*wanted) if wanted else rows

    def value_chair(self, record: Meeting) -> str:
        return record.chair.code if record.chair else ""

    def value_officer(self, record: Meeting) -> str:
        return record.officer.name if record.officer else ""

    def value_next_meeting(self, record: Meeting) -> str:
        return record.next_meeting.slug if record.next_meeting else ""

    def render_starts_on(self, record: Meeting) -> SafeString | str:
        return day(record.starts_on) if record.starts_on else record.expected


class PartyTable(BaseTable):
    """One party a row, with whoever answers for it today."""

    row_head: ClassVar[str] = "name"
    always: ClassVar[tuple[str, ...]] = ("code",)
    optional: ClassVar[tuple[str, ...]] = ("holidays", "mailbox")
    exported: ClassVar[dict[str, tuple[str, ...]]] = {"joined": ("joined", "left")}

    code = tables.Column(_("Code"), attrs={"td": {"class": "ref", "data-label": ""}})
    name = tables.Column(_("Party"), linkify=True)
    kind = tables.Column(_("Kind"), attrs={"td": {"class": "nw"}})
    joined = tables.Column(_("Member since"), attrs={"td": {"class": "nw"}}, default="")
    answering = tables.Column(_("Answers today"), empty_values=(), orderable=False)
    time_zone = tables.Column(_("Time zone"), attrs={"td": {"class": "nw"}})
    holidays = tables.Column(_("Public holidays of"), default="")
    mailbox = tables.Column(_("Mailbox"), order_by=("mailbox__name",), default="")

    class Meta(BaseTable.Meta):
        model = Party
        fields: ClassVar[tuple[str, ...]] = ()
        sequence = ("code", "name", "kind", "joined", "answering", "time_zone", "...")

    def value_answering(self, record: Any) -> list[str]:
        return [str(term.user) for term in record.answering]

    def value_mailbox(self, record: Party) -> str:
        return str(record.mailbox or "")

    def render_joined(self, record: Party) -> SafeString | str:
        if record.joined and record.left:
            return format_html("{} – {}", day(record.joined), day(record.left))
        return day(record.joined)

    def render_answering(self, record: Any) -> str:
        names = "; ".join(str(term.user) for term in record.answering)
        if names:
            return names
        return gettext("Nobody; the mailbox gets the mail") if record.mailbox else gettext("Nobody")


class InstrumentTable(BaseTable):
    """One instrument a row."""

    row_head: ClassVar[str] = "name"
    always: ClassVar[tuple[str, ...]] = ("slug",)

    name = tables.Column(_("Instrument"), linkify=True)
    kind = tables.Column(_("Kind"), attrs={"td": {"class": "nw"}})
    year = tables.Column(_("Year"), attrs={"td": {"class": "nw"}}, default="")
    opens = tables.Column(_("Valid from"), attrs={"td": {"class": "nw"}}, default="")
    ends = tables.Column(_("Valid until"), attrs={"td": {"class": "nw"}}, default="")
    place = tables.Column(_("Adopted in"), default="")

    class Meta(BaseTable.Meta):
        model = Instrument
        fields: ClassVar[tuple[str, ...]] = ()
        sequence = ("name", "kind", "year", "opens", "ends", "place")

    def render_opens(self, value: Any) -> str:
        return day(value)

    def render_ends(self, value: Any) -> str:
        return day(value)
