"""What the workbench shows of a report: its passages with their marks, and how much of it is settled.

Read in a handful of queries, however long the report is.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commitments import repeats
from commitments.choices import CandidateState
from commitments.models import CandidateDecision, Recheck, WorkbenchAction
from commitments.repeats import Offer
from meetings.choices import Function
from meetings.marking import Mark, Segment, segments
from meetings.models import Party, Passage, Report
from meetings.reader.types import ALL

from . import rechecking
from .addresses import OPEN, Place
from .quoting import Span, quoted
from .services import as_labelled, spans_of, without_candidates

QUOTE, CURRENT, OPERATIVE = "quote", "current", "operative"
HIGH, MIDDLE = 0.8, 0.5  # of confidence
# How a passage looks: its tag and its bar. The louder the act, the taller the bar.
TAGS = {
    Function.COMMITMENT: "com",
    Function.CALL: "call",
    Function.POSITION: "line",
    Function.ACKNOWLEDGEMENT: "line",
    Function.CONTEXT: "plain",
    Function.PROCEDURE: "plain",
}
BARS = {
    Function.COMMITMENT: ("com", 16),
    Function.CALL: ("call", 13),
    Function.POSITION: ("pos", 10),
    Function.ACKNOWLEDGEMENT: ("ack", 8),
    Function.CONTEXT: ("ctx", 6),
    Function.PROCEDURE: ("pro", 3),
}
COVER_WIDTH, COVER_FLOOR = 820, 18


@dataclass
class Card:
    """One candidate as the page shows it."""

    row: CandidateDecision
    quotes: list[str]
    owed_by: str
    contributing: str
    place: int
    offers: Sequence[Offer] = ()
    recheck: Recheck | None = None
    is_current: bool = False

    @property
    def confidence(self) -> str:
        """In words: nobody can tell 0.83 from 0.87."""
        value = self.row.confidence
        if value >= HIGH:
            return _("Confidence: high")
        return _("Confidence: middling") if value >= MIDDLE else _("Confidence: low")

    @property
    def is_decided(self) -> bool:
        return self.row.state in {CandidateState.ACCEPTED, CandidateState.DISMISSED}


@dataclass
class Line:
    """One passage as the list shows it, with the candidates that quote it."""

    passage: Passage
    candidates: list[CandidateDecision]
    segments: list[Segment]
    is_selected: bool

    @property
    def is_settled(self) -> bool:
        return self.passage.confirmed_at is not None

    @property
    def tag(self) -> str:
        return TAGS[Function(self.passage.function)]

    @property
    def is_quiet(self) -> bool:
        return self.passage.function != Function.COMMITMENT and not self.held

    @property
    def held(self) -> list[CandidateDecision]:
        return [row for row in self.candidates if row.state != CandidateState.DISMISSED]

    @property
    def items(self) -> str:
        """How many commitments it holds or may hold."""
        count = len(self.held)
        return ngettext("%(n)d item", "%(n)d items", count) % {"n": count} if count else ""


@dataclass(frozen=True)
class Bar:
    """One passage in the coverage: attributes of its rectangle, in units of the drawing."""

    kind: str
    x: str
    y: str
    width: str
    height: str


class Board:
    """A report on the workbench, at a place in it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.report = report = place.report
        self.only = place.only
        rows = Passage.objects.filter(report=report).select_related("confirmed_by")
        self.passages = list(rows.in_text_order())
        self.candidates = _candidates(report)
        self.selected = self._select(place.number)
        self.actions = WorkbenchAction.objects.filter(report=report)

    def _select(self, number: int | None) -> Passage | None:
        """The passage asked for, else the first that waits, else the first."""
        asked = (row for row in self.passages if row.number == number)
        waiting = (row for row in self.passages if row.confirmed_at is None)
        return next(asked, None) or next(waiting, None) or next(iter(self.passages), None)

    # The list ------------------------------------------------------------------------------------

    @cached_property
    def by_passage(self) -> dict[int, list[CandidateDecision]]:
        """For the key of each passage the candidates that quote it, in the order of the text."""
        starts = [row.start for row in self.passages]
        found: dict[int, list[CandidateDecision]] = {row.pk: [] for row in self.passages}
        for candidate in sorted(self.candidates, key=lambda row: (spans_of(row)[0], row.pk)):
            for index in sorted(_indexes(starts, spans_of(candidate))):
                found[self.passages[index].pk].append(candidate)
        return found

    @cached_property
    def lines(self) -> list[Line]:
        return [self._line(row) for row in self.passages if self._is_listed(row)]

    def _is_listed(self, passage: Passage) -> bool:
        if not self.only or passage == self.selected:
            return True
        if self.only == OPEN:
            return passage.confirmed_at is None
        return passage.confirmed_at is not None and passage.function == self.only

    def _line(self, passage: Passage) -> Line:
        is_selected = passage == self.selected
        candidates = self.by_passage[passage.pk]
        current = self.current if is_selected else None
        marks = _marks(passage, candidates, current)
        cut = segments(self.report.text, passage.start, passage.end, marks)
        return Line(passage, candidates, cut, is_selected)

    # The selected passage ----------------------------------------------------------------------------

    @cached_property
    def line(self) -> Line | None:
        return self._line(self.selected) if self.selected else None

    @property
    def words(self) -> str:
        """The selected passage as it stands in the text, for selecting words in it."""
        return self.report.text[self.selected.start : self.selected.end] if self.selected else ""

    @cached_property
    def current(self) -> CandidateDecision | None:
        """The first open candidate of the selected passage: the one that keys speak of."""
        if self.selected is None:
            return None
        rows = self.by_passage[self.selected.pk]
        return next((row for row in rows if row.state == CandidateState.OPEN), None)

    @cached_property
    def cards(self) -> list[Card]:
        rows = self.by_passage[self.selected.pk] if self.selected else []
        waiting = [row for row in rows if row.state == CandidateState.OPEN]
        offered = self._offers(waiting)
        asked = rechecking.waiting(self.report) if waiting else []
        return [
            Card(
                row=row,
                quotes=quoted(self.report.text, row.spans),
                owed_by=self.parties_words(row.parties),
                contributing=self.parties_words(row.contributing),
                place=place,
                offers=offered.get(row.pk, ()),
                recheck=rechecking.asking(row, asked, self.report) if row in waiting else None,
                is_current=row == self.current,
            )
            for place, row in enumerate(rows, start=1)
        ]

    def _offers(self, rows: Iterable[CandidateDecision]) -> dict[int, list[Offer]]:
        sought = {
            row.pk: [row.title, " ".join(quoted(self.report.text, row.spans))] for row in rows
        }
        return repeats.offers(self.report.meeting, sought)

    @cached_property
    def previous(self) -> int | None:
        numbers = [line.passage.number for line in self.lines]
        return self._beside(numbers, -1)

    @cached_property
    def following(self) -> int | None:
        numbers = [line.passage.number for line in self.lines]
        return self._beside(numbers, +1)

    def _beside(self, numbers: list[int], step: int) -> int | None:
        if self.selected is None or self.selected.number not in numbers:
            return None
        place = numbers.index(self.selected.number) + step
        return numbers[place] if 0 <= place < len(numbers) else None

    @cached_property
    def next_waiting(self) -> int | None:
        """The next passage that waits, after the selected one or else from the top."""
        waiting = [r.number for r in self.passages if r.confirmed_at is None and r != self.selected]
        here = self.selected.number if self.selected else 0
        return next((n for n in waiting if n > here), next(iter(waiting), None))

    # Parties --------------------------------------------------------------------------------------

    @cached_property
    def parties(self) -> list[Party]:
        return list(Party.objects.in_order())

    def parties_words(self, codes: Sequence[str]) -> str:
        if ALL in codes:
            day = self.report.meeting.starts_on
            count = sum(party.was_member(day) for party in self.parties) if day else 0
            if not count:
                return _("All member states")
            return ngettext("The member state", "All %(n)d member states", count) % {"n": count}
        names = {party.code: party.name for party in self.parties}
        return ", ".join(names.get(code, code) for code in codes)

    # How much is settled ------------------------------------------------------------------------------

    @cached_property
    def settled(self) -> int:
        return sum(row.confirmed_at is not None for row in self.passages)

    @property
    def waiting(self) -> int:
        return len(self.passages) - self.settled

    @cached_property
    def counts(self) -> list[tuple[Function, int]]:
        """How many passages have each function, of those that a person has confirmed."""
        found = Counter(row.function for row in self.passages if row.confirmed_at)
        return [(function, found[function.value]) for function in Function]

    @cached_property
    def states(self) -> Counter[str]:
        return Counter(row.state for row in self.candidates)

    @property
    def accepted(self) -> int:
        return self.states[CandidateState.ACCEPTED]

    @property
    def registered(self) -> int:
        return self.states[CandidateState.REGISTERED]

    @property
    def is_coded(self) -> bool:
        """Nothing is left: every passage is settled and every candidate decided."""
        return bool(self.passages) and not self.waiting and not self.states[CandidateState.OPEN]

    @cached_property
    def unquestioned(self) -> list[Passage]:
        """The passages that one button confirms as they are labelled."""
        return without_candidates(self.passages, self.candidates)

    @property
    def seen(self) -> str:
        """What that button says about what was seen, for the form."""
        return as_labelled(self.unquestioned)

    @cached_property
    def bars(self) -> list[Bar]:
        step = (COVER_WIDTH - 3) / max(len(self.passages), 1)
        return [_bar(row, 1.5 + n * step, step) for n, row in enumerate(self.passages)]

    @property
    def here(self) -> Bar | None:
        """The frame around the bar of the selected passage."""
        if self.selected is None:
            return None
        bar = self.bars[self.passages.index(self.selected)]
        return Bar("cur", f"{float(bar.x) - 1.5:.2f}", "1", f"{float(bar.width) + 3:.2f}", "18")

    @cached_property
    def latest(self) -> str:
        """The key of the latest deed and how many were taken back: what the page is up to date with."""
        newest, taken_back = self.actions.news()
        return f"{newest}.{taken_back}"


