"""The tables of meetings, parties and instruments."""

from datetime import datetime
from typing import Any, ClassVar

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ui.tables import BaseTable
from ui.templatetags.ui import day, language_name

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


class PeopleTable(BaseTable):
    """One person a row: what they may do, and for whom they answer today."""

    row_head: ClassVar[str] = "name"
    optional: ClassVar[tuple[str, ...]] = ("email", "date_joined")
    exported: ClassVar[dict[str, tuple[str, ...]]] = {"answering": ("parties", "deputy_of")}

    name = tables.Column(_("Name"))
    role = tables.Column(_("Role"), attrs={"td": {"class": "nw"}})
    answering = tables.Column(_("Answers for"), empty_values=(), orderable=False)
    language = tables.Column(_("Language"), attrs={"td": {"class": "nw"}})
    time_zone = tables.Column(_("Time zone"), attrs={"td": {"class": "nw"}})
    last_login = tables.Column(_("Last sign-in"), default="", attrs={"td": {"class": "nw"}})
    is_active = tables.Column(_("Active"), attrs={"td": {"class": "nw"}})
    email = tables.Column(_("E-mail address"))
    date_joined = tables.Column(_("Entered"), attrs={"td": {"class": "nw"}})

    class Meta(BaseTable.Meta):
        model = User
        fields: ClassVar[tuple[str, ...]] = ()

    def render_answering(self, record: Any) -> str:
        return "; ".join(
            gettext("%(party)s (deputy)") % {"party": term.party}
            if term.is_deputy
            else str(term.party)
            for term in record.answering
        )

    def render_language(self, value: str) -> str:
        return language_name(value)

    def render_last_login(self, value: datetime) -> str:
        return day(value)

    def render_date_joined(self, value: datetime) -> str:
        return day(value)

    def render_is_active(self, value: bool) -> str:
        return gettext("Yes") if value else gettext("No")

    def order_last_login(self, queryset: Any, is_descending: bool) -> Any:
        """Whoever never signed in stands last in both directions."""
        key = F("last_login")
        order = key.desc(nulls_last=True) if is_descending else key.asc(nulls_last=True)
        return queryset.order_by(order, "pk"), True

    def value_parties(self, record: Any) -> list[str]:
        return [term.party.code for term in record.answering if not term.is_deputy]

    def value_deputy_of(self, record: Any) -> list[str]:
        return [term.party.code for term in record.answering if term.is_deputy]


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
