"""Deciding on the passages and candidates of a report. Every deed can be taken back (undo.py).

A passage is settled when a person has said what it does: by confirming it, or by deciding its last
open candidate. Every write claims the versions that the person looked at, and adds its event.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from commitments import notes
from commitments.choices import ActionKind, CandidateState, LinkKind, Origin
from commitments.errors import Stale
from commitments.models import CandidateDecision, Commitment
from meetings.choices import Function
from meetings.models import Passage, Report

from .deeds import By, Deed, deed
from .quoting import Span, joined, quoted, title_of, touches
from .rechecking import check_answered

HOLDS = {CandidateState.ACCEPTED, CandidateState.REGISTERED}
FIELDS = (
    "spans",
    "title",
    "strength",
    "parties",
    "contributing",
    "opens",
    "due",
    "basis",
    "wording",
    "standing",
    "theme",
    "instruments",
)


def accept(
    *,
    candidate: CandidateDecision,
    seen: int,
    earlier: Commitment | None = None,
    link_kind: str = "",
    by: By,
) -> None:
    """Say that a candidate is a commitment. It waits to be registered.

    With `earlier` and what it does to that one, the two are linked when it is. What a correction made of
    the words of a commitment has to be re-checked first, or take the place of that one.
    """
    _check_open(candidate)
    if bool(earlier) != bool(link_kind) or link_kind not in {"", *LinkKind.values}:
        raise ValidationError({"link_kind": _("Choose what it does to the earlier commitment.")})
    values = {"earlier_id": earlier.pk if earlier else None, "link_kind": link_kind}
    with _deed(candidate, ActionKind.ACCEPT, by) as done:
        check_answered(candidate, earlier, link_kind)
        _decide(done, candidate, seen, CandidateState.ACCEPTED, **values)
        settle(done, spans_of(candidate))


def dismiss(
    *, candidate: CandidateDecision, seen: int, reason: str, function: str = "", by: By
) -> None:
    """Say that a candidate is none, and why. `function` is what its passage does if this settles it."""
    _check_open(candidate)
    reason = notes.checked("reason", reason, missing=_("Say why it is none."))
    with _deed(candidate, ActionKind.DISMISS, by, why=reason) as done:
        _decide(done, candidate, seen, CandidateState.DISMISSED, reason=reason)
        settle(done, spans_of(candidate), function)


def reopen(*, candidate: CandidateDecision, seen: int, by: By) -> None:
    """Take a decision back: the candidate and its passage wait again."""
    if candidate.state not in {CandidateState.ACCEPTED, CandidateState.DISMISSED}:
        raise ValidationError(_("Only what was accepted or dismissed here can be opened again."))
    with _deed(candidate, ActionKind.REOPEN, by) as done:
        nothing = {"decided_by": None, "decided_at": None, "reason": ""}
        unlinked = {"earlier_id": None, "link_kind": ""}
        done.change(candidate, seen, state=CandidateState.OPEN, **nothing, **unlinked)
        settle(done, spans_of(candidate))


def edit(*, candidate: CandidateDecision, seen: int, values: dict[str, Any], by: By) -> None:
    """Change the named fields (`FIELDS`) of a candidate that is open."""
    _check_open(candidate)
    changed = {n: v for n, v in _checked(values).items() if getattr(candidate, n) != v}
    if not changed:
        return
    was = spans_of(candidate)
    with _deed(candidate, ActionKind.EDIT, by) as done:
        done.change(candidate, seen, **changed)
        _follow(done, candidate)
        settle(done, [*was, *spans_of(candidate)])


def split(
    *, candidate: CandidateDecision, seen: int, parts: Sequence[Sequence[Span]], by: By
) -> list[CandidateDecision]:
    """Put candidates of these spans in the place of one whose acts can be judged apart."""
    _check_open(candidate)
    alike = {tuple(map(tuple, part)) for part in parts}
    if len(parts) < 2 or len(alike) < len(parts) or not all(parts):
        raise ValidationError({"parts": _("Give at least two parts that differ.")})
    with _deed(candidate, ActionKind.SPLIT, by) as done:
        _decide(done, candidate, seen, CandidateState.REPLACED)
        made = [_part(candidate, list(part), parts) for part in parts]
        for one in made:
            _make(done, one)
        settle(done, [*spans_of(candidate), *(span for part in parts for span in part)])
    return made


def merge(*, candidates: Sequence[tuple[CandidateDecision, int]], by: By) -> CandidateDecision:
    """Put one candidate in the place of several, with the spans of all. Pairs of candidate and version.

    Words and parties are those of the first in the text; it takes the first deadline that one has.
    """
    rows = sorted(candidates, key=lambda pair: spans_of(pair[0])[0])
    if len(rows) < 2:
        raise ValidationError({"others": _("Choose at least one other candidate.")})
    for row, _seen in rows:
        _check_open(row)
    merged = _merged([row for row, _seen in rows])
    with _deed(rows[0][0], ActionKind.MERGE, by) as done:
        for row, seen in rows:
            _decide(done, row, seen, CandidateState.REPLACED)
        _make(done, merged)
        settle(done, spans_of(merged))
    return merged


def mark(*, passage: Passage, seen: int, values: dict[str, Any], by: By) -> CandidateDecision:
    """Make a candidate of words in a passage that the reader did not find."""
    made = CandidateDecision(passage=passage, origin=Origin.PERSON, confidence=1.0)
    for name, value in _checked(values).items():
        setattr(made, name, value)
    with deed(passage.report, ActionKind.MARK, of=passage, by=by) as done:
        _check_version(passage, seen)
        if any(spans_of(row) == spans_of(made) for row in _candidates(passage.report)):
            raise ValidationError({"quote": _("These words are marked as a candidate already.")})
        _make(done, made)
        settle(done, spans_of(made))
    return made


def confirm(*, passage: Passage, seen: int, function: str, by: By) -> None:
    """Say what a passage does. One with candidates is settled by deciding on them."""
    if function not in Function.values:
        raise ValidationError({"function": _("Choose one of the functions shown.")})
    with deed(
        passage.report, ActionKind.CONFIRM, of=passage, by=by, after={"function": function}
    ) as done:
        over = _over(passage, _candidates(passage.report))
        if any(row.state == CandidateState.OPEN for row in over):
            raise ValidationError(
                _("Decide on its candidates first: the last decision settles the passage.")
            )
        if function != Function.COMMITMENT and any(row.state in HOLDS for row in over):
            raise ValidationError(
                _("A commitment was accepted here. Open it again first if it is none.")
            )
        _say(done, passage, seen, function)


def confirm_all(*, report: Report, seen: str, by: By) -> int:
    """Confirm every passage without candidates as it is labelled; how many there were.

    `seen` is `as_labelled` of what the person looked at. Raises `Stale` when it is no longer so.
    """
    with deed(report, ActionKind.CONFIRM_ALL, of=report, by=by) as done:
        rows = without_candidates(
            Passage.objects.filter(report=report).in_text_order(), _candidates(report)
        )
        if as_labelled(rows) != seen:
            raise Stale
        if not rows:
            raise ValidationError(_("No passage without candidates waits."))
        for passage in rows:
            _say(done, passage, passage.version, passage.function)
    return len(rows)


# What holds for a page and a deed alike -------------------------------------------------------------


def spans_of(candidate: CandidateDecision) -> list[Span]:
    return [(start, end) for start, end in candidate.spans]


def without_candidates(
    passages: Iterable[Passage], candidates: Iterable[CandidateDecision]
) -> list[Passage]:
    """Passages that wait and in which nothing is to be decided."""
    taken = joined(
        span
        for row in candidates
        if row.state != CandidateState.DISMISSED
        for span in spans_of(row)
    )
    starts = [start for start, _end in taken]
    return [
        passage
        for passage in passages
        if passage.confirmed_at is None and not _is_taken(passage, taken, starts)
    ]


def _is_taken(passage: Passage, taken: Sequence[Span], starts: Sequence[int]) -> bool:
    """Whether one of the spans, ascending and apart, stands in the passage: the last that begins before its end."""
    before = bisect_left(starts, passage.end) - 1
    return before >= 0 and taken[before][1] > passage.start


def as_labelled(passages: Iterable[Passage]) -> str:
    """Which passages in which versions, in one word: the same when they are, and only then."""
    told = ",".join(f"{passage.pk}.{passage.version}" for passage in passages)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def settle(done: Deed, spans: Sequence[Span], function: str = "") -> None:
    """Bring the passages under these spans in line with what was decided on their candidates."""
    rows = _candidates(done.report)
    passages = Passage.objects.filter(report=done.report, start__lt=max(e for _s, e in spans))
    for passage in passages.filter(end__gt=min(s for s, _e in spans)).in_text_order():
        if touches((passage.start, passage.end), spans):
            _settle(done, passage, _over(passage, rows), function)


def _settle(done: Deed, passage: Passage, over: Sequence[CandidateDecision], function: str) -> None:
    states = {row.state for row in over}
    if CandidateState.OPEN in states:
        if passage.confirmed_at:
            done.change(passage, passage.version, confirmed_by=None, confirmed_at=None)
    elif states & HOLDS:
        if not passage.confirmed_at or passage.function != Function.COMMITMENT:
            _say(done, passage, passage.version, Function.COMMITMENT)
    elif states and (not passage.confirmed_at or passage.function == Function.COMMITMENT):
        _say(done, passage, passage.version, function or _next_best(passage))


def _next_best(passage: Passage) -> str:
    """What a passage does whose candidates were none, unless the person says."""
    is_commitment = passage.function == Function.COMMITMENT
    return Function.POSITION if is_commitment else passage.function


def _say(done: Deed, passage: Passage, seen: int, function: str) -> None:
    by = done.by
    done.change(passage, seen, function=function, confirmed_by_id=by.actor.pk, confirmed_at=by.now)


def _decide(done: Deed, candidate: CandidateDecision, seen: int, state: str, **values: Any) -> None:
    by = done.by
    done.change(
        candidate, seen, state=state, decided_by_id=by.actor.pk, decided_at=by.now, **values
    )


def _deed(candidate: CandidateDecision, kind: str, by: By, why: str = "") -> Any:
    after = {"title": candidate.title}
    return deed(candidate.passage.report, kind, of=candidate, by=by, after=after, why=why)


def _candidates(report: Report) -> list[CandidateDecision]:
    return list(CandidateDecision.objects.of(report).shown().in_text_order())


def _over(passage: Passage, rows: Iterable[CandidateDecision]) -> list[CandidateDecision]:
    """The candidates that quote a passage."""
    return [row for row in rows if touches((passage.start, passage.end), spans_of(row))]


def _check_open(candidate: CandidateDecision) -> None:
    if candidate.state == CandidateState.OPEN:
        return
    who = candidate.decided_by
    raise ValidationError(
        _("%(who)s has decided on this candidate already: %(state)s. Open it again first.")
        % {
            "who": who.name if who else _("Somebody"),
            "state": str(candidate.get_state_display()).lower(),
        },
        code="stale",
    )


def _check_version(passage: Passage, seen: int) -> None:
    if not Passage.objects.filter(pk=passage.pk, version=seen).exists():
        raise Stale


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """The values of fields, if they can stand together. Spans become lists, as JSON gives them back."""
    if not values.get("spans", True):
        raise ValidationError({"quote": _("Quote at least a few words.")})
    if "spans" in values:
        values = {**values, "spans": [list(span) for span in values["spans"]]}
    parties = set(values.get("parties", ())) & set(values.get("contributing", ()))
    if parties:
        names = ", ".join(sorted(parties))
        said = _("%(names)s owes it already: choose each party once.") % {"names": names}
        raise ValidationError({"contributing": said})
    return values


def _follow(done: Deed, candidate: CandidateDecision, save: bool = True) -> None:
    """A candidate belongs to the passage in which its first span stands."""
    start = candidate.spans[0][0]
    home = Passage.objects.filter(report=done.report, start__lte=start, end__gt=start).first()
    if home and home.pk != candidate.passage_id:
        candidate.passage = home
        if save:
            done.change(candidate, candidate.version, passage_id=home.pk)


def _make(done: Deed, candidate: CandidateDecision) -> None:
    _follow(done, candidate, save=False)
    candidate.full_clean(exclude=["passage", "theme", "earlier", "decided_by", "commitment"])
    done.make(candidate)


def _part(
    candidate: CandidateDecision, spans: list[Span], parts: Sequence[Sequence[Span]]
) -> CandidateDecision:
    """A part has all that the whole has, but the deadline only where its words stand, if in one part."""
    text = candidate.passage.report.text
    made = _copy(candidate, Origin.SPLIT, spans)
    made.title = title_of(" ".join(quoted(text, spans)))
    where = tuple(candidate.where) if candidate.where else None
    somewhere = where and any(touches(where, part) for part in parts)
    if where and somewhere and not touches(where, spans):
        made.opens = made.due = made.where = None
        made.basis = made.wording = ""
    return made


def _merged(rows: Sequence[CandidateDecision]) -> CandidateDecision:
    made = _copy(rows[0], Origin.MERGE, joined(span for row in rows for span in spans_of(row)))
    dated = next((row for row in rows if row.wording or row.due), None)
    if dated:
        for name in ("opens", "due", "basis", "wording", "where"):
            setattr(made, name, getattr(dated, name))
    made.instruments = list(dict.fromkeys(name for row in rows for name in row.instruments))
    also = dict.fromkeys(code for row in rows for code in row.contributing)
    made.contributing = [code for code in also if code not in made.parties]
    return made


def _copy(candidate: CandidateDecision, origin: str, spans: Sequence[Span]) -> CandidateDecision:
    kept = ("passage", "operative", "title", "strength", "parties", "contributing", "opens", "due",
            "basis", "wording", "where", "standing", "instruments", "theme", "confidence", "why")  # fmt: skip
    values = {name: getattr(candidate, name) for name in kept}
    return CandidateDecision(**values, origin=origin, spans=[list(span) for span in spans])
