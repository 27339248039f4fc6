"""Short titles: what is to be done, with the verb first."""

import re

from meetings.reader.words import Lexicon

LENGTH = 110  # characters; a title in a list is one line


def title(words: str, lex: Lexicon) -> str:
    """The act as a title that begins with a verb, cut at a word's end.

    A gerund or a noun of doing gives its verb ("implementation of the plan": "Implement the plan"), a
    clause its predicate ("a group will be set up": "Set up a group"); a lexicon's word of taking care
    stands before whatever else there is.
    """
    text = re.sub(r"\s+", " ", words).strip(" ,;:.，；、。")
    text = (
        _from_clause(text, lex)
        or _from_gerund(text, lex)
        or _from_noun(text, lex)
        or _from_verb(text, lex)
    )
    return _short(text[:1].upper() + text[1:])


def _short(text: str) -> str:
    if len(text) <= LENGTH:
        return text
    cut = text[: LENGTH - 1]
    if " " in cut[LENGTH // 2 :]:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip(" ,;:，、") + "…"


def _from_clause(text: str, lex: Lexicon) -> str:
    m = _matched("title.clause", text, lex)
    if not m:
        return ""
    done = (m["done"] or "").lower()
    verb = lex.bases.get(done, lex.tables["title_words"].get("hold", ""))
    subject = m["subject"]
    if subject[1:2].islower() or subject[1:2] == " ":
        subject = subject[:1].lower() + subject[1:]
    return f"{verb} {subject}{text[m.end() :]}"


def _from_gerund(text: str, lex: Lexicon) -> str:
    m = _matched("title.gerund", text, lex)
    if not m or m["verb"].lower() not in lex.bases:
        return ""
    return f"{text[: m.start('verb')]}{lex.bases[m['verb'].lower()]}{text[m.end('verb') :]}"


def _from_noun(text: str, lex: Lexicon) -> str:
    m = _matched("title.noun", text, lex)
    verb = lex.tables["titles"].get(m["noun"].lower()) if m else None
    return f"{verb}{text[m.end() :]}" if m and verb else ""


def _from_verb(text: str, lex: Lexicon) -> str:
    if lex.match("title.verb", text):
        return text
    words = lex.tables["title_words"]
    if object_ := _as_object(text, lex):
        return f"{words['see_to_object']} {object_}"
    return f"{words['see_to']} {text}".strip()


def _as_object(text: str, lex: Lexicon) -> str:
    """A noun of doing with its adjectives, in the case that a verb before it asks for.

    Each row of [[cases]] has the ending of the noun and its other one, and the same for adjectives.
    """
    for row in lex.tables["cases"]:
        ending, other = row["noun"]
        m = re.match(rf"(?P<before>(?:[\w-]+ ){{0,4}}?)(?P<noun>[\w-]+){ending}\b", text)
        adjectives = (
            [_exchanged(word, row["adjectives"]) for word in m["before"].split()] if m else []
        )
        if m and all(adjectives):
            return " ".join([*adjectives, f"{m['noun']}{other}"]) + text[m.end() :]
    return ""


def _exchanged(word: str, endings: dict[str, str]) -> str:
    """The word with its ending exchanged; "" when it has none of these endings."""
    for ending, other in endings.items():
        if word.endswith(ending):
            return word.removesuffix(ending) + other
    return ""


def _matched(name: str, text: str, lex: Lexicon) -> re.Match[str] | None:
    return lex.patterns[name].match(text) if name in lex.patterns else None
