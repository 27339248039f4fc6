"""The cells of the grid. Thousands stand on a page, so that those that say the same are written once."""

from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from commitments.choices import Reporting, Status
from commitments.grid import Cell, Figure, Line, Standing
from commitments.templatetags.register import AWAITING, basis
from ui.templatetags.ui import day, icon, symbol

register = template.Library()


@register.simple_tag
def grid_cells(line: Line) -> SafeString:
    language = get_language() or ""
    return mark_safe("".join(_cell(cell, language) for cell in line.cells))


def _cell(cell: Cell | None, language: str) -> SafeString:
    if cell is None:
        return _no_line(language)
    before, after = _around(cell.standing, language)
    return format_html("{}{}{}", before, cell.address, after)


@lru_cache(maxsize=8)
def _no_line(language: str) -> SafeString:
    return format_html(
        '<td class="g-x">{}<span class="vh">{}</span></td>', symbol("x"), _("no line shown")
    )


@lru_cache(maxsize=4096)
def _around(standing: Standing, language: str) -> tuple[SafeString, SafeString]:
    """What stands before and after the address."""
    code = AWAITING if standing.awaiting else Status(standing.status).symbol
    said = _said(standing)
    before = format_html(
        '<td class="g"><a class="{}" title="{}" href="', _look(standing, code), said
    )
    return before, format_html('">{}<span class="vh">{}</span></a></td>', symbol(code), said)


def _look(standing: Standing, code: str) -> str:
    if not standing.asked:
        return "g-out"
    looks = ["b-late late-flag" if standing.overdue else f"b-{code}"]
    return " ".join([*looks, "g-silent"] if standing.silent else looks)


def _said(standing: Standing) -> str:
    """ "Kazakhstan: in progress, overdue"."""
    label = Reporting.AWAITING.label if standing.awaiting else Status(standing.status).label
    marks = [
        (standing.overdue, _("overdue")),
        (standing.silent, _("silent")),
        (not standing.asked, _("outside the filters")),
    ]
    words = [str(label).lower(), *(word for is_so, word in marks if is_so)]
    return f"{standing.party}: {', '.join(words)}"


@register.simple_tag
def grid_due(line: Line) -> SafeString:
    """The deadline that comes first among the open lines; in words when there is none."""
    cell = line.next
    language = get_language() or ""
    if cell is None:
        return _no_date(language)
    if not cell.standing.overdue:
        return format_html("{} {}", day(cell.due), _basis(cell.basis, language))
    late = format_html(
        '<span class="is-late">{}{}</span>', icon("triangle-alert", "sm"), day(cell.due)
    )
    return format_html("{} {}", late, _basis(cell.basis, language))


@lru_cache(maxsize=8)
def _no_date(language: str) -> SafeString:
    return format_html('<span class="muted">{}</span>', _("No date set"))


@lru_cache(maxsize=16)
def _basis(value: str, language: str) -> SafeString:
    return basis(value)


@register.simple_tag
def grid_figure(figure: Figure) -> SafeString:
    """A number as a link to its list; zero is a grey 0."""
    if not figure.number:
        return mark_safe('<span class="zero">0</span>')
    look = ' class="is-late"' if figure.is_late else ""
    return format_html('<a{} href="{}">{}</a>', mark_safe(look), figure.address, figure.number)


@register.simple_tag
def grid_done(line: Line) -> SafeString:
    """ "3 of 8"; where lines are hidden from the reader it says so: "3 of 7 shown"."""
    words = {"done": grid_figure(line.done), "all": grid_figure(line.applicable)}
    said = _("%(done)s of %(all)s shown") if line.some_hidden else _("%(done)s of %(all)s")
    return mark_safe(said % words)
