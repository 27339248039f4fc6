"""Bringing a line to somebody higher up when its party does not answer.

The grace is counted in working days of the party that owes the line, from the due day on. Whoever
gets a report back, or the line from somebody else, starts anew on that day.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, Value, prefetch_related_objects
from django.db.models.functions import Coalesce

from accounts.models import Event
from commitments.models import Obligation
from commitments.querysets import ObligationQuerySet
from meetings.calendar import add_working_days
from meetings.models import FocalPoint, Party
from ui.prepared import Among, GivenKeys, Prepared

from . import rules
from .choices import Capacity, Rung
from .models import Policy
from .policy import Policies, schedule

Nth = Callable[[date, int], date]


@dataclass(frozen=True)
class Ladders:
    """The ladders of all lines at one moment: policies, and the working days of parties."""

    policies: Policies
    parties: dict[int, Party]
    _known: dict[tuple[object, date, int], date] = field(default_factory=dict)

    @classmethod
    def of(cls, policies: Policies) -> "Ladders":
        return cls(policies, Party.objects.prefetch_related("days").in_bulk())

    @classmethod
    def of_lines(cls, policies: Policies, lines: Iterable[Obligation]) -> "Ladders":
        """Those of lines with their parties at hand, which are not read again."""
        parties = {line.party_id: line.party for line in lines}
        prefetch_related_objects(list(parties.values()), "days")
        return cls(policies, parties)

    def nth(self, party: int) -> Nth:
        """How to count working days of a party. Parties that work on the same days are reckoned once."""
        works = _works(self.parties[party])

        def count(day: date, n: int) -> date:
            key = (works, day, n)
            if key not in self._known:
                self._known[key] = add_working_days(self.parties[party], day, n)
            return self._known[key]

        return count

    def steps(self, line: Obligation, restarted: datetime | None = None) -> list[rules.Step]:
        """The rungs of a line with its deadline and commitment at hand, in order."""
        start = self.start(line, restarted)
        if start is None:
            return []
        return rules.ladder(start, self.policies.of(line).ladder, self.nth(line.party_id))

    def start(self, line: Obligation, restarted: datetime | None) -> date | None:
        """The day from which the grace is counted: the due day, or a later one on which it began anew."""
        due = line.next_deadline.due if line.next_deadline else None
        if due is None or restarted is None:
            return due
        return max(due, restarted.astimezone(self.parties[line.party_id].zone).date())

    def has_ended(self, line: Obligation, today: date) -> bool:
        """Whether the last rung is reached, reckoned from the due day: no monthly steps any more."""
        assert line.next_deadline
        assert line.next_deadline.due
        policy = self.policies.of(line)
        return line.next_deadline.due <= self.ended_by(policy, line.party_id, today)

    def ends_on(self, line: Obligation) -> date:
        """The day on which the ladder of a line ends, reckoned from the due day. `date.max`: never."""
        return max((step.day for step in self.steps(line)), default=date.max)

    def ended_by(self, policy: Policy, party: int, today: date) -> date:
        """The due days up to which a ladder came to its end. `date.min`: it has no end."""
        last = max((rung["after"] for rung in policy.ladder), default=0)
        return rules.latest_start(today, last, self.nth(party)) if last else date.min

    def reached(self, today: date) -> dict[str, Q]:
        """By rung, which lines have come to it, as if no grace had ever begun anew."""
        found: dict[str, list[Q]] = defaultdict(list)
        for lines, policy in self.policies.groups():
            wanted = {rung["rung"]: rung["after"] for rung in policy.ladder}
            for name, rung in rules.RUNGS.items():
                if rung in wanted:
                    found[name].append(lines & self._due_by(wanted[rung], today))
        return {name: reduce(or_, conditions) for name, conditions in found.items()}

    def _due_by(self, after: int, today: date) -> Q:
        starts = (
            (rules.latest_start(today, after, self.nth(party)), party) for party in self.parties
        )
        return by_day(starts, lambda day: Q(next_deadline__due__lte=day))

    def parties_by_end(self, policy: Policy, today: date) -> dict[date, list[int]]:
        """Parties by the due days up to which a ladder has ended, where monthly steps depend on it.

        A ladder that ends before the first monthly step is the same for all: it has ended always.
        """
        plan = schedule(policy)
        first_month = today.toordinal() - plan.last - rules.MONTH
        ends: dict[date, list[int]] = defaultdict(list)
        for party in self.parties:
            end = self.ended_by(policy, party, today)
            depends = plan.monthly and end.toordinal() < first_month
            ends[end if depends else date.max].append(party)
        return ends


def _works(party: Party) -> object:
    """What decides on which days people of a party work."""
    own = tuple((entry.day, entry.is_working) for entry in party.days.all())
    return tuple(party.weekend), party.holidays, own


def by_day(days: Iterable[tuple[date, int]], condition: Callable[[date], Q]) -> Q:
    """A condition on a day that differs by party, as short as it can be said."""
    parties: dict[date, list[int]] = defaultdict(list)
    for day, party in days:
        parties[day].append(party)
    if len(parties) == 1:
        return condition(next(iter(parties)))
    conditions = (Q(party__in=those) & condition(day) for day, those in parties.items())
    return reduce(or_, conditions, Q(pk__in=[]))


def restarts(lines: Iterable[int]) -> dict[int, datetime]:
    """When the grace of these lines began anew last: a report came back, or the owner changed."""
    asked = list(lines)
    return dict(_RESTARTS(lines=asked)) if asked else {}


def _restarts() -> Any:
    anew = Q(action="report.returned") | Q(action="line.edited", after__has_key="owner")
    of_lines = Q(Among("object_id", GivenKeys("lines")), object_type="obligation")
    rows = Event.objects.filter(anew, of_lines).order_by().values("object_id")
    return rows.annotate(last=Max("at")).values_list("object_id", "last")


_RESTARTS = Prepared(_restarts)


def on_rung(lines: ObligationQuerySet, name: str, today: date, site: Policy) -> list[Any]:
    """Lines with whom a rung brings them to: queries that annotate `told` and `capacity`.

    Nobody is told on a rung what they are told anyway: where deputies or the mailbox answer for a line
    themselves, the next one after them stands on the rung.
    """
    rung = rules.RUNGS[name]
    if rung == Rung.DEPUTY:
        return _deputies(lines, today)
    if rung == Rung.OFFICER:
        return [officers(lines)]
    if site.head_id is None:
        return []
    return [_told(lines, Value(site.head_id), Capacity.HEAD)]


def officers(lines: ObligationQuerySet) -> Any:
    """Lines with their desk officers: the commitment's own, else its meeting's."""
    officer = Coalesce("commitment__officer", "commitment__meeting__officer")
    return _told(lines, officer, Capacity.OFFICER)


def _deputies(lines: ObligationQuerySet, today: date) -> list[Any]:
    terms = FocalPoint.objects.active(today)
    deputies = terms.filter(is_deputy=True)
    theirs = terms.filter(party=OuterRef("party"))
    seconds = Exists(theirs.filter(is_deputy=True))
    # A deputy is the second to hear of it where somebody else is the first.
    has_first = Q(owner__isnull=False) | Exists(theirs.filter(is_deputy=False))
    boxed = lines.filter(party__mailbox__isnull=False)
    return [
        _told(
            lines.filter(has_first, party__focal_points__in=deputies),
            F("party__focal_points__user"),
            Capacity.DEPUTY,
        ).exclude(owner=F("told")),
        _told(boxed.filter(has_first & ~seconds), F("party__mailbox"), Capacity.MAILBOX),
        _told(boxed.filter(~has_first & seconds), F("party__mailbox"), Capacity.MAILBOX),
    ]


def _told(lines: Any, told: Any, capacity: Capacity) -> Any:
    found = lines.annotate(told=told, capacity=Value(capacity.value))
    return found.filter(told__isnull=False)
