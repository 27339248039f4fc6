"""The second look: what of a planned mail is no longer true when it is about to go out."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import Event
from commitments.rules import is_open

from . import changes, due, rules
from .choices import Reason
from .hindrances import Wishes
from .ladder import Ladders
from .models import Email, Reminder
from .policy import Policies
from .querysets import Told, awaiting, capacities, readable


def untrue(email: Email, now: datetime) -> dict[int, Reason]:
    """The promises of a mail that should not be kept any more, by key, each with the reason.

    Each reason is one for which the planner does not make the same promise again.
    """
    rows = list(email.reminders.for_look())
    look = _Look.at(email, rows, now)
    found = ((row, look.why_untrue(row)) for row in rows)
    return {row.pk: reason for row, reason in found if reason}


@dataclass(frozen=True)
class _Look:
    """How things stand now with the lines of one mail."""

    email: Email
    may_read: set[int]
    awaiting: set[int]
    answers: set[tuple[int, int]]
    rungs: set[tuple[int, int, str]]
    news: dict[tuple[int, int], Reason | None]
    hears: set[tuple[int, int, str]]
    wishes: Wishes

    @classmethod
    def at(cls, email: Email, rows: list[Reminder], now: datetime) -> "_Look":
        person = email.recipient
        assert person
        today = now.astimezone(person.zone).date()
        lines = {row.obligation_id for row in rows}
        people = {person.pk: person}
        people |= {row.stands_for.pk: row.stands_for for row in rows if row.stands_for}
        policies = Policies.stored()
        news = _news(rows)
        heard = changes.hearers(news, people, today) if news else set()
        return cls(
            email,
            readable(person, lines, now),
            awaiting(lines),
            {(pk, line) for pk, who in people.items() for line in capacities(who, lines, today)},
            _rungs(rows, set(people), today, policies),
            {(change.event, change.line): change.why_not for change in news},
            _keys(heard),
            Wishes.of(people.values(), lines, site=policies.site, today=today, now=now),
        )

    def why_untrue(self, row: Reminder) -> Reason | None:
        """Why one promise should not be kept, if so."""
        key = rules.event_of(row.occasion)
        reason = self._of_the_line(row) if key is None else self._of_the_event(row, key)
        if reason:
            return reason
        if row.obligation_id not in self.may_read:
            return Reason.NOT_VISIBLE
        assert self.email.recipient
        whose = row.stands_for_id or row.recipient_id
        return self.wishes.against(self.email.recipient, row.obligation_id, row.occasion, whose)

    def _of_the_line(self, row: Reminder) -> Reason | None:
        line = row.obligation
        if not is_open(status=line.status, life=line.commitment.life):
            return Reason.CLOSED
        if line.pk in self.awaiting:
            return Reason.AWAITING
        if row.deadline_id is not None and row.deadline_id != line.next_deadline_id:
            return Reason.DEADLINE_MOVED
        return None if self._is_theirs(row) else Reason.REASSIGNED

    def _is_theirs(self, row: Reminder) -> bool:
        """Whether it is still brought to this person, or to whom they stand in for."""
        whose = row.stands_for_id or row.recipient_id
        if row.occasion in rules.RUNGS:
            return (row.obligation_id, whose, row.occasion) in self.rungs
        if (whose, row.obligation_id) in self.answers:
            return True
        on_rung = {(line, person) for line, person, _name in self.rungs}
        return rules.is_snooze(row.occasion) and (row.obligation_id, whose) in on_rung

    def _of_the_event(self, row: Reminder, key: int) -> Reason | None:
        at = (key, row.obligation_id)
        if at not in self.news:
            return Reason.CLOSED
        whose = row.stands_for_id or row.recipient_id
        if not self.news[at] and (row.obligation_id, whose, row.occasion) not in self.hears:
            return Reason.REASSIGNED
        return self.news[at]


def _news(rows: list[Reminder]) -> list[changes.Change]:
    keys = {key for row in rows if (key := rules.event_of(row.occasion)) is not None}
    return changes.of_events(Event.objects.filter(pk__in=keys)) if keys else []


def _rungs(
    rows: list[Reminder], people: set[int], today: date, policies: Policies
) -> set[tuple[int, int, str]]:
    lines = {
        row.obligation_id
        for row in rows
        if row.occasion in rules.RUNGS or rules.is_snooze(row.occasion)
    }
    if not lines:
        return set()
    return _keys(due.on_rungs(lines, people, today, Ladders.of(policies)))


def _keys(found: set[Told]) -> set[tuple[int, int, str]]:
    return {(row.line, row.person, row.occasion) for row in found}
