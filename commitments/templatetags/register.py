"""How the register looks: status, timing, the basis of a deadline, the strip of a commitment."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from commitments.choices import Basis, Reporting, Status, Timing
from commitments.models import Deadline, Obligation
from commitments.places import lines_at
from ui.words import in_days

register = template.Library()

# The letter of the shape for a report that awaits validation.
AWAITING = "v"

_BASIS_ICON = {Basis.STATED: "quote", Basis.DERIVED: "link-2", Basis.SET: "pen-line"}
_TIMING = {
    Timing.OVERDUE: ("late", "triangle-alert"),
    Timing.SOON: ("soon", "clock"),
    Timing.LATER: ("ok", ""),
    Timing.NONE: ("none", ""),
    Timing.CLOSED: ("none", ""),
}


@register.inclusion_tag("commitments/_status.html")
def status(value: str) -> dict[str, Any]:
    """A status as symbol and word."""
    known = Status(value)
    return {"symbol": known.symbol, "label": known.label}


@register.inclusion_tag("commitments/_status.html")
def standing(line: Obligation) -> dict[str, Any]:
    """Where a line stands as its reader sees it: a report that awaits validation says so first."""
    if line.is_awaiting:
        return {"symbol": AWAITING, "label": Reporting.AWAITING.label}
    return status(line.status)


@register.filter
def standing_symbol(line: Obligation) -> str:
    """The letter of its shape in the strip."""
    return AWAITING if line.is_awaiting else Status(line.status).symbol


@register.filter
def standing_words(line: Obligation) -> str:
    return str(Reporting.AWAITING.label if line.is_awaiting else Status(line.status).label)


@register.inclusion_tag("commitments/_basis.html")
def basis(value: str) -> dict[str, Any]:
    """Where a deadline comes from, as a tag: solid, outline or dashed."""
    known = Basis(value)
    return {"value": known.value, "label": known.label, "icon": _BASIS_ICON[known]}


@register.inclusion_tag("commitments/_due.html")
def due(deadline: Deadline | None) -> dict[str, Any]:
    """A deadline as date and basis; in words when there is none."""
    return {"deadline": deadline if deadline and deadline.due else None}


@register.inclusion_tag("commitments/_timing.html")
def timing(line: Obligation | None) -> dict[str, Any]:
    """How a line stands to its deadline, in words. Pages put `timing_now` and `days` on their lines."""
    state: Timing = line.timing_now if line else Timing.CLOSED
    look, icon = _TIMING[state]
    words = str(state.label)
    if line and line.days is not None and state in {Timing.OVERDUE, Timing.SOON}:
        words = in_days(line.days)
    return {"look": look, "icon": icon, "words": words}


@register.inclusion_tag("commitments/_strip.html")
def strip(lines: Iterable[Obligation], parties: Iterable[Any]) -> dict[str, Any]:
    """One cell a party, in the order of `parties`; a party without a line owes nothing here."""
    by_party = {line.party_id: line for line in lines}
    return {"cells": [(party, by_party.get(party.pk)) for party in parties]}


@register.filter
def status_symbol(value: str) -> str:
    return Status(value).symbol


@register.simple_tag
def lines_number(number: int, look: str = "", **filters: Any) -> SafeString:
    """How many lines, as a link to them: `{% lines_number row.overdue look="is-late" party="KZ" %}`."""
    return linked(number, lines_at(**filters), look)


@register.simple_tag
def linked(number: int, address: str, look: str = "") -> SafeString:
    """A number as a link to what it counts; nothing is a grey 0 that leads nowhere."""
    if not number:
        return mark_safe('<span class="zero">0</span>')
    link = format_html('<a href="{}">{}</a>', address, number)
    return format_html('<span class="{}">{}</span>', look, link) if look else link