def _candidates(report: Report) -> list[CandidateDecision]:
    rows = CandidateDecision.objects.of(report).shown().in_text_order()
    return list(rows.select_related("theme", "commitment", "decided_by", "earlier", "passage"))


def _indexes(starts: Sequence[int], spans: Iterable[Span]) -> set[int]:
    """Which passages the spans stand in, by the passages' starts."""
    found: set[int] = set()
    for start, end in spans:
        first, last = bisect_right(starts, start) - 1, bisect_right(starts, end - 1) - 1
        found |= set(range(max(first, 0), last + 1))
    return found


def _marks(
    passage: Passage, candidates: Iterable[CandidateDecision], current: CandidateDecision | None
) -> list[Mark]:
    marks = [Mark(*passage.operative, OPERATIVE)] if passage.operative else []
    for row in candidates:
        if row.state == CandidateState.DISMISSED:
            continue
        marks += [Mark(*span, QUOTE, row) for span in spans_of(row)]
        if row == current:
            marks += [Mark(*span, CURRENT, row) for span in spans_of(row)]
        if row.operative:
            marks.append(Mark(row.operative[0], row.operative[1], OPERATIVE))
    return marks


def _bar(passage: Passage, x: float, step: float) -> Bar:
    width = f"{max(step - 3, step * 0.7):.2f}"
    if passage.confirmed_at is None:
        return Bar("todo", f"{x:.2f}", "2.5", width, "15")
    kind, height = BARS[Function(passage.function)]
    return Bar(f"seg-{kind}", f"{x:.2f}", str(COVER_FLOOR - height), width, str(height))
