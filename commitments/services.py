"""Writing the register: registering what was promised, and saying where a line stands.

Deadlines are written by deadlines.py. Every write adds its event in the same transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

import meetings.services
from accounts.audit import record
from accounts.models import User
from meetings.choices import Sensitivity
from meetings.models import Instrument, Meeting, Party, Report

from . import deadlines, rules
from .choices import NOTE_LENGTH, Basis, Purpose, Role, Status
from .deadlines import Period
from .errors import Stale
from .models import Commitment, Obligation, Quotation, Theme


@dataclass(frozen=True)
class Span:
    """Characters of a report's canonical text, with those of the words that govern them."""

    start: int
    end: int
    operative: tuple[int, int] | None = None


@dataclass(frozen=True)
class Promise:
    """What one commitment is registered from."""

    reference: str
    title: str
    strength: str
    spans: list[Span]
    lead: list[Party]
    contributing: list[Party] = field(default_factory=list)
    theme: Theme | None = None
    instruments: list[Instrument] = field(default_factory=list)
    is_certain: bool = True
    coder_note: str = ""
    sensitivity: str = Sensitivity.PUBLIC
    restricted_to: Party | None = None
    review_days: int | None = None
    final: Period | None = None
    review: Period | None = None


def register(
    *,
    meeting: Meeting,
    report: Report | None,
    promise: Promise,
    actor: User | None,
    now: datetime,
    via: str,
) -> Commitment:
    """Enter one commitment with its quotations, a line per party, and its deadlines.

    Raises `ValidationError` when a quotation lies outside the report, nobody owes it, a party both
    leads and contributes, or a value does not fit its field.
    """
    _check(promise, report)
    with transaction.atomic():
        commitment = _create(meeting, report, promise)
        _add_lines(commitment, promise, now)
        for purpose, period in ((Purpose.FINAL, promise.final), (Purpose.REVIEW, promise.review)):
            if period:
                deadlines.enter(
                    commitment=commitment, purpose=purpose, period=period, author=actor, now=now
                )
        record(
            actor=actor,
            at=now,
            via=via,
            action="commitment.registered",
            of=commitment,
            after=_told(promise),
        )
    return commitment


def change_status(
    *,
    obligation: Obligation,
    seen: int,
    status: str,
    note: str,
    actor: User,
    now: datetime,
    via: str,
) -> Obligation:
    """Say where a line stands. `seen` is the version of the line that the person looked at.

    *Done* takes two people: the first proposes it, another one confirms. Raises `Stale` when
    somebody changed the line since, and `ValidationError` by field for a status that is not one, a
    note that is missing or longer than `NOTE_LENGTH` characters, or a change that changes nothing.
    """
    note = note.strip()
    _check_change(obligation, status, note, actor)
    alone = rules.why_not_done_alone(
        status=status, proposed_by=obligation.done_proposed_by_id, actor=actor.pk
    )
    before = {"status": obligation.status}
    after = (
        {"status": obligation.status, "proposed": Status.DONE.value}
        if alone
        else {"status": status}
    )
    with transaction.atomic():
        mine = Obligation.objects.filter(pk=obligation.pk, version=seen)
        if not mine.update(
            status=obligation.status if alone else status,
            done_proposed_by=actor if alone else None,
            version=F("version") + 1,
        ):
            raise Stale
        action = "done.proposed" if alone else "status.changed"
        record(
            actor=actor,
            at=now,
            via=via,
            action=action,
            of=obligation,
            before=before,
            after=after,
            why=note,
        )
    obligation.refresh_from_db()
    return obligation


def change_party(
    *, party: Party, values: dict[str, Any], actor: User | None, now: datetime, via: str
) -> Party:
    """Change a party. In a new time zone its days end at other moments, so its lines are reckoned anew."""
    with transaction.atomic():
        party = meetings.services.change_party(
            party=party, values=values, actor=actor, now=now, via=via
        )
        if "time_zone" in values:
            deadlines.refresh(Obligation.objects.filter(party=party).select_related("party"))
    return party


