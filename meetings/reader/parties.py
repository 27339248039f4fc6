"""States and organs in a text: where they are named, and who belongs to the body that met (coding manual §5)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from babel import Locale

from meetings.reader.words import ADJECTIVE, NAME, ORGAN, lexicon, table

ORGANS = ("SEC", "RATS")
_NO_COUNTRY = {"EU", "UN", "EZ", "ZZ", "QO", "XA", "XB", "AQ", "AC", "TA", "CP", "DG", "IC", "EA"}


@dataclass(frozen=True)
class Named:
    """A state or an organ in a text. `kind` is "name", "adjective", "city" (of a state) or "organ"."""

    start: int
    end: int
    code: str
    kind: str


def sco_members(day: date) -> tuple[str, ...]:
    """The member states of the SCO on a day, by their codes."""
    joined: dict[str, date] = table("bodies")["sco"]
    return tuple(sorted(code for code, since in joined.items() if since <= day))


def is_state(code: str) -> bool:
    """Whether a code is one of ISO 3166 alpha-2 that the country data knows."""
    return (
        len(code) == 2
        and code.isalpha()
        and code in Locale("en").territories
        and code not in _NO_COUNTRY
    )


def find(text: str, language: str, *, organs: Sequence[str]) -> list[Named]:
    """Every state that a text names, by its name or its adjective, and the organs of the body that met."""
    hidden = [m.span() for m in _not_names(language).finditer(text)]
    found = [n for n in _states(text, language) if not _inside(n, hidden)]
    bodies = [
        Named(*m.span(), code, "organ")
        for code, pattern in _organs(language)
        if code in organs
        for m in pattern.finditer(text)
    ]
    found = [n for n in found if not _inside(n, [(o.start, o.end) for o in bodies])] + bodies
    return sorted(found, key=lambda n: n.start)


def hide(text: str, named: Iterable[Named]) -> str:
    """The text with each name as a run of one letter, of the same length."""
    letters = {"name": NAME, "adjective": ADJECTIVE, "organ": ORGAN}
    out = list(text)
    for n in named:
        if n.kind == "city":
            continue
        out[n.start : n.end] = letters[n.kind] * (n.end - n.start)
    return "".join(out)


def _inside(named: Named, spans: list[tuple[int, int]]) -> bool:
    return any(a <= named.start and named.end <= b for a, b in spans)


def _states(text: str, language: str) -> Iterable[Named]:
    names = _names(language)
    at = 0
    for start in _starts(text, language):
        if start < at:
            continue
        best: Named | None = None
        for pattern, code, kind in names.get(text[start].lower(), ()):
            m = pattern.match(text, start)
            if m and (best is None or m.end() > best.end):
                best = Named(start, m.end(), code, kind)
        if best:
            at = best.end
            yield best


_CAPITAL = re.compile(r"(?<!\w)[A-ZА-ЯЁÀ-Þ]")
_ANY_WORD = re.compile(r"(?<!\w)[a-zA-Zа-яёА-ЯЁÀ-Þ]")


def _starts(text: str, language: str) -> Iterable[int]:
    """Where a name may begin: at a capital; in Russian adjectives are small; Chinese has no words."""
    if language == "zh":
        first = _names(language)
        return (i for i, c in enumerate(text) if c in first)
    pattern = _ANY_WORD if language == "ru" else _CAPITAL
    return (m.start() for m in pattern.finditer(text))


@cache
def _names(language: str) -> dict[str, list[tuple[re.Pattern[str], str, str]]]:
    """Patterns of names and adjectives by their first letter."""
    found: dict[str, list[tuple[re.Pattern[str], str, str]]] = defaultdict(list)
    tables = lexicon(language).tables
    for code, name in Locale.parse(language).territories.items():
        if len(code) != 2 or not code.isalpha() or code in _NO_COUNTRY:
            continue
        plain = re.sub(r"\s*\(.*\)", "", name)
        names = [_inflected(plain, language), *tables["names"].get(code, ())]
        adjectives = _adjectives(plain, code, language)
        cities = [_inflected(city, language) for city in tables["cities"].get(code, ())]
        for kind, patterns in (("name", names), ("adjective", adjectives), ("city", cities)):
            for pattern in patterns:
                for first in _first_letters(pattern):
                    found[first].append((_word(pattern, language), code, kind))
    return dict(found)


def _first_letters(pattern: str) -> set[str]:
    letter = re.sub(r"^(?:\(\?:[^)]*\)\?|\(\?-i:)", "", pattern)[:1].lower()
    optional = re.match(r"^\(\?:([^)|]*)", pattern)
    return {letter, optional[1][:1].lower()} if optional else {letter}


def _word(pattern: str, language: str) -> re.Pattern[str]:
    return re.compile(pattern if language == "zh" else rf"{pattern}(?!\w)", re.IGNORECASE)


def _inflected(name: str, language: str) -> str:
    """A pattern for a name. A Russian one stands in any case: Узбекистан, Узбекистаном, Россией."""
    if language != "ru":
        return re.escape(name)
    words = [_russian_cases(word) for word in name.split(" ")]
    return " ".join(words)


def _russian_cases(word: str) -> str:
    if word.endswith("ия"):
        return re.escape(word[:-1]) + "(?:я|и|ю|ей)"
    if word[-1] in "аяй":
        return re.escape(word[:-1]) + "(?:а|я|й|ы|и|е|у|ю|ей|ой|ем|ём)"
    if word[-1] in "оеиуюыэ":
        return re.escape(word)
    return re.escape(word.removesuffix("ь")) + "(?:ь|а|я|у|ю|ом|ем|е|и)?"


def _adjectives(name: str, code: str, language: str) -> list[str]:
    tables = lexicon(language).tables
    given: list[str] = list(tables["adjectives"].get(code, ()))
    forms = tables["adjective_forms"]
    if given or not forms or " " in name:
        return given
    stem = re.sub(forms["stem"], "", name)
    return [re.escape(stem) + forms["endings"]] if len(stem) > 2 else []


@cache
def _not_names(language: str) -> re.Pattern[str]:
    words = lexicon(language).tables["not_names"].get("words", ())
    return re.compile("|".join(words) or "(?!)")


@cache
def _organs(language: str) -> list[tuple[str, re.Pattern[str]]]:
    organs: dict[str, list[str]] = lexicon(language).tables["organs"]
    begin, end = ("", "") if language == "zh" else (r"(?<!\w)", r"(?!\w)")
    return [
        (code, re.compile(f"{begin}(?:{'|'.join(words)}){end}", re.IGNORECASE))
        for code, words in organs.items()
    ]
