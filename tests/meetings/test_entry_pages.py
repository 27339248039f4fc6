"""Entering and editing meetings, parties and instruments by hand."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Event
from commitments.choices import Purpose
from commitments.deadlines import by_meeting, enter
from commitments.models import Commitment
from meetings.models import Instrument, Meeting, Party
from tests.factories import (
    NOW,
    make_commitment,
    make_deadline,
    make_instrument,
    make_mailbox,
    make_meeting,
    make_obligation,
    make_officer,
    make_party,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]

MEETING = {
    "series": "Meetings of tests",
    "number": "7",
    "title": "Seventh meeting",
    "slug": "seventh",
    "place": "Tashkent",
    "starts_on": "2026-05-14",
    "ends_on": "",
    "expected": "",
    "chair": "AA",
    "attended": ["AA", "BB"],
    "next_meeting": "",
    "officer": "",
}
PARTY = {
    "name": "Freedonia",
    "code": "fr",
    "kind": "member",
    "joined": "2001-06-15",
    "left": "",
    "time_zone": "Asia/Bishkek",
    "weekend": ["5", "6"],
    "holidays": "kg",
    "mailbox": "",
}
INSTRUMENT = {
    "name": "Programme for 2026-2028",
    "slug": "programme",
    "kind": "programme",
    "year": "2025",
    "place": "Tianjin",
    "opens": "2026-01-01",
    "ends": "2028-12-31",
}


@pytest.fixture
def officer(client):
    person = make_officer()
    client.force_login(person)
    return person


@pytest.fixture
def parties(db):
    return make_party("AA"), make_party("BB")


def said_beside(response, field: str) -> str:
    return " ".join(response.context["form"].errors.get(field, []))


def without(data: dict, *names: str) -> dict:
    return {name: value for name, value in data.items() if name not in names}


# Meetings -----------------------------------------------------------------------------------------


def test_an_officer_enters_a_meeting_of_one_day(client, officer, parties):
    response = client.post("/meetings/new/", MEETING)
    assert response.headers["Location"] == "/meetings/seventh/"
    meeting = Meeting.objects.get()
    assert (meeting.starts_on, meeting.ends_on) == (date(2026, 5, 14), date(2026, 5, 14))
    assert meeting.chair == parties[0]
    assert set(meeting.attended.all()) == set(parties)
    event = Event.objects.get(action="meeting.added")
    assert (event.actor, event.object_id, event.via) == (officer, meeting.pk, "page")
    assert event.after["attended"] == ["AA", "BB"]


def test_a_meeting_whose_day_is_not_known_says_when_it_is_expected(client, officer, parties):
    client.post("/meetings/new/", {**MEETING, "starts_on": "", "expected": "spring 2027"})
    page = client.get("/meetings/seventh/").content.decode()
    assert "Expected in spring 2027: Tashkent. The day is not known yet." in page


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"starts_on": "2026-02-30"}, "starts_on", "a day that exists"),
        ({"starts_on": "0001-01-01"}, "starts_on", "between 1900 and 2100"),
        ({"starts_on": "", "ends_on": "2026-05-15"}, "starts_on", "the first day as well"),
        ({"ends_on": "2026-05-13"}, "ends_on", "on or after its first day"),
        ({"number": "0"}, "number", "Enter 1 or more"),
        ({"slug": "new"}, "slug", "is taken"),
        ({"chair": "ZZ"}, "chair", "Choose one of those shown"),
        ({"title": ""}, "title", "Fill this in"),
    ],
)
def test_what_cannot_stand_is_said_beside_its_field(client, officer, parties, change, field, words):
    response = client.post("/meetings/new/", {**MEETING, **change})
    assert response.status_code == 200
    assert words in said_beside(response, field)
    assert not Meeting.objects.exists()
    assert response.context["form"]["place"].value() == "Tashkent"


def test_a_series_has_each_number_once(client, officer, parties):
    make_meeting(number=7)
    response = client.post("/meetings/new/", MEETING)
    assert "has a meeting with that number already" in said_beside(response, "__all__")


def test_a_meeting_follows_one_meeting_alone(client, officer, parties):
    last = make_meeting(slug="last", number=9)
    make_meeting(slug="first", number=8, next_meeting=last)
    response = client.post("/meetings/new/", {**MEETING, "next_meeting": "last"})
    assert "Choose one of those shown" in said_beside(response, "next_meeting")


def edited(meeting: Meeting, **change) -> dict:
    stored = {
        "series": meeting.series,
        "number": str(meeting.number),
        "title": meeting.title,
        "place": meeting.place,
        "version": str(meeting.version),
    }
    return {**stored, **change}


def test_an_officer_edits_all_of_a_meeting_but_its_days(client, officer, parties):
    meeting, after = make_meeting(slug="here"), make_meeting(slug="after")
    data = edited(
        meeting,
        title="A better title",
        attended=["BB"],
        next_meeting="after",
        officer=officer.pk,
        starts_on="2030-01-01",
    )
    assert client.post("/meetings/here/edit/", data).headers["Location"] == "/meetings/here/"
    meeting.refresh_from_db()
    assert (meeting.title, meeting.next_meeting, meeting.officer) == (
        "A better title",
        after,
        officer,
    )
    assert meeting.starts_on == date(2026, 1, 15)
    assert meeting.version == 2
    event = Event.objects.get(action="meeting.changed")
    assert event.before["attended"] == []
    assert event.after["attended"] == ["BB"]


def test_saving_what_is_stored_already_leaves_no_trace(client, officer):
    meeting = make_meeting(slug="here")
    client.post("/meetings/here/edit/", edited(meeting))
    meeting.refresh_from_db()
    assert meeting.version == 1
    assert not Event.objects.filter(action="meeting.changed").exists()


def test_a_meeting_does_not_come_after_itself(client, officer):
    meeting = make_meeting(slug="here")
    response = client.post("/meetings/here/edit/", edited(meeting, next_meeting="here"))
    assert "Choose one of those shown" in said_beside(response, "next_meeting")


def test_an_edit_that_lost_the_race_keeps_what_was_typed_and_can_be_sent_again(
    client, officer, parties
):
    meeting = make_meeting(slug="here")
    late = edited(meeting, title="Mine", attended=["AA", "BB"])
    client.post("/meetings/here/edit/", edited(meeting, title="Theirs"))

    response = client.post("/meetings/here/edit/", late)
    assert response.status_code == 409
    assert "Somebody changed this entry" in response.content.decode()
    form = response.context["form"]
    assert form["title"].value() == "Mine"
    assert form["attended"].value() == ["AA", "BB"]
    meeting.refresh_from_db()
    assert meeting.title == "Theirs"
    assert not meeting.attended.exists()

    again = client.post("/meetings/here/edit/", {**late, "version": form["version"].value()})
    assert again.status_code == 302
    meeting.refresh_from_db()
    assert (meeting.title, meeting.attended.count()) == ("Mine", 2)


# Moving a meeting ---------------------------------------------------------------------------------


@pytest.fixture
def tied(officer):
    """A coming meeting and a line that is due by it."""
    coming = make_meeting(slug="coming", starts_on=date(2027, 5, 20), ends_on=date(2027, 5, 21))
    line = make_obligation()
    period = by_meeting(coming, wording="by the next meeting")
    enter(commitment=line.commitment, purpose=Purpose.FINAL, period=period, author=officer, now=NOW)
    return line


MOVED = {"starts_on": "2027-06-10", "ends_on": "2027-06-11", "reason": "The host asked for it."}


def test_moving_a_meeting_moves_its_deadlines_and_keeps_the_first(client, tied):
    other = make_obligation(due=date(2027, 5, 19))
    page = client.get("/meetings/coming/move/").content.decode()
    assert tied.commitment.reference in page
    assert other.commitment.reference not in page

    response = client.post("/meetings/coming/move/", {**MOVED, "version": "1"}, follow=True)
    assert "The meeting is moved. 1 deadline moved with it." in response.content.decode()
    tied.refresh_from_db()
    other.refresh_from_db()
    assert tied.next_deadline.due == date(2027, 6, 9)
    assert other.next_deadline.due == date(2027, 5, 19)
    first, second = tied.commitment.deadlines.order_by("pk")
    assert (first.due, first.is_current) == (date(2027, 5, 19), False)
    assert (second.replaces, second.reason) == (first, "The host asked for it.")
    event = Event.objects.get(action="meeting.moved")
    assert (event.why, event.before["starts_on"]) == ("The host asked for it.", "2027-05-20")


def test_when_the_days_are_not_known_any_more_the_deadline_has_no_day(client, tied):
    data = {"starts_on": "", "ends_on": "", "reason": "Put off.", "version": "1"}
    assert client.post("/meetings/coming/move/", data).status_code == 302
    tied.refresh_from_db()
    assert (tied.next_deadline, tied.due_at) == (None, None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"ends_on": "2027-06-09"}, "ends_on"),
        ({"starts_on": ""}, "starts_on"),
        ({"starts_on": "9999-12-31"}, "starts_on"),
    ],
)
def test_a_move_that_cannot_stand_moves_nothing(client, tied, change, field):
    response = client.post("/meetings/coming/move/", {**MOVED, "version": "1", **change})
    assert said_beside(response, field)
    tied.refresh_from_db()
    assert tied.next_deadline.due == date(2027, 5, 19)


def test_a_move_that_lost_the_race_moves_nothing(client, tied):
    Meeting.objects.filter(slug="coming").update(version=2)
    response = client.post("/meetings/coming/move/", {**MOVED, "version": "1"})
    assert response.status_code == 409
    assert response.context["form"]["reason"].value() == MOVED["reason"]
    tied.refresh_from_db()
    assert tied.next_deadline.due == date(2027, 5, 19)
    assert not Event.objects.filter(action="meeting.moved").exists()


# Parties ------------------------------------------------------------------------------------------


def test_an_officer_enters_a_party(client, officer):
    response = client.post("/parties/new/", PARTY)
    assert response.headers["Location"] == "/parties/FR/"
    party = Party.objects.get()
    assert (party.code, party.holidays, party.weekend) == ("FR", "KG", [5, 6])
    assert Event.objects.get(action="party.added").actor == officer


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"joined": ""}, "joined", "the day from which the state is a member"),
        ({"left": "2001-06-15"}, "left", "leaves after the day it joined"),
        ({"holidays": "ZZ"}, "holidays", "No public holidays are known for “ZZ”"),
        ({"weekend": []}, "weekend", "at least one day"),
        ({"weekend": list("1234567")}, "weekend", "six at most"),
        ({"code": "F-R"}, "code", "capital letters and digits"),
        ({"time_zone": "Mars/Base"}, "time_zone", "time zone of the list"),
    ],
)
def test_what_a_party_cannot_be_is_said_beside_its_field(client, officer, change, field, words):
    response = client.post("/parties/new/", {**PARTY, **change})
    assert words in said_beside(response, field)
    assert not Party.objects.exists()


def test_a_code_is_given_once(client, officer):
    make_party("FR")
    assert "has this already" in said_beside(client.post("/parties/new/", PARTY), "code")


def test_a_party_in_a_new_time_zone_has_its_lines_reckoned_anew(client, officer):
    party = make_party("FR")
    line = make_obligation(party, due=date(2026, 12, 31))
    before = line.due_at
    box = make_mailbox()
    data = without(PARTY, "code") | {"mailbox": box.pk, "version": "1"}
    assert client.post("/parties/FR/edit/", data).status_code == 302
    line.refresh_from_db()
    party.refresh_from_db()
    assert (before - line.due_at).total_seconds() == 6 * 3600
    assert (party.name, party.mailbox, party.version) == ("Freedonia", box, 2)
    event = Event.objects.get(action="party.changed")
    assert (event.before["time_zone"], event.after["time_zone"]) == ("UTC", "Asia/Bishkek")


def test_an_edit_of_a_party_that_lost_the_race_keeps_what_was_typed(client, officer):
    party = make_party("FR")
    Party.objects.filter(pk=party.pk).update(version=2, name="Theirs")
    response = client.post("/parties/FR/edit/", without(PARTY, "code") | {"version": "1"})
    assert response.status_code == 409
    assert response.context["form"]["name"].value() == "Freedonia"
    assert response.context["form"]["weekend"].value() == ["5", "6"]
    assert response.context["entry"].name == "Theirs"
    party.refresh_from_db()
    assert party.name == "Theirs"


def test_a_zone_that_the_list_leaves_out_is_kept(client, officer):
    make_party("FR", time_zone="Etc/GMT-5")
    data = without(PARTY, "code") | {"version": "1", "time_zone": "Etc/GMT-5"}
    assert client.post("/parties/FR/edit/", data).status_code == 302


# Instruments --------------------------------------------------------------------------------------


def test_an_officer_enters_an_instrument(client, officer):
    response = client.post("/instruments/new/", INSTRUMENT)
    assert response.headers["Location"] == "/instruments/programme/"
    instrument = Instrument.objects.get()
    assert (instrument.year, instrument.ends) == (2025, date(2028, 12, 31))
    assert Event.objects.get(action="instrument.added").object_id == instrument.pk


def test_an_instrument_ends_after_it_opens(client, officer):
    response = client.post("/instruments/new/", {**INSTRUMENT, "ends": "2025-12-31"})
    assert "on or after the day from which it is valid" in said_beside(response, "ends")


def test_a_commitment_is_found_by_the_new_name_of_its_instrument(client, officer):
    make_instrument(slug="programme", name="Old words")
    commitment = make_commitment(instruments=[Instrument.objects.get()])
    data = without(INSTRUMENT, "slug") | {"version": "1"}
    assert client.post("/instruments/programme/edit/", data).status_code == 302
    assert list(Commitment.objects.search("2026-2028")) == [commitment]
    assert not Commitment.objects.search("Old words").exists()


def test_an_edit_of_an_instrument_that_lost_the_race_changes_nothing(client, officer):
    make_instrument(slug="programme", name="Theirs", version=2)
    data = without(INSTRUMENT, "slug") | {"version": "1"}
    assert client.post("/instruments/programme/edit/", data).status_code == 409
    assert Instrument.objects.get().name == "Theirs"


# Rights -------------------------------------------------------------------------------------------

FORMS = [
    "/meetings/new/",
    "/meetings/here/edit/",
    "/meetings/here/move/",
    "/parties/new/",
    "/parties/AA/edit/",
    "/parties/AA/hand-over/",
    "/instruments/new/",
    "/instruments/here/edit/",
]


@pytest.mark.parametrize("address", FORMS)
def test_the_forms_are_for_the_secretariat(client, address):
    make_meeting(slug="here")
    make_party("AA")
    make_instrument(slug="here")
    client.force_login(make_user())
    assert client.get(address).status_code == 403
    assert client.post(address, {}).status_code == 403
    client.force_login(make_officer())
    assert client.get(address).status_code == 200
    assert client.post(address, {}).status_code == 200


def test_readers_are_not_offered_what_they_may_not_do(client):
    make_meeting(slug="here")
    make_party("AA")
    make_instrument(slug="here")
    client.force_login(make_user())
    for address in ("/meetings/", "/meetings/here/", "/parties/AA/", "/instruments/here/"):
        page = client.get(address).content.decode()
        assert not any(word in page for word in ("/edit/", "/move/", "/new/", "/hand-over/"))


def test_a_deadline_moved_by_hand_is_not_tied_any_more(client, tied, officer):
    make_deadline(tied, date(2027, 7, 1), actor=officer)
    client.post("/meetings/coming/move/", {**MOVED, "version": "1"})
    tied.refresh_from_db()
    assert tied.next_deadline.due == date(2027, 7, 1)


def test_a_word_in_the_place_of_a_day_is_refused_by_its_field():
    """Loaded files and programs do not go through the forms."""
    entries = [
        (Meeting(starts_on="in May", ends_on=date(2026, 5, 1)), "starts_on"),
        (Party(kind="member", joined=date(2001, 6, 15), left="soon"), "left"),
        (Instrument(opens=date(2026, 1, 1), ends="later"), "ends"),
    ]
    for entry, field in entries:
        with pytest.raises(ValidationError) as refused:
            entry.full_clean()
        assert field in refused.value.message_dict
