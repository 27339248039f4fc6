"""Choosing rows of a list to do something with them: a column of boxes, and all rows that match.

A list page offers it by `get_selection`; whoever gets the choice reads it with `Chosen`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import django_tables2 as tables
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .filterbar import NO_FILTERS

ROW, ALL, QUERY = "row", "all", "query"


@dataclass(frozen=True)
class Selection:
    """Where the choice is taken, what can be done there, as pairs of a value and a label, and where
    earlier changes are found.
    """

    address: str
    acts: Sequence[tuple[str, str | Promise]]
    earlier: str

    def address_of_all(self, params: QueryDict) -> str:
        """The address that takes every row of the list, whatever its page and order."""
        kept = params.copy()
        for name in NO_FILTERS:
            kept.pop(name, None)
        return f"{self.address}?{urlencode({ALL: '1', QUERY: kept.urlencode()})}"


@dataclass(frozen=True)
class Chosen:
    """What somebody chose: rows by their keys, or all that an address of the list shows."""

    keys: Sequence[int]
    query: str
    is_all: bool

    @classmethod
    def of(cls, params: QueryDict) -> "Chosen":
        keys = dict.fromkeys(int(key) for key in params.getlist(ROW) if _is_key(key))
        return cls(list(keys), params.get(QUERY, ""), bool(params.get(ALL)))

    @property
    def params(self) -> list[tuple[str, str]]:
        """To say the same again, in an address or in hidden fields."""
        if self.is_all:
            return [(ALL, "1"), (QUERY, self.query)]
        return [(ROW, str(key)) for key in self.keys]


class SelectColumn(tables.Column):
    """A box in each row. The one in the head chooses the page, with the script that shows it."""

    attrs_of_cells: ClassVar[Mapping[str, Any]] = {
        "th": {"class": "pick"},
        "td": {"class": "pick", "data-label": ""},
    }

    def __init__(self) -> None:
        super().__init__(
            accessor="pk", orderable=False, empty_values=(), attrs=dict(self.attrs_of_cells)
        )

    @property
    def header(self) -> SafeString:
        return format_html(
            '<span class="vh">{}</span><input class="check" type="checkbox" aria-label="{}" '
            "data-choose-all hidden>",
            _("Choose"),
            _("Choose all rows of this page"),
        )

    def render(self, record: Any) -> SafeString:
        return format_html(
            '<input class="check" type="checkbox" name="{}" value="{}" aria-label="{}">',
            ROW,
            record.pk,
            _("Choose %(row)s") % {"row": record},
        )


def selecting() -> dict[str, Any]:
    """What a table is made with to have boxes. They are no column that can be chosen or exported."""
    return {"extra_columns": [("chosen", SelectColumn())], "sequence": ("chosen", "...")}


def _is_key(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) < 19
