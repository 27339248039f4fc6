"""How mails in plain text are laid out."""

import re
import textwrap
from datetime import date

from django import template

from ui import words

register = template.Library()

WIDTH = 72


@register.filter
def wrapped(text: str, indent: str = "") -> str:
    """One paragraph in lines of at most 72 characters, all but the first indented by `indent`."""
    # Spaces that must not break stay: a date is not torn apart.
    flat = re.sub("[ \t\r\n]+", " ", str(text)).strip()
    if len(flat) <= WIDTH:
        return flat
    return textwrap.fill(
        flat,
        width=WIDTH,
        initial_indent="",
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


@register.filter
def rule(text: str) -> str:
    """A line of hyphens below a heading."""
    return "-" * (WIDTH - 1)


@register.filter
def day_text(value: date) -> str:
    """A day in words, without markup."""
    return words.day_words(value)
