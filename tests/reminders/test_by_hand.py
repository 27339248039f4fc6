"""What officers and administrators do by hand, and what tells them and machines that something is wrong."""

import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from accounts.choices import Via
from accounts.models import Event
from reminders import addresses, brakes, breaker, by_hand, deadman, deliver, engine, head, wishes
from reminders.choices import Ground, Kind, Outcome, Reason, State
from reminders.models import Email, Pulse, Reminder, Switch
from tests.factories import (
    days,
    make_administrator,
    make_focal_point,
    make_obligation,
    make_officer,
    make_party,
    make_submitted,
    make_user,
    restrict,
)
from tests.reminders.conftest import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def at_now(monkeypatch):
    monkeypatch.setattr("accounts.middleware.read_clock", lambda: NOW)


def address_of(line):
    return f"/reminders/lines/{line.pk}/now/"


def as_(client, person):
    client.force_login(person)
    return client


# A reminder now -------------------------------------------------------------------------------------


def test_an_officer_sees_whom_then_sends_and_the_ledger_knows(client, case, relay):
    line = case.line(40, title="Far away")
    client = as_(client, make_officer())
    assert "Send a reminder now" in client.get(line.get_page_url()).content.decode()
    page = client.get(address_of(line)).content.decode()
    assert case.person.name in page
    assert not Reminder.objects.exists()  # looking sends nothing
    client.post(address_of(line))
    row = Reminder.objects.get()
    assert (row.recipient, row.outcome, row.email.kind) == (
        case.person,
        Outcome.INCLUDED,
        Kind.PROMPT,
    )
    deliver.run(clock=lambda: NOW)
    (mail,) = relay.mails
    assert mail.recipients == [case.person.email]
    assert "by hand" in mail.message.get_body(("plain",)).get_content()
    assert "List-Unsubscribe" in mail.message
    assert Event.objects.filter(action="reminders.sent_now").count() == 1


def test_nobody_is_pressed_twice_within_a_day(case):
    line = case.line(40)
    deed = {"line": line, "actor": make_officer(), "via": Via.PAGE}
    by_hand.send_now(**deed, now=NOW)
    with pytest.raises(ValidationError):
        by_hand.send_now(**deed, now=NOW + 23 * HOUR)
    assert by_hand.send_now(**deed, now=NOW + 25 * HOUR) == 1


def test_where_it_cannot_be_done_the_page_says_why_and_has_no_button(client, case, relay):
    line, officer = case.line(20), as_(client, make_officer())
    button = "Send a reminder now</button>"
    assert button in officer.get(address_of(line)).content.decode()
    by_hand.send_now(line=line, actor=make_officer(), now=NOW, via=Via.PAGE)
    page = officer.get(address_of(line)).content.decode()
    assert "A reminder of this line was sent by hand within the last day." in page
    assert button not in page


def test_wishes_hold_when_somebody_sends_by_hand(client, case):
    line = case.line(40)
    wishes.mute(user=case.person, line=line, until=None, now=NOW, via=Via.PAGE)
    client = as_(client, make_officer())
    assert "muted it" in client.get(address_of(line)).content.decode()
    client.post(address_of(line))
    row = Reminder.objects.get()
    assert (row.outcome, row.reason) == (Outcome.SUPPRESSED, Reason.MUTED)
    assert not Email.objects.exists()


def test_an_address_that_came_back_gets_nothing_by_hand(case):
    line = case.line(40)
    addresses.suppress(case.person.email, ground=Ground.HARD_BOUNCE, now=NOW, via=Via.WORKER)
    Email.objects.all().delete()  # that which tells of it
    assert by_hand.send_now(line=line, actor=make_officer(), now=NOW, via=Via.PAGE) == 0


def test_nothing_is_sent_about_what_is_answered_or_answered_by_nobody(case):
    answered, lonely = case.line(40), make_obligation(make_party("UZ"))
    make_submitted(answered, case.person)
    for line in (answered, lonely):
        with pytest.raises(ValidationError):
            by_hand.send_now(line=line, actor=make_officer(), now=NOW, via=Via.PAGE)
    assert not Reminder.objects.exists()


