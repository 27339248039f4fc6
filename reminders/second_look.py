"""The second look: what of a planned mail is no longer true when it is about to go out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from accounts.asking import today_of
from accounts.models import Event, User
from commitments.models import Obligation
from commitments.rules import is_open

from . import changes, due, facts, rules
from .choices import Reason
from .hindrances import Wishes
from .ladder import Ladders
from .models import Email, Reminder
from .policy import Policies
from .querysets import Told, awaiting, pairs, readable, recipients

# A reader who answers for nobody: what they may read, everybody may.
ANYBODY = User(pk=0)
Why = dict[int, Reason]


def untrue(
    emails: Sequence[Email], now: datetime, promises: Mapping[int, list[Reminder]] | None = None
) -> dict[int, Why]:
    """The promises of mails that should not be kept any more, by mail and key, each with the reason.

    Each reason is one for which the planner does not make the same promise again. Many mails cost
    hardly more queries than one. `promises` are their rows of this moment, if they are at hand.
    """
    rows = facts.promises_of(emails) if promises is None else promises
    found: dict[int, Why] = {email.pk: {} for email in emails}
    for today, theirs in _by_day(emails, now).items():
        look = _Look.at([row for email in theirs for row in rows[email.pk]], today, now)
        for email in theirs:
            may_read = look.may_read(email, rows[email.pk])
            reasons = ((row.pk, look.why_untrue(row, email, may_read)) for row in rows[email.pk])
            found[email.pk] = {pk: reason for pk, reason in reasons if reason}
    return found


def _by_day(emails: Iterable[Email], now: datetime) -> dict[date, list[Email]]:
    """Mails by the local date of their recipients."""
    found: dict[date, list[Email]] = defaultdict(list)
    for email in emails:
        assert email.recipient
        found[today_of(email.recipient, now)].append(email)
    return found


@dataclass(frozen=True)
class _Look:
    """How things stand now with the lines of some mails."""

    now: datetime
    open_to_all: set[int]
    awaiting: set[int]
    answers: set[tuple[int, int]]
    rungs: set[tuple[int, int, str]]
    news: dict[tuple[int, int], Reason | None]
    hears: set[tuple[int, int, str]]
    wishes: Wishes

    @classmethod
    def at(cls, rows: list[Reminder], today: date, now: datetime) -> "_Look":
        lines = {row.obligation_id for row in rows}
        people = {row.recipient_id for row in rows} | {
            row.stands_for_id for row in rows if row.stands_for_id
        }
        policies = Policies.stored()
        news = _news(rows)
        heard = changes.hearers(news, people, today) if news else set()
        return cls(
            now,
            readable(ANYBODY, lines, now),
            awaiting(lines),
            _answers(people, lines, today),
            _rungs(rows, people, today, policies),
            {(change.event, change.line): change.why_not for change in news},
            _keys(heard),
            Wishes.of(
                User.objects.filter(pk__in=people),
                lines,
                site=policies.site,
                today=today,
                now=now,
            ),
        )

    def may_read(self, email: Email, rows: list[Reminder]) -> set[int]:
        """Which of these lines the recipient may read. Most are open to all, and asked for once."""
        assert email.recipient
        closed = {row.obligation_id for row in rows} - self.open_to_all
        own = readable(email.recipient, closed, self.now) if closed else set()
        return self.open_to_all | own

    def why_untrue(self, row: Reminder, email: Email, may_read: set[int]) -> Reason | None:
        """Why one promise should not be kept, if so."""
        key = rules.event_of(row.occasion)
        reason = self._of_the_line(row) if key is None else self._of_the_event(row, key)
        if reason:
            return reason
        if row.obligation_id not in may_read:
            return Reason.NOT_VISIBLE
        assert email.recipient
        whose = row.stands_for_id or row.recipient_id
        return self.wishes.against(email.recipient, row.obligation_id, row.occasion, whose)

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


def _answers(people: set[int], lines: set[int], today: date) -> set[tuple[int, int]]:
    """Who of these people answers for which of these lines."""
    asked = Obligation.objects.filter(pk__in=lines)
    found = pairs(query.filter(told__in=people) for query in recipients(asked, today))
    return {(row.person, row.line) for row in found}


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
