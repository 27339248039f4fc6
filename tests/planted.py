"""A register in which things are planted that not everybody may see, and the people who look for them.

Each kind of thing is written in a word of its own, so that a leak names what leaked. Nothing that
anybody may see has such a word in it, nor the year in which the planted things fall due.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import ClientHandler

from accounts.choices import Via
from accounts.models import User
from commitments import editing, evidence, progress
from commitments.models import Commitment, Evidence, Obligation, ProgressReport
from commitments.services import Span
from meetings.choices import Sensitivity
from meetings.models import Meeting, Report
from tests import factories as make

HANDLER = ClientHandler(enforce_csrf_checks=False)  # one for all: making the middleware is slow
NOBODY = "nobody"
SECRETARIAT = frozenset({"officer", "administrator"})
OWN_PARTY = frozenset({"owner", "colleague"})
SIGNED_IN = OWN_PARTY | SECRETARIAT | {"stranger", "reader"}
OUTSIDE = frozenset({NOBODY, "disabled", "mailbox"})
ROLES = sorted(SIGNED_IN | OUTSIDE)

# The word of each kind of thing, and who may read it.
WORDS = {
    "Zzyzxparty": OWN_PARTY | SECRETARIAT,  # a commitment for one party
    "Zzyzxstaff": SECRETARIAT,  # a commitment for the secretariat
    "Zzyzxline": OWN_PARTY | SECRETARIAT,  # one party's line of a commitment that all may read
    "Zzyzxproof": OWN_PARTY | SECRETARIAT,  # evidence on a line that all may read
    "Zzyzxtext": SECRETARIAT,  # a report, and what quotes it
    "Zzyzxdraft": frozenset({"owner"}),  # what nobody has sent yet
}
# Planted things fall due in this year.
YEAR = "2071"
TEXT = "The parties agreed to keep the Zzyzxtext programme. The weather was fine."


def hidden_from(role: str) -> list[str]:
    """The words that somebody of this role must never read."""
    return [word for word, readers in WORDS.items() if role not in readers] + (
        [] if role in OWN_PARTY | SECRETARIAT else [YEAR]
    )


def found_in(words: Iterable[str], page: str) -> list[str]:
    said = page.casefold()
    return [word for word in words if word.casefold() in said]


@dataclass
class World:
    """The people by role, and the things by what they are called here."""

    people: dict[str, User] = field(default_factory=dict)
    open_line: Obligation = None  # type: ignore[assignment]
    party_line: Obligation = None  # type: ignore[assignment]
    kept_line: Obligation = None  # type: ignore[assignment]
    staff: Commitment = None  # type: ignore[assignment]
    proof: Evidence = None  # type: ignore[assignment]
    draft: ProgressReport = None  # type: ignore[assignment]

    _cookies: dict[str, str] = field(default_factory=dict)

    def client(self, role: str) -> Client:
        """A fresh browser with the one session in which somebody is signed in, if they can be."""
        client = Client()
        client.handler = HANDLER
        if not (person := self.people.get(role)):
            return client
        if role not in self._cookies:
            client.force_login(person)
            self._cookies[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
        client.cookies[settings.SESSION_COOKIE_NAME] = self._cookies[role]
        return client


def people_of(now: datetime) -> dict[str, User]:
    """Somebody of each role; nobody is not there."""
    own, other = make.make_party("AA", name="Aland"), make.make_party("BB", name="Bland")
    secret = {"password": make.PASSWORD}
    return {
        "owner": make.make_focal_point(own, make.make_user(name="Owner", **secret)).user,
        "colleague": make.make_focal_point(
            own, make.make_user(name="Colleague", **secret), is_deputy=True
        ).user,
        "stranger": make.make_focal_point(other, make.make_user(name="Stranger", **secret)).user,
        "reader": make.make_user(name="Reader", **secret),
        "officer": make.make_officer(name="Officer", **secret),
        "administrator": make.make_administrator(name="Administrator", **secret),
        "disabled": make.make_administrator(name="Disabled", is_active=False, **secret),
        "mailbox": make.make_mailbox(name="Mailbox", **secret),
    }


def ground(now: datetime) -> World:
    """The people, and a register that all of them may read."""
    world = World(people=people_of(now))
    report = make.make_report(make.make_meeting(slug="meeting"))
    both = [make.make_party("AA"), make.make_party("BB")]
    open_one = make.make_commitment(
        report, both, _soon(now, 20), now, reference="TST-1", theme=make.make_theme("Drugs")
    )
    make.make_commitment(report, both, _soon(now, 40), now, reference="TST-2")
    world.open_line = open_one.obligations.get(party__code="AA")
    return world


def plant(world: World, now: datetime) -> World:
    """What not everybody may see, one of each kind and all that hangs on it."""
    return plant_apart(plant_within(world, now), now)


def plant_within(world: World, now: datetime) -> World:
    """What is kept back of commitments that all may read: a line, evidence, a draft."""
    _plant_line(world, now)
    _plant_on_the_open_line(world, now)
    return world


def plant_apart(world: World, now: datetime) -> World:
    """Commitments and a report that are kept back: nothing of others changes by them."""
    _plant_commitments(world, now)
    _plant_report(world, now)
    return world


def _plant_commitments(world: World, now: datetime) -> None:
    meeting = Meeting.objects.get(slug="meeting")
    aa = make.make_party("AA")
    party = make.make_commitment(
        meeting.reports.get(language="en"),
        [aa],
        _far(1),
        now,
        reference="ZZYZXPARTY-1",
        title="Zzyzxparty title",
        sensitivity=Sensitivity.PARTY,
        restricted_to=aa,
        is_certain=False,
        coder_note="Zzyzxparty note",
    )
    world.party_line = party.obligations.get()
    _tell_all(world, world.party_line, "Zzyzxparty", now)
    world.staff = make.make_commitment(
        meeting.reports.get(language="en"),
        [aa, make.make_party("BB")],
        _far(2),
        now,
        reference="ZZYZXSTAFF-1",
        title="Zzyzxstaff title",
        sensitivity=Sensitivity.SECRETARIAT,
    )


def _plant_report(world: World, now: datetime) -> None:
    meeting = Meeting.objects.get(slug="meeting")
    report: Report = make.make_report(
        meeting,
        text=TEXT,
        language="ru",
        title="Zzyzxtext report",
        sensitivity=Sensitivity.SECRETARIAT,
    )
    make.make_commitment(
        report,
        [make.make_party("BB")],
        _far(3),
        now,
        reference="ZZYZXTEXT-1",
        title="Zzyzxtext title",
        spans=[Span(22, 50, (12, 21))],
    )


def _plant_line(world: World, now: datetime) -> None:
    line = Obligation.objects.get(commitment__reference="TST-2", party__code="AA")
    editing.edit_line(
        obligation=line,
        seen=line.version,
        values={"sensitivity": Sensitivity.PARTY},
        why="Zzyzxline why",
        actor=world.people["officer"],
        now=now,
        via=Via.PAGE,
    )
    line.refresh_from_db()
    world.kept_line = line
    _tell_all(world, line, "Zzyzxline", now)


def _tell_all(world: World, line: Obligation, word: str, now: datetime) -> None:
    """A moved deadline, reports and a request, all in the words of a thing."""
    author, officer = world.people["owner"], world.people["officer"]
    make.make_deadline(line, _far(9), actor=officer, now=now)
    make.make_accepted(line, author, officer=officer, text=f"{word} accepted", now=now)
    line.refresh_from_db()
    make.make_submitted(line, author, text=f"{word} sent", now=now)
    make.make_extension(line, _far(12), author, now=now)


def _plant_on_the_open_line(world: World, now: datetime) -> None:
    author = world.people["owner"]
    draft = make.make_draft(world.open_line, author, text="A plan was adopted.", now=now)
    kept = {"sensitivity": Sensitivity.PARTY, "now": now}
    make.make_evidence(draft, name="Zzyzxproof", url="https://zzyzxproof.example/", **kept)
    world.proof = evidence.add_file(
        report=draft, upload=SimpleUploadedFile("Zzyzxproof.txt", b"Zzyzxproof words"),
        name="", actor=author, via=Via.PAGE, **kept,
    )  # fmt: skip
    progress.submit(report=draft, actor=author, now=now, via=Via.PAGE)
    world.draft = make.make_draft(world.open_line, author, text="Zzyzxdraft text", now=now)
    evidence.add_link(
        report=world.draft, url="https://example.org/draft", name="A piece",
        sensitivity=Sensitivity.MEMBERS, actor=author, now=now, via=Via.PAGE,
    )  # fmt: skip


def _soon(now: datetime, days: int) -> date:
    return now.date() + make.days(days)


def _far(month: int) -> date:
    return date(int(YEAR), month, 15)
