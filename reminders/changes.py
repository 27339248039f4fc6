"""What happened to a line, and who is to hear of it: reports sent, accepted and returned, more time, moved days.

The log tells it. An event is told while it is news and still true: of a report that awaits an answer,
as long as it does; of a moved deadline, until it is moved again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from accounts.models import Event
from commitments.models import Extension, Obligation, ProgressReport
from commitments.rules import is_open

from . import rules
from .choices import Reason
from .ladder import officers
from .models import Reminder
from .querysets import Told, awaiting, pairs, recipients

# What is older was said elsewhere since, and what stood still for so long is looked at by a person.
NEWS_FOR = timedelta(days=14)
# These await an answer of the desk officer.
ASKED = ("report.submitted", "extension.asked")
# Of these the party hears. Where one moves the deadline too, it says so itself.
ANSWERED = ("report.accepted", "report.returned", "extension.granted", "extension.refused")
MOVED = "deadline.moved"


@dataclass(frozen=True)
class Change:
    """One event of one line. `why_not` says why it is not true any more, if so."""

    event: int
    action: str
    actor: int | None
    line: int
    why_not: Reason | None

    @property
    def occasion(self) -> str:
        return rules.event(self.event)


def to_hear(people: Collection[int], today: date, now: datetime) -> set[Told]:
    """What happened that these people have to hear of and have not. Nobody hears of their own deeds."""
    events = Event.objects.filter(at__gt=now - NEWS_FOR, at__lte=now)
    true = [change for change in of_events(events) if not change.why_not]
    if not true:
        return set()
    found = hearers(true, people, today)
    heard = _heard(people, {row.line for row in found}, now)
    return {row for row in found if (row.line, row.person, row.occasion) not in heard}


def hearers(changes: Iterable[Change], people: Collection[int], today: date) -> set[Told]:
    """Who of these people hears of which change, and in which capacity."""
    by_line: dict[bool, dict[int, list[Change]]] = {
        True: defaultdict(list),
        False: defaultdict(list),
    }
    for change in changes:
        by_line[change.action in ASKED][change.line].append(change)
    asked, answered = by_line[True], by_line[False]
    found = _pairs([officers(Obligation.objects.filter(pk__in=asked))], people)
    told = {(row, change) for row in found for change in asked[row.line]}
    found = _pairs(recipients(Obligation.objects.filter(pk__in=answered), today), people)
    told |= {(row, change) for row in found for change in answered[row.line]}
    return {
        row._replace(occasion=change.occasion) for row, change in told if row.person != change.actor
    }


def of_events(events: Any) -> list[Change]:
    """What these events of the log mean for lines, and whether it is still so."""
    rows = list(
        events.filter(action__in=[*ASKED, *ANSWERED, MOVED])
        .order_by("pk")
        .only("action", "actor", "at", "object_type", "object_id", "after")
    )
    lines = _lines(rows)
    look = _Look.at(rows, [line for some in lines.values() for line in some])
    return [
        Change(row.pk, row.action, row.actor_id, line.pk, look.why_not(row, line))
        for row in rows
        for line in lines[row.pk]
        if not look.is_said_by_another(row, line)
    ]


def _pairs(queries: list[Any], people: Collection[int]) -> set[Told]:
    return pairs(query.filter(told__in=people) for query in queries)


def _heard(people: Collection[int], lines: set[int], now: datetime) -> set[tuple[int, int, str]]:
    rows = Reminder.objects.live().filter(
        Q(recipient__in=people) | Q(stands_for__in=people),
        obligation__in=lines,
        occasion__startswith="V",
        planned_at__gt=now - NEWS_FOR,
    )
    keys = rows.order_by().values_list("obligation", "recipient", "stands_for", "occasion")
    return {(line, whose or user, name) for line, user, whose, name in keys}


def _lines(events: list[Event]) -> dict[int, list[Obligation]]:
    """The lines of each event. A deadline of a whole commitment is that of the lines it holds for."""
    keys: dict[str, set[int]] = defaultdict(set)
    for event in events:
        keys[event.object_type].add(event.object_id)
    lines = Obligation.objects.select_related("commitment", "next_deadline")
    own = lines.in_bulk(keys["obligation"])
    of_all: dict[int, list[Obligation]] = defaultdict(list)
    for line in lines.filter(commitment__in=keys["commitment"]).order_by("pk"):
        of_all[line.commitment_id].append(line)
    found: dict[int, list[Obligation]] = defaultdict(list)
    for event in events:
        if event.object_type == "obligation" and event.object_id in own:
            found[event.pk] = [own[event.object_id]]
        elif event.object_type == "commitment":
            found[event.pk] = [
                line for line in of_all[event.object_id] if _is_its_deadline(event, line)
            ]
    return found


def _is_its_deadline(event: Event, line: Obligation) -> bool:
    """A deadline and the event that tells of it bear the same moment."""
    deadline = line.next_deadline
    return deadline is not None and deadline.created_at == event.at


@dataclass(frozen=True)
class _Look:
    """How things stand with the reports, requests and lines of some events."""

    reports: set[int]
    requests: set[int]
    awaiting: set[int]
    answered_at: set[tuple[int, datetime]]

    @classmethod
    def at(cls, events: list[Event], lines: list[Obligation]) -> "_Look":
        def named(key: str) -> set[int]:
            return {event.after[key] for event in events if key in event.after}

        reports = ProgressReport.objects.submitted().filter(pk__in=named("report"))
        requests = Extension.objects.asked().filter(pk__in=named("extension"))
        return cls(
            set(reports.order_by().values_list("pk", flat=True)),
            set(requests.order_by().values_list("pk", flat=True)),
            awaiting({line.pk for line in lines}),
            {(event.object_id, event.at) for event in events if event.action in ANSWERED},
        )

    def is_said_by_another(self, event: Event, line: Obligation) -> bool:
        """Whether the answer that moved a deadline tells of it."""
        return event.action == MOVED and (line.pk, event.at) in self.answered_at

    def why_not(self, event: Event, line: Obligation) -> Reason | None:
        """Why an event is not to be told of any more."""
        open_ = is_open(status=line.status, life=line.commitment.life)
        if event.action == "report.submitted":
            return None if event.after.get("report") in self.reports else Reason.CLOSED
        if event.action == "extension.asked":
            return None if event.after.get("extension") in self.requests else Reason.CLOSED
        if event.action == "report.returned":
            return _first(not open_ and Reason.CLOSED, line.pk in self.awaiting and Reason.AWAITING)
        if event.action == MOVED:
            moved_on = not _is_its_deadline(event, line)
            return _first(not open_ and Reason.CLOSED, moved_on and Reason.DEADLINE_MOVED)
        return None


def _first(*reasons: Reason | bool) -> Reason | None:
    return next((reason for reason in reasons if isinstance(reason, Reason)), None)
