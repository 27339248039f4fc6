"""What goes over from the earlier version of a report to a corrected one, when the corrected one is read.

What was decided on a passage stands where its words are the same. A commitment is quoted from the
corrected version where its sentences are the same; where they are not, it keeps the words that it has,
and a person looks at it (services.py).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.audit import record
from accounts.models import User
from commitments import services
from commitments.choices import CandidateState, Life, Origin, RecheckState
from commitments.claims import claim
from commitments.models import CandidateDecision, Commitment, Quotation, Recheck
from commitments.workbench.services import spans_of
from meetings.comparing import closest
from meetings.models import Passage, Report

from .moves import Moves, Place, Span
from .standing import note_registered


@dataclass(frozen=True)
class By:
    """Who stored the reading, if a person waited for it; when; and through which door."""

    actor: User | None
    now: datetime
    via: str

    def tell(self, commitment: Commitment, action: str, report: Report) -> None:
        record(
            actor=self.actor,
            at=self.now,
            via=self.via,
            action=action,
            of=commitment,
            after={"report": report.pk},
        )


def carry_over(
    *,
    report: Report,
    passages: Sequence[Passage],
    actor: User | None,
    now: datetime,
    via: str,
) -> None:
    """Bring decisions and quotations of earlier versions to a report whose reading was just stored.

    Belongs into the transaction that stores the reading.
    """
    by = By(actor, now, via)
    earlier = Report.objects.versions_of(report).filter(version__lt=report.version)
    before = earlier.defer("raw").order_by("-version", "pk").first()
    if before:
        _carry_quotations(report, passages, by)
        _carry_decisions(Moves(before, report, passages))
    note_registered(report=report, actor=actor, now=now)


# Decisions on passages and candidates ---------------------------------------------------------------


def _carry_decisions(moves: Moves) -> None:
    """Passages of the same words are as settled as they were, and their candidates as decided."""
    later = dict(moves.same_passages())
    candidates = list(CandidateDecision.objects.of(moves.earlier).shown().in_text_order())
    under = {row: moves.passages_under(spans_of(row)) for row in candidates}
    copies = _copies(candidates, {old.pk: new for old, new in later.items()}, moves)
    torn = _leave_torn(copies, under, set(later))
    touched = {passage for row in candidates if _was_touched(row) for passage in under[row]}
    decided = [old for old in later if old not in torn and (old.confirmed_at or old in touched)]
    _settle_as_before([(old, later[old]) for old in decided if old.confirmed_at])
    # What the reader has just found there was decided on already.
    CandidateDecision.objects.filter(passage__in=[later[old] for old in decided]).delete()
    homes = {old.pk for old in decided}
    CandidateDecision.objects.bulk_create(
        copy for row, copy in copies.items() if row.passage_id in homes
    )


def _copies(
    candidates: Iterable[CandidateDecision], later: dict[int, Passage], moves: Moves
) -> dict[CandidateDecision, CandidateDecision]:
    """The candidates whose words are the same, on the corrected text.

    A commitment that waits to be re-checked is not quoted there yet: its candidate stays behind.
    """
    quoted = {None, *moves.later.quotations.values_list("commitment", flat=True)}
    return {
        row: copy
        for row in candidates
        if row.commitment_id in quoted and (home := later.get(row.passage_id))
        if (copy := _copy(row, home, moves))
    }


def _leave_torn(
    copies: dict[CandidateDecision, CandidateDecision],
    under: dict[CandidateDecision, list[Passage]],
    same: set[Passage],
) -> set[Passage]:
    """Leave out what stands in a passage that is not the same, or that another candidate left.

    Returns the passages that candidates left: where one of several passages stays behind, all of them
    are decided anew.
    """
    torn: set[Passage] = set()
    while True:
        torn |= {passage for row in under if row not in copies for passage in under[row]}
        gone = [row for row in copies if any(p in torn or p not in same for p in under[row])]
        if not gone:
            return torn
        for row in gone:
            del copies[row]


def _settle_as_before(pairs: Sequence[tuple[Passage, Passage]]) -> None:
    for old, new in pairs:
        new.function = old.function
        new.confirmed_by_id, new.confirmed_at = old.confirmed_by_id, old.confirmed_at
    fields = ["function", "confirmed_by", "confirmed_at"]
    Passage.objects.bulk_update([new for _old, new in pairs], fields)


def _was_touched(candidate: CandidateDecision) -> bool:
    """Whether a person has done anything to it. What nobody looked at, the reader may find anew."""
    is_found = candidate.origin == Origin.READER and candidate.state == CandidateState.OPEN
    return not is_found or candidate.version > 1


def _copy(candidate: CandidateDecision, passage: Passage, moves: Moves) -> CandidateDecision | None:
    """The candidate on the corrected text; None when some of its words are not the same there."""
    spans = [moves.same_span(span) for span in spans_of(candidate)]
    if None in spans:
        return None
    fields = [field.attname for field in CandidateDecision._meta.local_concrete_fields]
    values: dict[str, Any] = {name: getattr(candidate, name) for name in fields if name != "id"}
    values |= {"passage_id": passage.pk, "spans": spans, "version": 1}
    for name in ("operative", "where"):
        held = getattr(candidate, name)
        values[name] = moves.same_span(held) if held else None
    return CandidateDecision(**values)


# Quotations -----------------------------------------------------------------------------------------


def _carry_quotations(report: Report, passages: Sequence[Passage], by: By) -> None:
    """Quote every commitment from the corrected version, or flag it."""
    for base, quotations in _last_quoted(report).items():
        moves = Moves(base, report, passages)
        spans = {
            commitment: [span for row in rows for span in _spans(row)]
            for commitment, rows in quotations.items()
        }
        for commitment, rows in quotations.items():
            _overtake(commitment, report, by)
            others = [s for other, held in spans.items() if other != commitment for s in held]
            if moves.leaves_alone(spans[commitment], others):
                _quote(commitment, rows, moves, by)
            elif commitment.life == Life.ACTIVE:
                _flag(commitment, rows, moves, by)


def _last_quoted(report: Report) -> dict[Report, dict[Commitment, list[Quotation]]]:
    """The commitments that quote earlier versions, each under the newest of those that it quotes."""
    versions = Report.objects.versions_of(report).filter(version__lt=report.version)
    rows = Quotation.objects.filter(report__in=versions).select_related("commitment", "report")
    by_commitment: dict[Commitment, list[Quotation]] = defaultdict(list)
    for row in rows.defer("report__raw").in_text_order():
        by_commitment[row.commitment].append(row)
    found: dict[Report, dict[Commitment, list[Quotation]]] = defaultdict(dict)
    for commitment, held in by_commitment.items():
        newest = max((row.report for row in held), key=lambda text: text.version)
        found[newest][commitment] = [row for row in held if row.report_id == newest.pk]
    return found


def _quote(commitment: Commitment, rows: Iterable[Quotation], moves: Moves, by: By) -> None:
    """The same words, at their places in the corrected version. The old quotations stay with the old one."""
    Quotation.objects.bulk_create(
        _quotation(commitment, moves.later, moves.place(_span(row)), moves.place(_operative(row)))
        for row in rows
    )
    services.refresh_search_text(commitment)
    by.tell(commitment, "commitment.quoted_anew", moves.later)


def _flag(commitment: Commitment, rows: Sequence[Quotation], moves: Moves, by: By) -> None:
    """Leave its words as they are, and let a person look at the two versions of its sentences."""
    spans = [span for row in rows for span in _spans(row)]
    Recheck.objects.create(
        commitment=commitment,
        report=moves.later,
        before=moves.sentences(spans),
        after=_after(moves, spans),
        suggested=[_suggested(row, moves) for row in rows if moves.place(_span(row))],
    )
    by.tell(commitment, "commitment.flagged", moves.later)


def _after(moves: Moves, spans: Sequence[Span]) -> str:
    """The same sentences now; where they are gone, what is closest of the new ones."""
    if now := moves.counterparts(spans):
        return now
    added = moves.added()
    at = closest(moves.sentences(spans), added)
    return "" if at is None else added[at]


def _suggested(row: Quotation, moves: Moves) -> dict[str, Any]:
    place, operative = moves.place(_span(row)), moves.place(_operative(row))
    assert place
    return {
        "span": [place.start, place.end],
        "operative": [operative.start, operative.end] if operative else None,
    }


def _overtake(commitment: Commitment, report: Report, by: By) -> None:
    """A later version asks the question anew, or answers it."""
    waiting = Recheck.objects.open().filter(
        commitment=commitment, report__in=Report.objects.versions_of(report)
    )
    for recheck in waiting.in_order():
        claim(recheck, recheck.version, state=RecheckState.OVERTAKEN, resolved_at=by.now)


def _quotation(
    commitment: Commitment, report: Report, place: Place | None, operative: Place | None
) -> Quotation:
    assert place
    return Quotation(
        commitment=commitment,
        report=report,
        start=place.start,
        end=place.end,
        operative_start=operative.start if operative else None,
        operative_end=operative.end if operative else None,
    )


def _span(row: Quotation) -> Span:
    return row.start, row.end


def _operative(row: Quotation) -> Span | None:
    if row.operative_start is None or row.operative_end is None:
        return None
    return row.operative_start, row.operative_end


def _spans(row: Quotation) -> list[Span]:
    operative = _operative(row)
    return [_span(row), operative] if operative else [_span(row)]
