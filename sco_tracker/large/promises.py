"""Made-up commitments of one meeting, with all that belongs to each."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from accounts.choices import Via
from accounts.models import Event
from commitments.choices import (
    Basis,
    EvidenceKind,
    ExtensionState,
    Life,
    LinkKind,
    Purpose,
    ReportState,
    Status,
    Strength,
)
from commitments.choices import Role as Part
from commitments.models import (
    Commitment,
    CommitmentLink,
    Deadline,
    Evidence,
    Extension,
    Obligation,
    ProgressReport,
    Quotation,
)
from meetings.choices import Sensitivity
from meetings.models import Meeting, Party, Report
from meetings.rules import end_of_day

from .ground import Ground
from .rows import Rows
from .words import LANGUAGES, SHARES, Language

MOVED, OWN_DEADLINE, STANDING, UNDATED, OUT_OF_FORCE, SECRET = 0.06, 0.03, 0.1, 0.05, 0.03, 0.02
OWNED, CHALLENGED = 0.1, 0.005
# Where lines stand whose day is over, and those whose day is still to come.
OVER = {
    "done": 78,
    "partly_done": 8,
    "in_progress": 6,
    "not_started": 5,
    "stalled": 2,
    "not_owed": 1,
}
AHEAD = {
    "done": 12,
    "partly_done": 14,
    "in_progress": 34,
    "not_started": 35,
    "stalled": 4,
    "not_assessable": 1,
}


@dataclass
class Maker:
    """Makes commitments one meeting after another, by one dice."""

    rows: Rows
    ground: Ground
    rng: Random
    day: date
    lines: int
    made: int = 0
    before: dict[str, Commitment] = field(default_factory=dict)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def meeting(self, meeting: Meeting, wanted: int) -> None:
        """So many commitments of a meeting, quoted from its reports in three languages."""
        numbers = range(self.made + 1, self.made + wanted + 1)
        self.made += wanted
        drafts = [
            (n, language, language.draft(self.rng, n))
            for n in numbers
            for language in self.rng.choices(LANGUAGES, SHARES)
        ]
        texts: dict[str, list[str]] = {language.code: [] for language in LANGUAGES}
        spans = []
        for _number, language, title in drafts:
            lines = texts[language.code]
            start = sum(len(line) + 1 for line in lines)
            lines.append(language.sentence.format(title=title))
            spans.append((start, start + len(lines[-1])))
        reports = {
            code: self.report(meeting, code, "\n".join(lines)) for code, lines in texts.items()
        }
        for place, (draft, span) in enumerate(zip(drafts, spans, strict=True), 1):
            _number, language, title = draft
            self.commitment(meeting, reports[language.code], language, title, span, place)
        self.rows.write()

    def report(self, meeting: Meeting, language: str, text: str) -> Report:
        raw = text.encode()
        restricted = language == "ru" and meeting.pk % 50 == 7
        digest = hashlib.sha256(raw).hexdigest()
        report: Report = self.rows.add(
            Report,
            meeting=meeting,
            language=language,
            title=f"Information report, {meeting.title}",
            raw=raw,
            raw_sha256=digest,
            text=text,
            sha256=digest,
            stored_at=self.at(meeting.starts_on, 3),
            read_at=self.at(meeting.starts_on, 3),
            sensitivity=Sensitivity.SECRETARIAT if restricted else Sensitivity.PUBLIC,
        )
        return report

    def at(self, day: Any, days: int = 0) -> datetime:
        """A moment so many days after a day, and never after the day of the register."""
        return datetime.combine(
            min(day + timedelta(days=days), self.day - timedelta(days=1)),
            time(self.rng.randrange(6, 18), self.rng.randrange(60)),
            tzinfo=ZoneInfo("UTC"),
        )

    def commitment(
        self,
        meeting: Meeting,
        report: Report,
        language: Language,
        title: str,
        span: tuple[int, int],
        place: int,
    ) -> None:
        rng, ground = self.rng, self.ground
        reference = f"{meeting.slug.replace('-', '').upper()}-{place:03}"
        parties = rng.sample(ground.parties, min(self.lines, len(ground.parties)))
        instruments = rng.sample(ground.instruments, rng.randrange(3))
        secret = (
            rng.choice((Sensitivity.SECRETARIAT, Sensitivity.PARTY))
            if self.chance(SECRET)
            else None
        )
        quote = report.text[slice(*span)]
        words = [reference, title, quote, *(instrument.name for instrument in instruments)]
        commitment: Commitment = self.rows.add(
            Commitment,
            reference=reference,
            meeting=meeting,
            title=title,
            strength=rng.choice(Strength.values),
            theme=rng.choice(ground.themes),
            sensitivity=secret or Sensitivity.PUBLIC,
            restricted_to=parties[0] if secret == Sensitivity.PARTY else None,
            life=rng.choice((Life.REPLACED, Life.WITHDRAWN))
            if self.chance(OUT_OF_FORCE)
            else Life.ACTIVE,
            officer=meeting.officer if self.chance(OWNED) else None,
            review_days=rng.choice((90, 180)) if self.chance(STANDING) else None,
            search_text="\n".join(words).casefold(),
        )
        for instrument in instruments:
            self.rows.add(
                Commitment.instruments.through, commitment=commitment, instrument=instrument
            )
        self.rows.add(Quotation, commitment=commitment, report=report, start=span[0], end=span[1])
        self.registered(commitment, meeting)
        self.link(commitment)
        deadline = self.deadline(commitment, meeting)
        for index, party in enumerate(parties):
            self.line(commitment, party, deadline, is_first=index == 0)

    def registered(self, commitment: Commitment, meeting: Meeting) -> None:
        self.rows.add(
            Event,
            actor=meeting.officer,
            at=self.at(meeting.starts_on, 7),
            via=Via.COMMAND,
            action="commitment.registered",
            object_type="commitment",
            object_id=commitment.pk,
            after={"reference": commitment.reference, "title": commitment.title},
        )

    def link(self, commitment: Commitment) -> None:
        """One in many repeats what an earlier meeting of its series promised."""
        series = commitment.meeting.series
        earlier = self.before.setdefault(series, commitment)
        if earlier.meeting_id != commitment.meeting_id:
            self.rows.add(
                CommitmentLink,
                earlier=earlier,
                later=commitment,
                kind=self.rng.choice(LinkKind.values),
                added_by=self.ground.officers[0],
                added_at=self.at(commitment.meeting.starts_on, 8),
            )
            self.before[series] = commitment

    def deadline(self, commitment: Commitment, meeting: Meeting) -> Deadline | None:
        """What holds for the whole commitment, moved once for some; nothing for a few."""
        entered = self.at(meeting.starts_on, 7)
        if commitment.review_days:
            due = self.day + timedelta(days=self.rng.randrange(-20, commitment.review_days))
            return self.period(commitment, due, entered, Purpose.REVIEW, Basis.SET)
        if self.chance(UNDATED) or not meeting.starts_on:
            return None
        due = meeting.starts_on + timedelta(days=self.rng.randrange(60, 1500))
        moved = self.chance(MOVED)
        basis = self.rng.choice((Basis.STATED, Basis.STATED, Basis.DERIVED, Basis.SET))
        first = self.period(commitment, due, entered, Purpose.FINAL, basis, is_current=not moved)
        if not moved:
            return first
        later = due + timedelta(days=self.rng.choice((30, 90, 180)))
        told = self.at(due - timedelta(days=10))
        return self.period(commitment, later, told, Purpose.FINAL, Basis.SET, replaces=first)

    def period(
        self,
        commitment: Commitment,
        due: date,
        entered: datetime,
        purpose: str,
        basis: str,
        **more: Any,
    ) -> Deadline:
        row: Deadline = self.rows.add(
            Deadline,
            commitment=commitment,
            purpose=purpose,
            due=due,
            basis=basis,
            wording="" if basis == Basis.SET else f"before {due.year + 1}",
            reason="Agreed with the parties." if basis == Basis.SET else "",
            author=self.ground.officers[0],
            created_at=entered,
            **more,
        )
        return row

    def line(
        self, commitment: Commitment, party: Party, deadline: Deadline | None, *, is_first: bool
    ) -> None:
        over = deadline is not None and deadline.due is not None and deadline.due < self.day
        shares = OVER if over else AHEAD
        (status,) = self.rng.choices(list(shares), list(shares.values()))
        meant = Sensitivity.PARTY if self.chance(SECRET / 2) else Sensitivity.MEMBERS
        people = self.ground.focal_points[party.pk]
        line: Obligation = self.rows.add(
            Obligation,
            commitment=commitment,
            party=party,
            role=Part.LEAD if is_first or self.chance(0.7) else Part.CONTRIBUTING,
            owner=self.rng.choice(people) if self.chance(OWNED) else None,
            status=status,
            sensitivity=meant if self.chance(0.1) else Sensitivity.PUBLIC,
            registered_at=self.at(commitment.meeting.starts_on, 7),
        )
        if deadline and self.chance(OWN_DEADLINE):
            assert deadline.due
            due = deadline.due + timedelta(days=60)
            deadline = self.period(
                commitment, due, self.at(deadline.due), deadline.purpose, Basis.SET, obligation=line
            )
        if deadline and deadline.due:
            line.next_deadline = deadline
            line.due_at = end_of_day(deadline.due, party.zone)
            if status in Status.open() and self.chance(CHALLENGED):
                self.extension(line, deadline)
        self.reports(line, people)

    def extension(self, line: Obligation, deadline: Deadline) -> None:
        assert deadline.due
        self.rows.add(
            Extension,
            obligation=line,
            deadline=deadline,
            due=deadline.due + timedelta(days=90),
            reason="The law is still before parliament.",
            state=ExtensionState.ASKED,
            asked_by=self.ground.focal_points[line.party_id][0],
            asked_at=self.at(self.day, -5),
        )

    def reports(self, line: Obligation, people: list[Any]) -> None:
        """What the party has sent: a decided report where something has begun, one that waits for a few."""
        begun = line.status not in {Status.NOT_STARTED, Status.NOT_OWED, Status.NOT_ASSESSABLE}
        since = line.registered_at.date()
        span = max((self.day - since).days, 3)
        if begun:
            sent = self.at(since, self.rng.randrange(2, span))
            returned = line.status != Status.DONE and self.chance(0.05)
            self.sent(line, people[0], sent, returned=returned)
        if (
            line.status in Status.open()
            and line.commitment.life == Life.ACTIVE
            and self.chance(0.04)
        ):
            self.sent(line, people[-1], self.at(self.day, -self.rng.randrange(1, 30)), waits=True)

    def sent(
        self,
        line: Obligation,
        author: Any,
        at: datetime,
        *,
        returned: bool = False,
        waits: bool = False,
    ) -> None:
        claims = line.status if not waits else Status.PARTLY_DONE
        decided = {
            "state": ReportState.RETURNED if returned else ReportState.ACCEPTED,
            "finding": "" if returned else line.status,
            "comment": "Please name the law." if returned else "",
            "decided_by": self.ground.officers[0],
            "decided_at": at + timedelta(days=2),
        }
        text = f"{line.party.name}: steps were taken and reported to the chair."
        said = _folded(text, "" if waits else str(decided["comment"]))
        line.search_text = _folded(line.search_text, said)
        report: ProgressReport = self.rows.add(
            ProgressReport,
            obligation=line,
            author=author,
            claim=claims,
            text=text,
            search_text=said,
            saved_at=at,
            submitted_at=at,
            **({"state": ReportState.SUBMITTED} if waits else decided),
        )
        if line.status == Status.DONE:
            self.rows.add(
                Evidence,
                report=report,
                kind=EvidenceKind.LINK,
                name="The published text",
                url=f"https://example.org/{report.pk}",
                added_by=author,
                added_at=at,
            )


def _folded(*words: str) -> str:
    """As services write what search looks through."""
    return "\n".join(filter(None, words)).casefold()
