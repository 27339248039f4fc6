"""The fields of every form, read off the pages themselves, so that what is sent gets past the first check."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.urls import Resolver404, resolve
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.planted import WORDS, World, found_in

Values = dict[str, list[str]]
# What lists and pages read from an address without a form that says so.
OF_ADDRESSES = (
    "q", "sort", "page", "cols", "export", "format", "of", "as", "language", "version", "query",
    "all", "party", "meeting", "timing", "status", "due_from", "due_to", "show", "ids", "next", "o",
    "p", "e", "_popup", "_to_field", "_changelist_filters", "role", "id__exact", "app_label",
    "model_name", "field_name", "term", "seen", "List-Unsubscribe",
)  # fmt: skip


@dataclass
class Fields:
    """By view: the names of its fields, each with values that its page shows."""

    by_view: dict[str, Values] = field(default_factory=lambda: defaultdict(dict))
    names: set[str] = field(default_factory=lambda: set(OF_ADDRESSES))

    def note(self, path: str, html: str) -> None:
        """Read the forms of a page."""
        for form in LexborHTMLParser(html).css("form"):
            view = _view(form.attributes.get("action") or path)
            if view is None:
                continue
            for node in form.css("input, select, textarea, button"):
                if (name := node.attributes.get("name")) and name != "csrfmiddlewaretoken":
                    kept = self.by_view[view].setdefault(name, [])
                    kept.extend(v for v in _typed(node) if v not in kept and len(kept) < 12)
                    self.names.add(name)


def read_off(world: World, paths: list[str]) -> Fields:
    """Those of all pages as the administrator, who is shown most, and the owner, who reports."""
    found = Fields()
    for role in ("administrator", "owner"):
        for path in paths:
            answer = world.client(role).get(path)
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                found.note(path, answer.content.decode())
    return found


def _view(action: str) -> str | None:
    try:
        return resolve(action.partition("?")[0].partition("#")[0]).view_name
    except Resolver404:
        return None


def _typed(node: LexborNode) -> list[str]:
    """Without planted words: whoever sends one reads it again in the answer, which is no leak."""
    return [value for value in _values(node) if not found_in(WORDS, value)]


def _values(node: LexborNode) -> list[str]:
    options = node.css("option")
    if options:
        return [option.attributes.get("value") or "" for option in options]
    return [node.attributes.get("value") or node.text() or ""]
