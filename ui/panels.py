"""Places of a page that a higher app may fill, without the page knowing the app.

A higher app registers a function when it starts; the page shows whatever is registered.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

Render = Callable[..., str]

_panels: dict[str, list[Render]] = defaultdict(list)


def register(place: str, render: Render) -> None:
    """Show `render(request, **about)`, safe HTML, at a place such as "commitment.aside"."""
    if render not in _panels[place]:
        _panels[place].append(render)


def render(place: str, request: HttpRequest, **about: Any) -> SafeString:
    """All panels of a place. `about` says what the page shows, for instance `commitment=…`."""
    return format_html_join("", "{}", ((panel(request, **about),) for panel in _panels[place]))
