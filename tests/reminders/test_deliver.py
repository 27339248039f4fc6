"""From the outbox to the relay: once, still true, and explained."""

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from types import SimpleNamespace

import pytest
from django.core.mail import send_mail
from django.db import DatabaseError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.choices import Via
from accounts.models import User
from commitments.choices import Life, Status
from commitments.models import Commitment, Obligation
from meetings.models import Meeting
from reminders import addresses, breaker, deliver, durations, emails, plan, second_look
from reminders import outcomes as retry
from reminders.choices import Ground, Kind, Outcome, Reason, Stage, State
from reminders.models import Attempt, Email, Pulse, Reminder, Suppression, Switch
from tests.factories import (
    days,
    make_deadline,
    make_focal_point,
    make_officer,
    make_party,
    make_user,
    restrict,
)
from tests.reminders.conftest import NOW, TODAY
from tests.reminders.scripted import CUT, scripted

pytestmark = pytest.mark.django_db


@pytest.fixture
def email(case):
    """A planned digest with one item."""
    case.line(7)
    plan.run(now=NOW)
    return Email.objects.get()


def send(at=NOW):
    return deliver.run(clock=lambda: at)


def reread(email):
    email.refresh_from_db()
    return email


def outcomes():
    return sorted(
        Reminder.objects.exclude(outcome=Outcome.SUPERSEDED).values_list("outcome", "reason")
    )


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


# Second look ------------------------------------------------------------------------------------


def spoil(line, how):
    """Something changes between planning and sending."""
    one = Obligation.objects.filter(pk=line.pk)
    match how:
        case "done":
            one.update(status=Status.DONE)
        case "withdrawn":
            Commitment.objects.filter(pk=line.commitment_id).update(life=Life.WITHDRAWN)
        case "deadline moved":
            make_deadline(line, TODAY + days(60), now=NOW)
        case "owner changed":
            one.update(owner=make_user())
        case "not visible":
            restrict(line.commitment)


CHANGES = [
    ("done", Reason.CLOSED),
    ("withdrawn", Reason.CLOSED),
    ("deadline moved", Reason.DEADLINE_MOVED),
    ("owner changed", Reason.REASSIGNED),
    ("not visible", Reason.NOT_VISIBLE),
]


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


# Looking at many at once -------------------------------------------------------------------------


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


def test_what_changes_between_claim_and_look_counts(email, relay, monkeypatch):
    claim = deliver.claim

    def slowly(*args):
        claimed = claim(*args)
        Obligation.objects.update(status=Status.DONE)
        return claimed

    monkeypatch.setattr(deliver, "claim", slowly)
    send()
    assert not relay.mails


# Too late --------------------------------------------------------------------------------------


def test_a_mail_of_yesterday_is_not_sent_and_its_promises_are_made_again(email, relay):
    tomorrow = NOW + days(1)
    assert send(tomorrow)["expired"] == 1
    assert not relay.mails
    assert (reread(email).state, email.error) == (State.EXPIRED, Reason.TOO_LATE)
    assert outcomes() == [(Outcome.VOID, Reason.TOO_LATE)]
    plan.run(now=tomorrow)
    send(tomorrow)
    assert len(relay.mails) == 1


# The relay says no -----------------------------------------------------------------------------


def to(server, settings):
    settings.EMAIL_RELAY = server.options


@pytest.mark.parametrize(
    "script", [{"CONNECT": "421 busy"}, {"CONNECT": CUT}, {"MAIL": "451 later"}, {"MAIL": CUT}]
)
def test_trouble_with_the_relay_burns_no_try(email, settings, script):
    with scripted(**script) as server:
        to(server, settings)
        assert send()["no relay"] == 1
    assert (reread(email).state, email.tries, email.maybe_dup) == (State.WAITING, 0, False)
    assert email.not_before == NOW
    assert Attempt.objects.get().stage in {Stage.CONNECT, Stage.SENDER}
    with scripted() as server:
        to(server, settings)
        assert send(NOW + timedelta(minutes=1))["sent"] == 1


