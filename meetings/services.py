"""Writing about parties, who answers for them and when they work; about meetings and instruments.

Every write adds its event in the same transaction. What the register hangs on has its entrance in
commitments: a party's time zone, an instrument's name, a meeting's days.
"""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.audit import record
from accounts.models import User
from accounts.taken import unless_taken

from .choices import ReportLanguage
from .documents import Document
from .errors import Stale
from .models import FocalPoint, Instrument, Meeting, Party, PartyDay, Report
from .reader.text import UnknownLanguageError, detect_language

Entry = TypeVar("Entry", Meeting, Party, Instrument)


def appoint(
    *,
    party: Party,
    user: User,
    starts_on: date,
    now: datetime,
    via: str,
    actor: User | None = None,
    ends_on: date | None = None,
    is_deputy: bool = False,
) -> FocalPoint:
    """Make a person the focal point of a party, or its deputy, from a day on.

    Raises `ValidationError` by field when the term cannot stand.
    """
    term = FocalPoint(
        party=party, user=user, starts_on=starts_on, ends_on=ends_on, is_deputy=is_deputy
    )
    term.full_clean()
    with unless_taken(term):
        term.save()
        after = {
            "party": party.code,
            "person": user.pk,
            "from": starts_on,
            "until": ends_on,
            "deputy": is_deputy,
        }
        record(actor=actor, at=now, via=via, action="focal_point.appointed", of=term, after=after)
    return term


def end_term(
    *, term: FocalPoint, ends_on: date | None, actor: User | None, now: datetime, via: str
) -> None:
    """Set the last day of a term, or take it away again.

    Raises `ValidationError` when that day lies before its first.
    """
    before = {"until": term.ends_on}
    term.ends_on = ends_on
    term.full_clean()
    with transaction.atomic():
        FocalPoint.objects.filter(pk=term.pk).update(ends_on=ends_on)
        after = {"until": ends_on}
        record(
            actor=actor,
            at=now,
            via=via,
            action="focal_point.ended",
            of=term,
            before=before,
            after=after,
        )


def save_new_party(*, party: Party, actor: User | None, now: datetime, via: str) -> Party:
    """Store a party that is filled in already. Raises `ValidationError` by field."""
    party.full_clean()
    with unless_taken(party):
        party.save()
        after = {"code": party.code, "name": party.name, "kind": party.kind}
        record(actor=actor, at=now, via=via, action="party.added", of=party, after=after)
    return party


def change_party(
    *,
    party: Party,
    values: dict[str, Any],
    actor: User | None,
    now: datetime,
    via: str,
    seen: int | None = None,
) -> Party:
    """Change the named fields of a party.

    `seen` is the version that the person looked at; None takes the present one. Raises `Stale` when
    somebody was quicker, and `ValidationError` by field.
    """
    before, after = _fill_in(party, values)
    if after:
        with unless_taken(party):
            _write(party, seen, list(after))
            record(
                actor=actor,
                at=now,
                via=via,
                action="party.changed",
                of=party,
                before=before,
                after=after,
            )
    return party


def add_day(
    *,
    party: Party,
    day: date,
    name: str,
    is_working: bool,
    actor: User,
    now: datetime,
    via: str,
) -> PartyDay:
    """Enter a holiday that the country's list does not have, or a day on which people work after all.

    Raises `ValidationError` by field, for instance when the day is entered already.
    """
    entry = PartyDay(party=party, day=day, name=name.strip(), is_working=is_working)
    entry.full_clean()
    with unless_taken(entry):
        entry.save()
        after = _told_day(entry)
        record(actor=actor, at=now, via=via, action="party.day_added", of=party, after=after)
    return entry


def remove_day(*, entry: PartyDay, actor: User, now: datetime, via: str) -> None:
    """Take back what `add_day` entered: the day is again what the country's list says."""
    with transaction.atomic():
        before = _told_day(entry)
        record(
            actor=actor, at=now, via=via, action="party.day_removed", of=entry.party, before=before
        )
        entry.delete()


def add_meeting(
    *,
    values: dict[str, Any],
    attended: Iterable[Party] = (),
    actor: User,
    now: datetime,
    via: str,
) -> Meeting:
    """Enter a meeting with the parties that came. Raises `ValidationError` by field."""
    meeting = Meeting(**values)
    meeting.full_clean()
    with unless_taken(meeting):
        meeting.save()
        meeting.attended.set(attended)
        after = {name: _told(value) for name, value in values.items()} | _who_came(meeting)
        record(actor=actor, at=now, via=via, action="meeting.added", of=meeting, after=after)
    return meeting


def change_meeting(
    *,
    meeting: Meeting,
    seen: int,
    values: dict[str, Any],
    attended: Iterable[Party],
    actor: User,
    now: datetime,
    via: str,
) -> Meeting:
    """Change the named fields of a meeting and who came. Its days are moved by commitments.deadlines.

    Raises `Stale` when somebody changed it since version `seen`, and `ValidationError` by field.
    """
    before, after = _fill_in(meeting, values)
    with unless_taken(meeting):
        came = _who_came(meeting)
        meeting.attended.set(attended)
        if came != _who_came(meeting):
            before, after = before | came, after | _who_came(meeting)
        if after:
            _write(meeting, seen, [name for name in after if name in values])
            record(
                actor=actor,
                at=now,
                via=via,
                action="meeting.changed",
                of=meeting,
                before=before,
                after=after,
            )
    return meeting


def add_instrument(*, values: dict[str, Any], actor: User, now: datetime, via: str) -> Instrument:
    """Enter an instrument. Raises `ValidationError` by field."""
    instrument = Instrument(**values)
    instrument.full_clean()
    with unless_taken(instrument):
        instrument.save()
        after = {name: _told(value) for name, value in values.items()}
        record(actor=actor, at=now, via=via, action="instrument.added", of=instrument, after=after)
    return instrument


