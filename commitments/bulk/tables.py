"""The table of changes of many rows."""

from collections import defaultdict
from datetime import datetime
from typing import Any, ClassVar

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from commitments.models import BulkEdit
from ui.tables import BaseTable
from ui.templatetags.ui import day

from . import kinds


class BulkTable(BaseTable):
    """One change a row: when, of what to what, why, by whom, and how far it is."""

    row_head: ClassVar[str] = "kind"

    created_at = tables.Column(_("Previewed"), attrs={"td": {"class": "nw", "data-label": ""}})
    kind = tables.Column(_("What"))
    note = tables.Column(_("Reason"), orderable=False)
    author = tables.Column(_("By"), order_by=("author__name",))
    state = tables.Column(_("State"), attrs={"td": {"class": "nw"}})

    class Meta(BaseTable.Meta):
        model = BulkEdit
        fields: ClassVar[tuple[str, ...]] = ()
        sequence = ("created_at", "kind", "note", "author", "state")

    def prepare(self, records: list[Any]) -> None:
        """The new values in words: a few queries for each kind on the page."""
        alike = defaultdict(list)
        for record in records:
            alike[record.kind].append(record)
        for key, edits in alike.items():
            titles = kinds.get(key).titles([edit.values for edit in edits])
            for edit, title in zip(edits, titles, strict=True):
                edit.title = title

    def render_created_at(self, value: datetime) -> str:
        return day(value)

    def render_kind(self, record: Any) -> SafeString:
        said = self.value_kind(record)
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), said)

    def value_kind(self, record: Any) -> str:
        return f"{kinds.get(record.kind).label}: {record.title}"
