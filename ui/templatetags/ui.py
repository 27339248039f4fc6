"""What the templates say with one word: icons, status symbols, days, fields, table cells."""

import html
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import forms, template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BoundField
from django.forms.utils import flatatt
from django.template.base import render_value_in_context
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

from ui import words
from ui.filterbar import PAGE, SORT

register = template.Library()

SIZES = {"": 16, "sm": 14}
STATUS_CODES = frozenset("npvqdsrwax")
LANGUAGE_NAMES = {"en": ("EN", "English"), "ru": ("РУ", "Русский"), "zh": ("中文", "中文")}


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A Lucide icon of 16 px, or 14 px with size="sm". It stands beside a word, never for one."""
    # A literal of a template arrives as a safe string, which the cache would keep apart.
    return _icon(str(name), str(size))


@lru_cache(maxsize=256)
def _icon(name: str, size: str) -> SafeString:
    classes = f"ico ico--{size}" if size else "ico"
    svg = lucide(name, size=SIZES[size], **{"class": classes, "aria-hidden": "true"})
    return mark_safe("".join(line.strip() for line in svg.splitlines()))


@register.simple_tag
def symbol(code: str) -> SafeString:
    """The symbol of a status by its letter. The sprite with the shapes stands in base.html."""
    return _symbol(str(code))


@lru_cache(maxsize=32)
def _symbol(code: str) -> SafeString:
    if code not in STATUS_CODES:
        raise ValueError(
            f"{code!r} is no status symbol; there are {''.join(sorted(STATUS_CODES))}."
        )
    return format_html(
        '<svg class="sym c-{}" aria-hidden="true"><use href="#s-{}"/></svg>', code, code
    )


@register.filter
def day(value: date | datetime | None, year: str = "") -> str:
    """A day as <time>; `{{ date|day:"short" }}` leaves out this year. Nothing for no date."""
    if not value:
        return ""
    today = timezone.localdate() if year == "short" else None
    said = words.day_words(value, without_year_of=today)
    return format_html('<time datetime="{}">{}</time>', words.as_date(value).isoformat(), said)


@register.filter
def in_days(days: int | None) -> str:
    """ "17 days late", "Due today", "Due in 29 days". Nothing for no number."""
    return "" if days is None else words.in_days(days)


@register.filter
def days_words(days: int | None) -> str:
    """ "29 days". Nothing for no number."""
    return "" if days is None else words.days_words(days)


@register.simple_tag
def zone_words() -> str:
    """The time zone in which this page tells the time."""
    return words.zone_words(timezone.get_current_timezone(), timezone.now())


@register.filter
def language_code(code: str) -> str:
    """A language in two letters, as the head of the page writes it."""
    return _language(code)[0]


@register.filter
def language_name(code: str) -> str:
    """A language in its own word."""
    return _language(code)[1]


@register.simple_tag
def several_languages() -> bool:
    """Whether there is a language to choose."""
    return len(settings.LANGUAGES) > 1


def _language(code: str) -> tuple[str, str]:
    return LANGUAGE_NAMES.get(code.split("-")[0], (code.upper(), code))


# Fields -------------------------------------------------------------------------------------------


@register.filter
def field_kind(field: BoundField) -> str:
    """How a field is laid out: hidden, radio, checks, check, or the plain input."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "checks"
    if isinstance(widget, forms.RadioSelect):
        return "radio"
    return "check" if isinstance(widget, forms.CheckboxInput) else "input"


@register.simple_tag
def field_input(field: BoundField, tall: bool = False, hint: Any = "") -> SafeString:
    """The input of a field, tied to its hint and its error. No placeholder: the label says it."""
    if hint is False:
        field.help_text = ""  # or Django ties the input to a text that is not on the page
    classes = [field.field.widget.attrs.get("class", "")]
    if field_kind(field) == "input":
        classes += ["input", "input--tall" if tall else ""]
    attrs = {
        "class": " ".join(filter(None, classes)) or False,
        "placeholder": False,
        "aria-describedby": described_by(field, hint),
    }
    return field.as_widget(attrs=attrs)


@register.simple_tag
def field_described(field: BoundField, hint: Any = "") -> SafeString:
    """The attributes that tie a group of choices to its hint and its error."""
    return flatatt({"aria-describedby": described_by(field, hint)})


def described_by(field: BoundField, hint: Any) -> str | bool:
    """The ids of what explains a field. `hint` replaces its help text; False leaves it out."""
    has_hint = hint is not False and (hint or field.help_text)
    said = [(has_hint, "helptext"), (field.errors, "error")]
    return " ".join(f"{field.auto_id}_{part}" for there, part in said if there) or False