def test_a_line_without_a_date_can_be_reminded_of(case, relay):
    line = make_obligation(case.party, title="No date")
    by_hand.send_now(line=line, actor=make_officer(), now=NOW, via=Via.PAGE)
    deliver.run(clock=lambda: NOW)
    (mail,) = relay.mails
    assert "No date" in mail.message.get_body(("plain",)).get_content()


@pytest.mark.parametrize("person", [make_user, lambda: make_focal_point(make_party("KZ")).user])
def test_only_the_secretariat_sends_by_hand(client, case, person):
    line = case.line(40)
    assert as_(client, person()).post(address_of(line)).status_code == 403
    assert not Reminder.objects.exists()


def test_by_hand_nobody_learns_what_they_may_not_read(case):
    line = case.line(40)
    restrict(line.commitment)
    by_hand.send_now(line=line, actor=make_officer(), now=NOW, via=Via.PAGE)
    assert Reminder.objects.get().reason == Reason.NOT_VISIBLE


# A test mail ------------------------------------------------------------------------------------------


def test_an_administrator_gets_a_test_mail_to_their_own_address(client, relay):
    admin = make_administrator()
    response = as_(client, admin).post("/reminders/test-mail/", {"to": "x@example.org"})
    email = Email.objects.get()
    assert response.headers["Location"] == email.get_absolute_url()
    deliver.run(clock=lambda: NOW)
    assert [mail.recipients for mail in relay.mails] == [[admin.email]]


def test_test_mails_have_an_end(client):
    client = as_(client, make_administrator())
    for _ in range(8):
        client.post("/reminders/test-mail/")
    assert Email.objects.count() == by_hand.TESTS_AN_HOUR


# Alarms -----------------------------------------------------------------------------------------------


def ran(ago):
    for name in ("plan", "send"):
        Pulse.objects.ended(name, NOW - ago)


def banner(client, person):
    page = as_(client, person).get("/commitments/").content.decode()
    return page.split('role="alert"')[1].split("</div>")[0] if 'role="alert"' in page else ""


@pytest.fixture
def well():
    Switch.objects.now()
    ran(timedelta(seconds=30))


def test_all_is_well_and_no_page_says_anything(client, well):
    assert head.of(make_officer(), NOW).alarms == []
    assert banner(client, make_officer()) == ""


def test_what_never_ran_is_no_alarm(client):
    assert head.of(make_officer(), NOW).alarms == []


def test_silence_is_an_alarm(client):
    ran(timedelta(minutes=4))
    assert "Reminders are not running" in banner(client, make_officer())


def test_an_alarm_is_for_the_secretariat_alone(client, case):
    ran(timedelta(minutes=4))
    assert banner(client, case.person) == ""
    assert "not running" in banner(client, make_administrator())


def test_a_stop_is_an_alarm(client, well):
    brakes.hold(reason="Moving house.", actor=None, now=NOW, via=Via.COMMAND)
    assert "Moving house." in banner(client, make_officer())


def test_a_mail_server_that_is_away_for_ten_minutes_is_an_alarm(client, well):
    breaker.opened(NOW - timedelta(minutes=9), "421 Busy")
    assert head.of(make_officer(), NOW).alarms == []
    Switch.objects.update(relay_down_since=NOW - timedelta(minutes=10))
    assert "421 Busy" in banner(client, make_officer())
    breaker.closed()
    assert head.of(make_officer(), NOW).alarms == []


def failed(number, state=State.FAILED):
    for _ in range(number):
        Email.objects.create(
            kind=Kind.PROMPT,
            recipient=make_user(),
            created_at=NOW - HOUR,
            not_before=NOW,
            expires_at=NOW + HOUR,
            state=state,
        )


def test_several_failures_are_an_alarm_until_a_day_is_over(client, well):
    failed(head.MANY_FAILURES - 1)
    assert head.of(make_officer(), NOW).alarms == []
    failed(1)
    assert "3 mails failed within a day." in banner(client, make_officer())
    later = head.of(make_officer(), NOW + days(1)).alarms
    assert not any("failed" in said for said in later)


def test_a_flood_is_an_alarm(client, well):
    failed(2, State.HELD)
    assert "2 mails wait for a decision" in banner(client, make_officer())


