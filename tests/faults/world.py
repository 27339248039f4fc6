"""People and lines for a fault, and what these people are to be told.

The world runs on the real clock, since other processes do. So that it is never evening in it, its
people live where it is noon. Hours pass by moving what the outbox remembers into the past.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F

from accounts.models import User
from commitments.choices import Status
from commitments.models import Obligation
from meetings.models import FocalPoint
from reminders.models import Email, Pulse, Switch
from tests.bench.register import PREFIX, fill
from tests.factories import days, make_focal_point, make_obligation, make_party, make_user
from tests.faults.workers import Nursery

# Whatever a fault left behind has its end after so many rounds with an hour between them.
ROUNDS_TO_SETTLE = 8
KNOWN_FOR = days(100)


def noon(now: datetime | None = None) -> str:
    """A zone without daylight saving in which it is about noon."""
    ahead = 12 - (now or datetime.now(UTC)).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


@dataclass(frozen=True)
class Promise:
    """One person is to hear of one commitment."""

    address: str
    reference: str


@dataclass(frozen=True)
class Forbidden:
    """From this number of accepted mails on, nobody (or not this address) may hear of a commitment."""

    since: int
    reference: str = ""
    address: str = ""
    exempt: frozenset[str] = frozenset()  # Message-IDs of what could not be called back

    def covers(self, promise: Promise) -> bool:
        return self.reference in {"", promise.reference} and self.address in {"", promise.address}


@dataclass
class World:
    """`promises` are what is to arrive; `forbidden` what must not, from a number of mails on."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    promises: set[Promise] = field(default_factory=set)
    lines: list[Obligation] = field(default_factory=list)
    people: list[User] = field(default_factory=list)
    forbidden: list[Forbidden] = field(default_factory=list)
    zone: str = ""

    def __post_init__(self) -> None:
        self.zone = self.zone or noon(self.now)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.people[0].zone).date()

    def has_people(self, number: int, *, due_in: Iterable[int] = (7,)) -> "World":
        """So many people with a line each for every number of days until it is due."""
        due_in = tuple(due_in)
        for _ in range(number):
            person = self.has_person()
            for ahead in due_in:
                self.has_line(person, ahead)
        return self

    def has_many(self, number: int, *, due_in: int = 7) -> list[User]:
        """So many people with a line each, written at once."""
        day = self.now.astimezone(ZoneInfo(self.zone)).date() + days(due_in)
        people = fill(lines=number, people=number, due=day, now=self.now, zone=self.zone)
        lines = Obligation.objects.filter(commitment__reference__startswith=PREFIX)
        for line in lines.select_related("commitment").order_by("pk"):
            person = people[len(self.lines) % number]
            self.lines.append(line)
            self.promises.add(Promise(person.email, line.commitment.reference))
        self.people += people
        return people

    def has_person(self, **values: Any) -> User:
        person = make_user(**{"time_zone": self.zone, "delivery_hour": 6, **values})
        make_focal_point(make_party(time_zone=person.time_zone), person)
        self.people.append(person)
        return person

    def has_line(self, person: User, due_in: int, **values: Any) -> Obligation:
        """A line of the person's party, known since long before its first step."""
        party = FocalPoint.objects.get(user=person).party
        day = self.now.astimezone(person.zone).date() + days(due_in)
        entered = self.now - KNOWN_FOR
        line = make_obligation(party, due=day, now=entered, **values)
        self.lines.append(line)
        self.promises.add(Promise(person.email, line.commitment.reference))
        return line

    def closes(self, line: Obligation, accepted: int = 0) -> None:
        """The line is done: after so many accepted mails nobody is to hear of it any more."""
        Obligation.objects.filter(pk=line.pk).update(status=Status.DONE)
        self.takes_back(line)
        self.forbidden.append(Forbidden(accepted, reference=line.commitment.reference))

    def takes_back(self, line: Obligation) -> None:
        reference = line.commitment.reference
        self.promises = {kept for kept in self.promises if kept.reference != reference}


def time_passes(minutes: float) -> None:
    """What the engine remembers of moments is that much longer ago."""
    gone = timedelta(minutes=minutes)
    for model, moments in (
        (Email, ("created_at", "not_before", "lease_until", "transmitting_at")),
        (Pulse, ("started", "finished", "db_time")),
        (Switch, ("relay_down_since", "relay_retry_at")),
    ):
        model.objects.update(**{name: F(name) - gone for name in moments})


def a_day_passes() -> None:
    """What the outbox holds is of the day before."""
    time_passes(minutes=24 * 60)
    slots = Email.objects.exclude(slot=None).order_by("slot").values_list("slot", flat=True)
    for slot in list(dict.fromkeys(slots)):  # the oldest first, so that no two meet
        Email.objects.filter(slot=slot).update(slot=slot - days(1))


def settles(workers: Nursery, *, before: timedelta = timedelta(minutes=61)) -> None:
    """Let the time pass and the rounds go on until nothing in the outbox waits."""
    for _ in range(ROUNDS_TO_SETTLE):
        time_passes(before.total_seconds() / 60)
        workers.does("plan", "send")
        if not Email.objects.filter(state__in=["waiting", "sending"]).exists():
            return
    left = Email.objects.filter(state__in=["waiting", "sending"]).values_list(
        "pk", "state", "tries"
    )
    raise AssertionError(f"Mails are still on their way: {list(left)}\n{workers.said()}")
