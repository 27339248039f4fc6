"""Showing the panels that higher apps registered for a place of a page (ui.panels)."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from ui import panels

register = template.Library()


@register.simple_tag(takes_context=True)
def panel(context: template.Context, place: str, **about: Any) -> SafeString:
    """All panels of a place, one after the other."""
    return panels.render(place, context["request"], **about)