def test_trouble_with_the_relay_ends_the_round(case, settings):
    for number in range(5):
        party = make_party(f"X{number}")
        make_focal_point(party)
        type(case)(party, case.person).line(7)
    plan.run(now=NOW)
    with scripted(CONNECT="421 busy") as server:
        to(server, settings)
        send()
    assert server.heard.count("CONNECT") == 1
    assert set(Email.objects.values_list("state", flat=True)) == {State.WAITING}


@pytest.mark.parametrize(
    ("script", "tries"),
    [
        ({"RCPT": "450 busy"}, 0),
        ({"DATA": "451 later"}, 0),
        ({"DOT": "452 full"}, 0),
        # Here the mail itself may be the cause.
        ({"RCPT": CUT}, 1),
        ({"DATA": CUT}, 1),
    ],
)
def test_refused_for_now_is_tried_later(email, settings, script, tries):
    with scripted(**script) as server:
        to(server, settings)
        send()
    assert (reread(email).state, email.tries, email.maybe_dup) == (State.WAITING, tries, False)
    assert email.not_before == NOW + timedelta(minutes=1)
    assert outcomes() == [(Outcome.INCLUDED, "")]


def test_a_mail_that_was_refused_is_written_anew(case, email, settings, relay):
    relay.answers = ["451 later"]
    send()
    Commitment.objects.update(title="Another title by now")
    send(NOW + timedelta(minutes=1))
    (mail,) = relay.mails
    assert b"Another title by now" in mail.raw
    assert mail.message["Date"].datetime == NOW


@pytest.mark.parametrize(
    "script", [{"RCPT": "550 unknown"}, {"DATA": "554 no"}, {"DOT": "554 spam"}]
)
def test_refused_for_good_fails_and_the_person_is_told_again_tomorrow(email, settings, script):
    with scripted(**script) as server:
        to(server, settings)
        send()
    assert (reread(email).state, email.error) == (State.FAILED, Reason.REFUSED)
    assert email.reply == next(iter(script.values()))
    assert outcomes() == [(Outcome.VOID, Reason.REFUSED)]
    plan.run(now=NOW)
    assert Email.objects.count() == 1
    plan.run(now=NOW + days(1))
    assert Email.objects.count() == 2


def test_a_reply_that_is_lost_leads_to_the_same_bytes_again_and_says_so(email, relay):
    relay.hangs_up = True
    send()
    assert (reread(email).state, email.maybe_dup, email.tries) == (State.WAITING, True, 1)
    assert email.not_before == NOW + timedelta(minutes=15)
    Commitment.objects.update(title="Another title by now")
    send(NOW + timedelta(minutes=15))
    first, second = relay.mails
    assert first.raw == second.raw
    assert (reread(email).state, email.maybe_dup) == (State.SENT, True)


def test_a_mail_in_doubt_is_not_sent_again_when_what_it_says_changed(case, relay):
    line = case.line(7)
    case.line(1)
    plan.run(now=NOW)
    relay.hangs_up = True
    send()
    spoil(line, "done")
    send(NOW + timedelta(minutes=15))
    assert len(relay.mails) == 1
    email = Email.objects.get()
    assert (email.state, email.error) == (State.CANCELLED, Reason.CHANGED_IN_DOUBT)
    # It may have arrived, so there is no second one today.
    plan.run(now=NOW + timedelta(minutes=20))
    assert Email.objects.count() == 1
    plan.run(now=NOW + days(1))
    assert Email.objects.count() == 2


def sent_again(email, settings, script, hours):
    """The moments at which a mail was tried, in minutes, when it always ends like this."""
    Email.objects.update(expires_at=NOW + timedelta(hours=hours))
    with scripted(**script) as server:
        to(server, settings)
        for minute in range(hours * 60):
            send(NOW + timedelta(minutes=minute))
    tried = email.attempts.in_order().values_list("started_at", flat=True)
    return [(at - NOW).total_seconds() / 60 for at in tried]


