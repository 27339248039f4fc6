"""What people and spreadsheet programs write into a cell, read as what an export writes there.

Each reader takes the text of a cell and gives its canonical text, or raises `Wrong` with a sentence
that says what to do. An empty cell is empty text; whether it may be, the column says.
"""

import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _

# The day 0 of the numbers by which spreadsheets count days, and the years that such a number is taken for.
_DAY_ZERO = date(1899, 12, 30)
_COUNTED = range(2000, 2100)
_YEAR_FIRST = re.compile(
    r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?(?:[T ]0{1,2}:00(?::00(?:\.0+)?)?)?"
)
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: 0{1,2}:00(?::00)?)?")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?: 0{1,2}:00(?::00)?)?")


class Wrong(ValueError):
    """What is in a cell cannot stand. Carries the sentence that says what to do."""

    def __init__(self, words: str | Promise) -> None:
        super().__init__(words)
        self.words = words


def day(text: str) -> str:
    """A day as 2026-12-24, also from 24.12.2026, 2026/12/24 and the number of a spreadsheet."""
    text = text.strip()
    if not text:
        return ""
    found = _day(text)
    if found is None:
        raise Wrong(_("Write a day as 2026-12-24."))
    return found.isoformat()


def _day(text: str) -> date | None:
    if parts := _YEAR_FIRST.fullmatch(text):
        return _date(parts[1], parts[2], parts[3])
    if parts := _DAY_FIRST.fullmatch(text):
        return _date(parts[3], parts[2], parts[1])
    if parts := _SLASHED.fullmatch(text):
        return _only_one(parts)
    with suppress(Wrong, OverflowError, ValueError):
        counted = _DAY_ZERO + timedelta(days=int(number(text)))
        return counted if counted.year in _COUNTED else None
    return None


def _only_one(parts: re.Match[str]) -> date | None:
    """Day and month in whichever order makes a day; none when both do and differ."""
    both = {_date(parts[3], parts[2], parts[1]), _date(parts[3], parts[1], parts[2])} - {None}
    return both.pop() if len(both) == 1 else None


def _date(year: str, month: str, of_month: str) -> date | None:
    with suppress(ValueError):
        return date(int(year), int(month), int(of_month))
    return None


def number(text: str) -> str:
    """A whole number, also where a spreadsheet made 7.0 of it."""
    text = text.strip().replace("\u00a0", "")
    if not text:
        return ""
    if not re.fullmatch(r"\d{1,9}(?:[.,]0+)?", text):
        raise Wrong(_("Write a whole number, such as 90."))
    return str(int(re.split("[.,]", text)[0]))


def code(text: str, choices: Iterable[tuple[str, str | Promise]]) -> str:
    """One of the codes, also in other letter case or by the word that the pages say for it."""
    text = text.strip()
    if not text:
        return ""
    known = list(choices)
    said = _plain(text)
    for value, label in known:
        if said in {_plain(value), _plain(str(label))}:
            return value
    raise Wrong(
        _("“%(text)s” is none of the codes. Write one of: %(codes)s.")
        % {"text": shortened(text), "codes": ", ".join(value for value, _label in known)}
    )


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text.casefold()).strip()


def yes_or_no(text: str) -> str:
    """“yes” or “no”, also from what spreadsheets make of it."""
    said = text.strip().casefold()
    if said in {"yes", "true", "1", "1.0", "y"}:
        return "yes"
    if said in {"no", "false", "0", "0.0", "n"}:
        return "no"
    if not said:
        return ""
    raise Wrong(_("Write yes or no."))


def several(text: str) -> list[str]:
    """What stands in a cell that takes more than one value, divided by semicolons."""
    return [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]


def words(text: str, most: int) -> str:
    """Words on one line, no longer than `most` characters."""
    said = " ".join(text.split())
    if len(said) > most:
        raise Wrong(
            _("Shorten this to %(most)d characters; it has %(has)d.")
            % {"most": most, "has": len(said)}
        )
    return said


def one_of(text: str, known: Collection[str], unknown: str) -> str:
    """The one of these names that the text is, whatever its letter case; `unknown` says if none is."""
    said = text.strip()
    if not said or said in known:
        return said
    for name in known:
        if name.casefold() == said.casefold():
            return name
    raise Wrong(unknown % {"text": shortened(said)})


def shortened(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
