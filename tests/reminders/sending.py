"""What the tests of sending share: a round of it, and what is stored after one."""

from datetime import timedelta

from django.utils import timezone

from reminders import deliver
from reminders.choices import Outcome
from reminders.models import Email, Reminder
from tests.reminders.conftest import NOW


def send(at=NOW):
    return deliver.run(clock=lambda: at)


def reread(email):
    email.refresh_from_db()
    return email


def outcomes():
    return sorted(
        Reminder.objects.exclude(outcome=Outcome.SUPERSEDED).values_list("outcome", "reason")
    )


def lease_is_over():
    Email.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
