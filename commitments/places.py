"""Addresses of lists, by their filters: a number on a page leads to the rows that make it."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.urls import reverse

from .choices import Life, Status, Timing

Filters = str | Iterable[str]

# Lines that progress is told of (querysets.counted), and open lines with a date (due_between).
COUNTED: dict[str, Filters] = {"life": Life.ACTIVE.value, "status": Status.counted()}
DONE: dict[str, Filters] = {"life": Life.ACTIVE.value, "status": Status.DONE.value}
DATED: dict[str, Filters] = {
    "timing": [Timing.OVERDUE.value, Timing.SOON.value, Timing.LATER.value]
}


def lines_at(**filters: Filters) -> str:
    """The list of lines with these filters; what is empty filters nothing."""
    return at("commitments:lines", **filters)


def at(name: str, **filters: Filters) -> str:
    asked = urlencode({key: value for key, value in filters.items() if value}, doseq=True)
    return reverse(name) + (f"?{asked}" if asked else "")
