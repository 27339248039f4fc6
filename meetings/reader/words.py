"""The lexicons: one file a language, its lists put into its patterns, everything compiled once.

In a pattern `{group}` stands for a list of [words], `{verb.base}`, `{verb.ing}`, `{verb.ed}` and `{verb.s}` for the
forms of [verbs], and the marks below for what `parties` has found and hidden.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

# Letters that stand in a hidden text for the name of a state, for its adjective, and for an organ.
NAME, ADJECTIVE, ORGAN = "Ɐ", "Ɒ", "Ɽ"

_PATTERNS = (
    "words",
    "grammar",
    "split",
    "tail",
    "act",
    "passive",
    "functions",
    "party_words",
    "instruments",
    "title",
)
_TABLES = (
    "titles",
    "title_words",
    "names",
    "not_names",
    "organs",
    "adjectives",
    "adjective_forms",
    "cities",
    "size",
    "cases",
)

_MACRO = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)?)\}")
_FLAGS = re.IGNORECASE


@dataclass(frozen=True)
class Operator:
    """Words that do something with what follows them. The lexicon explains the fields."""

    name: str
    kind: str
    pattern: re.Pattern[str]
    strength: str = ""
    takes: str = "noun"
    judge: str = "lenient"
    otherwise: str = "position"
    impersonal: bool = False
    any_subject: bool = False
    strong: bool = False
    needs: str = ""
    stem: bool = False


@dataclass(frozen=True)
class Lexicon:
    """One language: its operators in the order of precedence, its patterns by name, its plain tables."""

    language: str
    operators: tuple[Operator, ...]
    stems: tuple[Operator, ...]
    patterns: dict[str, re.Pattern[str]]
    tables: dict[str, Any]
    recitals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)  # gerund or participle to verb, for titles

    def search(self, name: str, text: str, start: int = 0, end: int | None = None) -> Any:
        """The first place where a named pattern occurs in a stretch."""
        return self.patterns[name].search(text, start, len(text) if end is None else end)

    def match(self, name: str, text: str, start: int = 0, end: int | None = None) -> Any:
        """A named pattern at the start of a stretch."""
        return self.patterns[name].match(text, start, len(text) if end is None else end)


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of a language: "en", "ru" or "zh"."""
    data = tomllib.loads(_file(f"{language}.toml"))
    macros = _macros(data)
    return Lexicon(
        language=language,
        operators=tuple(_operator(row, macros) for row in data["operator"]),
        stems=tuple(_operator(row, macros, stem=True) for row in data.get("stem", ())),
        patterns={
            f"{section}.{name}": _compiled(value, macros)
            for section in _PATTERNS
            for name, value in data.get(section, {}).items()
        },
        tables={name: data.get(name, {}) for name in _TABLES},
        recitals={name: tuple(words) for name, words in data.get("recital", {}).items()},
        bases=_bases(data),
    )


@cache
def table(name: str) -> dict[str, Any]:
    """A file that is the same for all languages."""
    return tomllib.loads(_file(f"{name}.toml"))


def _file(name: str) -> str:
    return (files("meetings.reader") / "lexicon" / name).read_text(encoding="utf-8")


def _operator(row: dict[str, Any], macros: dict[str, str], *, stem: bool = False) -> Operator:
    known = (
        "name",
        "kind",
        "strength",
        "takes",
        "judge",
        "otherwise",
        "any_subject",
        "impersonal",
        "strong",
        "needs",
    )
    values = {name: row[name] for name in known if name in row}
    begin = r"(?<!\w)" if row.get("whole_words", True) else ""
    return Operator(pattern=_compiled(row["words"], macros, begin), stem=stem, **values)


def _compiled(value: str | list[str], macros: dict[str, str], begin: str = "") -> re.Pattern[str]:
    words = value if isinstance(value, str) else "|".join(_numbered(value))
    return re.compile(f"{begin}(?:{expand(words, macros)})", _FLAGS)


def _numbered(words: list[str]) -> Iterator[str]:
    """The alternatives; the same group in several of them gets a number: whom0, whom1 (see `group`)."""
    for number, word in enumerate(words):
        yield "(?:" + re.sub(r"\(\?P<([a-z]+)>", rf"(?P<\g<1>{number}>", word) + ")"


def group(match: re.Match[str], name: str) -> tuple[int, int] | None:
    """Where the group of a match lies whose name, without its number, is this."""
    for key, words in match.groupdict().items():
        if words is not None and key.rstrip("0123456789") == name:
            return match.span(key)
    return None


def expand(pattern: str, macros: dict[str, str]) -> str:
    """The pattern with every `{name}` replaced. Raises `KeyError` for one that no list has."""
    while _MACRO.search(pattern):
        pattern = _MACRO.sub(lambda m: macros[m[1]], pattern)
    return pattern


def _macros(data: dict[str, Any]) -> dict[str, str]:
    macros = {name: _either(words) for name, words in data["words"].items()}
    macros |= {"name": f"{NAME}+", "adjective": f"{ADJECTIVE}+", "organ": f"{ORGAN}+"}
    return macros | _verb_macros(data)


def _longest_first(words: list[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)


def _verb_macros(data: dict[str, Any]) -> dict[str, str]:
    if data.get("inflection") != "english":
        return {f"verb.{name}": _either(words) for name, words in data.get("verbs", {}).items()}
    forms = {name: list(listed.values()) for name, listed in _forms(data).items()}
    macros = {f"verb.{name}": _either(words) + r"\b" for name, words in forms.items()}
    macros["verb.base"] = _either(data["verbs"]["act"]) + r"\b"
    return macros | {"noun_too": _either(data["verbs"]["noun_too"])}


def _either(words: str | list[str]) -> str:
    return (
        f"(?:{words})" if isinstance(words, str) else "(?:" + "|".join(_longest_first(words)) + ")"
    )


def _forms(data: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The forms of each English verb of the lexicon."""
    verbs, past = data["verbs"]["act"], data["verbs"].get("past", {})
    return {
        "ing": {verb: _first_word(verb, english_ing) for verb in verbs},
        "s": {verb: _first_word(verb, english_s) for verb in verbs},
        "ed": {verb: past.get(verb) or _first_word(verb, english_ed) for verb in verbs},
    }


def _bases(data: dict[str, Any]) -> dict[str, str]:
    if data.get("inflection") != "english":
        return {}
    forms = _forms(data)
    return {form: verb for name in ("ing", "ed") for verb, form in forms[name].items()}


def _first_word(verb: str, form: Any) -> str:
    head, *rest = verb.split(" ")
    return " ".join([form(head), *rest])


_DOUBLED = (
    "plan",
    "cut",
    "set",
    "put",
    "stop",
    "ban",
    "map",
    "refer",
    "commit",
    "begin",
    "submit",
    "transfer",
    "transmit",
    "permit",
    "step",
    "fulfil",
    "compel",
)


def english_ing(verb: str) -> str:
    """The form in -ing: implement, implementing; host, hosting; plan, planning."""
    if verb in _DOUBLED:
        return verb + verb[-1] + "ing"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    return verb + "ing"


def english_ed(verb: str) -> str:
    """The regular past participle."""
    if verb in _DOUBLED:
        return verb + verb[-1] + "ed"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    return verb + ("d" if verb.endswith("e") else "ed")


def english_s(verb: str) -> str:
    """The third person."""
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "o")) else "s")
