"""A large register, written at once: for measurements and for floods."""

from datetime import date, datetime, timedelta
from functools import partial

from django.db import connection, transaction

from accounts.models import User
from commitments.choices import Basis, Purpose, Strength
from commitments.models import Commitment, Deadline, Obligation
from meetings.choices import PartyKind
from meetings.models import FocalPoint, Meeting, Party
from meetings.rules import end_of_day

PREFIX = "BIG"
AT_ONCE = 2000
KNOWN_FOR = timedelta(days=400)


@transaction.atomic
def fill(
    *,
    lines: int,
    people: int,
    due: date,
    now: datetime,
    zone: str = "UTC",
    prefix: str = PREFIX,
) -> list[User]:
    """So many lines, each of a commitment of its own, shared out among people with a party each.

    All live in one zone and hear from 6 o'clock. Returns the people.
    """
    users = _put(User, [_user(prefix, number, zone) for number in range(people)])
    parties = _put(Party, [_party(prefix, number, zone) for number in range(people)])
    terms = zip(parties, users, strict=True)
    _put(FocalPoint, [FocalPoint(party=a, user=b, starts_on=date(2001, 1, 1)) for a, b in terms])
    meeting = Meeting.objects.create(
        slug=prefix.lower(),
        series="Measured",
        number=Meeting.objects.count() + 1,
        title="Measured",
        place="Bishkek",
        starts_on=due - timedelta(days=500),
        ends_on=due - timedelta(days=500),
    )
    promises = _put(Commitment, [_commitment(prefix, n, meeting) for n in range(lines)])
    dated = partial(_deadline, due=due, entered=now - KNOWN_FOR)
    deadlines = _put(Deadline, [dated(one) for one in promises])
    rows = zip(promises, deadlines, strict=True)
    owed = [
        _line(promise, parties[number % people], deadline)
        for number, (promise, deadline) in enumerate(rows)
    ]
    _put(Obligation, owed)
    # Within a minute a database does it by itself; until then it takes the tables for what they were.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return users


def _put(model, rows):
    return model.objects.bulk_create(rows, batch_size=AT_ONCE)


def _user(prefix: str, number: int, zone: str) -> User:
    address = f"{prefix.lower()}{number}@example.org"
    return User(email=address, name=f"Person {number}", time_zone=zone, delivery_hour=6)


def _party(prefix: str, number: int, zone: str) -> Party:
    return Party(
        code=f"{prefix[0]}{number}",
        name=f"Party {prefix} {number}",
        kind=PartyKind.MEMBER,
        joined=date(2001, 6, 15),
        time_zone=zone,
    )


def _commitment(prefix: str, number: int, meeting: Meeting) -> Commitment:
    return Commitment(
        reference=f"{prefix}-{number:06}",
        meeting=meeting,
        title="Hold regular joint operations against the traffic in drugs",
        strength=Strength.AGREED,
        search_text="hold regular joint operations",
    )


def _deadline(promise: Commitment, *, due: date, entered: datetime) -> Deadline:
    return Deadline(
        commitment=promise,
        purpose=Purpose.FINAL,
        due=due,
        wording="by then",
        basis=Basis.STATED,
        created_at=entered,
    )


def _line(promise: Commitment, party: Party, deadline: Deadline) -> Obligation:
    assert deadline.due
    return Obligation(
        commitment=promise,
        party=party,
        next_deadline=deadline,
        due_at=end_of_day(deadline.due, party.zone),
        registered_at=deadline.created_at,
    )
