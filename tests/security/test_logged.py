"""S15: what is told to the log (ASVS 5.0, 16.2 and 16.3): each deed once, with who, when and where."""

import logging
import threading
from datetime import UTC, timedelta

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from accounts import middleware, refusals
from accounts.choices import Via
from accounts.models import Event
from reminders import brakes, links
from reminders.links import Purpose
from reminders.models import Attempt, Pulse
from sco_tracker.logs import OneLine
from tests.factories import (
    NOW,
    PASSWORD,
    make_administrator,
    make_commitment,
    make_meeting,
    make_obligation,
    make_officer,
    make_party,
    make_report,
    make_user,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def clock(monkeypatch):
    """The moment that pages take for now; a test sets `clock[0]`."""
    moment = [NOW]
    monkeypatch.setattr(middleware, "read_clock", lambda: moment[0])
    return moment


@pytest.fixture(autouse=True)
def own_backend(settings, clock):
    settings.EMAIL_BACKEND = "reminders.backend.OutboxBackend"


def as_(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def the_only(action: str, person) -> Event:
    """The one row that a deed left: by whom, at the moment of the page, in UTC."""
    event = Event.objects.get(action=action)
    assert (event.actor, event.at, event.via) == (person, NOW, Via.PAGE)
    assert event.at.tzinfo is UTC
    return event


# Refusals --------------------------------------------------------------------------------------------


def test_a_refusal_by_the_rule_of_an_address_leaves_one_row():
    reader = make_user()
    assert as_(reader).get("/history/?export=csv").status_code in {200, 403}
    assert as_(reader).get("/reminders/outbox/?q=someone@ministry.example").status_code == 403
    event = the_only("access.refused", reader)
    assert event.after == {"address": "reminders:outbox", "method": "GET"}
    assert (event.object_type, event.object_id) == ("user", reader.pk)


def test_a_refusal_by_a_page_leaves_one_row():
    make_commitment(make_report(make_meeting(slug="m")), [make_party("AA")], reference="TST-1")
    reader = make_user()
    assert as_(reader).post("/commitments/TST-1/AA/report/").status_code == 403
    assert the_only("access.refused", reader).after["address"] == "commitments:report"


def test_a_form_without_its_token_leaves_one_row():
    client = Client(enforce_csrf_checks=True)
    reader = make_user()
    client.force_login(reader)
    assert client.post("/accounts/preferences/").status_code == 403
    assert the_only("access.refused", reader).after["method"] == "POST"


def test_a_flood_of_refusals_leaves_a_row_an_hour_for_each_address(clock):
    reader = make_user()
    client = as_(reader)
    for _ in range(20):
        client.get("/reminders/outbox/")
        client.get("/reminders/brakes/")
    assert Event.objects.filter(action="access.refused").count() == 2
    clock[0] = NOW + HOUR - timedelta(seconds=1)
    client.get("/reminders/outbox/")
    assert Event.objects.filter(action="access.refused").count() == 2
    clock[0] = NOW + HOUR
    client.get("/reminders/outbox/")
    assert Event.objects.filter(action="access.refused").count() == 3


def test_another_person_is_told_apart():
    for person in (make_user(), make_user()):
        as_(person).get("/reminders/outbox/")
    assert Event.objects.filter(action="access.refused").count() == 2


def test_nothing_typed_into_an_address_gets_into_the_row():
    reader = make_user()
    as_(reader).get("/admin/meetings/party/INFO%20forged/change/")
    event = the_only("access.refused", reader)
    assert event.after == {"address": "admin:meetings_party_change", "method": "GET"}


def test_a_method_that_nobody_knows_gets_no_say():
    reader = make_user()
    as_(reader).generic("FORGED", "/reminders/outbox/")
    assert the_only("access.refused", reader).after["method"] == "other"


def test_a_stranger_who_is_sent_to_sign_in_leaves_no_row():
    Client().get("/reminders/outbox/")
    assert not Event.objects.filter(action="access.refused").exists()


def test_whoever_is_let_in_leaves_no_row():
    as_(make_administrator()).get("/reminders/outbox/")
    assert not Event.objects.filter(action="access.refused").exists()


def test_a_refusal_stands_when_the_log_takes_nothing(monkeypatch, caplog):
    def full(**values):
        raise DatabaseError("disk full")

    monkeypatch.setattr(refusals, "record", full)
    assert as_(make_user()).get("/reminders/outbox/").status_code == 403
    assert "could not be told to the log" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_several_refusals_at_once_leave_one_row():
    reader = make_user()
    start = threading.Barrier(4)

    def refused():
        start.wait(10)
        try:
            refusals.note(user=reader, address="a", method="GET", now=NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=refused) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert Event.objects.filter(action="access.refused").count() == 1


# Other deeds -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "excel", "xlsx", "json", "print"])
def test_an_export_leaves_one_row_with_the_list_its_filters_and_its_length(kind):
    make_commitment(make_report(make_meeting(slug="m")), [make_party("AA")], reference="TST-1")
    person = make_user()
    asked = {"export": kind, "party": "AA", "q": "x@ministry.example"}
    list(as_(person).get("/commitments/lines/", asked))
    after = the_only("list.exported", person).after
    assert (after["path"], after["format"], after["rows"]) == ("/commitments/lines/", kind, 0)
    assert "party=AA" in after["query"]
    assert "ministry" not in after["query"]


def test_a_change_of_role_leaves_one_row():
    administrator, person = make_administrator(), make_user()
    data = {
        "name": person.name, "email": person.email, "role": "officer", "is_active": "on",
        "language": "en", "time_zone": "UTC", "delivery_hour": 8, "delivery_days": [1, 2],
    }  # fmt: skip
    as_(administrator).post(f"/admin/accounts/user/{person.pk}/change/", data)
    event = Event.objects.get(action="person.changed")
    assert (event.actor, event.via, event.object_id) == (administrator, Via.ADMIN, person.pk)
    assert (event.before["role"], event.after["role"]) == ("reader", "officer")


def test_one_click_leaves_one_row_however_often(clock):
    person = make_user()
    link = links.path(Purpose.UNSUBSCRIBE, person, 0, NOW)
    for _ in range(3):
        answer = Client().post(link, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    event = the_only("address.stopped", person)
    assert (event.object_id, event.after) == (person.pk, {"ground": "one-click"})


def test_letting_mail_go_to_an_address_again_leaves_one_row():
    administrator, person = make_administrator(), make_user()
    Client().post(links.path(Purpose.UNSUBSCRIBE, person, 0, NOW))
    from reminders.models import Suppression

    for _ in range(2):
        as_(administrator).post(f"/reminders/addresses/{Suppression.objects.get().pk}/lift/")
    assert the_only("address.lifted", administrator).object_id == person.pk


def test_pulling_and_releasing_the_brake_leaves_a_row_each():
    administrator = make_administrator()
    brakes.count_round()
    client = as_(administrator)
    client.post("/reminders/brakes/set/", {"deed": "hold", "reason": "Moving house"})
    client.post("/reminders/brakes/set/", {"deed": "release"})
    the_only("reminders.held", administrator)
    the_only("reminders.released", administrator)


def test_mail_sent_again_by_hand_leaves_one_row():
    officer, party = make_officer(), make_party("KZ")
    from tests.factories import make_focal_point

    make_focal_point(party)
    line = make_obligation(party, due=NOW.date() + timedelta(days=9))
    as_(officer).post(f"/reminders/lines/{line.pk}/now/")
    assert the_only("reminders.sent_now", officer).object_id == line.pk


def test_a_test_mail_leaves_one_row():
    administrator = make_administrator()
    as_(administrator).post("/reminders/test-mail/")
    assert the_only("reminders.tested", administrator).object_id == administrator.pk


# What is not told ---------------------------------------------------------------------------------------


def test_no_password_token_name_or_address_is_told(clock):
    administrator = make_administrator(password=PASSWORD)
    client = Client()
    client.post("/accounts/login/", {"login": administrator.email, "password": PASSWORD})
    new = "a different horse battery"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post("/accounts/password/change/", data)
    add = {
        "name": "Zzyzx Person", "email": "zzyzx@ministry.example", "role": "reader",
        "is_active": "on", "language": "en", "time_zone": "UTC", "delivery_hour": 8,
        "delivery_days": [1],
    }  # fmt: skip
    client.post("/admin/accounts/user/add/", add)
    client.post("/reminders/calendar/make/")
    assert {"person.invited", "calendar.made"} <= {event.action for event in Event.objects.all()}
    for event in Event.objects.all():
        said = f"{event.before} {event.after} {event.why}"
        for word in (PASSWORD, new, "Zzyzx", "@", "csrf", "token", "key"):
            assert word not in said, (event.action, word)


def test_an_attempt_to_send_keeps_no_address(relay):
    from reminders import deliver
    from reminders.models import Email
    from reminders.relay import Answer, Verdict

    email = Email.objects.create(
        kind="account", to_address="a@ministry.example", created_at=NOW, not_before=NOW,
        expires_at=NOW + HOUR, state="sending", lease_until=NOW + HOUR, claims=1,
    )  # fmt: skip
    answer = Answer(Verdict.NEVER, "rcpt", 550, "5.1.1 <a@ministry.example> unknown")
    deliver.record(email, answer, began=NOW, now=NOW)
    assert Attempt.objects.get().text == "5.1.1 <…> unknown"


# The log of the process ---------------------------------------------------------------------------------


def line_of(message: str, *args: object) -> str:
    record = logging.getLogger("a").makeRecord("a", logging.WARNING, "f", 1, message, args, None)
    return OneLine("%(levelname)s %(message)s").format(record)


@pytest.mark.parametrize(
    "end", ["\r\n", "\n", "\r", "\v", "\f", "\x1e", "\x85", "\u2028", "\u2029"]
)
def test_an_end_of_line_in_a_name_makes_no_second_line(end):
    line = line_of("Mail to %s", f"Person{end}WARNING forged")
    assert len(line.splitlines()) == 1
    assert "Person" in line
    assert "forged" in line


@pytest.mark.parametrize("char", ["\0", "\x1b", "\x7f", "\u202e", "\u200f"])
def test_what_moves_the_cursor_or_turns_writing_is_shown_and_not_done(char):
    assert char not in line_of("Mail to %s", f"Per{char}son")


def test_other_letters_stay_as_they_are():
    assert line_of("Нет доступа: %s", "吉尔吉斯斯坦") == "WARNING Нет доступа: 吉尔吉斯斯坦"


def test_a_trace_cannot_be_taken_for_a_record():
    try:
        raise ValueError("bad\nWARNING forged")
    except ValueError as error:
        exc = (type(error), error, error.__traceback__)
    record = logging.getLogger("a").makeRecord("a", logging.ERROR, "f", 1, "Broken", (), exc)
    first, *more = OneLine("%(levelname)s %(message)s").format(record).splitlines()
    assert first == "ERROR Broken"
    assert "forged" in "".join(more)
    assert all(line.startswith("    ") for line in more)


def test_every_record_of_the_product_goes_through_that_formatter(settings):
    handlers = settings.LOGGING["handlers"].values()
    made = {settings.LOGGING["formatters"][handler["formatter"]]["()"] for handler in handlers}
    assert made == {"sco_tracker.logs.OneLine"}


def test_a_path_with_an_end_of_line_makes_no_second_line(caplog):
    caplog.handler.setFormatter(OneLine("%(levelname)s %(message)s"))
    with caplog.at_level("WARNING", logger="django.request"):
        Client().get("/nowhere%0d%0aWARNING%20forged/")
    assert len([line for line in caplog.text.splitlines() if "forged" in line]) == 1
    assert not any(line.startswith("WARNING forged") for line in caplog.text.splitlines())
    assert Pulse.objects.count() == 0
