"""Workers claim a mail before they send it: one at a time, and what a dead one leaves behind."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from commitments.choices import Status
from commitments.models import Obligation
from reminders import deliver, plan
from reminders.choices import Outcome, Reason, Stage, State
from reminders.models import Email
from tests.factories import make_focal_point, make_party
from tests.reminders.conftest import NOW
from tests.reminders.sending import lease_is_over, outcomes, reread, send

pytestmark = pytest.mark.django_db


def test_a_mail_that_is_claimed_is_nobody_else_s(email):
    assert deliver.claim(email.pk, NOW).claims == 1
    assert deliver.claim(email.pk, NOW) is None


def test_a_worker_that_died_before_it_sent_leaves_no_doubt(email, relay):
    deliver.claim(email.pk, NOW)
    send()
    assert not relay.mails
    lease_is_over()
    send()
    assert len(relay.mails) == 1
    assert (reread(email).maybe_dup, email.claims, email.tries) == (False, 2, 1)
    assert [(row.worker == "", row.stage) for row in email.attempts.in_order()] == [
        (True, Stage.CLAIM),
        (False, Stage.DONE),
    ]


def test_a_worker_that_died_while_it_sent_leaves_doubt(email, relay):
    mine = deliver.claim(email.pk, NOW)
    assert deliver.look(mine, NOW)
    deliver.freeze(mine, NOW)
    assert deliver.mark(mine)
    bytes_then = bytes(reread(email).frozen)
    lease_is_over()
    send(NOW + timedelta(minutes=20))
    assert reread(email).maybe_dup
    assert relay.mails[0].raw.rstrip() == bytes_then.rstrip()


def test_a_worker_whose_claim_is_over_may_do_nothing(email, relay):
    slow = deliver.claim(email.pk, NOW)
    lease_is_over()
    quick = deliver.claim(email.pk, NOW)
    deliver.freeze(slow, NOW)
    assert not deliver.mark(slow)
    Obligation.objects.update(status=Status.DONE)
    assert not deliver.look(slow, NOW)
    assert reread(email).state == State.SENDING
    assert outcomes() == [(Outcome.INCLUDED, "")]
    Obligation.objects.update(status=Status.NOT_STARTED)
    assert deliver.look(quick, NOW)
    deliver.freeze(quick, NOW)
    assert deliver.mark(quick)


def test_a_late_worker_cannot_write_its_outcome(email):
    slow = deliver.claim(email.pk, NOW)
    lease_is_over()
    deliver.claim(email.pk, NOW)
    answer = deliver.Answer(deliver.Verdict.NEVER, Stage.RECIPIENT, 550, "unknown")
    deliver.record(slow, answer, began=NOW, now=NOW)
    assert reread(email).state == State.SENDING
    assert outcomes() == [(Outcome.INCLUDED, "")]


def test_transmission_does_not_begin_when_the_claim_is_nearly_over(email):
    mine = deliver.claim(email.pk, NOW)
    Email.objects.update(lease_until=timezone.now() + timedelta(seconds=90))
    assert not deliver.mark(mine)


def test_a_mail_that_keeps_killing_its_worker_is_buried(email, relay):
    for _ in range(6):
        deliver.claim(email.pk, NOW)
        lease_is_over()
    send()
    assert not relay.mails
    assert (reread(email).state, email.error) == (State.FAILED, Reason.GIVEN_UP)
    assert outcomes() == [(Outcome.VOID, Reason.GIVEN_UP)]


@pytest.mark.django_db(transaction=True)
def test_of_several_workers_one_wins_the_claim(email):
    start = Barrier(4)

    def worker(_number):
        try:
            start.wait()
            return deliver.claim(email.pk, NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert [won is not None for won in pool.map(worker, range(4))].count(True) == 1
    assert reread(email).claims == 1


@pytest.mark.django_db(transaction=True)
def test_several_workers_send_every_mail_once(case, relay):
    for number in range(12):
        party = make_party(f"X{number}")
        type(case)(party, make_focal_point(party).user).line(7)
    plan.run(now=NOW)

    def worker(_number):
        try:
            send()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(worker, range(4)))
    assert len({tuple(mail.recipients) for mail in relay.mails}) == len(relay.mails) == 12
    assert not Email.objects.exclude(state=State.SENT).exists()
