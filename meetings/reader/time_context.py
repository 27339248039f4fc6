"""How the words around a date are to be taken: past acts, names, instruments (coding manual §6)."""

import re
from dataclasses import dataclass

from meetings.reader.time_lexicon import TimeLexicon
from meetings.reader.types import Span

_NEAR = 150  # characters in which the noun that a period belongs to is looked for
_QUOTED = re.compile('[«“"《「][^«»“”"《》「」\n]{0,140}[»”"》」]')


@dataclass(frozen=True)
class Context:
    """A date in a window of text: `where` with its preposition, `core` without."""

    text: str
    lower: str
    lexicon: TimeLexicon
    where: Span
    core: Span
    relation: str

    def is_past(self) -> bool:
        """Whether the nearest verb before is that of a past act; without one, the first verb behind."""
        words = self.lexicon.context
        if words["attributive"].match(self.lower, self.where[1]):
            return True
        start = self._clause_start()
        past = _last(words["past"], self.lower, start, self.where[0])
        future = _last(words["future"], self.text, start, self.where[0])
        if past < 0 and future < 0:
            return self._is_past_behind()
        return past > future

    def _is_past_behind(self) -> bool:
        words, end = self.lexicon.context, self.where[1]
        past = words["past_after"].search(self.lower, end, end + _NEAR)
        if past is None:
            return False
        stop = words["clause"].search(self.lower, end, end + _NEAR)
        future = words["future_after"].search(self.lower, end, end + _NEAR)
        return not (
            (future and future.start() <= past.start()) or (stop and stop.start() < past.start())
        )

    def _clause_start(self) -> int:
        start = max(self.where[0] - 2 * _NEAR, 0)
        return max(_last(self.lexicon.context["clause"], self.lower, start, self.where[0]), start)

    def is_instrument(self, is_range: bool) -> bool:
        """Whether the period belongs to the name of a programme, plan, strategy or the like."""
        words, (start, end) = self.lexicon.context, self.where
        if self.lexicon.joined and self.relation == "until":  # 《…至2025年发展战略》
            return self._in_quotes() and bool(words["instrument_after"].match(self.lower, end))
        if is_range and words["instrument_after"].match(self.lower, end):
            return self.relation in ("", "in", "for", "of") or self.is_adjective()
        if self.relation not in ("", "for", "until"):
            return False
        noun = _last_match(words["instrument"], self.lower, max(0, start - _NEAR), start)
        if noun is None or words["instrument_break"].search(self.lower, noun.end(), start):
            return False
        if self.relation == "for":
            return True
        if not self._is_near(noun.end(), start):
            return False
        if is_range and not self.relation:
            return True
        # "Strategy until 2035" is a title, "carry out the strategy until 2025" may be none.
        title = self.lexicon.joined or self.text[noun.start()].isupper()
        return title and (self.relation == "until" or not self.lower[noun.end() : start].strip())

    def _is_near(self, start: int, end: int) -> bool:
        """Whether no more than four words stand between, or hardly a character in Chinese."""
        between = self.lower[start:end].strip(" (（》»”")
        return len(between) <= 2 if self.lexicon.joined else len(between.split()) <= 4

    def is_name(self) -> bool:
        """Whether the figure is part of a name, or counts something else than years."""
        words, (start, end) = self.lexicon.context, self.where
        if words["named"].search(self.lower, max(0, start - 80), start):
            return True
        if words["not_year"].match(self.lower, end) or words["name_after"].match(self.lower, end):
            return True
        if not self.relation and words["name_before"].search(self.lower, max(0, start - 20), start):
            return not self._instrument_before()
        return self._is_quoted()

    def _instrument_before(self) -> bool:
        """In brackets behind an instrument: "the action plan (2021-2025)"."""
        start = self.where[0]
        noun = _last_match(
            self.lexicon.context["instrument"], self.lower, max(0, start - 60), start
        )
        return noun is not None and self._is_near(noun.end(), start)

    def _is_quoted(self) -> bool:
        """Inside quotation marks with a capital: a name or a theme, unless that of an instrument."""
        return self._in_quotes() and not self.is_instrument(is_range=True)

    def _in_quotes(self) -> bool:
        start = self.where[0]
        for match in _QUOTED.finditer(self.text, max(start - _NEAR, 0), start + _NEAR):
            if match.start() > start:
                break
            if match.end() >= self.where[1]:
                return self.lexicon.joined or match[0][1].isupper()
        return False

    def is_adjective(self) -> bool:
        """Whether a year stands like an adjective: "the 2025 …"."""
        start = self.core[0]
        return bool(self.lexicon.determiner.search(self.lower, max(0, start - 8), start))


def _last_match(pattern: re.Pattern[str], text: str, start: int, end: int) -> re.Match[str] | None:
    matches = list(pattern.finditer(text, start, end))
    return matches[-1] if matches else None


def _last(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    """Where the last match ends: that of "to be held" is not before that of "held"."""
    match = _last_match(pattern, text, start, end)
    return match.end() if match else -1
