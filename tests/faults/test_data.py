"""B: a backup put back, a copied site, poisoned and hostile data, and rows that change under way."""

from unittest import mock

import pytest

from accounts import triggers
from accounts.choices import Via
from accounts.models import User
from reminders import brakes, emails, engine
from reminders.choices import Outcome, Reason, State
from reminders.models import Attempt, Email, Pulse, Reminder, Switch
from tests.factories import days, make_administrator, make_deadline
from tests.faults import oracle
from tests.faults.world import World, settles, time_passes

# Those that others point to come first.
TABLES = (Switch, Pulse, Email, Reminder, Attempt)
HOSTILE = "R&D <b>plan</b>\r\nBcc: victim@example.org\r\n\u202ereversed " + "long " * 20


@pytest.fixture
def simulated(db, clock):
    return World(now=clock.now, zone="UTC")


def dump():
    """What a backup holds of the engine."""
    return {model: list(model.objects.order_by("pk").values()) for model in TABLES}


def put_back(backup):
    triggers.drop()
    for model in reversed(TABLES):
        model.objects.all().delete()
    for model in TABLES:
        model.objects.bulk_create([model(**row) for row in backup[model]])
    triggers.create()


@pytest.mark.django_db(transaction=True)
@pytest.mark.whole
def test_b1_after_a_restore_nothing_is_sent_until_somebody_looks(clock, relay, simulated):
    simulated.has_people(3)
    engine.plan(clock=clock)
    engine.plan(clock=clock)
    backup = dump()
    clock.ticks(hours=1)
    assert len(relay.accepted) == 3
    put_back(backup)
    clock.ticks(hours=2)
    assert len(relay.accepted) == 3
    assert Switch.objects.now().held_at
    brakes.release(actor=make_administrator(), now=clock.now, via=Via.PAGE)
    clock.ticks(hours=2)
    assert len(relay.accepted) == 3  # the day is taken: nobody gets a second digest
    assert not Email.objects.exclude(maybe_dup=True).exists()
    clock.passes(days=1)
    clock.ticks(hours=2)
    assert len(relay.accepted) == 6  # and the next day says what stands


@pytest.mark.django_db
@pytest.mark.whole
def test_b2_a_copy_that_runs_elsewhere_sends_nothing(clock, relay, simulated, settings):
    settings.INSTALLATION_ID = "the-real-one"
    simulated.has_people(2)
    engine.plan(clock=clock)
    settings.INSTALLATION_ID = "a-copy"
    clock.ticks(hours=2)
    assert not relay.accepted
    assert all(pulse.held for pulse in Pulse.objects.filter(name="send"))
    settings.INSTALLATION_ID = "the-real-one"
    clock.ticks(hours=2)
    assert len(relay.accepted) == 2


@pytest.mark.django_db
def test_b3_a_mail_that_cannot_be_written_stops_no_other(clock, relay, simulated):
    simulated.has_people(3)
    engine.plan(clock=clock)
    poison = Email.objects.order_by("pk")[1]
    write = emails.digest_message

    def fails_for_one(email, *rest):
        if email.pk == poison.pk:
            raise ZeroDivisionError
        return write(email, *rest)

    with mock.patch.object(emails, "digest_message", fails_for_one):
        clock.ticks(hours=6)
    poison.refresh_from_db()
    assert (poison.state, poison.error) == (State.FAILED, Reason.GIVEN_UP)
    assert len(relay.accepted) == 2
    oracle.assert_invariants(simulated, relay)


@pytest.mark.django_db(transaction=True)
@pytest.mark.whole
def test_b3_a_mail_that_kills_its_worker_is_buried_at_five(world, relay, workers):
    world.has_people(3)
    workers.does("plan")
    poison = Email.objects.order_by("pk")[1]
    for _ in range(8):
        workers.start("send", POISON=poison.pk).wait()
        time_passes(minutes=11)
    poison.refresh_from_db()
    assert (poison.state, poison.error) == (State.FAILED, Reason.GIVEN_UP)
    assert len(relay.accepted) == 2
    oracle.assert_invariants(world, relay)


@pytest.mark.django_db(transaction=True)
@pytest.mark.whole
def test_b4_a_deadline_that_moves_while_its_mail_is_sent(world, relay, workers):
    world.has_people(1)
    workers.does("plan")
    worker = workers.start("send", FAIL_POINT="marked:stop")
    worker.stops_itself()
    make_deadline(world.lines[0], world.today + days(14), now=world.now)
    worker.goes_on()
    worker.succeeds()
    settles(workers)
    assert len(relay.accepted) == 1  # the new date's first word waits for tomorrow's digest
    assert Reminder.objects.filter(outcome=Outcome.INCLUDED).count() == 1


@pytest.mark.django_db
@pytest.mark.whole
def test_b5_a_person_who_is_gone_gets_nothing(clock, relay, simulated):
    simulated.has_people(2)
    engine.plan(clock=clock)
    gone = simulated.people[0]
    User.objects.filter(pk=gone.pk).update(is_active=False)
    clock.ticks(hours=2)
    assert [mail.to for mail in relay.accepted] == [simulated.people[1].email]
    assert Email.objects.get(recipient=gone).state == State.CANCELLED


@pytest.mark.django_db
@pytest.mark.whole
def test_b6_a_hostile_title_stays_a_title(clock, relay, simulated):
    person = simulated.has_person()
    simulated.has_line(person, 7, title=HOSTILE)
    clock.tick()
    [mail] = relay.accepted
    assert mail.to == person.email
    assert mail.message["Bcc"] is None
    head = mail.raw.split(b"\r\n\r\n")[0]
    assert b"victim" not in head
    html = mail.message.get_body(("html",)).get_content()
    assert "<b>plan</b>" not in html
    assert "\u202e" not in html
