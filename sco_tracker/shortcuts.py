"""The keys of the pages (static/js/keys.js), said in words. The workbench lists its own beside its list."""

from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.access import Access, access
from accounts.requests import Request


class Key(NamedTuple):
    """What to press, one after the other, and what it does."""

    keys: str
    does: Promise

    @property
    def each(self) -> list[str]:
        return [key.upper() if len(key) == 1 else key for key in self.keys.split()]


GROUPS: tuple[tuple[Promise, tuple[Key, ...]], ...] = (
    (
        _("Everywhere"),
        (
            Key("/", _("search")),
            Key("?", _("this page")),
            Key("Esc", _("close a menu")),
            Key("Tab", _("the next link, button or field")),
        ),
    ),
    (
        _("Go to"),
        (
            Key("g h", _("home")),
            Key("g c", _("commitments")),
            Key("g s", _("the grid of parties and commitments")),
            Key("g m", _("meetings")),
            Key("g p", _("parties")),
            Key("g i", _("instruments")),
            Key("g t", _("statistics")),
            Key("g r", _("reminders")),
        ),
    ),
    (
        _("In a list"),
        (
            Key("j", _("the next row")),
            Key("k", _("the row before")),
            Key("Enter", _("open the row")),
            Key("x", _("choose the row, where rows can be chosen")),
            Key("n", _("the next page")),
            Key("p", _("the page before")),
            Key("f", _("the filters")),
        ),
    ),
    (_("In the grid"), (Key("← → ↑ ↓", _("the next cell that way")),)),
)


@require_GET
@access(Access.SIGNED_IN)
def page(request: Request) -> HttpResponse:
    """Every key with what it does."""
    return render(request, "sco_tracker/shortcuts.html", {"groups": GROUPS})
