"""Writing the register: registering what was promised, and saying where a line stands.

Deadlines are written by commitments.deadlines. Every write adds its event in the same transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

import meetings.services
from accounts.audit import record
from accounts.models import Event, User
from meetings.choices import Sensitivity
from meetings.models import Instrument, Meeting, Party, Report

from . import deadlines, notes, reading
from .choices import Basis, Purpose, Role, Status
from .claims import claim
from .deadlines import Period
from .models import Commitment, Obligation, ProgressReport, Quotation, Theme

# Events whose reason says something of the line itself.
NOTED = ("status.changed", "line.reopened")


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
    officer: User | None = None
    review_days: int | None = None
    final: Period | None = None
    review: Period | None = None
    # Reminders speak about what comes; about steps that are over already only if asked to.
    remind_backlog: bool = False


def register(
    *,
    meeting: Meeting,
    report: Report | None,
    promise: Promise,
    actor: User | None,
    now: datetime,
    via: str,
    why: str = "",
) -> Commitment:
    """Enter one commitment with its quotations, a line per party, and its deadlines.

    Raises `ValidationError` when a quotation lies outside the report, nobody owes it, a party both
    leads and contributes, the reference is taken, or a value does not fit its field.
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
            why=why,
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
    """Find where a line stands, without a report. `seen` is the version that the officer looked at.

    *Done* comes only from a report with evidence (progress.py), and a line that is done stays locked
    until it is reopened. Raises `Stale` when somebody changed the line since, and `ValidationError`
    by field for a status that is not one or cannot be set, and for a note that is missing or longer
    than `NOTE_LENGTH` characters.
    """
    _check_change(obligation, status, note)
    return _set_status(obligation, seen, status, "status.changed", note, actor, now, via)


def reopen(
    *, obligation: Obligation, seen: int, reason: str, actor: User, now: datetime, via: str
) -> Obligation:
    """Unlock a line that was done, with a reason. It is in progress again."""
    if obligation.status != Status.DONE:
        raise ValidationError(_("Only a line that is done can be reopened."))
    reason = notes.reason("note", reason)
    return _set_status(
        obligation, seen, Status.IN_PROGRESS, "line.reopened", reason, actor, now, via
    )


def _set_status(
    obligation: Obligation,
    seen: int,
    status: str,
    action: str,
    note: str,
    actor: User,
    now: datetime,
    via: str,
) -> Obligation:
    with transaction.atomic():
        version = claim(obligation, seen, status=status)
        record(
            actor=actor,
            at=now,
            via=via,
            action=action,
            of=obligation,
            before={"status": obligation.status},
            after={"status": status, "version": version},
            why=note.strip(),
        )
        refresh_line_text(obligation)
    obligation.refresh_from_db()
    return obligation


def change_party(
    *,
    party: Party,
    values: dict[str, Any],
    actor: User | None,
    now: datetime,
    via: str,
    seen: int | None = None,
) -> Party:
    """Change a party. In a new time zone its days end at other moments, so its lines are reckoned anew."""
    zone = party.time_zone
    with transaction.atomic():
        party = meetings.services.change_party(
            party=party, values=values, actor=actor, now=now, via=via, seen=seen
        )
        if party.time_zone != zone:
            deadlines.refresh_party(party)
    return party


def change_instrument(
    *,
    instrument: Instrument,
    seen: int,
    values: dict[str, Any],
    actor: User,
    now: datetime,
    via: str,
) -> Instrument:
    """Change an instrument. Its commitments are found by its name, so what search reads is written anew."""
    name = instrument.name
    with transaction.atomic():
        instrument = meetings.services.change_instrument(
            instrument=instrument, seen=seen, values=values, actor=actor, now=now, via=via
        )
        if instrument.name != name:
            for commitment in instrument.commitments.all():
                refresh_search_text(commitment)
    return instrument


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
        officer=promise.officer,
        is_certain=promise.is_certain,
        coder_note=promise.coder_note,
        review_days=promise.review_days,
    )
    commitment.clean_fields(exclude=("meeting", "theme", "restricted_to"))  # rows, not typed words
    _save_new(commitment)
    commitment.instruments.set(promise.instruments)
    if report:
        Quotation.objects.bulk_create(_quotations(commitment, report, promise.spans))
    refresh_search_text(commitment)
    return commitment


def _save_new(commitment: Commitment) -> None:
    try:
        with transaction.atomic():
            commitment.save()
    except IntegrityError:
        if not Commitment.objects.filter(reference=commitment.reference).exists():
            raise
        words = _("There is a commitment with this reference already. Choose another one.")
        raise ValidationError({"reference": words}) from None


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
    deadlines.hold_for_new_lines(commitment, [*promise.lead, *promise.contributing])
    Obligation.objects.bulk_create(
        Obligation(
            commitment=commitment,
            party=party,
            role=role,
            registered_at=now,
            remind_backlog=promise.remind_backlog,
        )
        for role, parties in roles
        for party in parties
    )


def refresh_search_text(commitment: Commitment) -> None:
    """Write what search looks through, casefolded: SQLite ignores case for ASCII letters only."""
    quotes = [row.text for row in reading.current(commitment.quotations.with_text())]
    names = commitment.instruments.values_list("name", flat=True)
    # The note is shown where the coding is a coder's choice, so it is found there alone.
    notes = [] if commitment.is_certain else [commitment.coder_note]
    words = [commitment.reference, commitment.title, *quotes, *names, *notes]
    text = "\n".join(words).casefold()
    Commitment.objects.filter(pk=commitment.pk).update(search_text=text)


def refresh_line_text(obligation: Obligation) -> None:
    """Write what search looks through of a line: why its status changed, what was reported, what was answered.

    Whoever may see the line may read all of it.
    """
    events = Event.objects.filter(
        object_type="obligation", object_id=obligation.pk, action__in=NOTED
    )
    reports = obligation.progress_reports.sent().oldest_first()
    for report in reports:
        refresh_report_text(report)
    said = [text for row in reports.values_list("text", "comment") for text in row]
    words = [*events.order_by("pk").values_list("why", flat=True), *said]
    text = "\n".join(filter(None, words)).casefold()
    Obligation.objects.filter(pk=obligation.pk).update(search_text=text)


def refresh_report_text(report: ProgressReport) -> None:
    text = "\n".join(filter(None, [report.text, report.comment])).casefold()
    ProgressReport.objects.filter(pk=report.pk).update(search_text=text)


def _told(promise: Promise) -> dict[str, Any]:
    return {
        "reference": promise.reference,
        "title": promise.title,
        "strength": promise.strength,
        "lead": [party.code for party in promise.lead],
        "contributing": [party.code for party in promise.contributing],
    }


def _check_change(obligation: Obligation, status: str, note: str) -> None:
    problems: dict[str, str] = {}
    if status not in Status.values:
        problems["status"] = _("Choose one of the statuses shown.")
    elif obligation.status == Status.DONE:
        problems["status"] = _("This line is done and locked. Reopen it first, with a reason.")
    elif status == Status.DONE:
        problems["status"] = _(
            "“Done” needs a report with evidence, and a second person who accepts it."
        )
    elif status == obligation.status:
        problems["status"] = _("The line has this status already. Choose another one.")
    try:
        notes.reason("note", note)
    except ValidationError as error:
        problems |= {name: messages[0] for name, messages in error.message_dict.items()}
    if problems:
        raise ValidationError(problems)
