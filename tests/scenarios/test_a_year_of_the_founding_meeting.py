"""A year after Bishkek, played through the pages: eight focal points, two officers, a moving clock."""

from datetime import date

import pytest

from accounts.models import Event, User
from commitments.models import Deadline, Obligation
from meetings.models import Meeting, Party
from sco_tracker.sample import FOCAL_POINTS, load_sample
from tests.factories import make_officer, make_user
from tests.scenarios.people import Clock, Person, at_noon

pytestmark = pytest.mark.django_db

PROGRAMME = "/commitments/SCS14-04/"  # due 31 Dec 2021, stated
RECCA = "/commitments/SCS14-20/"  # Uzbekistan alone, due 31 Dec 2019, stated
OPERATIONS = "/commitments/SCS14-15/"  # regular joint operations: a review rhythm


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch, date(2019, 6, 3))


@pytest.fixture
def people(clock: Clock) -> dict[str, Person]:
    """The sample's people, loaded three weeks after the meeting, and a second officer."""
    load_sample(now=at_noon(date(2019, 6, 3)))
    found = {code: Person(User.objects.get(email=email)) for code, email in FOCAL_POINTS.items()}
    found["officer"] = Person(User.objects.get(email="officer@example.org"))
    found["second"] = Person(make_officer(name="Second officer"))
    found["reader"] = Person(User.objects.get(email="reader@example.org"))
    return found


def report(person: Person, line: str, claim: str, text: str) -> str:
    return person.sends(f"{line}report/", claim=claim, text=text, action="send")


def decide(person: Person, line: str, **decision: str) -> str:
    waiting = line_of(line).progress_reports.submitted().get()
    action = f"{line}report/{waiting.pk}/"
    version = person.version(line, action)
    return person.sends(action, version=version, **decision)


def line_of(path: str) -> Obligation:
    _, _, reference, party, _ = path.split("/")
    return Obligation.objects.get(commitment__reference=reference, party__code=party)


