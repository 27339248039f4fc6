"""Text as offsets count it, and the language it is written in."""

import re
import unicodedata
from collections import Counter
from itertools import pairwise

LANGUAGES = ("en", "ru", "zh")

# Words that no English, Russian or Chinese text of a page does without.
_SMALL_WORDS = {
    "en": frozenset(
        [
            "the",
            "of",
            "and",
            "to",
            "in",
            "for",
            "that",
            "on",
            "with",
            "by",
            "is",
            "are",
            "will",
            "as",
            "was",
            "their",
            "this",
        ]
    ),
    "ru": frozenset(
        [
            "и",
            "в",
            "на",
            "с",
            "по",
            "о",
            "об",
            "для",
            "что",
            "из",
            "от",
            "к",
            "за",
            "не",
            "при",
            "как",
            "его",
            "их",
        ]
    ),
}
_SAMPLE = 20_000  # characters that are looked at
_MARKED = 0.06  # share of words that are small ones; 0.3 in running English, 0.2 in Russian

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_WORD = re.compile(r"[^\W\d_]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")


class UnknownLanguageError(ValueError):
    """The text is in none of the languages that can be read."""


def canonical_text(raw: str) -> str:
    """The text that offsets count in (coding manual §1). Doing it twice changes nothing.

    NFC; every kind of space becomes U+0020 and every kind of line end U+000A; invisible format
    characters (soft hyphen, zero width) are dropped; nothing else changes.
    """
    text = _LINE_ENDS.sub("\n", raw)
    # Format characters go before NFC: one that stood between a letter and its accent would hide a pair.
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    text = unicodedata.normalize("NFC", text)
    return "".join(" " if c == "\t" or unicodedata.category(c) == "Zs" else c for c in text)


def detect_language(text: str) -> str:
    """`en`, `ru` or `zh`, from the script and the small words of the first 20,000 characters.

    Raises `UnknownLanguageError` when it is none of them: Ukrainian, Japanese or French are not read
    by the wrong rules.
    """
    sample = text[:_SAMPLE]
    words = _WORD.findall(sample.lower())
    letters = sum(map(len, words))
    han, other_asian = len(_HAN.findall(sample)), len(_KANA_HANGUL.findall(sample))
    if letters and (han + other_asian) > letters / 3:
        if other_asian * 10 < han:
            return "zh"
        raise UnknownLanguageError
    shares = {code: _share(words, small) for code, small in _SMALL_WORDS.items()}
    best = max(shares, key=lambda code: shares[code])
    if shares[best] < _MARKED or _looks_foreign(sample, best):
        raise UnknownLanguageError
    return best


def _share(words: list[str], small: frozenset[str]) -> float:
    return sum(word in small for word in words) / max(len(words), 1)


def _looks_foreign(sample: str, language: str) -> bool:
    """Whether letters show that the small words are a neighbour language's: і, ї, є or ў are not Russian."""
    letters = Counter(sample.lower())
    cyrillic = sum(n for c, n in letters.items() if "\u0400" <= c <= "\u04ff")
    if language == "ru":
        return sum(letters[c] for c in "іїєўґқғңөұүһәҳҷӣӯ") > cyrillic / 100
    return cyrillic > sum(n for c, n in letters.items() if "a" <= c <= "z")


def lines(text: str) -> list[tuple[int, int]]:
    """The spans of the lines of a text, without their line ends; empty ones as well."""
    ends = [-1, *(m.start() for m in re.finditer("\n", text)), len(text)]
    return [(a + 1, b) for a, b in pairwise(ends)]
