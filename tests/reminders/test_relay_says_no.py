"""The relay refuses, hangs up or is away: what is tried again, when, and what is given up."""

from datetime import timedelta

import pytest

from commitments.models import Commitment
from reminders import breaker, deliver, durations, plan
from reminders.choices import Outcome, Reason, Stage, State
from reminders.models import Attempt, Email, Switch
from tests.factories import days, make_focal_point, make_party
from tests.reminders.conftest import NOW
from tests.reminders.scripted import CUT, scripted
from tests.reminders.sending import lease_is_over, outcomes, reread, send
from tests.reminders.spoiling import spoil

pytestmark = pytest.mark.django_db


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


# The breaker ------------------------------------------------------------------------------------


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
