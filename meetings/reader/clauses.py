"""Who does what in a sentence: its operative words, the subject before each, the words that each governs.

The sentence is searched in a hidden form of the same length, in which quotations, brackets and names of states
cannot be mistaken for anything else.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from meetings.reader.parties import Named, hide
from meetings.reader.passages import Piece
from meetings.reader.words import ADJECTIVE, NAME, Lexicon, Operator

_QUOTED = re.compile('“[^”]*”|«[^»]*»|"[^"]*"|「[^」]*」|《[^》]*》|‘[^’]{2,}’(?!\\w)')
_BRACKETS = re.compile(r"\([^()]*\)|（[^（）]*）|\[[^\[\]]*\]")
# Letters that are read as others: one word is written in two ways.
_SAME = str.maketrans("’ёЁ", "'еЕ")
_VERB = re.compile(r"\w+")
_END = re.compile(r"[\s.!?;:,。！？；：，…\"”»)）]+$")


@dataclass(frozen=True)
class Sentence:
    """A passage ready to be searched: `masked[i]` hides the character `base + i` of the text."""

    piece: Piece
    masked: str
    named: tuple[Named, ...]  # offsets in the text

    @property
    def base(self) -> int:
        return self.piece.start

    @property
    def begin(self) -> int:
        """Where its words begin in `masked`, after the mark of a list."""
        return self.piece.body - self.piece.start

    @property
    def stop(self) -> int:
        """Where its words end in `masked`, before the full stop."""
        m = _END.search(self.masked)
        return m.start() if m else len(self.masked)

    def names_in(self, start: int, end: int) -> list[Named]:
        """The states and organs named in a stretch of `masked`."""
        a, b = self.base + start, self.base + end
        return [n for n in self.named if a <= n.start and n.end <= b]


@dataclass(frozen=True)
class Subject:
    """Who speaks or acts before an operative verb.

    `kind` is "group" (the participants), "named" (states by name, in `codes`), "body" (their own people
    or organs), "other" (people outside), "thing" or "pronoun" (anything else), or "" (nobody is named).
    """

    kind: str
    start: int
    end: int
    codes: tuple[str, ...] = ()
    known: bool = (
        True  # named by words that the lexicon knows, not only by standing before the verb
    )


@dataclass(frozen=True)
class Hit:
    """Operative words in a sentence; offsets count in its masked form. `end` to `until` is what they govern."""

    operator: Operator
    start: int
    end: int
    match: re.Match[str]
    subject: Subject
    clause: int
    until: int = 0
    lead: int = 0  # where the words begin that lead its clause in

    @property
    def words(self) -> tuple[int, int]:
        """The operative words to be shown. A verb that promises by its form is a part of the act itself."""
        if self.end > self.start:
            return self.start, self.end
        verb = _VERB.match(self.match.string, self.start)
        return self.start, verb.end() if verb else self.start


def sentence(text: str, piece: Piece, named: Sequence[Named], lex: Lexicon) -> Sentence:
    """The passage with quotations, brackets and names hidden."""
    inside = [n for n in named if piece.start <= n.start and n.end <= piece.end]
    local = [replace(n, start=n.start - piece.start, end=n.end - piece.start) for n in inside]
    words = hide(text[piece.start : piece.end].replace("\n", " "), local).translate(_SAME)
    raw = text[piece.start : piece.end].replace("\n", " ")
    for pattern in (_QUOTED, _BRACKETS):
        for m in pattern.finditer(raw):
            hidden = "x" * (m.end() - m.start() - 2)
            words = words[: m.start() + 1] + hidden + words[m.end() - 1 :]
    words = lex.patterns["grammar.glue"].sub(lambda m: re.sub(r"\W", "-", m[0]), words)
    return Sentence(piece, words, tuple(inside))


def hits(s: Sentence, lex: Lexicon) -> list[Hit]:
    """The operative words that count, in order, each with its subject and with the stretch that it governs."""
    found: list[Hit] = []
    at = s.begin
    for start, end, operator, match in _raw(s, lex):
        if start < at:
            continue
        subject, clause = subject_of(s, lex, operator, start, found[-1] if found else None)
        if subject is None or not _fits(operator, subject, found):
            continue
        found.append(Hit(operator, start, end, match, subject, clause))
        at = max(end, start + 1)
    ends = [*(h.clause for h in found[1:]), s.stop]
    leads = [s.begin, *(h.clause for h in found[1:])]
    return [
        replace(h, until=max(h.end, until), lead=lead)
        for h, until, lead in zip(found, ends, leads, strict=False)
    ]


def _fits(operator: Operator, subject: Subject, found: list[Hit]) -> bool:
    """Whether an operator that needs a state by name, or to come first or later, has it."""
    if operator.needs == "named":
        return subject.kind == "named"
    if operator.needs == "known":
        return subject.known
    if operator.needs == "after":
        return bool(found)
    return operator.needs != "first" or not found


def _raw(s: Sentence, lex: Lexicon) -> Iterator[tuple[int, int, Operator, re.Match[str]]]:
    rows = [
        (m.start(), order, m.end(), operator, m)
        for order, operator in enumerate(lex.operators)
        for m in operator.pattern.finditer(s.masked, s.begin, s.stop)
        if m.end() > m.start() or operator.kind == "modal"
    ]
    for start, _order, end, operator, m in sorted(rows, key=lambda row: row[:3]):
        yield start, end, operator, m


def subject_of(
    s: Sentence, lex: Lexicon, operator: Operator, start: int, before: Hit | None
) -> tuple[Subject | None, int]:
    """Who the subject of operative words is, and where their clause begins; None where they do not count.

    They count after a subject, after a joining word that carries the last subject on, and at the very
    beginning of an item or a recital, which has no subject of its own.
    """
    begin = before.end if before else s.begin
    left = s.masked[begin:start]
    if operator.impersonal:
        m = lex.search("grammar.it", _after(s, lex, before, start))
        return (Subject("", begin + m.start(), start), begin + m.start()) if m else (None, 0)
    if lex.search("grammar.relative", left):
        return None, 0
    if direct := _direct(s, lex, operator, before, begin, start):
        return direct, direct.start
    if (
        before
        and _after(s, lex, before, start) == left
        and lex.match("grammar.pronoun_clause", left)
    ):
        return before.subject, begin
    if before and _carries_on(s, lex, operator, before, begin, start):
        m = lex.search("grammar.joins", left)
        return before.subject, begin + (m.start() if m else len(left))
    if not before and lex.match("grammar.nothing", left) and _may_stand_alone(s, operator, left):
        return Subject("", start, start), start
    if opened := _open(s, lex, operator, before, begin, start):
        return opened, opened.start
    if operator.kind == "modal" or operator.any_subject:
        return _thing(s, lex, before, begin, start)
    return None, 0


def _after(s: Sentence, lex: Lexicon, before: Hit | None, start: int) -> str:
    """What stands before operative words, from the last ones on.

    Its beginning is that of a clause only at the beginning of the sentence and after "that"; elsewhere a
    mark in place of the first character keeps the patterns from taking it for one.
    """
    if before is None:
        return s.masked[s.begin : start]
    left = s.masked[before.end : start]
    opens = lex.search("grammar.opens_clause", s.masked[before.start : before.end])
    return left if opens else "\0" + left[1:]


def _direct(
    s: Sentence, lex: Lexicon, operator: Operator, before: Hit | None, begin: int, start: int
) -> Subject | None:
    """A subject that stands right before the verb: the group, a state or several, or a body of theirs."""
    left = _without_aside(lex, _after(s, lex, before, start))
    for kind in ("named", "body", "group"):
        if m := lex.search(f"grammar.{kind}", left):
            lead = left[: m.start("who")]
            if lex.search("grammar.goes_on", lead) or lex.search("grammar.that_before", lead):
                continue  # a list of names goes on, or a relative clause
            a, b = begin + m.start("who"), begin + m.end("who")
            codes = tuple(dict.fromkeys(n.code for n in s.names_in(a, b)))
            if kind == "named" and not codes:
                continue
            if operator.kind == "modal" and lex.match("grammar.it_alone", s.masked[a:b]):
                continue
            return Subject(kind, a, b, codes if kind != "group" else ())
    return None


def _without_aside(lex: Lexicon, left: str) -> str:
    """The words up to a verb without what was put in between: (…), – … –, or a clause in commas."""
    m = lex.search("grammar.aside", left)
    return f"{left[: m.start()]} " if m else left


def _open(
    s: Sentence, lex: Lexicon, operator: Operator, before: Hit | None, begin: int, start: int
) -> Subject | None:
    """Any other people or bodies as the subject, known only by standing there with no verb of their own.

    Those outside the body that met are "other": what they do binds nobody here.
    """
    if (
        operator.kind != "modal"
        and not lex.match("grammar.third", s.masked[start : start + 40])
        and not operator.strong
    ):
        return None
    left = _without_aside(lex, _after(s, lex, before, start))
    m = lex.search("grammar.open", left)
    if not m or lex.search("grammar.goes_on", left[: m.start("who")]):
        return None
    who = m["who"]
    if lex.search("grammar.dangling", who) or (
        operator.kind == "modal" and lex.search("words.event", who)
    ):
        return None
    a, b = begin + m.start("who"), begin + m.end("who")
    codes = tuple(dict.fromkeys(n.code for n in s.names_in(a, b)))
    if lex.search("words.outsider", who):
        return Subject("other", a, b, codes)
    if codes and not lex.search("grammar.agent_of", who):
        return Subject("named", a, b, codes, known=False)
    if operator.kind == "modal" and not lex.search("grammar.agent", who):
        return None
    return Subject("group", a, b, known=False)


def _carries_on(
    s: Sentence, lex: Lexicon, operator: Operator, before: Hit, begin: int, start: int
) -> bool:
    """Whether a joining word makes these words a second predicate of the last subject."""
    left = s.masked[begin:start]
    if not lex.search("grammar.join_needed", left):
        return False
    verb = s.masked[start : start + 40]
    finite = lex.match("grammar.finite", verb)
    if operator.kind == "modal":
        is_list = before.operator.kind == "modal" and lex.search("grammar.modal_list", left)
        return bool(is_list or lex.search("grammar.modal_join", left))
    if before.operator.takes in ("to", "bare") and before.operator.kind in ("act", "modal", "task"):
        return bool(finite) or (operator.strong and bool(lex.search("grammar.present_join", left)))
    if lex.match("grammar.gerund", verb):
        return bool(lex.search("grammar.gerund_join", left))
    if finite or (operator.strong and lex.search("grammar.present_join", left)):
        return True
    is_past = lex.match("grammar.finite", s.masked[before.start : before.start + 40])
    return not is_past and bool(
        lex.search("grammar.present_join", left) and lex.match("grammar.present", verb)
    )


def _may_stand_alone(s: Sentence, operator: Operator, left: str) -> bool:
    """Whether operative words count without a subject; "will" only where nothing stands before it."""
    if operator.kind == "modal":
        return s.piece.kind in ("item", "stem") and not left.strip()
    return True


def _thing(
    s: Sentence, lex: Lexicon, before: Hit | None, begin: int, start: int
) -> tuple[Subject | None, int]:
    """Any other subject of "will": what stands between the beginning of the clause and the verb."""
    left = _after(s, lex, before, start)
    opened = [m.end() for m in lex.patterns["grammar.opens_thing"].finditer(left)]
    if not opened:
        return None, 0
    a = begin + opened[-1]
    a += len(s.masked[a:start]) - len(s.masked[a:start].lstrip())
    words = s.masked[a:start]
    if not words.strip():
        return None, 0
    if lex.match("grammar.thing_pronoun", words):
        if before and before.subject.kind == "named":
            return replace(before.subject, start=a), a
        return Subject("pronoun", a, start), a
    return Subject("thing", a, start, tuple(n.code for n in s.names_in(a, start))), a


def hidden_names(words: str) -> bool:
    """Whether a masked stretch names a state."""
    return NAME in words or ADJECTIVE in words
