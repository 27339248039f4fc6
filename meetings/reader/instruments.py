"""Named programmes, strategies, conventions and the like in an act (coding manual §7)."""

import re

from meetings.reader.words import Lexicon


def named_in(text: str, start: int, end: int, lex: Lexicon) -> tuple[str, ...]:
    """The names of instruments in a stretch of text, each once, in order."""
    found: dict[str, None] = {}
    for m in lex.patterns["instruments.name"].finditer(text, start, end):
        name = re.sub(r"\s+", " ", m[0]).strip(" ,")
        if lex.search("instruments.head", name) and not lex.match("instruments.no_name", name):
            found.setdefault(name)
    return tuple(found)
