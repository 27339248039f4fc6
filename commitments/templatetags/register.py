"""How the register looks: status, timing, the basis of a deadline, the strip of a commitment."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from commitments.choices import Basis, Reporting, Status, Timing
from commitments.models import Deadline, Obligation
from commitments.places import lines_at
from ui.templatetags.ui import day, icon, symbol
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


# These stand in each row of long lists, where a template for every cell would cost more than its words.


@register.simple_tag
def status(value: str) -> SafeString:
    """A status as symbol and word."""
    known = Status(value)
    return _status(known.symbol, known.label)


@register.simple_tag
def standing(line: Obligation) -> SafeString:
    """Where a line stands as its reader sees it: a report that awaits validation says so first."""
    return _status(AWAITING, Reporting.AWAITING.label) if line.is_awaiting else status(line.status)


def _status(code: str, label: Any) -> SafeString:
    return format_html('<span class="st">{}<span>{}</span></span>', symbol(code), label)


@register.filter
def standing_symbol(line: Obligation) -> str:
    """The letter of its shape in the strip."""
    return AWAITING if line.is_awaiting else Status(line.status).symbol


@register.filter
def standing_words(line: Obligation) -> str:
    return str(Reporting.AWAITING.label if line.is_awaiting else Status(line.status).label)


@register.simple_tag
def basis(value: str) -> SafeString:
    """Where a deadline comes from, as a tag: solid, outline or dashed."""
    return _basis(get_language(), value)


@lru_cache(maxsize=64)
def _basis(language: str | None, value: str) -> SafeString:
    known = Basis(value)
    return format_html(
        '<span class="basis basis--{}">{}{}</span>',
        known.value,
        icon(_BASIS_ICON[known]),
        known.label,
    )


@register.simple_tag
def due(deadline: Deadline | None) -> SafeString:
    """A deadline as date and basis; in words when there is none."""
    if not deadline or not deadline.due:
        return format_html('<span class="muted">{}</span>', _("No date set"))
    return _due(get_language(), deadline.due, deadline.basis)


@lru_cache(maxsize=4096)
def _due(language: str | None, due: date, by: str) -> SafeString:
    """Few of the days on a page differ."""
    return format_html('<span class="due">{}{}</span>', day(due), basis(by))


@register.simple_tag
def timing(line: Obligation | None) -> SafeString:
    """How a line stands to its deadline, in words. Pages put `timing_now` and `days` on their lines."""
    state: Timing = line.timing_now if line else Timing.CLOSED
    return _timing(get_language(), state, timing_words(line))


@lru_cache(maxsize=4096)
def _timing(language: str | None, state: Timing, said: str) -> SafeString:
    look, name = _TIMING[state]
    mark = icon(name) if name else ""
    return format_html('<span class="timing timing--{}">{}{}</span>', look, mark, said)


def timing_words(line: Obligation | None) -> str:
    """ "3 days late", "Due in 29 days", or the state where days say nothing."""
    state: Timing = line.timing_now if line else Timing.CLOSED
    if line and line.days is not None and state in {Timing.OVERDUE, Timing.SOON}:
        return in_days(line.days)
    return str(state.label)


@register.simple_tag
def strip(lines: Iterable[Obligation], parties: Iterable[Any]) -> SafeString:
    """One cell a party, in the order of `parties`; a party without a line owes nothing here."""
    by_party = {line.party_id: line for line in lines}
    language = get_language()
    cells = mark_safe("".join(_cell(language, party, by_party.get(party.pk)) for party in parties))
    return format_html('<ol class="strip" aria-label="{}">{}</ol>', _("Progress by party"), cells)


def _cell(language: str | None, party: Any, line: Obligation | None) -> SafeString:
    if line is None:
        return _cell_of(language, party.code, str(party), "", is_late=False)
    state = AWAITING if line.is_awaiting else line.status
    late = line.timing_now == Timing.OVERDUE
    return _cell_of(language, party.code, str(party), state, is_late=late)


@lru_cache(maxsize=4096)
def _cell_of(
    language: str | None, code: str, name: str, state: str, *, is_late: bool
) -> SafeString:
    """The cell in this language: a page has hundreds, and few that differ."""
    known = Status(state) if state and state != AWAITING else None
    label = known.label if known else Reporting.AWAITING.label
    return format_html(
        '<li data-code="{}"{}>{}<span class="vh">{}: {}{}</span></li>',
        code,
        mark_safe(' class="late late-flag"') if is_late else "",
        symbol(known.symbol if known else state or "x"),
        name,
        str(label).lower() if state else _("no line shown"),
        f", {_('overdue')}" if is_late else "",
    )


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
