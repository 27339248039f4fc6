"""Where the parts of the workbench are, with what their address has to carry along."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from meetings.choices import Function
from meetings.models import Report

OPEN = "open"  # what `only` says for passages that wait; or it is the value of a function


@dataclass(frozen=True)
class Place:
    """Which report, which passage of it, which passages in the list, and the language asked for."""

    report: Report
    number: int | None = None
    only: str = ""
    language: str = ""

    @classmethod
    def asked(cls, report: Report, query: QueryDict, number: int | None = None) -> "Place":
        """What the query of an address says; `number` is said by what stands before it."""
        said, only = query.get("p", ""), query.get("only", "")
        if number is None and said.isascii() and said.isdigit() and len(said) < 7:
            number = int(said)
        known = only if only in {OPEN, *Function.values} else ""
        named = report.language if "of" in query else ""
        return cls(report, number, known, query.get("language", named))

    def address(self, name: str = "", *keys: Any, **query: Any) -> str:
        """An address of the workbench: `name` without its prefix, its arguments, what to select or list.

        The place goes along unless `query` says otherwise; "" leaves a part of it out. A deed says of
        which text it is (texts.py).
        """
        carried = {"language": self.language, "p": self.number, "only": self.only} | query
        if name:
            carried["of"] = self.report.pk
        said = urlencode({key: value for key, value in carried.items() if value not in {None, ""}})
        full = f"meetings:workbench-{name}" if name else "meetings:workbench"
        path = reverse(full, args=[self.report.meeting.slug, *keys])
        return f"{path}?{said}" if said else path