def change_instrument(
    *,
    instrument: Instrument,
    seen: int,
    values: dict[str, Any],
    actor: User,
    now: datetime,
    via: str,
) -> Instrument:
    """Change the named fields of an instrument. Raises as `change_meeting` does."""
    before, after = _fill_in(instrument, values)
    if after:
        with unless_taken(instrument):
            _write(instrument, seen, list(after))
            record(
                actor=actor,
                at=now,
                via=via,
                action="instrument.changed",
                of=instrument,
                before=before,
                after=after,
            )
    return instrument


def add_report(
    *,
    meeting: Meeting,
    document: Document,
    raw: bytes,
    language: str,
    values: dict[str, Any],
    actor: User,
    now: datetime,
    via: str,
    seen: int | None = None,
) -> Report:
    """Store the text of a report, with the bytes it came in, as the next version in its language.

    Without a `language` it is found out. `values` are title (empty: the first line of the text),
    source_url, sensitivity and restricted_to. `seen` is the key of the newest report of the meeting
    that the person knew of (0 for none), None to take whatever there is. Raises `ValidationError` by
    field (`language`, `source`, …), and with the code of `Stale` when somebody stored one in this
    language since.
    """
    language = _language(document.text, language)
    current = _current(meeting, language, seen)
    digest = hashlib.sha256(document.text.encode()).hexdigest()
    _check_new(current, digest)
    report = Report(
        meeting=meeting,
        language=language,
        version=current.version + 1 if current else 1,
        kind=document.kind,
        raw=raw,
        raw_sha256=hashlib.sha256(raw).hexdigest(),
        text=document.text,
        sha256=digest,
        stored_at=now,
        **{**values, "title": values["title"].strip() or _first_line(document.text)},
    )
    report.full_clean(exclude=("raw", "meeting"))
    with transaction.atomic():
        _save_version(report)
        record(actor=actor, at=now, via=via, action="text.stored", of=report, after=_text(report))
    return report


def _language(text: str, chosen: str) -> str:
    """The language that was chosen, if the text can be in it; without a choice the one it is in."""
    try:
        found = detect_language(text)
    except UnknownLanguageError:
        if chosen:
            return chosen
        words = _(
            "The text is in none of the languages that are read: English, Russian, Chinese. "
            "If it is in one of them, choose it."
        )
        raise ValidationError({"language": words}) from None
    if chosen and found != chosen:
        words = _("The text is written in another language: %(found)s. Choose that one.")
        raise ValidationError({"language": words % {"found": ReportLanguage(found).label}})
    return found


def _current(meeting: Meeting, language: str, seen: int | None) -> Report | None:
    """The version that the new one comes after, if it is one that the person knew of."""
    # Looked at once: between two looks somebody could store one that then seems to have been known.
    rows = Report.objects.filter(meeting=meeting, language=language).defer("raw", "text")
    versions = list(rows.order_by("-version", "pk"))
    if seen is not None and any(version.pk > seen for version in versions):
        raise _overtaken()
    return versions[0] if versions else None


def _check_new(current: Report | None, digest: str) -> None:
    if current and current.sha256 == digest:
        words = _("This is the text of version %(version)d already: nothing in it has changed.")
        raise ValidationError({"source": words % {"version": current.version}})


def _first_line(text: str) -> str:
    """The first words of a text, as a title."""
    line = next(line.strip() for line in text.split("\n") if line.strip())
    longest = Report._meta.get_field("title").max_length or 0
    return line if len(line) <= longest else line[: longest - 2].rsplit(" ", 1)[0] + " …"


def _save_version(report: Report) -> None:
    """Store it, or notice that somebody stored this version at the same moment."""
    try:
        with transaction.atomic():
            report.save()
    except IntegrityError:
        versions = Report.objects.versions_of(report).filter(version=report.version)
        if versions.exists():
            raise _overtaken() from None
        raise


def _overtaken() -> ValidationError:
    words = _(
        "Somebody stored a text of this report after you opened this page. Nothing of yours is "
        "stored yet: compare the two, then send yours again if it is the newer one."
    )
    return ValidationError(words, code="stale")


def _text(report: Report) -> dict[str, Any]:
    names = ("title", "language", "version", "sensitivity", "sha256")
    return {name: getattr(report, name) for name in names}


def _fill_in(entry: Entry, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Put the values that differ on the object in hand; what the log tells of before and after."""
    changed = {name: value for name, value in values.items() if getattr(entry, name) != value}
    before = {name: _told(getattr(entry, name)) for name in changed}
    for name, value in changed.items():
        setattr(entry, name, value)
    if changed:
        entry.full_clean()
    return before, {name: _told(value) for name, value in changed.items()}


def _write(entry: Entry, seen: int | None, names: list[str]) -> None:
    """Store the named fields and the next version, if the row is still at version `seen`."""
    seen = entry.version if seen is None else seen
    rows = type(entry)._default_manager.filter(pk=entry.pk, version=seen)
    if not rows.update(**{name: getattr(entry, name) for name in names}, version=F("version") + 1):
        raise Stale
    entry.version = seen + 1


def _who_came(meeting: Meeting) -> dict[str, Any]:
    return {"attended": sorted(meeting.attended.values_list("code", flat=True))}


def _told_day(entry: PartyDay) -> dict[str, Any]:
    return {"day": entry.day, "name": entry.name, "works": entry.is_working}


def _told(value: Any) -> Any:
    """A value as the log keeps it: of a row, its key."""
    return value.pk if hasattr(value, "pk") else value
