"""Mail that came back, and mail about accounts that comes too often."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.utils import timezone

from accounts.choices import Via
from reminders import addresses, backend, bounces, deliver, plan
from reminders.choices import Ground, Kind, Reason, State
from reminders.models import Email, Suppression
from tests.factories import days, make_administrator
from tests.reminders.conftest import NOW

pytestmark = pytest.mark.django_db

TOKEN = "a token of the mail server"


@pytest.fixture
def sent(case, relay):
    """A digest that went out, as it arrived."""
    case.line(7)
    plan.run(now=NOW)
    deliver.run(clock=lambda: NOW)
    return relay.mails[0]


def returned(mail, *, status="5.1.1", action="failed", kind="delivery-status"):
    report = (
        f"Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; x\r\n"
        f"Action: {action}\r\nStatus: {status}\r\n"
    )
    parts = [f"Content-Type: message/{kind}\r\n\r\n{report}"]
    headers = mail.raw.split(b"\r\n\r\n")[0].decode()
    parts += [f"Content-Type: text/rfc822-headers\r\n\r\n{headers}\r\n"]
    body = "".join(
        f"--b\r\n{part}\r\n" for part in ("Content-Type: text/plain\r\n\r\nSorry\r\n", *parts)
    )
    return (
        "Subject: Undelivered\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; boundary="b"\r\n\r\n{body}--b--\r\n'
    ).encode()


@pytest.mark.parametrize(
    ("how", "ground"),
    [
        ({}, Ground.HARD_BOUNCE),
        ({"status": "5.0.0"}, Ground.HARD_BOUNCE),
        ({"kind": "feedback-report"}, Ground.COMPLAINT),
        # For now, full, or for what the mail says: the address is good.
        ({"status": "4.2.1"}, None),
        ({"action": "delayed", "status": "4.4.1"}, None),
        ({"status": "5.2.2"}, None),
        ({"status": "5.7.1"}, None),
    ],
)
def test_what_comes_back_stops_the_address_or_not(sent, case, how, ground):
    admin = make_administrator()
    found = bounces.take(returned(sent, **how), now=NOW + days(1), via=Via.WORKER)
    assert (found.email, found.ground) == (Email.objects.get(kind=Kind.DIGEST), ground)
    stopped = Suppression.objects.stopped([case.person.email], NOW + days(1))
    assert stopped == ({case.person.email: ground} if ground else {})
    told = Email.objects.filter(kind=Kind.NOTICE).values_list("recipient", flat=True)
    assert list(told) == ([admin.pk] if ground else [])


def test_the_same_bounce_twice_stops_once(sent):
    for _ in range(2):
        bounces.take(returned(sent), now=NOW, via=Via.WORKER)
    assert Suppression.objects.count() == 1


@pytest.mark.parametrize("tampered", ["another number", "no number", "old"])
def test_a_bounce_that_nobody_signed_does_nothing(sent, tampered):
    raw, now = returned(sent), NOW
    if tampered == "another number":
        raw = raw.replace(b"X-Reminder-Id: ", b"X-Reminder-Id: 9")
    elif tampered == "no number":
        raw = raw.replace(b"X-Reminder-Id", b"X-Other")
    else:
        now += days(31)
    assert bounces.take(raw, now=now, via=Via.WORKER).email is None
    assert not Suppression.objects.exists()


def test_garbage_is_no_bounce(db):
    for raw in (b"", b"\xff\x00", b"X-Reminder-Id: a:b\r\n\r\n" * 100):
        assert bounces.take(raw, now=NOW, via=Via.WORKER).email is None


# Doors -----------------------------------------------------------------------------------------


def recent(sent):
    Email.objects.update(frozen_at=timezone.now())
    return returned(sent)


def test_the_mail_server_posts_what_came_back(sent, client, settings):
    def post(token):
        headers = {"Authorization": f"Bearer {token}"}
        raw = recent(sent)
        return client.post(
            "/reminders/bounce/", raw, content_type="message/rfc822", headers=headers
        ).status_code

    assert post("") == 404
    settings.BOUNCE_TOKEN = TOKEN
    assert post("guessed") == 404
    assert not Suppression.objects.exists()
    assert post(TOKEN) == 200
    assert Suppression.objects.count() == 1


def test_what_is_no_mail_of_ours_is_taken_and_forgotten(client, settings):
    settings.BOUNCE_TOKEN = TOKEN
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = client.post("/reminders/bounce/", b"?", content_type="message/rfc822", headers=headers)
    assert answer.status_code == 202


def test_a_bounce_from_a_file(sent, tmp_path):
    file = Path(tmp_path, "bounce.eml")
    file.write_bytes(recent(sent))
    out = StringIO()
    call_command("reminders", "bounce", str(file), stdout=out)
    assert "stopped: hard bounce" in out.getvalue()


def test_an_administrator_sees_whose_address_it_is_and_lifts_the_stop(sent, case, client):
    bounces.take(returned(sent), now=NOW, via=Via.WORKER)
    client.force_login(make_administrator())
    assert case.person.name in client.get("/reminders/addresses/").content.decode()
    client.post(f"/reminders/addresses/{Suppression.objects.get().pk}/lift/")
    assert not addresses.stops(case.person.email, Kind.DIGEST, timezone.now())
    assert case.person.name not in client.get("/reminders/addresses/").content.decode()


# Account mail ----------------------------------------------------------------------------------


def test_of_mail_about_an_account_nobody_gets_more_than_five_a_day(db):
    def ask(address, now):
        return backend.put(EmailMessage("Password", "secret"), address, now=now)

    for _ in range(5):
        assert ask("who@example.org", NOW).state == State.WAITING
    sixth = ask("Who@example.org", NOW)
    assert (sixth.state, sixth.error, sixth.frozen) == (State.CANCELLED, Reason.CAP, None)
    assert ask("other@example.org", NOW).state == State.WAITING
    assert ask("who@example.org", NOW + timedelta(hours=25)).state == State.WAITING