def test_what_does_not_add_up_is_an_alarm(client, well):
    Pulse.objects.ended("reconcile", NOW, {"promises": 5, "unplanned": 2, "late": 0})
    assert "2 promises do not add up" in banner(client, make_officer())


def test_the_head_of_a_page_costs_one_query(well, django_assert_num_queries):
    officer = make_officer()
    with django_assert_num_queries(1):
        head.of(officer, NOW)


def test_the_health_page_shows_clocks_proof_and_what_the_server_said(client, well):
    Pulse.objects.ended("loop", NOW)
    Pulse.objects.ended("reconcile", NOW, {"promises": 5, "unplanned": 2})
    breaker.opened(NOW, "421 Busy")
    page = as_(client, make_administrator()).get("/reminders/health/").content.decode()
    for said in (
        "Second clock",
        "2 reminders were not planned",
        "421 Busy",
        "DEAD_MAN_URL",
        "test mail",
    ):
        assert said in page


# A watcher outside --------------------------------------------------------------------------------------


@contextmanager
def watcher(status=200):
    calls = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            calls.append(self.path)
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/secret", calls
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_watcher_hears_from_us_while_all_goes_out(settings):
    with watcher() as (settings.DEAD_MAN_URL, calls):
        engine.reconcile(clock=lambda: NOW)
    assert calls == ["/secret"]


@pytest.mark.parametrize("trouble", ["late", "stuck"])
def test_the_watcher_hears_nothing_when_mail_is_late(settings, trouble):
    with watcher() as (settings.DEAD_MAN_URL, calls):
        assert not deadman.ping({trouble: 1})
    assert calls == []


def test_late_mail_is_found_by_the_proof_and_kept_from_the_watcher(settings):
    failed(1, State.WAITING)
    Email.objects.update(not_before=NOW - HOUR)
    with watcher() as (settings.DEAD_MAN_URL, calls):
        engine.reconcile(clock=lambda: NOW)
    assert calls == []


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_watcher_that_is_ill_hurts_nobody_and_its_address_stays_secret(settings, status, caplog):
    with watcher(status) as (settings.DEAD_MAN_URL, calls):
        assert not deadman.ping({})
    assert calls == ["/secret"]  # and never elsewhere
    assert "/secret" not in caplog.text


def test_without_an_address_nobody_is_called(settings):
    settings.DEAD_MAN_URL = ""
    assert not deadman.ping({})


# Numbers ------------------------------------------------------------------------------------------------

TOKEN = "a-token-for-tests-only"


def numbers(response):
    families = text_string_to_metric_families(response.content.decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_prometheus_shows_its_token_and_reads_the_numbers(client, settings, well):
    settings.METRICS_TOKEN = TOKEN
    failed(2)
    Pulse.objects.ended("reconcile", NOW, {"unplanned": 0})
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    found = numbers(response)
    assert response.headers["Content-Type"].startswith("text/plain")
    assert found["tracker_mails", "failed"] == 2
    assert found["tracker_mails", "sent"] == 0
    assert found["tracker_task_late", "plan"] == 0
    assert found["tracker_task_age_seconds", "send"] == 30
    assert found["tracker_reconcile", "unplanned"] == 0
    assert found["tracker_held",] == 0


@pytest.mark.parametrize("shown", ["", "Bearer ", "Bearer nonsense", TOKEN])
@pytest.mark.parametrize("token", ["", TOKEN])
def test_without_the_token_there_is_nothing(client, settings, shown, token):
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", headers={"Authorization": shown}).status_code == 404


def test_of_the_signed_in_only_administrators_read_the_numbers(client):
    for make, status in ((make_user, 404), (make_officer, 404), (make_administrator, 200)):
        assert as_(client, make()).get("/metrics").status_code == status


def test_machines_ask_without_signing_in_whether_reminders_run(client):
    for ago, status in ((timedelta(minutes=1), 200), (timedelta(minutes=4), 503)):
        for name in ("plan", "send"):
            Pulse.objects.ended(name, timezone.now() - ago)
        assert client.get("/healthz/reminders").status_code == status
