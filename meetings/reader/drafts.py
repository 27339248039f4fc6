"""The acts that operative words take on for somebody: whose, where they stand, how sure it is (manual §2-§5)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from meetings.reader.acts import Act, acts
from meetings.reader.clauses import Hit, Sentence, Subject
from meetings.reader.parties import ORGANS, Named
from meetings.reader.words import Lexicon, Operator, group


@dataclass(frozen=True)
class Draft:
    """An act that may be a commitment; offsets count in its masked sentence.

    `codes` are the states or organs that are said to do it, () for all; `since` and `until` bound the
    words in which its deadline may stand; `is_event` marks a coming meeting.
    """

    start: int
    end: int
    until: int
    since: int
    operator: Operator
    operative: tuple[int, int]
    codes: tuple[str, ...] = ()
    sure: float = 1.0
    is_event: bool = False
    is_recital: bool = False
    lead: tuple[int, int] | None = None  # in the text: what leads the stem of its list in


@dataclass
class Drafter:
    """Finds the acts of one clause. `members` owe; states beside them never do.

    `earlier` are the names in the passage before, which a pronoun may mean.
    """

    lex: Lexicon
    members: frozenset[str]
    earlier: Sequence[Named] = ()

    def of(
        self, s: Sentence, hit: Hit, *, under: Hit | None = None, under_list: bool = False
    ) -> Iterator[Draft]:
        """The acts that operative words take on. `under` are the words before, such as "agreed that".

        `under_list` says that the words are those of a list's stem and the sentence is its item.
        """
        if self.is_outside(hit):
            return
        kind = hit.operator.kind
        if kind == "act":
            yield from self._of_act(s, hit, under_list)
        elif kind == "modal":
            yield from self._of_modal(s, hit, under, under_list)
        elif kind == "that":
            yield from self._of_that(s, hit, under_list)
        elif kind in ("task", "offer"):
            yield from self._of_others(s, hit, under_list)

    def _of_act(self, s: Sentence, hit: Hit, under_list: bool) -> Iterator[Draft]:
        operator = hit.operator
        if self.lex.search("grammar.earlier", s.masked[hit.lead : hit.start]):
            return
        found = acts(s, self.lex, hit.end, hit.until, operator.takes, operator.judge)
        if not found and under_list and operator.judge != "strict":
            found = acts(s, self.lex, hit.end, hit.until, operator.takes, "lenient")
        yield from self._made(s, hit, found)

    def _made(
        self, s: Sentence, hit: Hit, found: Iterable[Act], codes: tuple[str, ...] | None = None
    ) -> Iterator[Draft]:
        since = hit.lead
        for act in found:
            yield Draft(
                act.start,
                act.end,
                act.until,
                since,
                hit.operator,
                hit.words,
                hit.subject.codes if codes is None else codes,
                act.sure,
            )
            since = act.until

    def _of_modal(
        self, s: Sentence, hit: Hit, under: Hit | None, under_list: bool
    ) -> Iterator[Draft]:
        """ "Will": the group's and a member's own acts; of a thing only what is done to it, or a coming meeting."""
        rest = s.masked[hit.end : hit.until].lstrip()
        subject = hit.subject
        if under and under.operator.kind == "position" and self.is_reported(s, under, hit):
            return  # a hope, or a view of what will come
        if subject.kind == "group" and (
            self.lex.match("passive.event", rest)
            or self.lex.match("grammar.neither", s.masked[subject.start :])
        ):
            yield from self._clause(s, hit, (), is_event=True)
        elif self.lex.match("passive.words", rest) and self._is_thing(s, subject, rest):
            yield from self._of_thing(s, hit, under, rest)
        elif subject.kind in ("group", "named", "") or (under_list and subject.kind != "thing"):
            if not self.lex.match("words.foretold", rest):
                yield from self._made(
                    s, hit, acts(s, self.lex, hit.end, hit.until, "bare", "lenient")
                )
        elif subject.kind == "body":
            if not self.lex.match("words.foretold", rest):
                yield from self._clause(s, hit, ())
        else:
            yield from self._of_thing(s, hit, under, rest)

    def _is_thing(self, s: Sentence, subject: Subject, rest: str) -> bool:
        """Whether something is done to the subject, so that the clause means nothing without it."""
        if subject.kind != "group":
            return False
        who = s.masked[subject.start : subject.end]
        passive = self.lex.match("passive.be", rest) and not self.lex.match("words.pronoun", who)
        return bool(passive) or not subject.known

    def _of_thing(self, s: Sentence, hit: Hit, under: Hit | None, rest: str) -> Iterator[Draft]:
        is_done = self.lex.match("passive.words", rest) and not self.lex.match(
            "passive.not_done", rest
        )
        is_event = bool(
            self.lex.search("words.event", s.masked[hit.subject.start : hit.start])
            or self.lex.match("passive.held", rest)
        )
        agreed = under is not None and under.operator.kind == "that"
        organs = tuple(c for c in hit.subject.codes if c in ORGANS)
        if (
            organs
            and self.lex.match("act.verb", rest)
            and not self.lex.match("words.foretold", rest)
        ):
            yield from self._made(
                s, hit, acts(s, self.lex, hit.end, hit.until, "bare", "lenient"), organs
            )
        elif is_done and (under is None or agreed or is_event):
            yield from self._clause(s, hit, (), is_event=is_event)
        elif (
            agreed
            and self.lex.match("act.verb", rest)
            and not self.lex.match("words.foretold", rest)
        ):
            yield from self._clause(s, hit, ())

    def _clause(
        self, s: Sentence, hit: Hit, codes: tuple[str, ...], *, is_event: bool = False
    ) -> Iterator[Draft]:
        """The whole clause, with the subject without which the act is empty."""
        found = acts(s, self.lex, hit.end, hit.until, "bare", "lenient")
        codes = codes or self._between(s, hit.subject)
        first = found[0] if found else Act(hit.end, hit.until, hit.until, 0.6)
        yield Draft(
            hit.subject.start,
            first.end,
            hit.until,
            hit.lead,
            hit.operator,
            hit.words,
            codes,
            first.sure * 0.9,
            is_event,
        )

    def _between(self, s: Sentence, subject: Subject) -> tuple[str, ...]:
        """The members whose thing it is: a hotline between two of them."""
        codes = [n.code for n in s.names_in(subject.start, subject.end) if self._owed([n.code])]
        return tuple(dict.fromkeys(codes)) if len(codes) > 1 else ()

    def _of_that(self, s: Sentence, hit: Hit, under_list: bool) -> Iterator[Draft]:
        """A clause after "agreed that": an act where it says that something should be done, else a fact."""
        words = s.masked[hit.end : hit.until]
        m = self.lex.search("passive.foresees", words)
        if not m:
            if under_list:
                yield from self._made(
                    s, hit, acts(s, self.lex, hit.end, hit.until, hit.operator.takes, "lenient")
                )
            return
        subject = words[: m.start()]
        if self.lex.match("passive.words", words[m.end() :].lstrip()):
            start = hit.end + len(subject) - len(subject.lstrip())
            thing = Subject("thing", start, hit.end)
            yield from self._clause(s, replace(hit, subject=thing, end=hit.end + m.end()), ())
        elif self.lex.search("grammar.group", subject + " "):
            yield from self._made(
                s, hit, acts(s, self.lex, hit.end + m.end(), hit.until, "bare", "lenient")
            )

    def _of_others(self, s: Sentence, hit: Hit, under_list: bool) -> Iterator[Draft]:
        """What own bodies are told to do, and what a named party offers."""
        codes = hit.subject.codes if under_list else self.told(s, hit)
        if codes is None or (hit.operator.kind == "offer" and not self._owed(codes)):
            return
        quote = None if under_list else group(hit.match, "quote")
        start = quote[0] if quote else hit.until
        found = acts(s, self.lex, hit.end, hit.until, hit.operator.takes, "lenient")
        for draft in self._made(s, hit, found, codes):
            yield replace(draft, start=min(draft.start, start))
            start = draft.until

    def told(self, s: Sentence, hit: Hit) -> tuple[str, ...] | None:
        """Who is told, or offers: codes, () where none has one, None where "it" means nobody of their own."""
        whose = group(hit.match, "whose") or group(hit.match, "whom")
        if not whose:
            return ()
        if hit.operator.kind == "task" and self.lex.search(
            "words.outsider", s.masked[slice(*whose)]
        ):
            return None
        codes = tuple(dict.fromkeys(n.code for n in s.names_in(*whose)))
        if self.lex.match("grammar.same_body", s.masked[slice(*whose)]):
            return self._organ_before(s, whose[0]) or None
        return codes if hit.operator.kind == "offer" else tuple(c for c in codes if c in ORGANS)

    def _organ_before(self, s: Sentence, start: int) -> tuple[str, ...]:
        """The organ that "it" can mean: the last one named before, in this passage or in the one before."""
        named = [*self.earlier, *s.names_in(0, start)]
        return tuple(n.code for n in named if n.kind == "organ")[-1:]

    def is_outside(self, hit: Hit) -> bool:
        """Whether the subject is somebody who cannot owe anything here."""
        subject = hit.subject
        return subject.kind == "other" or (
            subject.kind == "named" and not self._owed(subject.codes)
        )

    def _owed(self, codes: Iterable[str]) -> bool:
        """Whether these can owe anything: members and own organs."""
        return any(code in self.members for code in codes)

    def is_reported(self, s: Sentence, under: Hit, hit: Hit) -> bool:
        """Whether a clause stands behind "noted that", or behind a second "that" of it."""
        if under.operator.kind == "act":
            return False
        if not self.lex.search("grammar.opens_clause", s.masked[under.start : under.end]):
            return False
        if under.end >= hit.clause - 2:
            return True
        return bool(self.lex.search("grammar.that_before", s.masked[under.end : hit.subject.start]))
