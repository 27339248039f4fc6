"""From acts to candidates: spans, title, who owes it, when, instruments, and how sure the reader is."""

import re
from collections.abc import Sequence
from datetime import date

from meetings.reader import deadlines
from meetings.reader.clauses import Sentence
from meetings.reader.drafts import Draft
from meetings.reader.functions import Judged
from meetings.reader.instruments import named_in
from meetings.reader.parties import ORGANS
from meetings.reader.titles import title
from meetings.reader.types import ALL, Candidate, Timing
from meetings.reader.words import Lexicon

# How often such words turn out to be a commitment, as a starting point.
_TRUST = {"agreed": 0.9, "intends": 0.8, "supports": 0.65, "stresses": 0.65, "calls": 0.6}


def candidates(
    text: str, judged: Sequence[Judged], *, lex: Lexicon, members: frozenset[str], day: date
) -> list[Candidate]:
    """What may be a commitment in the passages of a report, in the order of the text."""
    found: list[Candidate] = []
    for index, passage in enumerate(judged):
        for draft in passage.drafts:
            found.append(_candidate(text, index, passage.sentence, draft, lex, members, day))
    return found


def _candidate(
    text: str,
    index: int,
    s: Sentence,
    draft: Draft,
    lex: Lexicon,
    members: frozenset[str],
    day: date,
) -> Candidate:
    span = (s.base + draft.start, s.base + draft.end)
    codes, contributing = _owing(s, draft, lex, members)
    timing = _timing(text, s, draft, lex, day)
    has_words = draft.operative[1] > draft.operative[0]
    operative = (s.base + draft.operative[0], s.base + draft.operative[1]) if has_words else None
    return Candidate(
        passage=index,
        spans=(span,),
        operative=operative,
        title=title(text[slice(*span)], lex),
        strength=draft.operator.strength,
        parties=codes,
        contributing=contributing,
        timing=timing,
        instruments=named_in(text, *span, lex),
        confidence=_confidence(draft, timing),
        why=_why(text, operative, draft, codes),
    )


def _owing(
    s: Sentence, draft: Draft, lex: Lexicon, members: frozenset[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who owes the act, and who says that it supports it (coding manual §5)."""
    codes = tuple(code for code in draft.codes if code in members)
    if not codes and draft.is_event:
        codes = _host(s, draft, lex, members)
    if not codes and lex.search("party_words.between", s.masked, draft.start, draft.until):
        codes = tuple(n.code for n in s.names_in(draft.start, draft.until) if n.code in ORGANS)[:1]
    if (
        not codes
        and draft.operator.strength == "supports"
        and lex.match("party_words.its_act", s.masked[draft.start :])
    ):
        before = [n.code for n in s.names_in(0, draft.start) if n.code in members]
        if before:
            return (before[-1],), tuple(
                sorted(code for code in members if code not in (before[-1], *ORGANS))
            )
    states = {code for code in members if code not in ORGANS}
    return (codes if codes and set(codes) != states else (ALL,)), ()


def _host(s: Sentence, draft: Draft, lex: Lexicon, members: frozenset[str]) -> tuple[str, ...]:
    """The state in which a coming meeting is held, or which is named as its host."""
    for n in s.names_in(draft.start, draft.until):
        before = s.masked[max(0, n.start - s.base - 60) : n.start - s.base]
        if n.code in members and n.code not in ORGANS and lex.search("party_words.host", before):
            return (n.code,)
    return ()


def _timing(text: str, s: Sentence, draft: Draft, lex: Lexicon, day: date) -> Timing:
    """The first deadline among the words of the act, else one that leads its clause in (coding manual §6)."""
    inside = deadlines.find(
        text, s.base + draft.start, s.base + draft.until, day=day, language=lex.language
    )
    standing = any(words.kind == "standing" for words in inside)
    for words in inside:
        if words.kind == "deadline":
            return words.timing
    carries = lex.match("instruments.carry", s.masked[draft.start : draft.end]) or draft.sure == 0.6
    for words in inside:
        if words.kind == "instrument" and carries:
            return words.timing
    start, end = draft.lead or (s.base + draft.since, s.base + min(draft.operative[0], draft.start))
    lead = deadlines.find(text, start, end, day=day, language=lex.language)
    for words in lead:
        if words.kind == "deadline":
            return words.timing
    for kind in ("open", "standing"):
        for words in inside:
            if words.kind == kind:
                return words.timing
    return Timing(standing=standing)


def _confidence(draft: Draft, timing: Timing) -> float:
    value = _TRUST[draft.operator.strength] * draft.sure
    if timing.due:
        value += 0.05
    return round(min(value, 0.95), 2)


def _why(text: str, operative: tuple[int, int] | None, draft: Draft, codes: tuple[str, ...]) -> str:
    words = (
        re.sub(r"\s+", " ", text[slice(*operative)]).strip() if operative else draft.operator.name
    )
    who = "" if codes == (ALL,) else f"; owed by {', '.join(codes)}"
    return f"{draft.operator.strength}: “{words}”{who}"
