"""The table of meetings."""

from typing import ClassVar

import django_tables2 as tables
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ui.tables import BaseTable
from ui.templatetags.ui import day

from .models import Meeting


class MeetingTable(BaseTable):
    """One meeting a row."""

    row_head: ClassVar[str] = "title"

    number = tables.Column(_("Number"), attrs={"td": {"class": "ref"}})
    title = tables.Column(_("Meeting"), linkify=True)
    starts_on = tables.Column(_("Date"), empty_values=(), attrs={"td": {"class": "nw"}})
    place = tables.Column(_("Place"))
    chair = tables.Column(_("Chair"), order_by=("chair__name",), default="")

    class Meta(BaseTable.Meta):
        model = Meeting
        fields: ClassVar[tuple[str, ...]] = ()
        sequence = ("number", "title", "starts_on", "place", "chair")

    def render_starts_on(self, record: Meeting) -> SafeString | str:
        return day(record.starts_on) if record.starts_on else record.expected
