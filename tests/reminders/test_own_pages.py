"""A person's own pages: news, what they want to hear of, who stands in, and why a mail did not come."""

from datetime import timedelta

import pytest

from accounts.choices import Via
from accounts.models import Event
from reminders import addresses, deliver, news, plan, wishes
from reminders.choices import Ground, Outcome, Reason, State
from reminders.models import Absence, Email, Mute, Policy, Reminder, Seen, Suppression
from tests.factories import (
    days,
    make_focal_point,
    make_mailbox,
    make_officer,
    make_party,
    make_user,
    restrict,
)
from tests.reminders.conftest import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def at_now(monkeypatch):
    monkeypatch.setattr("accounts.middleware.read_clock", lambda: NOW + timedelta(hours=1))


@pytest.fixture
def told(case):
    """Two lines that a digest tells."""
    lines = [case.line(7, title="First title"), case.line(1, title="Second title")]
    plan.run(now=NOW)
    return lines


def page(client, person, address):
    client.force_login(person)
    return client.get(address).content.decode()


def count_in_head(text):
    head = text.split('title="News"')[1].split("</a>")[0]
    return int(head.split('<b class="late-t">')[1].split("<")[0]) if "<b" in head else 0


# News ---------------------------------------------------------------------------------------------


def test_the_head_counts_what_is_new_until_one_looks(client, case, told):
    assert count_in_head(page(client, case.person, "/commitments/")) == 2
    text = page(client, case.person, "/reminders/news/")
    assert "2 are new since you last looked." in text
    assert "First title" in text
    assert text.count(">New<") == 2
    assert count_in_head(page(client, case.person, "/commitments/")) == 0
    text = page(client, case.person, "/reminders/news/")
    assert "Nothing is new" in text
    assert "First title" in text


def test_what_comes_after_the_look_is_new(client, case, told):
    page(client, case.person, "/reminders/news/")
    case.line(14)
    plan.run(now=NOW + days(1))
    assert (
        news.unread(case.person)
        == Reminder.objects.included().filter(planned_at=NOW + days(1)).count()
    )


def test_mail_trouble_takes_nothing_from_the_news(client, case, told):
    Email.objects.update(state=State.FAILED)
    assert count_in_head(page(client, case.person, "/commitments/")) == 2


@pytest.mark.parametrize(
    ("reason", "is_news"),
    [
        (Reason.UNSUBSCRIBED, True),
        (Reason.BOUNCED, True),
        (Reason.MUTED, False),
        (Reason.NOT_VISIBLE, False),
    ],
)
def test_what_only_the_mail_was_to_leave_out_is_news(case, told, reason, is_news):
    Reminder.objects.included().update(outcome=Outcome.SUPPRESSED, reason=reason)
    assert bool(news.unread(case.person)) is is_news


def test_news_are_ones_own_and_hide_what_may_not_be_read(client, case, told):
    assert "First title" not in page(client, make_officer(), "/reminders/news/")
    restrict(told[0].commitment)
    text = page(client, case.person, "/reminders/news/")
    assert "First title" not in text
    assert told[0].commitment.reference not in text
    assert "Second title" in text


def test_asking_only_for_the_head_of_the_news_is_not_looking(client, case, told):
    client.force_login(case.person)
    client.head("/reminders/news/")
    assert news.unread(case.person) == 2


def test_the_last_look_never_goes_back(case):
    wishes.looked(user=case.person, at=NOW)
    wishes.looked(user=case.person, at=NOW - days(1))
    assert Seen.objects.get().at == NOW


# One promise ----------------------------------------------------------------------------------------


def test_a_promise_says_state_reason_tries_and_the_reply(client, case, told, relay):
    relay.refuses[case.person.email] = "452 4.2.2 mailbox full"
    deliver.run(clock=lambda: NOW)
    row = Reminder.objects.included().first()
    text = page(client, case.person, f"/reminders/ledger/{row.pk}/")
    for said in ("Waiting", "452 4.2.2 mailbox full", "of them count", "the next try"):
        assert said in text
    assert f"/reminders/ledger/{row.pk}/" in page(client, case.person, "/reminders/")


