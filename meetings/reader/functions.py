"""What each passage does (coding manual §2), and the acts that the participants take upon themselves in it."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from meetings.reader.acts import acts
from meetings.reader.clauses import Hit, Sentence, hits, subject_of
from meetings.reader.drafts import Draft, Drafter
from meetings.reader.types import FUNCTIONS
from meetings.reader.words import Lexicon


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

    def __post_init__(self) -> None:
        self.drafter = Drafter(self.lex, self.members)

    def add(self, s: Sentence) -> None:
        """Judge the next passage."""
        self.drafter.earlier = self.judged[-1].sentence.named if self.judged else ()
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
            return Judged(s, "call", own.words, _reason(s, own))
        if last is None:
            if outer and outer.governs and not found:
                return replace(self._item(s, outer, found), governs=outer.governs, drafts=())
            judged = self._weigh(s, found)
            calls = next((h for h in found if h.operator.kind == "call"), None)
            return replace(judged, drafts=(), governs=calls)
        if self.drafter.is_outside(last):
            return None
        if last.operator.kind == "task":
            last = replace(
                last, subject=replace(last.subject, codes=self.drafter.told(s, last) or ())
            )
        return Judged(s, "commitment", last.words, _reason(s, last), (), last)

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
        here = _carried(s, hit)
        if s.piece.loose and not self.lex.match("act.verb", s.masked[s.begin :]):
            return self._weigh(s, found)
        drafts = tuple(self.drafter.of(s, here, under_list=True))
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
        m = self.lex.match("grammar.participle", s.masked[s.begin :])
        if not m:
            return None
        a, b = s.begin + m.start("word"), s.begin + m.end("word")
        function = self._recital_function(s.masked[s.begin :].lower(), s.masked[a:].lower())
        return Judged(s, function, (a, b), _said(s, a, b), self._recital_drafts(s, function, b))

    def _recital_function(self, *begins: str) -> str:
        """What the first words say, else those behind an adverb; the longest that the lexicon lists."""
        rows = [(word, name) for name, listed in self.lex.recitals.items() for word in listed]
        for words in begins:
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
            if under and hit.operator.kind != "modal" and self.drafter.is_reported(s, under, hit):
                continue  # what is said to be so, not done here
            here = list(self.drafter.of(s, hit, under=under))
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
        return Judged(s, function, hit.words, _reason(s, hit), tuple(drafts))

    def _meant(self, s: Sentence, hit: Hit) -> Hit:
        """A pronoun stands for the states that the passage before named as its subject."""
        speaker = self.judged[-1].speaker if self.judged else ()
        words = s.masked[hit.subject.start : hit.subject.end].strip()
        for name, counts in (("it", len(speaker) == 1), ("they", len(speaker) > 1)):
            if counts and self.lex.match(f"grammar.{name}_alone", words):
                return replace(hit, subject=replace(hit.subject, kind="named", codes=speaker))
        return hit

    def _otherwise(self, s: Sentence, hit: Hit, under: Hit | None) -> str:
        """The function of a clause that names no act."""
        operator = hit.operator
        if self.drafter.is_outside(hit) and not operator.any_subject:
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
        """All of it. A stem has the function of its items; a recital commits where nothing later does."""
        items: dict[int, set[str]] = defaultdict(set)
        for row in self.judged:
            if row.sentence.piece.stem is not None:
                items[row.sentence.piece.stem].add(row.function)
        rows = [_like_items(row, items[n]) for n, row in enumerate(self.judged)]
        last = max((n for n, row in enumerate(rows) if _commits_itself(row)), default=-1)
        return [_without_recital(row) if n < last else row for n, row in enumerate(rows)]


def _like_items(stem: Judged, functions: set[str]) -> Judged:
    """A stem whose items name no act has their function, not that of its words."""
    if not stem.governs or not functions or "commitment" in functions:
        return stem
    return replace(stem, function=min(functions, key=FUNCTIONS.index))


def _commits_itself(row: Judged) -> bool:
    return any(not draft.is_recital for draft in row.drafts)


def _without_recital(row: Judged) -> Judged:
    """What a recital commits to counts only where nothing later does (coding manual §2)."""
    if not any(draft.is_recital for draft in row.drafts):
        return row
    return replace(row, function="position", drafts=())


def _carried(s: Sentence, hit: Hit) -> Hit:
    """The operative words of a stem, as if they stood at the beginning of its item."""
    subject = replace(hit.subject, start=s.begin, end=s.begin)
    return Hit(hit.operator, s.begin, s.begin, hit.match, subject, s.begin, s.stop, s.begin)


def _reason(s: Sentence, hit: Hit) -> str:
    return _said(s, *hit.words)


def _said(s: Sentence, start: int, end: int) -> str:
    return f"“{s.masked[start:end].strip()}”"
