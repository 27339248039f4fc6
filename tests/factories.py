"""Objects for tests, made through the services that the product uses.

Each `make_*` fills in what a test does not care about.
"""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.choices import Role, Via
from accounts.models import User
from accounts.services import add_person
from commitments import deadlines, evidence, extensions, progress, services
from commitments.choices import Basis, Claim, Purpose, Strength
from commitments.deadlines import Period
from commitments.models import (
    Commitment,
    Deadline,
    Evidence,
    Extension,
    Obligation,
    ProgressReport,
    Theme,
)
from commitments.services import Promise, Span
from meetings.choices import InstrumentKind, PartyKind, Sensitivity
from meetings.models import FocalPoint, Instrument, Meeting, Party, PartyDay, Report
from meetings.reader.text import canonical_text

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
TEXT = (
    "The parties agreed to hold regular joint operations. They stressed the importance of reading "
    "each report twice.\nThe participants noted that the weather was fine."
)
_count = itertools.count(1)


def make_user(**values: Any) -> User:
    """A reader with a password; `role`, `email`, `time_zone`, `delivery_hour`, … as named."""
    number = next(_count)
    late = {key: values.pop(key) for key in list(values) if key not in _AT_BIRTH}
    given = {
        "email": f"person{number}@example.org",
        "name": f"Person {number}",
        "now": NOW,
        **values,
    }
    user = add_person(via=Via.COMMAND, **given)
    for key, value in late.items():
        setattr(user, key, value)
    user.save()
    return user


_AT_BIRTH = {"email", "name", "role", "password", "is_mailbox", "language", "time_zone", "now"}


def make_officer(**values: Any) -> User:
    return make_user(role=Role.OFFICER, **values)


def make_administrator(**values: Any) -> User:
    return make_user(role=Role.ADMINISTRATOR, **values)


def make_party(code: str = "", **values: Any) -> Party:
    """A member state since 2001 in UTC; of the same code only once."""
    code = code or f"P{next(_count)}"
    defaults = {
        "name": f"Party {code}",
        "kind": PartyKind.MEMBER,
        "joined": date(2001, 6, 15),
        "time_zone": "UTC",
        **values,
    }
    return Party.objects.get_or_create(code=code, defaults=defaults)[0]


def make_focal_point(party: Party, user: User | None = None, **values: Any) -> FocalPoint:
    """A term since before `NOW`, of a new person if none is given."""
    user = user or make_user(name=f"Focal point, {party.name}")
    return FocalPoint.objects.create(
        party=party, user=user, **{"starts_on": date(2020, 1, 1), **values}
    )


def make_meeting(**values: Any) -> Meeting:
    # Past those that tests give themselves; and a long run counts further than any meeting.
    number = next(_count) % 9_000 + 1_000
    day = date(2026, 1, 15)
    defaults = {
        "slug": f"meeting-{next(_count)}",
        "series": "Meetings of tests",
        "number": number,
        "title": f"Meeting {number}",
        "place": "Bishkek",
        "starts_on": day,
        "ends_on": day,
    }
    return Meeting.objects.create(**{**defaults, **values})


def make_mailbox(**values: Any) -> User:
    """A ministry's address: gets mail, cannot sign in."""
    return make_user(is_mailbox=True, **values)


def make_day(party: Party, day: date, *, is_working: bool = False) -> PartyDay:
    """A local holiday, or a day on which people work after all."""
    return PartyDay.objects.create(party=party, day=day, name="Local day", is_working=is_working)


def make_instrument(**values: Any) -> Instrument:
    number = next(_count)
    defaults = {
        "slug": f"instrument-{number}",
        "name": f"Programme {number}",
        "kind": InstrumentKind.PROGRAMME,
    }
    return Instrument.objects.create(**{**defaults, **values})


def make_report(meeting: Meeting | None = None, text: str = TEXT, **values: Any) -> Report:
    raw = text.encode()
    defaults = {
        "language": "en",
        "version": 1,
        "title": "Information report",
        "raw": raw,
        "raw_sha256": "0" * 64,
        "text": canonical_text(text),
        "sha256": "0" * 64,
    }
    return Report.objects.create(meeting=meeting or make_meeting(), **{**defaults, **values})


def make_theme(name: str = "Drugs") -> Theme:
    return Theme.objects.get_or_create(slug=name.lower(), defaults={"name": name})[0]


