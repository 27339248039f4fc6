"""Words of time in a report: which of them set a deadline, and which only look like it (manual §6).

`find` looks for expressions of time with the calendar of `calendar_words`, takes in the words before
and after that say how they are meant ("by the end of …", "… at the latest"), and judges with
`time_context` whether they tell when an act is due. Where the manual is silent:

- "by", "until", "no later than" and «до» count the day, month or year that they name; "before" does
  not, unless it is the end of something ("before the end of June" is due on 30 June). 6月30日前 has
  the day in it, as officials mean it, but 2030年前 ends with 2029.
- "early", "in the beginning of" a year is until 31 March, of a month until the 10th; "mid-", "the
  middle of" until 30 June, or the 15th; "late", "the end of" is the last day. Only a beginning opens.
- "within", "in", "over" so many months count from the meeting; counted from another event, or a
  decade or century, they name no day. "For" a length of time is no deadline either: both are "open".
- "From" and "after" a day open a period without an end: kind "open".
- "At the 2025 summit" waits for that meeting ("derived"), for the summit may be early in the year.
- A period that holds the meeting's day is meant as one to come unless the nearest verb is past.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from meetings.reader import time_context
from meetings.reader.calendar_words import Period, Words, count_days, part
from meetings.reader.time_lexicon import TimeLexicon, kind_of, time_lexicon
from meetings.reader.types import Span, Timing

_NO_DAYS = Period(None, None)
_BEFORE = 200  # characters before a stretch that may say how its dates are meant
_AFTER = 80
_REACH = 50  # characters in which the words "by the end of the" stand before a date

_EVENTS = frozenset({"event", "year_event", "occasion", "cop"})
_OPEN = frozenset({"occasion", "cop"})
_DAYS = frozenset({"date", "date_us", "dates", "dates_us", "iso", "numeric"})
_OPENING = frozenset({"from", "after"})
_CLOSING = frozenset({"by", "before", "until"})
# Expressions that are one only behind such a word: "two years" alone is none.
_NEEDED = {
    "event": frozenset({"by", "before", "until", "in", "for", "at"}),
    "year_event": frozenset({"by", "before", "until", "in", "for", "at"}),
    "occasion": frozenset({"by", "before", "in", "at"}),
    "cop": frozenset({"by", "before", "in", "at"}),
    "duration": frozenset({"within", "in", "by", "before", "for"}),
    "term": frozenset({"in"}),
    "ahead": frozenset({"within", "in", "by", "before", "for", "until"}),
}


@dataclass(frozen=True)
class TimeWords:
    """An expression of time, and what it is for the act beside it.

    `kind` is "deadline" (a period or day of the act), "open" (wording that names no last day),
    "standing" (the act recurs or goes on), "instrument" (the period in an instrument's name) or
    "reference" (no deadline: past acts, dates of documents, names, the meeting's own date).
    """

    kind: str
    timing: Timing


@dataclass(frozen=True)
class Window:
    """A stretch of a report with what stands around it, in lower case of the same length."""

    text: str
    lower: str
    base: int  # where it begins in the report
    start: int  # the stretch, in the window
    end: int


@dataclass(frozen=True)
class Expression:
    """An expression of time with the words that say how it is meant."""

    atom: str
    where: Span  # in the window, with the words around
    core: Span  # without them
    period: Period
    relation: str = ""
    edge: str = ""
    words: re.Match[str] | None = None

    def has(self, *parts: str) -> bool:
        """Whether one of these parts of it was named."""
        named = self.words.groupdict() if self.words else {}
        return any(named.get(name) for name in parts)


def find(text: str, start: int, end: int, *, day: date, language: str) -> list[TimeWords]:
    """The time words of a stretch of canonical text, in order; none overlaps another.

    `day` is the meeting's last day. Text around the stretch is read for how its words are meant; what
    is found lies inside it. Of expressions that overlap, the longest counts.
    """
    lexicon = time_lexicon(language)
    start, end = max(start, 0), min(end, len(text))
    window = _window(text, start, end)
    found: list[TimeWords] = []
    if lexicon.hint.search(window.lower, window.start, window.end):
        found += _dated(window, lexicon, day)
    if lexicon.phrase_hint.search(window.lower, window.start, window.end):
        found += _fixed(window, lexicon)
    return _longest(found, start, end)


def _window(text: str, start: int, end: int) -> Window:
    base = max(start - _BEFORE, 0)
    piece = text[base : end + _AFTER]
    return Window(piece, _lower(piece), base, start - base, max(end - base, start - base))


def _lower(text: str) -> str:
    """Lower case of the same length: the few letters that would become two stay as they are."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


def _longest(found: list[TimeWords], start: int, end: int) -> list[TimeWords]:
    """In text order, without those that a longer one overlaps."""
    taken = bytearray(max(end - start, 0))
    kept: dict[int, TimeWords] = {}
    for words in sorted(found, key=lambda w: len(w.timing.wording), reverse=True):
        first, last = words.timing.where or (start, start)
        if not any(taken[first - start : last - start]):
            taken[first - start : last - start] = b"\1" * (last - first)
            kept[first] = words
    return [kept[first] for first in sorted(kept)]


# Fixed wordings.


def _fixed(window: Window, lexicon: TimeLexicon) -> Iterator[TimeWords]:
    for match in lexicon.phrases.finditer(window.lower, window.start, window.end):
        kind = kind_of(match)
        yield _result(window, kind, match.span(), standing=kind == "standing")


def _result(
    window: Window,
    kind: str,
    where: Span,
    period: Period = _NO_DAYS,
    basis: str = "",
    standing: bool = False,
) -> TimeWords:
    start, end = max(where[0], window.start), min(where[1], window.end)
    wording = window.text[start:end]
    timing = Timing(
        opens=period.opens,
        due=period.due,
        basis=basis,
        wording=wording,
        where=(window.base + start, window.base + end),
        standing=standing,
    )
    return TimeWords(kind, timing)


# Expressions that are counted.


def _dated(window: Window, lexicon: TimeLexicon, day: date) -> Iterator[TimeWords]:
    event: Expression | None = None
    for match in lexicon.scan.finditer(window.lower, window.start, window.end):
        expression = _expression(window, lexicon, day, kind_of(match), match.start())
        if expression is None:
            continue
        if event and _of_event(window, lexicon, event, expression):
            expression = _joined(event, expression)
        event = expression if expression.atom in _EVENTS else None
        yield _judged(window, lexicon, day, expression)


def _expression(
    window: Window, lexicon: TimeLexicon, day: date, first: str, start: int
) -> Expression | None:
    """The first expression of the lexicon that holds at a place: "two years" needs a preposition."""
    names = list(lexicon.atoms)
    for atom in names[names.index(first) :]:
        if found := _expression_of(atom, window, lexicon, day, start):
            return found
    return None


def _expression_of(
    atom: str, window: Window, lexicon: TimeLexicon, day: date, start: int
) -> Expression | None:
    """The expression with what stands before and after it; None where it is none by itself."""
    text = window.lower
    words = lexicon.atoms[atom].match(text, start, window.end)
    if words is None or _is_other_word(window, lexicon, words):
        return None
    period = count_days(atom, Words(words, lexicon, day, window.text))
    end = words.end()
    edge, start, end = _edge(lexicon, text, start, end)
    relation, start, end = _relation(lexicon, text, start, end)
    if period is None or not _stands_alone(atom, relation, edge, words):
        return None
    if not (relation or edge or lexicon.joined) and _is_common_word(atom, words):
        return None
    return Expression(atom, (start, end), words.span(), period, relation, edge, words)


def _is_other_word(window: Window, lexicon: TimeLexicon, words: re.Match[str]) -> bool:
    """Whether "may" or "march" is a verb here: a month has a capital, or a year behind it."""
    parts = words.groupdict()
    if parts.get("month") not in lexicon.ambiguous or parts.get("year"):
        return False
    return not window.text[words.start("month")].isupper()


def _edge(lexicon: TimeLexicon, text: str, start: int, end: int) -> tuple[str, int, int]:
    """ "The end of", "mid-", "early" before an expression, 年底 behind it."""
    if match := lexicon.edge_after.match(text, end):
        return kind_of(match), start, match.end()
    if match := lexicon.edge_before.search(text, max(start - _REACH, 0), start):
        return kind_of(match), match.start(), end
    return "", start, end


def _relation(lexicon: TimeLexicon, text: str, start: int, end: int) -> tuple[str, int, int]:
    """ "By", "before", "in the course of" before an expression, "at the latest" or 前 behind it."""
    relation = ""
    if match := lexicon.relation_before.search(text, max(start - _REACH, 0), start):
        relation, start = kind_of(match), match.start()
    if match := lexicon.relation_after.match(text, end):
        relation, end = kind_of(match), match.end()
    return {"latest": "by", "onwards": "from"}.get(relation, relation), start, end


def _stands_alone(atom: str, relation: str, edge: str, words: re.Match[str]) -> bool:
    if atom == "bare":
        return bool(edge)
    if atom in _EVENTS and words.groupdict().get("span"):  # 峰会上
        return True
    return atom not in _NEEDED or relation in _NEEDED[atom]


def _is_common_word(atom: str, words: re.Match[str]) -> bool:
    """Whether a month or season has nothing beside it that makes it a time: "summer grazing"."""
    return atom in ("month", "season") and words[0].isalpha()


def _of_event(
    window: Window, lexicon: TimeLexicon, event: Expression, date_of_it: Expression
) -> bool:
    """Whether a date is that of the event just named: "by their next meeting in October"."""
    between = window.lower[event.where[1] : date_of_it.where[0]]
    return date_of_it.relation == "in" and not between.strip()


def _joined(event: Expression, date_of_it: Expression) -> Expression:
    return Expression(
        date_of_it.atom,
        (event.where[0], date_of_it.where[1]),
        date_of_it.core,
        date_of_it.period,
        event.relation,
        date_of_it.edge,
        date_of_it.words,
    )


def _judged(window: Window, lexicon: TimeLexicon, day: date, found: Expression) -> TimeWords:
    """What an expression is for the act beside it."""
    period = _due(found, lexicon.day_before_counts)
    kind = _kind(window, lexicon, day, found, period)
    if kind == "reference":
        return _result(window, kind, found.where)
    if kind == "open":
        opens = period.opens if found.relation == "from" else None
        return _result(window, kind, found.where, Period(opens, None))
    basis = "stated" if period.due else "derived"
    return _result(window, kind, found.where, period, basis)


def _due(found: Expression, day_before_counts: bool) -> Period:
    """The period that the words around an expression make of it."""
    period = part(found.period, found.edge)
    if _is_exclusive(found, day_before_counts):
        return Period(None, _day_before(period, found.edge), period.guess)
    if found.relation in _CLOSING:
        return Period(None, period.due, period.guess)
    if found.relation == "from" and not _is_range(found):
        return Period(period.opens, None, period.guess)
    if found.relation == "after":
        return Period(None, None, period.guess)
    return period


def _is_exclusive(found: Expression, day_before_counts: bool) -> bool:
    """Whether what is named comes after the last day: "before May", «до начала мая»; not 5月1日前."""
    if found.edge == "beginning" and found.relation == "until":
        return True
    if found.relation != "before" or found.atom in ("ahead", "ahead_alone", "duration", "term"):
        return False
    return not (day_before_counts and found.atom in _DAYS)


def _day_before(period: Period, edge: str) -> date | None:
    """Before a day, month or year begins; "before the end" is by the last day."""
    if edge in ("end", "middle") or period.opens in (None, date.min):
        return period.due
    return period.opens - timedelta(1) if period.opens else None


def _is_range(found: Expression) -> bool:
    return found.has("d2", "month2", "year2", "year3", "fy2")


def _kind(
    window: Window, lexicon: TimeLexicon, day: date, found: Expression, period: Period
) -> str:
    context = time_context.Context(
        window.text, window.lower, lexicon, found.where, found.core, found.relation
    )
    if found.atom in _EVENTS:
        return _kind_of_event(found, context)
    if found.atom == "duration" and (kind := _kind_of_duration(found)):
        return kind
    if context.is_name() or found.relation in ("since", "of"):
        return "reference"
    if found.atom in ("year", "years") and context.is_instrument(_is_range(found)):
        return "instrument"
    if _names_nothing(found, context):
        return "reference"
    return _kind_by_days(day, found, period, context)


def _kind_of_event(found: Expression, context: time_context.Context) -> str:
    if context.is_past():
        return "reference"
    return "open" if found.atom in _OPEN else "deadline"


def _kind_of_duration(found: Expression) -> str:
    """N days from the meeting are a deadline; of an event, or as a length of time, they name no day."""
    if found.has("ago"):
        return "reference"
    if found.relation == "for" or (found.has("named") and not found.has("now")):
        return "open"
    return ""


def _names_nothing(found: Expression, context: time_context.Context) -> bool:
    """A year is a date only behind "in", "by" or the like; "the 2015 Agreement" is no date."""
    related = found.relation or context.lexicon.bare_years
    if found.atom in ("year", "years") and (context.is_adjective() or not related):
        return not (found.edge or found.has("span"))
    return False


def _kind_by_days(
    day: date, found: Expression, period: Period, context: time_context.Context
) -> str:
    """What is over is a reference; what is to come a deadline; the rest hangs on the nearest verb."""
    last = found.period.due
    if found.relation in _OPENING and not _is_range(found):
        opens = found.period.opens
        past = opens is not None and opens <= day and context.is_past()
        return "reference" if past or (last is not None and last < day) else "open"
    if _is_over(day, found, period):
        return "reference"
    if period.opens and period.opens > day and not period.guess:
        return "deadline"
    if found.relation in _CLOSING and not period.guess:
        return "deadline"
    return "reference" if context.is_past() else "deadline"


def _is_over(day: date, found: Expression, period: Period) -> bool:
    """Before the meeting, or its own date."""
    if period.due is None:
        return False
    own = found.atom in _DAYS
    return period.due < day or (own and period.due == day and found.relation not in _CLOSING)