def review_from(now: datetime, days: int, *, reason: str) -> Period:
    """The next review of a standing commitment, `days` days from today (UTC)."""
    today = now.date()
    return Period(opens=today, due=today + timedelta(days=days), basis=Basis.SET, reason=reason)


def _check(promise: Promise, report: Report | None) -> None:
    length = len(report.text) if report else 0
    for span in promise.spans:
        if not 0 <= span.start < span.end <= length:
            words = {"reference": promise.reference, "start": span.start, "end": span.end}
            raise ValidationError(
                _("%(reference)s: the quotation %(start)d-%(end)d lies outside the report.") % words
            )
    if not promise.lead:
        raise ValidationError(
            _("%(ref)s: name at least one party that owes it.") % {"ref": promise.reference}
        )
    both = {party.code for party in promise.lead} & {party.code for party in promise.contributing}
    if both:
        raise ValidationError(
            _("%(reference)s: %(parties)s cannot both lead and contribute.")
            % {"reference": promise.reference, "parties": ", ".join(sorted(both))}
        )


def _create(meeting: Meeting, report: Report | None, promise: Promise) -> Commitment:
    commitment = Commitment(
        reference=promise.reference,
        meeting=meeting,
        title=promise.title,
        strength=promise.strength,
        theme=promise.theme,
        sensitivity=promise.sensitivity,
        restricted_to=promise.restricted_to,
        is_certain=promise.is_certain,
        coder_note=promise.coder_note,
        review_days=promise.review_days,
        search_text=_search_text(promise, report),
    )
    commitment.clean_fields(exclude=("meeting", "theme", "restricted_to"))  # rows, not typed words
    commitment.save()
    commitment.instruments.set(promise.instruments)
    if report:
        Quotation.objects.bulk_create(_quotations(commitment, report, promise.spans))
    return commitment


def _quotations(commitment: Commitment, report: Report, spans: Iterable[Span]) -> list[Quotation]:
    return [
        Quotation(
            commitment=commitment,
            report=report,
            start=span.start,
            end=span.end,
            operative_start=span.operative[0] if span.operative else None,
            operative_end=span.operative[1] if span.operative else None,
        )
        for span in spans
    ]


def _add_lines(commitment: Commitment, promise: Promise, now: datetime) -> None:
    roles = [(Role.LEAD, promise.lead), (Role.CONTRIBUTING, promise.contributing)]
    Obligation.objects.bulk_create(
        Obligation(commitment=commitment, party=party, role=role, registered_at=now)
        for role, parties in roles
        for party in parties
    )


def _search_text(promise: Promise, report: Report | None) -> str:
    """What search looks through, casefolded: SQLite ignores case for ASCII letters only."""
    quotes = [report.text[span.start : span.end] for span in promise.spans] if report else []
    names = [instrument.name for instrument in promise.instruments]
    return "\n".join([promise.reference, promise.title, *quotes, *names]).casefold()


def _told(promise: Promise) -> dict[str, Any]:
    return {
        "reference": promise.reference,
        "title": promise.title,
        "strength": promise.strength,
        "lead": [party.code for party in promise.lead],
        "contributing": [party.code for party in promise.contributing],
    }


def _check_change(obligation: Obligation, status: str, note: str, actor: User) -> None:
    problems: dict[str, str] = {}
    if status not in Status.values:
        problems["status"] = _("Choose one of the statuses shown.")
    elif status == obligation.status and obligation.done_proposed_by_id is None:
        problems["status"] = _("The line has this status already. Choose another one.")
    elif status == Status.DONE and obligation.done_proposed_by_id == actor.pk:
        problems["status"] = _("You proposed this line as done. A second person has to confirm it.")
    if not note:
        problems["note"] = _("Give a reason: it is kept in the history.")
    elif len(note) > NOTE_LENGTH:
        problems["note"] = _("Shorten the note to %(most)d characters; it has %(has)d.") % {
            "most": NOTE_LENGTH,
            "has": len(note),
        }
    if problems:
        raise ValidationError(problems)
