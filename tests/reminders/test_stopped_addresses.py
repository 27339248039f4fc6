"""Addresses that get no mail: refused on two days or stopped by somebody, until that is lifted."""

import pytest

from accounts.choices import Via
from meetings.models import Meeting
from reminders import addresses, plan
from reminders.choices import Ground, Kind
from reminders.models import Email, Suppression
from tests.factories import days, make_deadline, make_officer
from tests.reminders.conftest import NOW, TODAY
from tests.reminders.sending import send

pytestmark = pytest.mark.django_db


def test_an_address_refused_on_two_days_gets_no_mail_until_it_is_lifted(case, relay):
    officer = make_officer()
    line = case.line(7)
    Meeting.objects.update(officer=officer)
    relay.refuses[case.person.email] = "550 5.1.1 No such mailbox"
    for day in range(2):
        assert not Suppression.objects.exists()
        plan.run(now=NOW + days(day))
        send(NOW + days(day))
    stop = Suppression.objects.get()
    assert (stop.reason, addresses.owner(stop)) == (Ground.HARD_BOUNCE, case.person)
    assert Email.objects.get(kind=Kind.NOTICE).recipient == officer
    relay.refuses.clear()
    plan.run(now=NOW + days(2))
    send(NOW + days(2))
    assert case.person.email not in [mail.recipients[0] for mail in relay.mails]
    assert addresses.lift(suppression=stop, actor=officer, now=NOW + days(2), via=Via.PAGE)
    make_deadline(line, TODAY + days(9), now=NOW + days(2))
    assert not addresses.lift(suppression=stop, actor=officer, now=NOW + days(2), via=Via.PAGE)
    plan.run(now=NOW + days(3))
    send(NOW + days(3))
    assert case.person.email in [mail.recipients[0] for mail in relay.mails]


@pytest.mark.parametrize(
    ("ground", "kind", "stops"),
    [
        (Ground.HARD_BOUNCE, Kind.ACCOUNT, True),
        (Ground.HARD_BOUNCE, Kind.DIGEST, True),
        (Ground.ADMIN, Kind.ACCOUNT, True),
        (Ground.COMPLAINT, Kind.ACCOUNT, False),
        (Ground.COMPLAINT, Kind.DIGEST, True),
        (Ground.ONE_CLICK, Kind.ACCOUNT, False),
    ],
)
def test_what_a_stopped_address_still_gets(db, ground, kind, stops):
    deed = {"now": NOW, "via": Via.WORKER}
    assert addresses.suppress("Who@example.org", ground=ground, **deed)
    assert not addresses.suppress("who@example.org", ground=ground, **deed)
    assert addresses.stops("who@example.org", kind, NOW) is stops
    assert not addresses.stops("other@example.org", kind, NOW)


def test_a_stop_that_ended_makes_room_for_another(db):
    deed = {"ground": Ground.ADMIN, "via": Via.PAGE}
    addresses.suppress("who@example.org", now=NOW, until=NOW + days(1), **deed)
    assert not addresses.stops("who@example.org", Kind.DIGEST, NOW + days(2))
    assert addresses.suppress("who@example.org", now=NOW + days(2), **deed)