@pytest.mark.parametrize("reason", [Reason.MUTED, Reason.BOUNCED, Reason.INACTIVE])
def test_a_promise_that_was_held_back_says_why(client, case, told, reason):
    row = Reminder.objects.included().first()
    Reminder.objects.filter(pk=row.pk).update(outcome=Outcome.SUPPRESSED, reason=reason)
    text = page(client, case.person, f"/reminders/ledger/{row.pk}/")
    assert str(reason.label)[1:] in text
    assert "No mail was sent for it" in text


@pytest.mark.parametrize("state", State)
def test_every_state_of_a_mail_has_its_words(client, case, told, state):
    from reminders.words import mail_explained

    assert mail_explained(Email(state=state))
    assert mail_explained(Email(state=state, maybe_dup=True))


@pytest.mark.parametrize("outcome", set(Outcome) - {Outcome.INCLUDED})
def test_every_outcome_has_its_words(outcome):
    from reminders.words import explained

    assert explained(Reminder(outcome=outcome))


def test_a_promise_is_shown_to_its_recipient_and_the_secretariat_alone(client, case, told):
    address = f"/reminders/ledger/{Reminder.objects.first().pk}/"
    for person, status in ((case.person, 200), (make_officer(), 200), (make_user(), 404)):
        client.force_login(person)
        assert client.get(address).status_code == status


def test_the_page_of_a_promise_hides_what_may_not_be_read(client, case, told):
    row = Reminder.objects.included().filter(obligation=told[0]).get()
    restrict(told[0].commitment)
    text = page(client, case.person, f"/reminders/ledger/{row.pk}/")
    assert "First title" not in text
    assert told[0].commitment.reference not in text


# Wishes ----------------------------------------------------------------------------------------------


def test_a_line_is_kept_quiet_and_told_again(client, case, told):
    client.force_login(case.person)
    address = f"/reminders/wishes/lines/{told[0].pk}/quiet/"
    assert "First title" in client.get(address).content.decode()
    client.post(address, {"until": (TODAY + days(14)).isoformat()})
    assert Mute.objects.get().until == TODAY + days(14)
    text = client.get("/reminders/wishes/").content.decode()
    assert "First title" in text
    client.post(f"/reminders/wishes/lines/{told[0].pk}/again/")
    assert not Mute.objects.exists()
    done = Event.objects.filter(action__startswith="reminders.").values_list("action", flat=True)
    assert set(done) == {"reminders.muted", "reminders.unmuted"}


def test_nobody_else_can_tell_me_again(client, case, told):
    wishes.mute(user=case.person, line=told[0], until=None, now=NOW, via=Via.PAGE)
    client.force_login(make_officer())
    assert client.post(f"/reminders/wishes/lines/{told[0].pk}/again/").status_code == 404
    assert Mute.objects.exists()


def test_what_may_not_be_read_cannot_be_kept_quiet_and_is_not_named(client, case, told):
    wishes.mute(user=case.person, line=told[0], until=None, now=NOW, via=Via.PAGE)
    restrict(told[0].commitment)
    assert "First title" not in page(client, case.person, "/reminders/wishes/")
    client.force_login(case.person)
    assert client.get(f"/reminders/wishes/lines/{told[0].pk}/quiet/").status_code == 404


def test_what_is_mandatory_is_said_on_the_page_and_cannot_be_kept_quiet(client, case):
    Policy.objects.create(site=True, mandatory=["overdue"])
    line = case.line(-5)
    assert "mandatory" in page(client, case.person, "/reminders/wishes/")
    address = f"/reminders/wishes/lines/{line.pk}/quiet/"
    assert "mandatory" in client.get(address).content.decode()
    client.post(address, {"until": (TODAY + days(14)).isoformat()})
    assert not Mute.objects.exists()


