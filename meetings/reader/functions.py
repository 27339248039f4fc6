"""What each passage does (coding manual §2), and the acts that the participants take upon themselves in it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from meetings.reader.acts import Act, acts
from meetings.reader.clauses import Hit, Sentence, Subject, hits, subject_of
from meetings.reader.parties import ORGANS
from meetings.reader.types import FUNCTIONS
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


@dataclass(frozen=True)
class Judged:
    """A passage with its function, the words that decided it, and the acts in it."""

    sentence: Sentence
    function: str
    operative: tuple[int, int] | None = None
    reason: str = ""
    drafts: tuple[Draft, ...] = ()
    governs: Hit | None = None  # of the stem of a list: what its items inherit
    speaker: tuple[str, ...] = ()  # states by name whom "it" or "they" in the next passage can mean


@dataclass
class Judge:
    """Judges the passages of one report in order. `members` owe; states beside them never do."""

    lex: Lexicon
    members: frozenset[str]
    judged: list[Judged] = field(default_factory=list)

    def add(self, s: Sentence) -> None:
        """Judge the next passage."""
        found = [] if s.piece.kind == "heading" else hits(s, self.lex)
        judged = self._judge(s, found)
        last = found[-1:]
        speaker = last[0].subject.codes if last and last[0].subject.kind == "named" else ()
        self.judged.append(replace(judged, speaker=speaker))

    def _judge(self, s: Sentence, found: list[Hit]) -> Judged:
        stem = self.judged[s.piece.stem] if s.piece.stem is not None else None
        if s.piece.kind == "heading":
            return Judged(s, "procedure", reason="heading")
        if s.piece.kind == "stem" and (governs := self._stem(s, stem, found)):
            return governs
        if (recital := self._recital(s)) is not None:
            return recital
        found = [self._meant(s, h) for h in found]
        if stem and not self._speaks_itself(s, found):
            return self._item(s, stem, found)
        return self._weigh(s, found)

    def _stem(self, s: Sentence, outer: Judged | None, found: list[Hit]) -> Judged | None:
        """The stem of a list: its items are what it governs, so it has no act of its own."""
        own = self._stem_words(s, found)
        last = own or next(
            (h for h in reversed(found) if h.operator.kind in ("act", "modal", "task", "that")),
            None,
        )
        if own and own.operator.kind == "call":
            return Judged(s, "call", (own.start, own.end), _reason(s, own))
        if last is None:
            if outer and outer.governs and not found:
                return replace(self._item(s, outer, found), governs=outer.governs, drafts=())
            judged = self._weigh(s, found)
            calls = next((h for h in found if h.operator.kind == "call"), None)
            return replace(judged, drafts=(), governs=calls)
        if self._is_outside(last):
            return None
        if last.operator.kind == "task":
            last = replace(last, subject=replace(last.subject, codes=self._told(s, last) or ()))
        return Judged(s, "commitment", (last.start, last.end), _reason(s, last), (), last)

    def _stem_words(self, s: Sentence, found: list[Hit]) -> Hit | None:
        """Words that govern a list and nothing else: "agreed as follows"."""
        for operator in self.lex.stems:
            for m in operator.pattern.finditer(s.masked, s.begin, s.stop):
                before = next((h for h in reversed(found) if h.end <= m.start()), None)
                subject, clause = subject_of(s, self.lex, operator, m.start(), before)
                if subject:
                    return Hit(operator, m.start(), m.end(), m, subject, clause, s.stop)
        return None

    def _item(self, s: Sentence, stem: Judged, found: list[Hit]) -> Judged:
        """An item of a list has the function and the strength of its stem (coding manual §2 Spans)."""
        hit = stem.governs
        if hit is None and stem.function == "procedure":
            return self._weigh(s, found)
        if hit is None or stem.function != "commitment":
            return Judged(s, stem.function, reason=stem.reason)
        here = Hit(
            hit.operator,
            s.begin,
            s.begin,
            hit.match,
            replace(hit.subject, start=s.begin, end=s.begin),
            s.begin,
            s.stop,
            s.begin,
        )
        if s.piece.loose and not self.lex.match("act.verb", s.masked[s.begin :]):
            return self._weigh(s, found)
        drafts = tuple(self._drafts(s, here, under_list=True))
        if not drafts and hit.operator.judge == "strict":
            return Judged(s, hit.operator.otherwise, reason=stem.reason)
        whole = Draft(
            s.begin, s.stop, s.stop, s.begin, hit.operator, (0, 0), hit.subject.codes, 0.5
        )
        lead = (stem.sentence.base + hit.lead, stem.sentence.base + hit.start)
        led = tuple(replace(draft, lead=lead) for draft in drafts or (whole,))
        return Judged(s, "commitment", None, stem.reason, led)

    def _speaks_itself(self, s: Sentence, found: list[Hit]) -> bool:
        """Whether an item is a sentence of its own: a subject, or telling others, stands at its beginning."""
        if self.lex.match("grammar.operative", s.masked[s.begin :]):
            return True
        if not found:
            return False
        others = (
            found[0].operator.kind in ("task", "call", "offer") and found[0].start <= s.begin + 1
        )
        return others or (bool(found[0].subject.kind) and found[0].subject.start <= s.begin + 1)

    def _recital(self, s: Sentence) -> Judged | None:
        """A recital of a resolution: a participle that leads a passage which no full stop ends."""
        if s.piece.stem is not None or s.piece.kind == "stem" or not s.piece.ends_open:
            return None
        m = (
            self.lex.match("grammar.participle", s.masked[s.begin :])
            if "grammar.participle" in self.lex.patterns
            else None
        )
        if not m:
            return None
        words = s.masked[s.begin :].strip().lower()
        function = self._recital_function(words)
        a, b = s.begin + m.start("word"), s.begin + m.end("word")
        return Judged(s, function, (a, b), _said(s, a, b), self._recital_drafts(s, function, b))

    def _recital_function(self, words: str) -> str:
        rows = [(word, name) for name, listed in self.lex.recitals.items() for word in listed]
        for word, name in sorted(rows, key=lambda row: -len(row[0])):
            if words.startswith(word):
                return name
        return "context"

    def _recital_drafts(self, s: Sentence, function: str, after: int) -> tuple[Draft, ...]:
        if function != "commitment":
            return ()
        operator = next(o for o in self.lex.operators if o.kind == "act" and o.strength == "agreed")
        return tuple(
            Draft(
                a.start,
                a.end,
                a.until,
                s.begin,
                operator,
                (s.begin, after),
                (),
                a.sure * 0.5,
                is_recital=True,
            )
            for a in acts(s, self.lex, after, s.stop, "noun", "lenient")
        )

    def _weigh(self, s: Sentence, found: list[Hit]) -> Judged:
        """The clause that comes first in the manual's list decides."""
        best: tuple[int, Hit] | None = None
        drafts: list[Draft] = []
        under: Hit | None = None
        for hit in found:
            if under and hit.operator.kind != "modal" and self._is_reported(s, under, hit):
                continue  # what is said to be so, not done here
            here = list(self._drafts(s, hit, under=under))
            function = "commitment" if here else self._otherwise(s, hit, under)
            drafts += here
            rank = FUNCTIONS.index(function)
            if best is None or rank < best[0]:
                best = (rank, hit)
            under = hit
        if best is None:
            return self._plain(s)
        rank, hit = best
        function = FUNCTIONS[rank]
        return Judged(s, function, (hit.start, hit.end), _reason(s, hit), tuple(drafts))

    def _is_reported(self, s: Sentence, under: Hit, hit: Hit) -> bool:
        """Whether a clause stands behind "noted that", or behind a second "that" of it."""
        if under.operator.kind == "act":
            return False
        if not self.lex.search("grammar.opens_clause", s.masked[under.start : under.end]):
            return False
        if under.end >= hit.clause - 2:
            return True
        return bool(self.lex.search("grammar.that_before", s.masked[under.end : hit.subject.start]))

    def _otherwise(self, s: Sentence, hit: Hit, under: Hit | None) -> str:
        """The function of a clause that names no act."""
        operator = hit.operator
        if self._is_outside(hit) and not operator.any_subject:
            return "context"
        if operator.kind == "modal":
            return (
                "context" if under is not None and under.operator.kind == "context" else "position"
            )
        if operator.kind == "offer":
            return "acknowledgement"
        if operator.kind == "context" and self.lex.search(
            "functions.value", s.masked[hit.end : hit.until]
        ):
            return "position"
        if operator.kind == "task":
            return "call"
        if operator.kind in ("act", "that"):
            return operator.otherwise
        return operator.kind

    def _plain(self, s: Sentence) -> Judged:
        """A sentence without operative words: a norm, what was done, the record of the meeting, else context."""
        for name, function in (
            ("call", "call"),
            ("norm", "position"),
            ("procedure", "procedure"),
            ("past_act", "acknowledgement"),
        ):
            m = self.lex.search(f"functions.{name}", s.masked, s.begin, s.stop)
            if m:
                return Judged(s, function, m.span(), _said(s, *m.span()))
        if s.piece.ends_open and len(s.masked) < 80:
            return Judged(s, "procedure", reason="no operative words")
        return Judged(s, "context", reason="no operative words")

    def finish(self) -> list[Judged]:
        """All of it. A stem whose items name no act has their function, not that of its words."""
        items: dict[int, set[str]] = defaultdict(set)
        for row in self.judged:
            if row.sentence.piece.stem is not None:
                items[row.sentence.piece.stem].add(row.function)
        return [
            replace(row, function=min(items[n], key=FUNCTIONS.index))
            if n in items and row.governs and "commitment" not in items[n]
            else row
            for n, row in enumerate(self.judged)
        ]

    # -------------------------------------------------------------------------------- acts of one clause

    def _drafts(
        self, s: Sentence, hit: Hit, *, under: Hit | None = None, under_list: bool = False
    ) -> Iterator[Draft]:
        if self._is_outside(hit):
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
                (hit.start, hit.end),
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
        if under and under.operator.kind == "position" and self._is_reported(s, under, hit):
            return  # a hope, or a view of what will come
        if subject.kind == "group" and (
            self.lex.match("passive.event", rest)
            or self.lex.match("grammar.neither", s.masked[subject.start :])
        ):
            yield from self._clause(s, hit, (), is_event=True)
        elif not subject.known and self.lex.match("passive.words", rest):
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
            (hit.start, hit.end),
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
        if self.lex.search("grammar.group", subject + " "):
            yield from self._made(
                s, hit, acts(s, self.lex, hit.end + m.end(), hit.until, "bare", "lenient")
            )
        elif self.lex.match("passive.words", words[m.end() :].lstrip()):
            here = replace(
                hit,
                subject=Subject("thing", hit.end + len(subject) - len(subject.lstrip()), hit.end),
                end=hit.end + m.end(),
            )
            yield from self._clause(s, replace(here, start=hit.start), ())

    def _of_others(self, s: Sentence, hit: Hit, under_list: bool) -> Iterator[Draft]:
        """What own bodies are told to do, and what a named party offers."""
        codes = hit.subject.codes if under_list else self._told(s, hit)
        if codes is None or (hit.operator.kind == "offer" and not self._owed(codes)):
            return
        quote = None if under_list else group(hit.match, "quote")
        start = quote[0] if quote else hit.until
        found = acts(s, self.lex, hit.end, hit.until, hit.operator.takes, "lenient")
        for draft in self._made(s, hit, found, codes):
            yield replace(draft, start=min(draft.start, start))
            start = draft.until

    def _told(self, s: Sentence, hit: Hit) -> tuple[str, ...] | None:
        """Who is told, or offers: codes, () where none has one, None where "it" means nobody of their own."""
        whose = group(hit.match, "whose") or group(hit.match, "whom")
        if not whose:
            return ()
        if hit.operator.kind == "task" and self.lex.search("words.outsider", s.masked[slice(*whose)]):
            return None
        codes = tuple(dict.fromkeys(n.code for n in s.names_in(*whose)))
        if self.lex.match("grammar.same_body", s.masked[slice(*whose)]):
            return self._organ_before(s, whose[0]) or None
        return codes if hit.operator.kind == "offer" else tuple(c for c in codes if c in ORGANS)

    def _meant(self, s: Sentence, hit: Hit) -> Hit:
        """A pronoun stands for the states that the passage before named as its subject."""
        speaker = self.judged[-1].speaker if self.judged else ()
        words = s.masked[hit.subject.start : hit.subject.end].strip()
        for name, counts in (("it", len(speaker) == 1), ("they", len(speaker) > 1)):
            if counts and self.lex.match(f"grammar.{name}_alone", words):
                return replace(hit, subject=replace(hit.subject, kind="named", codes=speaker))
        return hit

    def _organ_before(self, s: Sentence, start: int) -> tuple[str, ...]:
        """The organ that "it" can mean: the last one named before, in this passage or in the one before."""
        earlier = self.judged[-1].sentence.named if self.judged else ()
        named = [*earlier, *s.names_in(0, start)]
        return tuple(n.code for n in named if n.kind == "organ")[-1:]

    def _is_outside(self, hit: Hit) -> bool:
        """Whether the subject is somebody who cannot owe anything here."""
        subject = hit.subject
        return subject.kind == "other" or (
            subject.kind == "named" and not self._owed(subject.codes)
        )

    def _owed(self, codes: Iterable[str]) -> bool:
        """Whether these can owe anything: members and own organs."""
        return any(code in self.members for code in codes)


def _reason(s: Sentence, hit: Hit) -> str:
    return _said(s, hit.start, hit.end)


def _said(s: Sentence, start: int, end: int) -> str:
    return f"“{s.masked[start:end].strip()}”"
