"""Rights are lost while a mail waits, at the last moment that there is: nothing of it leaks (S5)."""

from datetime import date

import pytest

from accounts.choices import Role
from accounts.models import User
from commitments.models import Obligation
from meetings.choices import Sensitivity
from meetings.models import FocalPoint, Report
from reminders import deliver, plan
from reminders.choices import Outcome, State
from reminders.models import Email, Reminder
from tests.factories import make_officer, make_party, make_submitted, restrict
from tests.reminders.conftest import NOW

pytestmark = pytest.mark.django_db
TITLE = "Unmistakable title"


def take_away(how: str, person: User, line: Obligation) -> None:
    match how:
        case "commitment kept back":
            restrict(line.commitment)
        case "line kept back":
            Obligation.objects.update(sensitivity=Sensitivity.SECRETARIAT)
        case "report kept back":
            Report.objects.update(sensitivity=Sensitivity.SECRETARIAT)
        case "for another party":
            other = make_party("ZZ")
            restrict(line.commitment)
            type(line.commitment).objects.update(sensitivity=Sensitivity.PARTY, restricted_to=other)
        case "term ended":
            FocalPoint.objects.update(ends_on=date(2021, 1, 1))
        case "disabled":
            User.objects.filter(pk=person.pk).update(is_active=False)


LOSSES = (
    "commitment kept back", "line kept back", "report kept back", "for another party", "term ended",
    "disabled",
)  # fmt: skip


def between_claim_and_look(monkeypatch, change) -> None:
    claim = deliver.claim

    def slowly(*args):
        claimed = claim(*args)
        change()
        return claimed

    monkeypatch.setattr(deliver, "claim", slowly)


@pytest.mark.parametrize("how", LOSSES)
def test_rights_lost_between_claim_and_look_stop_the_mail(case, relay, monkeypatch, how):
    line = case.line(7, title=TITLE)
    plan.run(now=NOW)
    between_claim_and_look(monkeypatch, lambda: take_away(how, case.person, line))
    deliver.run(clock=lambda: NOW)
    assert relay.mails == []
    assert Email.objects.get().state == State.CANCELLED
    assert not Reminder.objects.filter(outcome=Outcome.INCLUDED).exists()
    assert TITLE.encode() not in bytes(Email.objects.values_list("frozen", flat=True)[0] or b"")


def test_an_officer_who_is_one_no_more_hears_nothing(case, relay, monkeypatch):
    officer = make_officer()
    line = case.line(7, title=TITLE, officer=officer)
    make_submitted(line, case.person, now=NOW)
    plan.run(now=NOW)
    assert Email.objects.filter(recipient=officer).exists()

    def demote() -> None:
        User.objects.filter(pk=officer.pk).update(role=Role.READER)
        restrict(line.commitment)

    between_claim_and_look(monkeypatch, demote)
    deliver.run(clock=lambda: NOW)
    assert [mail for mail in relay.mails if officer.email in mail.recipients] == []