def make_commitment(
    report: Report | None = None,
    parties: list[Party] | None = None,
    due: date | None = None,
    now: datetime = NOW,
    **values: Any,
) -> Commitment:
    """A commitment with a line per party (one if none is given); `due` makes a stated final deadline."""
    report = report or make_report()
    defaults: dict[str, Any] = {
        "reference": f"TST-{next(_count):05}",
        "title": "Hold regular joint operations",
        "strength": Strength.AGREED,
        "spans": [Span(22, 51, (12, 21))],
        "lead": parties or [make_party()],
    }
    if due:
        defaults["final"] = Period(due=due, wording="by then", basis=Basis.STATED)
    promise = Promise(**{**defaults, **values})
    return services.register(
        meeting=report.meeting, report=report, promise=promise, actor=None, now=now, via=Via.COMMAND
    )


def make_obligation(party: Party | None = None, **values: Any) -> Obligation:
    """The only line of a new commitment; `status`, `owner`, `registered_at`, `role` as named."""
    late = {key: values.pop(key) for key in list(values) if key in _OF_A_LINE}
    commitment = make_commitment(parties=[party or make_party()], **values)
    line = commitment.obligations.get()
    for key, value in late.items():
        setattr(line, key, value)
    if late:
        line.save()
    return line


_OF_A_LINE = {"status", "owner", "registered_at", "role"}


def make_deadline(
    obligation: Obligation,
    due: date,
    *,
    actor: User | None = None,
    now: datetime = NOW,
    purpose: str = Purpose.FINAL,
) -> Deadline:
    """Set or move the deadline of a line, as an officer does."""
    obligation.refresh_from_db()
    return deadlines.move(
        obligation=obligation,
        seen=obligation.version,
        due=due,
        reason="Agreed by letter.",
        actor=actor or make_officer(),
        now=now,
        via=Via.PAGE,
        purpose=purpose,
    )


def make_draft(
    line: Obligation,
    author: User | None = None,
    *,
    claimed: str = Claim.IN_PROGRESS,
    text: str = "A plan was adopted.",
    now: datetime = NOW,
) -> ProgressReport:
    """A report that its author has not sent yet; of a new focal point of the party if none is given."""
    return progress.save_draft(
        obligation=line,
        author=author or make_focal_point(line.party).user,
        claimed=claimed,
        text=text,
        now=now,
    )


def make_evidence(report: ProgressReport, *, now: datetime = NOW, **values: Any) -> Evidence:
    """A link on a draft."""
    given = {
        "url": "https://example.org/law",
        "name": "The law",
        "sensitivity": Sensitivity.MEMBERS,
        **values,
    }
    return evidence.add_link(report=report, actor=report.author, now=now, via=Via.PAGE, **given)


def make_submitted(
    line: Obligation, author: User | None = None, *, now: datetime = NOW, **values: Any
) -> ProgressReport:
    """A report that awaits validation; what claims *done* comes with evidence."""
    draft = make_draft(line, author, now=now, **values)
    if draft.claim == Claim.DONE:
        make_evidence(draft, now=now)
    return progress.submit(report=draft, actor=draft.author, now=now, via=Via.PAGE)


def make_returned(
    line: Obligation, author: User | None = None, *, now: datetime = NOW, **values: Any
) -> ProgressReport:
    """A report that an officer sent back."""
    report = make_submitted(line, author, now=now, **values)
    return progress.send_back(
        report=report,
        seen=report.version,
        comment="Say which plan.",
        actor=make_officer(),
        now=now,
        via=Via.PAGE,
    )


def make_accepted(
    line: Obligation,
    author: User | None = None,
    *,
    officer: User | None = None,
    now: datetime = NOW,
    **values: Any,
) -> ProgressReport:
    """A report that an officer found to be true."""
    report = make_submitted(line, author, now=now, **values)
    return progress.accept(
        report=report,
        seen=report.version,
        finding=report.claim,
        comment="",
        actor=officer or make_officer(),
        now=now,
        via=Via.PAGE,
    )


def make_done_line(party: Party | None = None, **values: Any) -> Obligation:
    """A line that is done and locked: by a report with evidence that an `officer` accepted."""
    officer = values.pop("officer", None)
    line = make_obligation(party, **values)
    make_accepted(line, claimed=Claim.DONE, officer=officer)
    line.refresh_from_db()
    return line


def make_extension(
    line: Obligation, due: date, actor: User | None = None, *, now: datetime = NOW
) -> Extension:
    """A request for more time that awaits its answer."""
    return extensions.ask(
        obligation=line,
        due=due,
        reason="The parliament sits in autumn.",
        actor=actor or make_focal_point(line.party).user,
        now=now,
        via=Via.PAGE,
    )


def restrict(commitment: Commitment, sensitivity: str = Sensitivity.SECRETARIAT) -> Commitment:
    """Keep a commitment from those who may not see it."""
    Commitment.objects.filter(pk=commitment.pk).update(sensitivity=sensitivity)
    commitment.refresh_from_db()
    return commitment


def days(number: int) -> timedelta:
    return timedelta(days=number)
