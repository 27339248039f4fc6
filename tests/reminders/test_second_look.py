"""The last look before sending: what is no longer true is not sent, and many are looked at at once."""

import itertools
import time
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from commitments.choices import Status
from commitments.models import Obligation
from reminders import deliver, durations, plan, second_look
from reminders.choices import Outcome, Reason, State
from reminders.models import Email, Reminder
from tests.factories import days, make_deadline, make_focal_point, make_party
from tests.reminders.conftest import NOW, TODAY
from tests.reminders.sending import outcomes, reread, send
from tests.reminders.spoiling import CHANGES, spoil

pytestmark = pytest.mark.django_db


# What is no longer true -------------------------------------------------------------------------


@pytest.mark.parametrize(("how", "reason"), CHANGES)
def test_what_is_no_longer_true_is_not_sent(case, relay, how, reason):
    line = case.line(7)
    plan.run(now=NOW)
    spoil(line, how)
    send()
    assert not relay.mails
    email = Email.objects.get()
    assert (email.state, email.error) == (State.CANCELLED, Reason.NOTHING_LEFT)
    assert outcomes() == [(Outcome.VOID, reason)]


@pytest.mark.parametrize(("how", "reason"), CHANGES)
def test_the_rest_of_the_digest_is_sent(case, relay, how, reason):
    line, other = case.line(7, title="Spoilt title"), case.line(1, title="Another title")
    plan.run(now=NOW)
    spoil(line, how)
    send()
    (mail,) = relay.mails
    assert b"Another title" in mail.raw
    assert b"Spoilt title" not in mail.raw
    assert line.commitment.reference.encode() not in mail.raw
    assert Reminder.objects.included().get().obligation == other
    assert Reminder.objects.get(outcome=Outcome.VOID).reason == reason


def test_who_is_no_longer_active_gets_nothing(email, relay):
    User.objects.update(is_active=False)
    send()
    assert not relay.mails
    assert reread(email).error == Reason.INACTIVE
    assert outcomes() == [(Outcome.VOID, Reason.INACTIVE)]


def test_who_has_no_address_any_more_gets_nothing(email, relay):
    User.objects.filter(pk=email.recipient_id).update(email="")
    send()
    assert not relay.mails
    assert reread(email).error == Reason.NO_ADDRESS


def test_a_focal_point_whose_term_ended_gets_nothing(email, relay):
    email.recipient.terms.update(ends_on=TODAY - days(1))
    send()
    assert not relay.mails
    assert outcomes() == [(Outcome.VOID, Reason.REASSIGNED)]


def test_a_cancelled_mail_makes_room_for_another_of_the_day(case, relay):
    line = case.line(7)
    plan.run(now=NOW)
    make_deadline(line, TODAY + days(14), now=NOW)
    send()
    plan.run(now=NOW)
    send()
    assert len(relay.mails) == 1
    assert b"24 Mar 2026" in relay.mails[0].raw.replace(b"=C2=A0", b" ").replace(b"\xc2\xa0", b" ")


def test_plan_and_second_look_agree_so_that_nothing_goes_round_in_circles(case, relay):
    for how, _reason in CHANGES:
        spoil(case.line(7), how)
    case.line(7)
    for _ in range(3):
        plan.run(now=NOW)
        send()
    assert Email.objects.count() == 2  # the other one is to the new owner
    assert not Reminder.objects.filter(outcome=Outcome.VOID).exists()


def test_what_changes_between_claim_and_look_counts(email, relay, monkeypatch):
    claim = deliver.claim

    def slowly(*args):
        claimed = claim(*args)
        Obligation.objects.update(status=Status.DONE)
        return claimed

    monkeypatch.setattr(deliver, "claim", slowly)
    send()
    assert not relay.mails


# Looking at many at once ------------------------------------------------------------------------


@pytest.fixture
def several(case):
    """Six people with a line each, all of them to be told."""
    lines = []
    for number in range(6):
        party = make_party(f"X{number}")
        lines.append(type(case)(party, make_focal_point(party).user).line(7))
    plan.run(now=NOW)
    return lines


def test_a_look_at_many_says_of_each_what_a_look_at_it_alone_says(several):
    for line, (how, _reason) in zip(several, CHANGES, strict=False):
        spoil(line, how)
    mails = list(Email.objects.select_related("recipient").order_by("pk"))
    together = second_look.untrue(mails, NOW)
    assert together == {mail.pk: second_look.untrue([mail], NOW)[mail.pk] for mail in mails}
    assert sorted(reason for why in together.values() for reason in why.values()) == sorted(
        reason for _how, reason in CHANGES
    )


def test_a_look_at_many_costs_what_a_look_at_one_costs(several, django_assert_max_num_queries):
    mails = list(Email.objects.select_related("recipient"))
    with CaptureQueriesContext(connection) as one:
        second_look.untrue(mails[:1], NOW)
    with django_assert_max_num_queries(len(one)):
        second_look.untrue(mails, NOW)


@pytest.mark.parametrize(("wait", "sent"), [(True, 1), (False, 2)])
def test_a_look_at_a_mail_that_waits_behind_others_holds_for_a_moment_only(
    several, relay, monkeypatch, wait, sent
):
    first, second, *_others = Email.objects.order_by("pk").values_list("pk", flat=True)
    batch = deliver.Batch([first, second])
    way_out = deliver.relay.from_settings()
    deliver.deliver(first, way_out, lambda: NOW, batch)
    spoil(several[1], "done")
    if wait:
        later = time.monotonic() + durations.LOOK.seconds() + 1
        monkeypatch.setattr("reminders.batch.time.monotonic", lambda: later)
    deliver.deliver(second, way_out, lambda: NOW, batch)
    way_out.close()
    assert len(relay.mails) == sent


def test_where_mails_take_long_few_are_looked_at_ahead(several, relay, monkeypatch):
    looked_at = []
    untrue = second_look.untrue

    def slow(emails, *rest):
        looked_at.append(len(emails))
        return untrue(emails, *rest)

    monkeypatch.setattr(second_look, "untrue", slow)
    moments = itertools.count(step=durations.LOOK.seconds() + 1)
    clock = SimpleNamespace(monotonic=lambda: next(moments))
    monkeypatch.setattr("reminders.batch.time", clock)
    send()
    assert len(relay.mails) == len(several)
    assert looked_at[0] == len(several)
    assert sum(looked_at) <= 3 * len(several)


def test_a_claim_knows_of_a_transmission_that_began_since_the_mail_was_seen(email):
    gone = NOW - days(1)
    Email.objects.update(state=State.SENDING, claims=1, lease_until=gone)
    batch = deliver.Batch([email.pk])
    seen = batch.seen(email.pk)
    Email.objects.update(transmitting_at=gone)
    assert not Email.objects.claimable_as(seen, NOW).exists()
    assert deliver.claim(email.pk, NOW).maybe_dup
