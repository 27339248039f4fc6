"""The acts that operative words govern: where one ends and the next begins, and what is no act (manual §2, §3)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from meetings.reader.clauses import Sentence
from meetings.reader.words import Lexicon

INSTRUMENT = 0.6  # the certainty of an act that is only named by the instrument to be carried out
# What makes a later verb of the same form one purpose or means among several, not an act of its own.
_BLOCKS = {
    "to": ("tail.purpose",),
    "bare": ("tail.purpose",),
    "noun": ("tail.purpose", "tail.means"),
}
MOST = 12  # acts of one clause; a longer list is a table of contents


@dataclass(frozen=True)
class Act:
    """A stretch of the masked sentence that names one act. `until` is where the next one begins.

    `sure` says how plainly it is one: 1 for a verb of doing, less for a noun or a word that is not known.
    """

    start: int
    end: int
    until: int
    sure: float = 1.0


def acts(s: Sentence, lex: Lexicon, start: int, until: int, takes: str, judge: str) -> list[Act]:
    """The acts in a stretch, split where fulfilment can be judged apart; those that are none left out."""
    start = _after_lead(s, lex, start, until)
    form = _form(s, lex, start, until, takes)
    found: list[Act] = []
    for a, b in _parts(s, lex, start, until, form):
        here = "bare" if lex.match("split.to_form", s.masked[a:b]) else form
        a = _after_lead(s, lex, a, b)
        end = _tail(s, lex, a, b)
        sure = _sure(s, lex, a, end, here, judge)
        if found and _is_instrument(s, lex, found[0], a, end):
            sure = INSTRUMENT
        if sure:
            found.append(Act(a, end, b, sure))
        elif found and not found[-1].end < a - 12:
            found[-1] = Act(found[-1].start, found[-1].end, b, found[-1].sure)
    return found[:MOST]


def _is_instrument(s: Sentence, lex: Lexicon, first: Act, start: int, end: int) -> bool:
    """Whether a stretch names another instrument in a list of those that are to be carried out."""
    if first.sure == INSTRUMENT:
        return bool(lex.match("act.to_carry_out", s.masked[start:end]))
    carries = lex.match("instruments.carry", s.masked[first.start : first.end])
    return bool(carries and lex.match("act.named", s.masked[start:end]))


def _after_lead(s: Sentence, lex: Lexicon, start: int, until: int) -> int:
    """Past the words that only lead in: a space, "to", "of"."""
    while True:
        while start < until and s.masked[start] in " ,:;\n":
            start += 1
        m = lex.match("tail.lead", s.masked[start:until])
        if not m or not m.end():
            return start
        start += m.end()


def _form(s: Sentence, lex: Lexicon, start: int, until: int, takes: str) -> str:
    """How acts look here: what follows decides where it is plain, else what the operative words take."""
    words = s.masked[start:until]
    if lex.match("split.noun_form", words):
        return "noun"
    if takes == "noun" and lex.match("split.bare_form", words):
        return "bare"
    return takes


def _parts(
    s: Sentence, lex: Lexicon, start: int, until: int, form: str
) -> Iterator[tuple[int, int]]:
    """The stretches of single acts."""
    at = start
    for m in _joints(s, lex, start, until, form):
        if (
            m.start() <= at
            or not _has_object(s, lex, at, m.start())
            or _inside_purpose(s, lex, at, m, until, form)
        ):
            continue
        yield at, m.start()
        at = m.start("next")
    yield at, until


def _joints(s: Sentence, lex: Lexicon, start: int, until: int, form: str) -> list[re.Match[str]]:
    names = ("noun", "to", "instrument") if form == "noun" else ("bare", "to", "instrument")
    found = list(lex.patterns["split.marked"].finditer(s.masked, start, until))
    if len(found) > 1:
        return found  # "(a) to … and (b) to …": the writer has split it
    found = [
        m
        for name in names
        for m in lex.patterns[f"split.{name}"].finditer(s.masked, start, until)
        if name != "instrument" or _names_instrument(s, lex, m.start("next"), until)
    ]
    return sorted(found, key=lambda m: (m.start(), -m.end()))


def _names_instrument(s: Sentence, lex: Lexicon, start: int, until: int) -> bool:
    words = s.masked[start:until]
    return bool(lex.match("act.named", words) or lex.match("act.to_carry_out", words))


def _has_object(s: Sentence, lex: Lexicon, start: int, end: int) -> bool:
    """Whether a stretch says what is acted on; "exposing" before ", preventing and" does not."""
    words = s.masked[start:end]
    rest = lex.patterns["split.shared"].sub("", words)
    return len(rest.strip(" ,;")) > lex.tables["size"].get("object", 3)


def _inside_purpose(
    s: Sentence, lex: Lexicon, at: int, joint: re.Match[str], until: int, form: str
) -> bool:
    """Whether a joint lies in a list of purposes or means, which are no acts of their own (manual §3)."""
    before = s.masked[at : joint.start()]
    if (
        form == "noun"
        and lex.match("split.content", before)
        and lex.match("split.noun_form", joint["next"])
    ):
        return False
    if not any(lex.search(name, before) for name in _BLOCKS[form]):
        return False
    strong = lex.match("split.strong", s.masked[joint.start() : until])
    return not strong or bool(lex.search("split.series", before))


def _tail(s: Sentence, lex: Lexicon, start: int, end: int) -> int:
    """Where the act ends: before means and purposes, unless too little would be left to judge."""
    names = ["tail.cut"]
    if lex.match("instruments.carry", s.masked[start:end]):
        names.append("tail.carried_cut")
    for name in names:
        for m in lex.patterns[name].finditer(s.masked, start, end):
            if _is_enough(s.masked[start : m.start()], lex):
                end = m.start()
                break
    m = lex.search("tail.trailing", s.masked[start:end])
    return start + m.start() if m else end


def _is_enough(kept: str, lex: Lexicon) -> bool:
    words = len(kept) / 2 if lex.language == "zh" else len(kept.split())
    return words >= lex.tables["size"].get("act", 3) and not lex.search("tail.hanging", kept)


def _sure(s: Sentence, lex: Lexicon, start: int, end: int, form: str, judge: str) -> float:
    """How plainly a stretch names an act; 0 where it does not."""
    words = s.masked[start:end]
    if len(words.strip()) < lex.tables["size"].get("shortest", 4):
        return 0.0
    if lex.match("act.never", words) and not lex.search("act.denied", s.masked[:start]):
        return 0.0
    if form in ("to", "bare"):
        if lex.match("act.verb", words):
            return 1.0
        return 0.0 if judge == "strict" or lex.match("act.no_verb", words) else 0.7
    return _sure_of_noun(lex, words, judge)


def _sure_of_noun(lex: Lexicon, words: str, judge: str) -> float:
    if judge == "firm" and lex.match("split.noun_form", words):
        return 1.0
    if lex.match("act.doing", words):
        return 1.0
    if lex.match("act.outside", words) or lex.match("act.state", words):
        return 0.0
    if lex.match("act.noun", words):
        return 0.8
    if judge == "forward":
        return 0.8 if lex.match("act.event", words) else 0.0
    if lex.match("act.instrument", words):
        return INSTRUMENT
    return 0.4 if judge == "lenient" else 0.0