# Tables and pages ------------------------------------------------------------------------------


@register.simple_tag
def head_attrs(column: Any) -> SafeString:
    """The attributes of a column's head; a sorted one says in which direction."""
    attrs = _cell_attrs(column.attrs["th"])
    if column.is_ordered:
        down = column.order_by_alias.is_descending
        attrs["aria-sort"] = "descending" if down else "ascending"
    return flatatt({"scope": "col", **attrs})


@register.simple_tag
def table_heads(table: Any) -> SafeString:
    """The heads of a table's columns. Those that sort lead to the list in their order, from its first page."""
    rest = table.request.GET.copy()
    for name in (SORT, PAGE):
        rest.pop(name, None)
    start = f"?{rest.urlencode()}&" if rest else "?"
    return format_html_join(
        "",
        "<th{}>{}</th>",
        ((head_attrs(column), _head(table, column, start)) for column in table.columns),
    )


def _head(table: Any, column: Any, start: str) -> Any:
    if not column.orderable:
        return column.header
    address = f"{start}{SORT}={column.order_by_alias.next}"
    arrow = ""
    if column.is_ordered:
        arrow = "↓" if column.order_by_alias.is_descending else "↑"
        arrow = format_html('&nbsp;<span aria-hidden="true">{}</span>', arrow)
    return format_html(
        '<a href="{}" hx-get="{}{}">{}{}</a>',
        address,
        table.request.path,
        address,
        column.header,
        arrow,
    )


@register.simple_tag
def menu_choices(menu: Any) -> SafeString:
    """The boxes of a filter. A register has hundreds of meetings, too many for a template each."""
    kind = "checkbox" if menu.many else "radio"
    start = format_html('<label><input class="check" type="{}" name="{}" value="', kind, menu.name)
    return mark_safe("".join(f"{start}{_box(choice)}</label>" for choice in menu.choices))


def _box(choice: Any) -> str:
    checked = " checked" if choice.chosen else ""
    return f'{html.escape(choice.value)}"{checked}> {html.escape(choice.label)}'


@register.simple_tag(takes_context=True)
def table_rows(context: template.Context, table: Any) -> SafeString:
    """The rows of a table: hundreds of cells, too many for a template to walk through."""
    return mark_safe("".join(_row(table, row, context) for row in table.paginated_rows))


def _row(table: Any, row: Any, context: template.Context) -> str:
    cells = []
    for column, cell in table.cells(row):
        kind = "th" if column.name == table.row_head else "td"
        # What is ready for the page says so; anything else is written as a template would write it.
        said = cell if isinstance(cell, SafeString) else render_value_in_context(cell, context)
        cells.append(f"<{kind}{cell_attrs(column, kind == 'th')}>{said}</{kind}>")
    return f"<tr>{''.join(cells)}</tr>"


@register.simple_tag
def cell_attrs(column: Any, is_row_head: bool = False) -> SafeString:
    """The attributes of a cell. On small screens the table stacks and each cell names itself.

    A column that speaks for itself says so with `attrs={"td": {"data-label": ""}}`.
    """
    # Reckoned once a table: it is the same in every row.
    said = column.__dict__.setdefault("_said_attrs", {})
    if is_row_head not in said:
        said[is_row_head] = _attrs_of_cell(column, is_row_head)
    return said[is_row_head]


def _attrs_of_cell(column: Any, is_row_head: bool) -> SafeString:
    attrs = _cell_attrs(column.attrs["td"])
    if is_row_head:
        classes = " ".join(filter(None, ["ttl wide", attrs.get("class")]))
        return flatatt({**attrs, "scope": "row", "class": classes, "data-label": False})
    attrs["data-label"] = attrs.get("data-label", str(column.verbose_name)) or False
    return flatatt(attrs)


def _cell_attrs(attrs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attrs.items() if name != "_ordering"}


@register.filter
def total(pages: Any) -> str:
    """How many rows a list has; "more than 10,000" where it is counted no further."""
    return words.total_words(pages.count, is_bounded=getattr(pages, "is_bounded", False))


@register.simple_tag
def page_address(rest: str, number: int) -> str:
    """The address of a page of a list. `rest` is the query of the list without its page."""
    asked = rest.removeprefix("?")
    return f"?{asked}{'&' if asked else ''}page={number}"


@register.filter
def page_range(page: Page[Any]) -> Iterable[Any]:
    """The page numbers worth showing, with an ellipsis where some are left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
