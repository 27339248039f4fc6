"""Reading a report: its passages, what each does, and what in it may be a commitment.

Plain Python, no database, nothing fetched: the same text gives the same reading everywhere. The coding
manual is the law; the words and patterns of each language stand in `lexicon/`.
"""

from collections.abc import Sequence
from datetime import date

from meetings.reader import parties
from meetings.reader.candidates import candidates
from meetings.reader.clauses import sentence
from meetings.reader.functions import Judge, Judged
from meetings.reader.passages import cut
from meetings.reader.text import detect_language
from meetings.reader.types import ALL, FUNCTIONS, STRENGTHS, Candidate, Passage, Reading, Timing
from meetings.reader.words import lexicon

__all__ = ["ALL", "FUNCTIONS", "STRENGTHS", "Candidate", "Passage", "Reading", "Timing", "read"]


def read(
    text: str, *, date: date, members: Sequence[str] | None = None, language: str | None = None
) -> Reading:
    """Read a canonical text.

    `date` is the last day of the meeting, from which "next year" is counted. `members` are the ISO 3166
    alpha-2 codes of the states of the body that met; without it, those of the SCO on that day, with
    its organs. `language` is "en", "ru" or "zh"; without it, it is found.
    Raises `UnknownLanguageError` when the text is in none of them.
    """
    language = language or detect_language(text)
    lex = lexicon(language)
    is_sco = members is None
    states = members if members is not None else parties.sco_members(date)
    organs = parties.ORGANS if is_sco else parties.ORGANS[:1]
    owing = frozenset(states) | frozenset(organs)
    named = parties.find(text, language, organs=organs)
    judge = Judge(lex, owing)
    for piece, inside in _with_names(text, language, named):
        judge.add(sentence(text, piece, inside, lex))
    judged = judge.finish()
    found = candidates(text, judged, lex=lex, members=owing, day=date)
    return Reading(language, tuple(_passage(text, row) for row in judged), tuple(found))


def _with_names(text, language, named):
    at = 0
    for piece in cut(text, language):
        while at < len(named) and named[at].end <= piece.start:
            at += 1
        end = at
        while end < len(named) and named[end].start < piece.end:
            end += 1
        yield piece, named[at:end]


def _passage(text: str, row: Judged) -> Passage:
    piece, base = row.sentence.piece, row.sentence.base
    operative = (base + row.operative[0], base + row.operative[1]) if row.operative else None
    reason = f"“{text[slice(*operative)].strip()}”" if operative else row.reason
    return Passage(piece.start, piece.end, row.function, operative, reason, piece.stem)