def test_refused_for_now_comes_again_until_the_day_is_over(email, settings, monkeypatch):
    monkeypatch.setattr(durations, "SCATTER", 0)
    script = {"RCPT": "450 busy"}
    assert sent_again(email, settings, script, 4) == [0, 1, 6, 21, 51, 111, 171, 231]
    assert send(NOW + timedelta(hours=4))["expired"] == 1
    assert outcomes() == [(Outcome.VOID, Reason.TOO_LATE)]


def test_hourly_tries_are_scattered(email, settings, monkeypatch):
    monkeypatch.setattr(durations, "SCATTER", 0.2)
    *_first, before, last = sent_again(email, settings, {"RCPT": "450 busy"}, 3)
    assert 48 <= last - before <= 73


def test_an_unknown_outcome_is_tried_twice_more_and_then_left(email, settings):
    assert sent_again(email, settings, {"DOT": CUT}, 6) == [0, 15, 75]
    assert (reread(email).state, email.error) == (State.FAILED, Reason.UNKNOWN)
    assert email.maybe_dup
    assert outcomes() == [(Outcome.VOID, Reason.UNKNOWN)]


def test_a_mail_that_breaks_the_connection_is_buried_after_five_tries(email, settings):
    assert len(sent_again(email, settings, {"RCPT": CUT}, 6)) == 5
    assert (reread(email).state, email.error) == (State.FAILED, Reason.GIVEN_UP)
    assert outcomes() == [(Outcome.VOID, Reason.GIVEN_UP)]


def test_a_worker_that_dies_three_times_while_it_sends_leaves_it_unknown(email, relay):
    for _ in range(3):
        mine = deliver.claim(email.pk, NOW)
        deliver.freeze(mine, NOW)
        deliver.mark(mine)
        lease_is_over()
    send()
    assert not relay.mails
    assert (reread(email).state, email.error) == (State.FAILED, Reason.UNKNOWN)


# The breaker -----------------------------------------------------------------------------------


def test_while_the_server_is_away_one_mail_probes_it(case, settings):
    for number in range(5):
        party = make_party(f"X{number}")
        type(case)(party, make_focal_point(party).user).line(7)
    plan.run(now=NOW)
    with scripted(CONNECT="421 busy") as server:
        to(server, settings)
        for minute in range(20):
            send(NOW + timedelta(minutes=minute))
            if minute == 10:
                assert breaker.is_news(NOW + timedelta(minutes=minute))
    tried = Attempt.objects.order_by("started_at").values_list("started_at", flat=True)
    assert [(at - NOW).total_seconds() / 60 for at in tried] == [0, 1, 3, 8, 13, 18]
    assert not Email.objects.exclude(tries=0, state=State.WAITING).exists()
    assert Switch.objects.now().relay_said
    with scripted() as server:
        to(server, settings)
        assert send(NOW + timedelta(minutes=22))["sent"] == 0
        assert send(NOW + timedelta(minutes=23))["sent"] == 5
    assert not breaker.is_news(NOW + timedelta(minutes=23))
    assert Switch.objects.now().relay_failures == 0


def test_of_two_workers_one_probes(db):
    breaker.opened(NOW, "busy")
    assert not breaker.may_try(NOW)
    later = NOW + timedelta(minutes=1)
    assert [breaker.may_try(later), breaker.may_try(later)] == [True, False]


# Addresses -------------------------------------------------------------------------------------


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


# Claims ----------------------------------------------------------------------------------------


def lease_is_over():
    Email.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


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


# The database is away --------------------------------------------------------------------------


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


# Account mail ------------------------------------------------------------------------------------


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


def test_sending_ends_when_its_time_is_used_up(case, relay, monkeypatch):
    monkeypatch.setattr(durations, "BUDGET", durations.Duration(seconds=-1))
    case.line(7)
    plan.run(now=NOW)
    send()
    assert not relay.mails
