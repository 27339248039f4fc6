"""What the tables refuse, and mail about accounts on its way through the outbox."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.mail import EmailMessage, send_mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from reminders import backend, plan
from reminders.choices import Kind, Outcome, Reason, State
from reminders.models import Email, Reminder
from tests.factories import make_user
from tests.reminders.conftest import NOW, TODAY

pytestmark = pytest.mark.django_db


def make_email(**values):
    given = {
        "kind": Kind.DIGEST,
        "slot": TODAY,
        "created_at": NOW,
        "not_before": NOW,
        "expires_at": NOW + timedelta(hours=12),
        **values,
    }
    given.setdefault("recipient", make_user())
    return Email.objects.create(**given)


def is_refused(make, constraint):
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        make()
    # SQLite names the columns of a unique constraint, not the constraint.
    return constraint in str(raised.value) or "UNIQUE" in str(raised.value)


def test_a_person_has_one_digest_a_day():
    first = make_email()
    assert is_refused(
        lambda: make_email(recipient=first.recipient), "one_digest_per_person_and_day"
    )
    make_email(recipient=first.recipient, slot=TODAY + timedelta(days=1))


@pytest.mark.parametrize("state", [State.CANCELLED, State.EXPIRED])
def test_a_digest_that_was_not_sent_makes_room_unless_it_may_have_arrived(state):
    first = make_email(state=state)
    make_email(recipient=first.recipient)
    other = make_email(state=state, maybe_dup=True)
    assert is_refused(
        lambda: make_email(recipient=other.recipient), "one_digest_per_person_and_day"
    )


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"state": State.SENT}, "sent_mail_says_when"),
        ({"sent_at": NOW}, "sent_mail_says_when"),
        ({"state": State.SENDING}, "mail_being_sent_has_a_lease"),
        ({"state": "unheard of"}, "state_of_mail_is_known"),
        ({"slot": None}, "digest_has_person_and_day"),
        ({"recipient": None}, "digest_has_person_and_day"),
        ({"kind": Kind.ACCOUNT, "slot": None}, "account_mail_an_address"),
    ],
)
def test_a_mail_that_makes_no_sense_is_refused(values, constraint):
    assert is_refused(lambda: make_email(**values), constraint)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"email": None}, "included_promise_names_its_mail"),
        ({"outcome": Outcome.SUPPRESSED}, "promise_not_kept_says_why"),
        ({"outcome": Outcome.VOID}, "promise_not_kept_says_why"),
        ({"outcome": "unheard of"}, "outcome_is_known"),
    ],
)
def test_a_promise_that_makes_no_sense_is_refused(case, values, constraint):
    case.line(7)
    plan.run(now=NOW)
    row = Reminder.objects.included().get()
    for name, value in values.items():
        setattr(row, name, value)
    assert is_refused(row.save, constraint)


@pytest.mark.parametrize("is_event", [False, True])
def test_a_promise_is_made_once_unless_it_was_void(case, is_event):
    case.line(7)
    plan.run(now=NOW)
    row = Reminder.objects.included().get()
    if is_event:
        row.deadline = None
        row.save()
    row.pk = None
    assert is_refused(lambda: row.save(force_insert=True), "one_promise_per")
    Reminder.objects.included().void(Reason.REFUSED)
    row.save(force_insert=True)


# Mail about accounts ---------------------------------------------------------------------------


def test_mail_about_an_account_becomes_a_row_with_its_bytes():
    person = make_user(email="who@example.org")
    assert send_mail("Hello\n there", "The link", None, ["Who@example.org"]) == 1
    email = Email.objects.get()
    assert (email.kind, email.recipient, email.slot) == (Kind.ACCOUNT, person, None)
    assert (email.state, email.to_address) == (State.WAITING, "Who@example.org")
    assert email.subject == "Hello there"
    assert email.message_id == f"<{email.pk}.account@example.org>"
    raw = bytes(email.frozen)
    assert b"The link" in raw
    assert b"Auto-Submitted: auto-generated\r\n" in raw
    lasts = email.expires_at - email.created_at
    assert lasts == timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def test_mail_to_an_address_that_is_no_person_s():
    send_mail("Hello", "Words", None, ["nobody@example.org"])
    assert Email.objects.get().recipient is None


def test_a_message_to_several_becomes_one_mail_each_that_names_nobody_else():
    message = EmailMessage("Hello", "Words", to=["a@example.org"], bcc=["b@example.org"])
    message.send()
    for email in Email.objects.all():
        raw = bytes(email.frozen)
        assert [name for name in (b"a@example.org", b"b@example.org") if name in raw] == [
            email.to_address.encode()
        ]
    assert Email.objects.count() == 2
    assert message.to == ["a@example.org"]


def test_a_message_to_nobody_is_not_taken():
    assert EmailMessage("Hello", "Words").send() == 0
    assert not Email.objects.exists()


def test_account_mail_does_not_stand_in_the_way_of_a_digest(case):
    case.line(7)
    backend.put(EmailMessage("Hello", "Words"), case.person.email)
    backend.put(EmailMessage("Hello", "Words"), case.person.email)
    plan.run(now=NOW)
    assert Email.objects.filter(kind=Kind.DIGEST).count() == 1


def test_the_forgotten_password_goes_through_the_outbox(client):
    person = make_user()
    client.post("/accounts/password/reset/", {"email": person.email})
    email = Email.objects.get()
    assert (email.recipient, email.kind) == (person, Kind.ACCOUNT)
    assert email.created_at <= timezone.now()


def test_a_forgotten_password_of_nobody_writes_no_mail(client):
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert not Email.objects.exists()
