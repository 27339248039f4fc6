"""From accepted candidates to commitments in the register: several at once, all of them or none."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

import meetings.services
from accounts.models import User
from commitments import deadlines, editing, services
from commitments.choices import ActionKind, Basis, CandidateState
from commitments.deadlines import Period
from commitments.errors import Stale
from commitments.models import CandidateDecision, Commitment, Obligation, Theme
from commitments.services import Promise, Span
from meetings.choices import InstrumentKind
from meetings.models import FocalPoint, Instrument, Meeting, Party, Report

from .deeds import By, Deed, deed

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NUMBERED = re.compile(r"^(.*?)(\d+)$")


@dataclass(frozen=True)
class Registration:
    """What one accepted candidate is registered as. `seen` is the version that the person looked at.

    `owner` gets the lines of the own parties; one who has none here is an error, unless `owner_is_for_all`.
    """

    candidate: CandidateDecision
    seen: int
    reference: str
    title: str
    lead: list[Party]
    contributing: list[Party] = field(default_factory=list)
    theme: Theme | None = None
    officer: User | None = None
    owner: User | None = None
    owner_is_for_all: bool = False
    due: date | None = None
    review_days: int | None = None
    remind_backlog: bool = False


class RowError(Exception):
    """What is wrong with one row of several, so that the page can say it there."""

    def __init__(self, candidate: CandidateDecision, error: ValidationError) -> None:
        super().__init__(str(error))
        self.candidate = candidate
        self.error = error


def register_accepted(*, report: Report, rows: Sequence[Registration], by: By) -> list[Commitment]:
    """Enter accepted candidates into the register, with their parties, deadlines, owners and links.

    Raises `RowError` for the first row that cannot stand; then none is entered.
    """
    if not rows:
        raise ValidationError(_("Choose at least one accepted candidate to register."))
    references = [row.reference for row in rows]
    known = _Instruments(by)
    with deed(
        report, ActionKind.REGISTER, of=report, by=by, after={"references": references}
    ) as done:
        _check_waiting(report, rows)
        return [_registered(done, report, row, known) for row in rows]


def suggested_references(meeting: Meeting, count: int) -> list[str]:
    """The next references of a meeting: as its others go on, or as those of the meeting before began."""
    prefix, width, last = _numbering(meeting)
    return [f"{prefix}{last + n:0{width}}" for n in range(1, count + 1)]


def _numbering(meeting: Meeting) -> tuple[str, int, int]:
    """What the references of a meeting begin with, how many digits follow, and the last number used."""
    if found := _prefix_of(Commitment.objects.filter(meeting=meeting)):
        return found
    series = Commitment.objects.filter(
        meeting__series=meeting.series, meeting__number__lt=meeting.number
    )
    newest = series.order_by("-meeting__number", "pk").select_related("meeting").first()
    found = _prefix_of(Commitment.objects.filter(meeting=newest.meeting)) if newest else None
    if newest and found:
        head, number, tail = found[0].rpartition(str(newest.meeting.number))
        if number:
            return f"{head}{meeting.number}{tail}", found[1], 0
    letters = re.sub(r"[^A-Z0-9]", "", meeting.slug.upper())
    return f"{letters[:16]}-", 2, 0


def _prefix_of(commitments: Iterable[Commitment]) -> tuple[str, int, int] | None:
    matches = [m for row in commitments if (m := _NUMBERED.match(row.reference))]
    if not matches:
        return None
    prefix = Counter(match[1] for match in matches).most_common(1)[0][0]
    numbers = [match[2] for match in matches if match[1] == prefix]
    return prefix, len(numbers[0]), max(map(int, numbers))


def _check_waiting(report: Report, rows: Iterable[Registration]) -> None:
    """Before anything is made: what another has registered must not be called a reference that is taken."""
    accepted = CandidateDecision.objects.of(report).accepted()
    waiting = set(accepted.values_list("pk", "version"))
    for row in rows:
        if (row.candidate.pk, row.seen) not in waiting:
            raise RowError(row.candidate, Stale())


def _registered(done: Deed, report: Report, row: Registration, known: "_Instruments") -> Commitment:
    candidate, by = row.candidate, done.by
    try:
        commitment = services.register(
            meeting=report.meeting,
            report=report,
            promise=_promise(report, row, known, by),
            actor=by.actor,
            now=by.now,
            via=by.via,
        )
        if row.owner:
            _give(commitment, row.owner, by, may_be_none=row.owner_is_for_all)
        if candidate.earlier:
            editing.link(
                earlier=candidate.earlier,
                later=commitment,
                kind=candidate.link_kind,
                actor=by.actor,
                now=by.now,
                via=by.via,
            )
        registered = {"state": CandidateState.REGISTERED, "commitment_id": commitment.pk}
        done.change(candidate, row.seen, **registered)
    except ValidationError as error:
        raise RowError(candidate, error) from error
    return commitment


def _promise(report: Report, row: Registration, known: "_Instruments", by: By) -> Promise:
    candidate = row.candidate
    operative = tuple(candidate.operative) if candidate.operative else None
    review = None
    if row.review_days:
        reason = _("Review rhythm set by %(name)s.") % {"name": by.actor.name}
        review = services.review_from(by.now, row.review_days, reason=reason)
    return Promise(
        reference=row.reference,
        title=row.title,
        strength=candidate.strength,
        spans=[Span(start, end, operative) for start, end in candidate.spans],
        lead=row.lead,
        contributing=row.contributing,
        theme=row.theme,
        instruments=known.named(candidate.instruments),
        sensitivity=report.sensitivity,
        restricted_to=report.restricted_to,
        officer=row.officer,
        review_days=row.review_days,
        final=_final(report.meeting, row, by),
        review=review,
        remind_backlog=row.remind_backlog,
    )


def _final(meeting: Meeting, row: Registration, by: By) -> Period | None:
    """The deadline as the candidate has it; one that was set otherwise on the last page is marked so."""
    candidate = row.candidate
    set_by = _("Set by %(name)s when it was registered.") % {"name": by.actor.name}
    if row.due != candidate.due:
        if row.due is None:
            return None
        deadlines.check_due(meeting, row.due)
        return Period(due=row.due, basis=Basis.SET, reason=set_by)
    if not candidate.due and (candidate.standing or not candidate.wording):
        return None  # the words of a standing one say that it goes on, not when it ends
    if tied := _tied_to(meeting.next_meeting, candidate):
        return deadlines.by_meeting(tied, wording=candidate.wording)
    basis = candidate.basis or (Basis.STATED if candidate.wording else Basis.SET)
    return Period(
        due=candidate.due,
        opens=candidate.opens,
        wording=candidate.wording,
        basis=basis,
        reason=set_by if basis == Basis.SET else "",
    )


def _tied_to(next_meeting: Meeting | None, candidate: CandidateDecision) -> Meeting | None:
    """The next meeting, if the deadline was worked out from it: then it moves with that meeting.

    Words without a day that name a year ("at the 2025 summit") wait for an event of their own.
    """
    if next_meeting is None or candidate.basis != Basis.DERIVED:
        return None
    if candidate.due is None and _YEAR.search(candidate.wording):
        return None
    opens = next_meeting.starts_on
    before = opens - timedelta(days=1) if opens else None
    return next_meeting if candidate.due in {None, before} else None


def _give(commitment: Commitment, owner: User, by: By, *, may_be_none: bool) -> None:
    """Make a person the owner of the lines of those parties that this person answers for."""
    lines = Obligation.objects.filter(commitment=commitment).select_related("party")
    parties = set(
        FocalPoint.objects.running(by.now.date()).filter(user=owner).values_list("party", flat=True)
    )
    own = [row for row in lines if row.party_id in parties or row.party.mailbox_id == owner.pk]
    if not own and not may_be_none:
        said = _("%(name)s answers for none of these parties.") % {"name": owner.name}
        raise ValidationError({"owner": said})
    for line in own:
        editing.edit_line(
            obligation=line,
            seen=line.version,
            values={"owner": owner},
            actor=by.actor,
            now=by.now,
            via=by.via,
        )


class _Instruments:
    """Instruments by name, read once. A name that nobody has entered yet becomes one."""

    def __init__(self, by: By) -> None:
        self._by = by
        self._rows = {row.name.casefold(): row for row in Instrument.objects.all()}

    def named(self, names: Sequence[str]) -> list[Instrument]:
        return [self._named(name) for name in names]

    def _named(self, name: str) -> Instrument:
        if found := self._rows.get(name.casefold()):
            return found
        values = {"name": name, "slug": self._slug(name), "kind": _kind_of(name)}
        by = self._by
        made = meetings.services.add_instrument(
            values=values, actor=by.actor, now=by.now, via=by.via
        )
        self._rows[name.casefold()] = made
        return made

    def _slug(self, name: str) -> str:
        """An address from its name; of a name in other letters, from its digest."""
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        slug = slugify(name)[:80].strip("-") or f"instrument-{digest}"
        taken = {row.slug for row in self._rows.values()} | {"new"}
        return f"{slug}-{digest}" if slug in taken else slug


def _kind_of(name: str) -> str:
    """The kind whose word stands in the name; the last one, which the others qualify."""
    words = name.casefold()
    places = {kind.value: words.rfind(kind.value) for kind in InstrumentKind}
    kind = max(places, key=lambda kind: places[kind])
    return kind if places[kind] >= 0 else InstrumentKind.OTHER
