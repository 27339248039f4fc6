"""From the outbox to the relay: once, in time, and explained."""

from datetime import timedelta

import pytest
from django.core.mail import send_mail
from django.db import DatabaseError, OperationalError, transaction
from django.utils import timezone

from accounts.models import User
from reminders import durations, emails, plan
from reminders import outcomes as retry
from reminders.choices import Outcome, Reason, Stage, State
from reminders.models import Attempt, Email, Pulse
from tests.factories import days, make_focal_point, make_party, make_user
from tests.reminders.conftest import NOW
from tests.reminders.sending import outcomes, reread, send

pytestmark = pytest.mark.django_db


def test_a_waiting_mail_is_sent_once(email, relay):
    assert send()["sent"] == 1
    assert send()["sent"] == 0
    (mail,) = relay.mails
    assert mail.recipients == [email.recipient.email]
    assert mail.message["Message-ID"] == f"<{email.pk}.2026-03-10@example.org>"
    reread(email)
    assert (email.state, email.sent_at, email.tries) == (State.SENT, NOW, 0)
    assert email.lease_until is None
    assert bytes(email.frozen).rstrip() == mail.raw.rstrip()
    assert outcomes() == [(Outcome.INCLUDED, "")]


def test_what_was_tried_is_kept(email, relay):
    send()
    attempt = Attempt.objects.get()
    assert (attempt.claim, attempt.stage, attempt.code) == (1, Stage.DONE, 250)
    assert attempt.worker
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Attempt.objects.update(text="something else")


def test_the_sender_says_that_it_ran(email, relay):
    send()
    pulse = Pulse.objects.get(name="send")
    assert (pulse.finished, pulse.counts["sent"]) == (NOW, 1)


def test_without_a_mail_server_it_is_a_file(email, settings, tmp_path):
    settings.MAIL_DIR = tmp_path
    send()
    assert reread(email).state == State.SENT
    assert (tmp_path / f"{email.pk}.2026-03-10.eml").read_bytes() == bytes(email.frozen)


def test_a_mail_whose_time_has_not_come_waits(email, relay):
    Email.objects.update(not_before=NOW + timedelta(minutes=1))
    send()
    assert not relay.mails
    send(NOW + timedelta(minutes=1))
    assert len(relay.mails) == 1


def test_a_mail_that_was_stopped_is_left_alone(email, relay):
    Email.objects.update(state=State.HELD)
    send()
    assert not relay.mails


def test_sending_ends_when_its_time_is_used_up(case, relay, monkeypatch):
    monkeypatch.setattr(durations, "BUDGET", durations.Duration(seconds=-1))
    case.line(7)
    plan.run(now=NOW)
    send()
    assert not relay.mails


# Too late ---------------------------------------------------------------------------------------


def test_a_mail_of_yesterday_is_not_sent_and_its_promises_are_made_again(email, relay):
    tomorrow = NOW + days(1)
    assert send(tomorrow)["expired"] == 1
    assert not relay.mails
    assert (reread(email).state, email.error) == (State.EXPIRED, Reason.TOO_LATE)
    assert outcomes() == [(Outcome.VOID, Reason.TOO_LATE)]
    plan.run(now=tomorrow)
    send(tomorrow)
    assert len(relay.mails) == 1


# One does not hold back the others --------------------------------------------------------------


def test_one_bad_address_does_not_hold_back_the_others(case, relay):
    for number in range(5):
        party = make_party(f"X{number}")
        person = make_focal_point(party).user
        type(case)(party, person).line(7)
    relay.refuses[person.email] = "550 5.1.1 No such mailbox"
    plan.run(now=NOW)
    assert send() | {"expired": 0} == {"sent": 4, "refused for good": 1, "expired": 0}


def test_a_mail_that_cannot_be_written_does_not_hold_back_the_others(case, relay, monkeypatch):
    other = make_party("X1")
    type(case)(other, make_focal_point(other).user).line(7)
    case.line(7)
    plan.run(now=NOW)
    written = emails.digest_message

    def poisoned(email, *args):
        if email.recipient == case.person:
            raise ValueError("poison")
        return written(email, *args)

    monkeypatch.setattr(emails, "digest_message", poisoned)
    for hour in range(0, 10, 2):
        send(NOW + timedelta(hours=hour))
    assert len(relay.mails) == 1
    email = Email.objects.get(recipient=case.person)
    assert (email.state, email.error) == (State.FAILED, Reason.GIVEN_UP)
    assert {row.stage for row in email.attempts.all()} == {Stage.WRITE}


# The database is away ---------------------------------------------------------------------------


def failing(times, monkeypatch):
    """A write that fails so often, and the pauses taken."""
    pauses, calls = [], []
    monkeypatch.setattr(retry.connection, "close", lambda: None)

    def write():
        calls.append(1)
        if len(calls) <= times:
            raise OperationalError("the database is away")

    return write, pauses


def test_an_outcome_is_written_as_soon_as_the_database_is_back(monkeypatch):
    write, pauses = failing(3, monkeypatch)
    retry.insist(write, sleep=pauses.append)
    assert len(pauses) == 3


def test_after_ten_minutes_the_outcome_is_given_up(monkeypatch):
    write, pauses = failing(10, monkeypatch)
    with pytest.raises(OperationalError):
        retry.insist(write, sleep=pauses.append, seconds=-1)
    assert not pauses


# Account mail -----------------------------------------------------------------------------------


def test_account_mail_goes_out_as_it_was_written(relay, db):
    person = make_user()
    send_mail("Your password\n", "https://tracker.example.org/secret", None, [person.email])
    email = Email.objects.get()
    send(timezone.now())
    (mail,) = relay.mails
    assert mail.recipients == [person.email]
    assert "secret" in mail.message.get_content()
    # Once it is out, nobody needs its secret any more.
    assert reread(email).state == State.SENT
    assert email.frozen is None


def test_account_mail_to_a_person_who_was_disabled_is_not_sent(relay, db):
    person = make_user()
    send_mail("Your password", "secret", None, [person.email])
    User.objects.update(is_active=False)
    send(timezone.now())
    assert not relay.mails
    assert Email.objects.get().frozen is None
