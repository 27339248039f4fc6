"""A person's deadlines as a calendar: what it says, who can fetch it, and how its address ends."""

import re
from datetime import timedelta

import icalendar
import pytest

from accounts.choices import Via
from commitments import editing
from commitments.models import Obligation
from meetings.choices import Sensitivity
from meetings.models import Meeting
from reminders import calendar
from reminders.models import Feed
from tests.factories import (
    days,
    make_deadline,
    make_focal_point,
    make_officer,
    make_party,
    make_user,
    restrict,
)
from tests.reminders.conftest import NOW, TODAY


def events(person, now=NOW):
    """What a calendar program reads, by the first part of the UID: the key of the line."""
    found = icalendar.Calendar.from_ical(calendar.written(person, now)).walk("VEVENT")
    return {int(event["UID"].split("-")[0]): event for event in found}


def withdraw(commitment):
    editing.withdraw(
        commitment=commitment,
        seen=commitment.version,
        reason="No longer wanted.",
        actor=make_officer(),
        now=NOW,
        via=Via.PAGE,
    )


def test_a_deadline_is_a_whole_day_with_its_line(case):
    line = case.line(20, title="Hold a conference; in Tashkent, in May")
    (event,) = events(case.person).values()
    assert event["DTSTART"].dt == TODAY + days(20)
    assert (
        event["SUMMARY"] == f"{line.commitment.reference}: Hold a conference; in Tashkent, in May"
    )
    assert event["URL"].endswith(line.get_absolute_url())
    assert (event["STATUS"], event["TRANSP"]) == ("CONFIRMED", "TRANSPARENT")


def test_every_line_of_the_file_is_short_enough_for_any_program(case):
    """RFC 5545 §3.1: 75 octets, whatever the script."""
    case.line(20, title="Провести совместную антинаркотическую операцию «Паутина» " * 3)
    content = calendar.written(case.person, NOW)
    assert max(len(row) for row in content.split(b"\r\n")) <= 75
    assert "«Паутина»" in str(events(case.person).popitem()[1]["SUMMARY"])


def test_a_moved_deadline_is_the_same_event_with_a_higher_sequence(case):
    line = case.line(20)
    before = events(case.person)[line.pk]
    make_deadline(line, TODAY + days(40))
    after = events(case.person)[line.pk]
    assert after["UID"] == before["UID"]
    assert after["DTSTART"].dt == TODAY + days(40)
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_what_is_withdrawn_is_cancelled_with_a_higher_sequence_and_back_with_a_still_higher_one(
    case,
):
    line = case.line(20)
    first = events(case.person)[line.pk]
    withdraw(line.commitment)
    gone = events(case.person)[line.pk]
    assert gone["STATUS"] == "CANCELLED"
    assert gone["SEQUENCE"] > first["SEQUENCE"]
    line.commitment.refresh_from_db()
    editing.revive(
        commitment=line.commitment,
        seen=line.commitment.version,
        reason="Wanted again.",
        actor=make_officer(),
        now=NOW,
        via=Via.PAGE,
    )
    back = events(case.person)[line.pk]
    assert back["STATUS"] == "CONFIRMED"
    assert back["SEQUENCE"] > gone["SEQUENCE"]


def test_what_is_done_or_has_no_date_or_is_of_long_ago_is_not_in_it(case):
    done, old, undated = case.line(5), case.line(-400), case.line(6)
    Obligation.objects.filter(pk=done.pk).update(status="done")
    Obligation.objects.filter(pk=undated.pk).update(next_deadline=None, due_at=None)
    assert not {done.pk, old.pk, undated.pk} & set(events(case.person))


def test_everybody_has_the_lines_that_are_theirs(case):
    line = case.line(20)
    other = make_focal_point(make_party("UZ")).user
    officer = make_officer()
    Meeting.objects.update(officer=officer)
    assert set(events(case.person)) == {line.pk} == set(events(officer))
    assert not events(other)
    assert not events(make_user())


def test_of_a_restricted_line_there_is_a_day_and_no_word(case):
    line = case.line(20, title="A secret operation")
    Obligation.objects.filter(pk=line.pk).update(sensitivity=Sensitivity.PARTY)
    content = calendar.written(case.person, NOW).decode()
    (event,) = events(case.person).values()
    assert event["DTSTART"].dt == TODAY + days(20)
    assert "secret" not in content
    assert line.commitment.reference not in content


def test_what_a_person_may_not_read_is_not_in_their_calendar(case):
    restrict(case.line(20).commitment)
    assert not events(case.person)


@pytest.mark.parametrize(("number", "most"), [(2, 6), (30, 6)])
def test_a_calendar_costs_the_same_however_long_it_is(
    case, number, most, django_assert_max_num_queries
):
    for day in range(number):
        case.line(day + 1)
    with django_assert_max_num_queries(most):
        assert len(events(case.person)) == number


# Its address -------------------------------------------------------------------------------------


def made(client, person):
    """The address that the page shows after the button was pressed."""
    client.force_login(person)
    page = client.post("/reminders/calendar/make/", follow=True).content.decode()
    return re.search(r'value="[^"]*(/calendar/[^"]+\.ics)"', page)[1]


def test_the_address_is_shown_once_and_needs_no_sign_in(client, case):
    line = case.line(20)
    address = made(client, case.person)
    assert address not in client.get("/reminders/calendar/").content.decode()
    client.logout()
    response = client.get(address)
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert line.commitment.reference.encode() in response.content


def test_the_database_does_not_hold_the_token(client, case):
    token = made(client, case.person).split("/")[-1].removesuffix(".ics")
    assert token not in str(Feed.objects.values().get())
    assert len(token) >= 32


def test_a_new_address_ends_the_one_before(client, case):
    first, second = made(client, case.person), made(client, case.person)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200


def test_an_address_that_was_taken_back_opens_nothing(client, case):
    address = made(client, case.person)
    client.post("/reminders/calendar/end/")
    assert client.get(address).status_code == 404
    assert "You have no address yet" in client.get("/reminders/calendar/").content.decode()


def test_who_left_has_no_calendar(client, case):
    address = made(client, case.person)
    type(case.person).objects.filter(pk=case.person.pk).update(is_active=False)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("token", ["x", "%00", "x" * 500, "../../x"])
def test_a_made_up_address_opens_nothing(client, db, token):
    assert client.get(f"/calendar/{token}.ics").status_code == 404


def test_making_and_ending_it_stand_in_the_history(client, case):
    made(client, case.person)
    client.post("/reminders/calendar/end/")
    actions = case.person.events.order_by("pk").values_list("action", flat=True)
    assert list(actions)[-2:] == ["calendar.made", "calendar.ended"]


def test_programs_are_told_how_often_to_ask(case):
    read = icalendar.Calendar.from_ical(calendar.written(case.person, NOW))
    assert read["METHOD"] == "PUBLISH"
    assert read["REFRESH-INTERVAL"].dt == timedelta(hours=6)
