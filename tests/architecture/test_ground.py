"""The ground that the other tests stand on: no network, real mail on this machine, real triggers."""

import smtplib
import socket

import pytest
from django.db import DatabaseError, transaction

from accounts import audit
from accounts.choices import Via
from accounts.models import Event
from tests.factories import make_user


def test_nothing_leaves_this_machine():
    with pytest.raises(UserWarning, match="A test tried to use"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def send(relay, recipients):
    with smtplib.SMTP(relay.relay["host"], relay.relay["port"]) as client:
        return client.sendmail("from@example.org", recipients, "Subject: Hello\r\n\r\nWords.\r\n")


def test_a_mail_arrives_with_its_envelope(relay):
    assert send(relay, ["a@example.org", "b@example.org"]) == {}
    (mail,) = relay.mails
    assert (mail.sender, mail.recipients) == (
        "from@example.org",
        ["a@example.org", "b@example.org"],
    )
    assert mail.message["Subject"] == "Hello"


def test_a_recipient_is_refused_and_the_other_gets_the_mail(relay):
    relay.refuses["gone@example.org"] = "550 5.1.1 No such mailbox"
    assert send(relay, ["gone@example.org", "b@example.org"]) == {
        "gone@example.org": (550, b"5.1.1 No such mailbox")
    }
    assert relay.mails[0].recipients == ["b@example.org"]


def test_a_message_is_put_off_once(relay):
    relay.answers = ["451 4.3.0 Later"]
    with pytest.raises(smtplib.SMTPDataError):
        send(relay, ["a@example.org"])
    assert relay.mails == []
    send(relay, ["a@example.org"])
    assert len(relay.mails) == 1


def test_the_server_hangs_up_after_it_took_the_message(relay):
    relay.hangs_up = True
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(relay, ["a@example.org"])
    assert len(relay.mails) == 1


def one_event(now):
    with transaction.atomic():
        user = make_user()
        return audit.record(actor=None, at=now, via=Via.COMMAND, action="tried", of=user)


def refuses_to_change(event):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(why="another reason")
    return True


@pytest.mark.django_db
def test_events_cannot_be_changed(now):
    assert refuses_to_change(one_event(now))


# Twice: the second would find what the first left, were the tables not emptied between them.
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_tables_with_events_are_emptied_and_protected_again(now, time):
    assert not Event.objects.exists()
    assert refuses_to_change(one_event(now))
