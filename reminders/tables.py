"""The tables of the ledger and the outbox."""

from datetime import datetime
from typing import Any, ClassVar

import django_tables2 as tables
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_words
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ui import words
from ui.tables import BaseTable

from .choices import Outcome, State
from .models import Email, Reminder
from .words import detail_words, mail_words, result_words, step_words, to_words

_ICONS = {
    State.SENT.value: "circle-check",
    State.FAILED.value: "triangle-alert",
    State.HELD.value: "circle-pause",
    Outcome.SUPPRESSED.value: "circle-pause",
}
# On small screens each cell takes a line of its own; those that speak for themselves have no label.
_LINE = {"td": {"class": "wide", "data-label": ""}}
_TIME = {"td": {"class": "nw wide", "data-label": ""}}
_QUIET = {"td": {"class": "sec2 wide", "data-label": ""}}


def moment(at: datetime | None) -> SafeString:
    """A day and a time of day, in the zone of the page."""
    if at is None:
        return SafeString()
    local = timezone.localtime(at)
    said = f"{words.day_words(local)}, {date_words(local, 'H:i')}"
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), said)


def result(code: str, said: str) -> SafeString:
    """A result with its icon; `code` is an outcome or the state of a mail."""
    context = {"is_late": code == State.FAILED, "icon": _ICONS.get(code, "clock"), "said": said}
    return render_to_string("reminders/_result.html", context)


def promise_result(reminder: Reminder) -> SafeString:
    """What became of a promise, its mail included, with its icon."""
    code = reminder.outcome
    if code == Outcome.INCLUDED and reminder.email:
        code = reminder.email.state
    return result(code, result_words(reminder))


class ReminderTable(BaseTable):
    """One promise a row, as the person reads it who was to be told."""

    row_head: ClassVar[str] = "line"
    exported: ClassVar[dict[str, tuple[str, ...]]] = {
        "line": ("reference", "party", "title"),
        "result": ("outcome", "mail"),
        "detail": ("reason", "detail"),
    }

    planned_at = tables.Column(gettext_lazy("Time"), attrs=_TIME)
    occasion = tables.Column(gettext_lazy("Step"), orderable=False, attrs=_TIME)
    line = tables.Column(gettext_lazy("Commitment"), empty_values=(), orderable=False)
    result = tables.Column(gettext_lazy("Result"), empty_values=(), orderable=False, attrs=_LINE)
    detail = tables.Column(gettext_lazy("Detail"), empty_values=(), orderable=False, attrs=_QUIET)

    class Meta(BaseTable.Meta):
        model = Reminder
        fields: ClassVar[tuple[str, ...]] = ()
        sequence: ClassVar[tuple[str, ...]] = (
            "planned_at", "occasion", "line", "result", "detail",
        )  # fmt: skip

    def render_planned_at(self, value: datetime) -> SafeString:
        return moment(value)

    def render_occasion(self, value: str) -> str:
        return step_words(value)

    def render_line(self, record: Any) -> str:
        """Reference and title, for a reader who may still see them."""
        if not record.may_see:
            return _("Restricted")
        line = record.obligation
        return format_html(
            '<a href="{}">{}</a> <span class="sub">{}</span>',
            line.get_absolute_url(),
            line.commitment.title,
            line.commitment.reference,
        )

    def render_result(self, record: Reminder) -> SafeString:
        """A link to the page that explains it."""
        page = reverse("reminders:promise", args=[record.pk])
        return format_html('<a href="{}">{}</a>', page, promise_result(record))

    def render_detail(self, record: Reminder) -> str:
        return detail_words(record)

    def value_reference(self, record: Any) -> str:
        return record.obligation.commitment.reference if record.may_see else ""

    def value_party(self, record: Any) -> str:
        return record.obligation.party.code if record.may_see else ""

    def value_title(self, record: Any) -> str:
        return record.obligation.commitment.title if record.may_see else ""

    def value_mail(self, record: Reminder) -> str:
        """Where the mail of it stands."""
        return record.email.state if record.email else ""

    def value_detail(self, record: Reminder) -> str:
        return detail_words(record)


class LedgerTable(ReminderTable):
    """One promise a row, with whom it was made to."""

    exported: ClassVar[dict[str, tuple[str, ...]]] = {
        **ReminderTable.exported,
        "recipient": ("recipient", "capacity"),
    }

    recipient = tables.Column(gettext_lazy("Recipient"), order_by=("recipient__name",), attrs=_LINE)

    class Meta(ReminderTable.Meta):
        sequence: ClassVar[tuple[str, ...]] = (
            "planned_at", "recipient", "occasion", "line", "result", "detail",
        )  # fmt: skip

    def render_recipient(self, record: Reminder) -> str:
        name, said = record.recipient.name, to_words(record.capacity, record.obligation.party.name)
        return name if name == said else format_html('{} <span class="sub">{}</span>', name, said)

    def value_recipient(self, record: Reminder) -> str:
        return record.recipient.name


class EmailTable(BaseTable):
    """One mail a row."""

    row_head: ClassVar[str] = "subject"
    exported: ClassVar[dict[str, tuple[str, ...]]] = {"detail": ("error", "detail")}

    created_at = tables.Column(gettext_lazy("Planned"), attrs=_TIME)
    recipient = tables.Column(
        gettext_lazy("Recipient"),
        order_by=("recipient__name",),
        empty_values=(),
        attrs=_LINE,
    )
    subject = tables.Column(gettext_lazy("Subject"), empty_values=(), linkify=True)
    kind = tables.Column(gettext_lazy("Kind"), attrs={"td": {"class": "not-sm"}})
    items = tables.Column(
        gettext_lazy("Reminders"), attrs={"td": {"class": "num not-sm"}, "th": {"class": "num"}}
    )
    state = tables.Column(gettext_lazy("State"), attrs=_LINE)
    sent_at = tables.Column(gettext_lazy("Sent"), attrs={"td": {"class": "nw not-sm"}})
    detail = tables.Column(gettext_lazy("Detail"), empty_values=(), orderable=False, attrs=_QUIET)

    class Meta(BaseTable.Meta):
        model = Email
        fields: ClassVar[tuple[str, ...]] = ()
        sequence: ClassVar[tuple[str, ...]] = (
            "created_at", "recipient", "subject", "kind", "items", "state", "sent_at", "detail",
        )  # fmt: skip

    def render_created_at(self, value: datetime) -> SafeString:
        return moment(value)

    def render_sent_at(self, value: datetime) -> SafeString:
        return moment(value)

    def render_recipient(self, record: Email) -> str:
        return record.recipient.name if record.recipient else record.to_address

    def render_subject(self, record: Email) -> str:
        return record.subject or _("Not written yet")

    def render_state(self, record: Email) -> SafeString:
        return result(record.state, record.get_state_display())

    def render_detail(self, record: Email) -> str:
        return mail_words(record)

    def value_recipient(self, record: Email) -> str:
        return self.render_recipient(record)

    def value_detail(self, record: Email) -> str:
        return mail_words(record)
