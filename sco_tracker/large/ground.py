"""What made-up commitments stand on: parties, people with terms, meetings, themes, instruments."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.choices import Role
from accounts.models import User
from commitments.models import Theme
from meetings.choices import InstrumentKind, PartyKind
from meetings.models import FocalPoint, Instrument, Meeting, Party
from sco_tracker import sample

from .rows import Rows

SERIES = {
    "SCS": "Meeting of Security Council Secretaries",
    "CHS": "Council of Heads of State",
    "CHG": "Council of Heads of Government",
    "CFM": "Council of Foreign Ministers",
    "DEF": "Meeting of Ministers of Defence",
    "INT": "Meeting of Ministers of the Interior",
    "JUS": "Meeting of Ministers of Justice",
    "BOR": "Meeting of Heads of Border Services",
    "EME": "Meeting of Heads of Emergency Services",
    "DRU": "Meeting of Heads of Anti-Drug Authorities",
}
FEWEST_MEETINGS, MOST_MEETINGS, COMMITMENTS_EACH = 10, 200, 50
DAYS_OF_MEETINGS = 3650
INSTRUMENTS = 60
MEMBERS_SINCE = date(2001, 6, 15)


@dataclass(frozen=True)
class Ground:
    """What stands ready. `focal_points` are the people who answer for a party, by its key."""

    parties: list[Party]
    officers: list[User]
    focal_points: dict[int, list[User]]
    meetings: list[Meeting]
    themes: list[Theme]
    instruments: list[Instrument]


def prepare(
    rows: Rows, *, day: date, now: datetime, parties: int, people: int, commitments: int
) -> Ground:
    coded = tomllib.loads(sample.FILE.read_text(encoding="utf-8"))
    owing = _parties(rows, coded["party"], parties)
    officers, focal_points = _people(rows, owing, day=day, now=now, people=people)
    return Ground(
        parties=owing,
        officers=officers,
        focal_points=focal_points,
        meetings=_meetings(rows, owing, officers, day=day, commitments=commitments),
        themes=[rows.add(Theme, slug=row["slug"], name=row["name"]) for row in coded["theme"]],
        instruments=[_instrument(rows, number) for number in range(1, INSTRUMENTS + 1)],
    )


def _parties(rows: Rows, known: list[dict[str, Any]], wanted: int) -> list[Party]:
    """The parties of the sample register, and made-up states when more are wanted."""
    made = [
        {
            "code": f"X{number}",
            "name": f"State {number}",
            "kind": PartyKind.MEMBER,
            "time_zone": known[number % len(known)]["time_zone"],
            "joined": MEMBERS_SINCE,
        }
        for number in range(len(known) + 1, wanted + 1)
    ]
    return [rows.add(Party, **row) for row in [*known, *made][:wanted]]


def _people(
    rows: Rows, parties: list[Party], *, day: date, now: datetime, people: int
) -> tuple[list[User], dict[int, list[User]]]:
    """The accounts of the sample register first; then an officer, a reader and deputies by turns."""
    # The salt would differ each time, and one hash for all is quick: the password is public.
    common = {
        "password": make_password(sample.PASSWORD, salt="samesaltsamerows"),
        "date_joined": now,
    }
    staff = [
        rows.add(User, email=email, name=name, role=role, **common)
        for email, (name, role) in sample.STAFF.items()
    ]
    officers = [user for user in staff if user.role == Role.OFFICER]
    answering: dict[int, list[User]] = {}
    for number in range(max(people - len(staff), len(parties))):
        party = parties[number % len(parties)]
        kind = "focal" if number < len(parties) else ("officer", "reader", "deputy")[number % 3]
        user = _person(rows, party, number, kind, common)
        if kind == "officer":
            officers.append(user)
        if kind in {"focal", "deputy"}:
            answering.setdefault(party.pk, []).append(user)
            term = {"starts_on": day - timedelta(days=1000), "is_deputy": kind == "deputy"}
            rows.add(FocalPoint, party=party, user=user, **term)
    return officers, answering


def _person(rows: Rows, party: Party, number: int, kind: str, common: dict[str, Any]) -> User:
    user: User = rows.add(
        User,
        email=sample.FOCAL_POINTS.get(party.code, f"{party.code.lower()}@example.org")
        if kind == "focal"
        else f"person{number}@example.org",
        name=f"Focal point, {party.name}" if kind == "focal" else f"Person {number}",
        role=Role.OFFICER if kind == "officer" else Role.READER,
        time_zone=party.time_zone,
        **common,
    )
    return user


def _meetings(
    rows: Rows, parties: list[Party], officers: list[User], *, day: date, commitments: int
) -> list[Meeting]:
    """Those that took place, the earliest first. After the last of each series comes one to be."""
    wanted = min(max(commitments // COMMITMENTS_EACH, FEWEST_MEETINGS), MOST_MEETINGS)
    held = []
    last: dict[str, Meeting] = {}
    for index in range(wanted + len(SERIES)):
        code = list(SERIES)[index % len(SERIES)]
        days = DAYS_OF_MEETINGS - DAYS_OF_MEETINGS * index // wanted
        took_place = index < wanted
        starts_on = day - timedelta(days=days + 20) if took_place else day + timedelta(days=90)
        number = index // len(SERIES) + 1
        meeting: Meeting = rows.add(
            Meeting,
            slug=f"{code.lower()}-{number}",
            series=f"{SERIES[code]} of the SCO Member States",
            number=number,
            title=f"{SERIES[code]} of the SCO Member States, no. {number}",
            place="Bishkek",
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=1),
            chair=parties[index % len(parties)],
            officer=officers[index % len(officers)],
        )
        for party in parties:
            rows.add(Meeting.attended.through, meeting=meeting, party=party)
        if code in last:
            last[code].next_meeting = meeting
        last[code] = meeting
        if took_place:
            held.append(meeting)
    return held


def _instrument(rows: Rows, number: int) -> Instrument:
    kinds = InstrumentKind.values
    kind = kinds[number % len(kinds)]
    year = 2001 + number % 25
    instrument: Instrument = rows.add(
        Instrument,
        slug=f"instrument-{number}",
        name=f"SCO {InstrumentKind(kind).label.lower()} no. {number} of {year}",
        kind=kind,
        year=year,
    )
    return instrument