def away(stand_in, first=1, last=5):
    day = lambda number: (TODAY + days(number)).isoformat()  # noqa: E731
    return {"starts_on": day(first), "ends_on": day(last), "stand_in": stand_in.pk}


@pytest.fixture
def colleague(case):
    return make_focal_point(case.party, make_user(name="Standing In"), is_deputy=True).user


def test_a_stand_in_is_named_and_taken_out(client, case, colleague):
    other = colleague
    client.force_login(case.person)
    client.post("/reminders/wishes/away/", away(other))
    absence = Absence.objects.get()
    assert (absence.user, absence.stand_in) == (case.person, other)
    assert "Standing In" in client.get("/reminders/wishes/").content.decode()
    assert f"You stand in for {case.person.name}" in page(client, other, "/reminders/wishes/")
    client.force_login(other)
    assert client.post(f"/reminders/wishes/away/{absence.pk}/back/").status_code == 404
    client.force_login(case.person)
    client.post(f"/reminders/wishes/away/{absence.pk}/back/")
    assert not Absence.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {"starts_on": "2026-03-20"},
        {"ends_on": "2026-03-01", "starts_on": "2026-02-01"},
        {"ends_on": "2028-03-20"},
        {"ends_on": "soon"},
        {"stand_in": ""},
    ],
)
def test_days_that_make_no_sense_are_refused_beside_their_field(client, case, colleague, data):
    client.force_login(case.person)
    response = client.post("/reminders/wishes/away/", {**away(colleague), **data})
    assert "field--error" in response.content.decode()
    assert not Absence.objects.exists()


def test_a_stand_in_must_be_there_and_be_somebody_else(client, case):
    mailbox, gone, busy, officer = (
        make_mailbox(),
        make_user(is_active=False),
        make_user(),
        make_officer(),
    )
    for person in (mailbox, gone, busy):
        make_focal_point(case.party, person)
    Absence.objects.create(
        user=busy, stand_in=case.person, starts_on=TODAY, ends_on=TODAY + days(2)
    )
    client.force_login(case.person)
    for other in (mailbox, gone, busy, officer, make_user(), case.person):
        client.post("/reminders/wishes/away/", away(other))
    assert Absence.objects.count() == 1


def test_one_is_not_away_twice_on_a_day(client, case, colleague):
    client.force_login(case.person)
    client.post("/reminders/wishes/away/", away(colleague))
    client.post("/reminders/wishes/away/", away(colleague, 5, 9))
    assert Absence.objects.count() == 1


@pytest.mark.parametrize(
    ("ground", "comes_again"), [(Ground.ONE_CLICK, True), (Ground.HARD_BOUNCE, False)]
)
def test_ones_own_unsubscription_can_be_taken_back(client, case, ground, comes_again):
    addresses.suppress(case.person.email, ground=ground, now=NOW, via=Via.PAGE)
    assert "are stopped" in page(client, case.person, "/reminders/wishes/")
    client.post("/reminders/wishes/subscribe/")
    assert (not Suppression.objects.in_force(NOW).exists()) is comes_again


@pytest.mark.parametrize("address", ["/reminders/news/", "/reminders/wishes/"])
def test_a_page_costs_the_same_for_one_row_and_for_many(
    client, case, told, address, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost():
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        return len(asked)

    client.force_login(case.person)
    wishes.mute(user=case.person, line=told[0], until=None, now=NOW, via=Via.PAGE)
    before = cost()
    for number in range(5):
        party = make_party(f"X{number}")
        make_focal_point(party, case.person)
        line = type(case)(party, case.person).line(14)
        wishes.mute(user=case.person, line=line, until=None, now=NOW, via=Via.PAGE)
    plan.run(now=NOW + days(1))
    assert cost() == before