def test_a_year(clock: Clock, people: dict[str, Person]) -> None:
    officer, second = people["officer"], people["second"]

    # June 2019: nothing is done yet, and everybody can say so.
    assert "0 of 8 done: 8 not started" in officer.reads(PROGRAMME)

    # All eight report on the programme; each waits for the secretariat.
    for code in ("CN", "IN", "KZ", "KG", "PK", "RU", "TJ", "UZ"):
        page = report(people[code], f"{PROGRAMME}{code}/", "in_progress", "A plan was adopted.")
        assert "Report sent." in page
    assert "8 awaiting validation" in officer.reads(PROGRAMME)
    assert "Awaiting your validation 8" in officer.reads("/")

    # The secretariat accepts seven and sends one back.
    for code in ("CN", "IN", "KZ", "KG", "PK", "RU", "TJ"):
        decide(officer, f"{PROGRAMME}{code}/", action="accept", finding="in_progress")
    decide(officer, f"{PROGRAMME}UZ/", action="return", comment="Which measures, and when?")
    assert "0 of 8 done: 7 in progress, 1 not started" in officer.reads(PROGRAMME)
    assert "Returned to you 1" in people["UZ"].reads("/")
    assert "Which measures, and when?" in people["UZ"].reads(f"{PROGRAMME}UZ/")

    # September: Uzbekistan answers, and asks for more time for the conference.
    clock.set(date(2019, 9, 9))
    report(people["UZ"], f"{PROGRAMME}UZ/", "in_progress", "Two trainings, in July and August.")
    decide(second, f"{PROGRAMME}UZ/", action="accept", finding="in_progress")
    assert "0 of 8 done: 8 in progress" in officer.reads(PROGRAMME)

    conference = f"{RECCA}UZ/"
    refusal = people["UZ"].is_refused(f"{conference}extension/", due="2019-12-31", reason="Hall.")
    assert "Enter a day after 31 December 2019, the present deadline." in refusal or (
        "the present deadline" in refusal
    )
    people["UZ"].sends(f"{conference}extension/", due="2020-03-31", reason="The hall is not free.")
    asked = line_of(conference).extensions.get()
    officer.sends(
        f"{conference}extension/{asked.pk}/", action="refuse", comment="Try another hall."
    )
    people["UZ"].sends(f"{conference}extension/", due="2020-02-29", reason="A hall in February.")
    asked = line_of(conference).extensions.asked().get()
    page = officer.sends(f"{conference}extension/{asked.pk}/", action="grant", comment="")
    assert "Granted" in page
    # Both requests and the stated deadline stay on the page.
    page = people["reader"].reads(RECCA)
    assert "29 Feb 2020" in page
    assert "31 Dec 2019" in page
    assert "Try another hall." in people["reader"].reads(conference)

    # New Year 2020: the conference would have been late; with the extension it is not.
    clock.set(date(2020, 1, 7))
    assert "overdue" not in officer.reads(RECCA).split("Who owes it")[0]

    # February: it takes place. "Done" needs evidence and a second person.
    clock.set(date(2020, 2, 25))
    refusal = people["UZ"].is_refused(
        f"{conference}report/", claim="done", text="Held in Tashkent.", action="send"
    )
    assert "needs evidence" in refusal
    draft = line_of(conference).progress_reports.get(author=people["UZ"].user)
    people["UZ"].sends(
        f"/evidence/add-link/{draft.pk}/",
        url="https://example.org/recca",
        name="Chair's summary",
        sensitivity="members",
    )
    report(people["UZ"], conference, "done", "Held in Tashkent.")
    decide(second, conference, action="accept", finding="done")
    assert "1 of 1 done" in people["reader"].reads(RECCA)
    # It is locked: nobody reports on it, and no officer changes it without reopening.
    version = str(line_of(conference).version)
    refusal = officer.is_refused(
        f"{conference}status/", status="stalled", note="A slip.", version=version
    )
    assert "locked" in refusal
    page = officer.sends(f"{conference}reopen/", note="The summary is a draft.", version=version)
    assert "0 of 1 done" in officer.reads(RECCA)

    # March: Kazakhstan's focal point hands over, with the line that named her.
    line = line_of(f"{PROGRAMME}KZ/")
    officer.sends(
        f"{PROGRAMME}KZ/edit/",
        role="lead",
        owner=str(people["KZ"].user.pk),
        sensitivity="public",
        version=str(line.version),
    )
    clock.set(date(2020, 3, 2))
    successor = Person(make_user(name="New focal point, Kazakhstan"))
    officer.sends(
        "/parties/KZ/hand-over/",
        leaving=str(people["KZ"].user.pk),
        arriving=str(successor.user.pk),
        on="2020-03-02",
    )
    line.refresh_from_db()
    assert line.owner == successor.user
    assert "Kazakhstan" in successor.reads("/")
    assert people["KZ"].client.post(f"{PROGRAMME}KZ/report/", {"claim": "done"}).status_code == 403

    # The meeting in Russia gets its day, then another: what is due by it moves along.
    chair = Party.objects.get(code="RU")
    officer.sends(
        "/commitments/new/",
        reference="SCS14-33",
        meeting="scs-14",
        title="Report to the next meeting on the joint operations",
        lead=["RU"],
        strength="agreed",
        sensitivity="public",
        is_certain="on",
        by_meeting="scs-15",
        wording="by the next meeting",
    )
    assert "No date set" in officer.reads("/commitments/SCS14-33/")
    move = "/meetings/scs-15/move/"
    for first, last in (("2020-09-15", "2020-09-16"), ("2020-11-10", "2020-11-11")):
        page = officer.client.get(move).content.decode()
        form = {"starts_on": first, "ends_on": last, "reason": "Set by the chair."}
        if 'name="version"' in page:
            form["version"] = officer.version(move, move)
        officer.sends(move, **form)
    assert Meeting.objects.get(slug="scs-15").starts_on == date(2020, 11, 10)
    tied = Deadline.objects.filter(commitment__reference="SCS14-33").order_by("pk")
    assert [row.due for row in tied] == [None, date(2020, 9, 14), date(2020, 11, 9)]
    assert [row.is_current for row in tied] == [False, False, True]
    assert "9 Nov 2020" in people["reader"].reads("/commitments/SCS14-33/")
    assert line_of("/commitments/SCS14-33/RU/").party == chair

    # A review that is answered opens the next period.
    before = line_of(f"{OPERATIONS}CN/").next_deadline
    report(people["CN"], f"{OPERATIONS}CN/", "in_progress", "Two operations in spring.")
    decide(officer, f"{OPERATIONS}CN/", action="accept", finding="in_progress")
    after = line_of(f"{OPERATIONS}CN/").next_deadline
    assert before
    assert after
    assert after.due > date(2020, 3, 2)
    assert after.replaces == before

    # A commitment is withdrawn: nothing of it is due, all of it stays readable.
    officer.sends(
        "/commitments/SCS14-23/life/",
        action="withdraw",
        reason="Overtaken by events.",
        version=officer.version("/commitments/SCS14-23/edit/", "/commitments/SCS14-23/life/"),
    )
    page = people["reader"].reads("/commitments/SCS14-23/")
    assert "Withdrawn" in page
    assert "Overtaken by events." in page

    # June 2020: who has not reported for 90 days is silent, whoever has is not.
    clock.set(date(2020, 6, 15))
    assert "silent" in officer.reads("/")
    lines = officer.reads("/commitments/lines/?party=CN&reporting=silent&q=operations")
    assert "Hold regular joint operations" in lines

    # A year on the history says who did what, in order, and nothing of it can be changed.
    events = list(Event.objects.filter(object_type="obligation").order_by("pk"))
    told = [event.action for event in events if event.object_id == line_of(conference).pk]
    assert told == [
        "extension.asked",
        "extension.refused",
        "extension.asked",
        "extension.granted",
        "deadline.moved",
        "evidence.added",
        "report.submitted",
        "report.accepted",
        "line.reopened",
    ]
