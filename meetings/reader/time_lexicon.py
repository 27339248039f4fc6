"""The words of time of one language, read once from `lexicon/dates/<language>.toml` and compiled.

In the patterns of those files a blank stands for any run of blanks, and `{name}` for a piece or for
the words of the table `name`. They are matched against lower-case text of the same length.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

_REFERENCE = re.compile(r"\{([a-z_]\w*)\}")
_GROUP_NAME = re.compile(r"\(\?P<\w+>")
_BACK_REFERENCE = re.compile(r"\(\?P=\w+\)")


class TimeLexicon:
    """The compiled patterns of a language, and what its words count for."""

    def __init__(self, source: dict[str, Any]) -> None:
        self._pieces: dict[str, str] = {
            name: "|".join(f"(?:{word})" for word in sorted(table, key=len, reverse=True))
            for name, table in source["tables"].items()
        }
        self._pieces = {name: f"(?:{words})" for name, words in self._pieces.items()}
        self._pieces |= source["pieces"]
        self._tables = {
            name: [(self._compile(word), value) for word, value in table.items()]
            for name, table in source["tables"].items()
        }
        # Where words are not set apart by blanks, they may begin anywhere.
        self.joined: bool = source.get("joined", False)
        # Whether a year needs no preposition; whether "before" a day has that day in it.
        self.bare_years: bool = source.get("bare_years", False)
        self.day_before_counts: bool = source.get("day_before_counts", False)
        self.ambiguous = frozenset(source.get("ambiguous", ()))
        edge = "" if self.joined else r"(?<!\w)"
        self.atoms = {name: self._compile(p) for name, p in source["atoms"].items()}
        self.scan = self._compile(edge + self._either(source["atoms"]))
        self.hint = self._compile(source["hint"])
        self.phrase_hint = self._compile(source["phrase_hint"])
        self.edge_before = self._ending(edge, source["edges"].get("before", {}), "")
        self.edge_after = self._compile(self._either(source["edges"].get("after", {})))
        self.relation_before = self._ending(
            edge, source["relations"]["before"], self._pieces.get("article", "")
        )
        self.relation_after = self._compile(self._either(source["relations"]["after"]))
        self.determiner = self._compile(source["phrases"]["determiner"])
        self.phrases = self._phrases(edge, source["phrases"])
        self.context = {name: self._compile(p) for name, p in source["context"].items()}
        state = self._pieces["fiscal"]
        self.fiscal = self._compile(edge + state + ("" if self.joined else r"(?!\w)"))
        self.fiscal_of = self._compile(f"{self._pieces.get('of_state', '(?!)')}({state})")

    def count(self, table: str, word: str) -> int:
        """What a word of a table stands for; a number in digits is itself. KeyError when unknown."""
        for pattern, value in self._tables.get(table, ()):
            if pattern.fullmatch(word):
                return int(value)
        if word.isdecimal():
            return int(word)
        raise KeyError(word)

    def year(self, word: str) -> int:
        """A year in figures, or digit by digit in words (二〇二六)."""
        return int("".join(str(self.count("digits", c)) for c in word))

    def _phrases(self, edge: str, phrases: dict[str, Any]) -> re.Pattern[str]:
        """Fixed wordings, each kind a group."""
        tail = "" if self.joined else r"(?!\w)"
        kinds = {
            kind: "|".join(f"(?:{p})" for p in phrases[kind])
            for kind in ("reference", "open", "standing")
        }
        return self._compile(edge + self._either(kinds) + tail)

    def _ending(self, edge: str, kinds: dict[str, str], article: str) -> re.Pattern[str]:
        """What ends exactly where an expression begins."""
        return self._compile(f"{edge}{self._either(kinds)}{article}\\Z")

    def _either(self, kinds: dict[str, str]) -> str:
        named = (f"(?P<is_{kind}>{self._anonymous(p)})" for kind, p in kinds.items())
        return "(?:" + ("|".join(named) or "(?!)") + ")"

    def _anonymous(self, pattern: str) -> str:
        """The pattern without its group names, to stand beside others that use the same names."""
        return _GROUP_NAME.sub("(?:", _BACK_REFERENCE.sub("[./]", self._expand(pattern)))

    def _expand(self, pattern: str) -> str:
        while _REFERENCE.search(pattern):
            pattern = _REFERENCE.sub(lambda m: self._pieces[m[1]], pattern)
        return pattern

    def _compile(self, pattern: str) -> re.Pattern[str]:
        spaced = self._expand(pattern).replace(" ?", r"\s*").replace(" ", r"\s+")
        return re.compile(spaced)


def kind_of(match: re.Match[str]) -> str:
    """Which of the alternatives of a pattern matched."""
    return str(match.lastgroup).removeprefix("is_")


@cache
def time_lexicon(language: str) -> TimeLexicon:
    """The lexicon of a language, compiled once a process."""
    name = f"{language}.toml"
    text = files("meetings.reader").joinpath("lexicon", "dates", name).read_text("utf-8")
    return TimeLexicon(tomllib.loads(text))
