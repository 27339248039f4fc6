"""Who sees what of the ledger, the outbox and the health of reminders."""

import re
from datetime import timedelta

import pytest
from django.core.mail import send_mail
from django.db import connection
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from commitments.models import Commitment
from reminders import deliver, plan
from reminders.choices import Outcome
from reminders.models import Email, Pulse, Reminder
from tests.factories import (
    days,
    make_administrator,
    make_commitment,
    make_focal_point,
    make_obligation,
    make_officer,
    make_party,
    make_user,
    restrict,
)
from tests.reminders.conftest import NOW, TODAY, ahead_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(case, settings, tmp_path):
    """A digest that went out, about one line."""
    settings.MAIL_DIR = tmp_path
    line = case.line(7, title="Told title")
    plan.run(now=NOW)
    deliver.run(clock=lambda: NOW)
    return line


def as_(client, person):
    client.force_login(person)
    return client


ROLES = {"reader": make_user, "officer": make_officer, "administrator": make_administrator}


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("/reminders/", {"reader", "officer", "administrator"}),
        ("/reminders/forecast/", {"reader", "officer", "administrator"}),
        ("/reminders/ledger/", {"officer", "administrator"}),
        ("/reminders/health/", {"officer", "administrator"}),
        ("/reminders/outbox/", {"administrator"}),
        ("/reminders/outbox/{pk}/", {"administrator"}),
        ("/reminders/outbox/{pk}/body/", {"administrator"}),
    ],
)
@pytest.mark.parametrize("role", ROLES)
def test_each_page_opens_for_its_roles(client, sent, address, allowed, role):
    address = address.format(pk=Email.objects.get().pk)
    assert client.get(address).status_code == 302
    status = as_(client, ROLES[role]()).get(address).status_code
    assert status == (200 if role in allowed else 403)


def test_a_mailbox_cannot_open_anything(client, sent):
    mailbox = make_user(is_mailbox=True)
    client.force_login(mailbox, backend="accounts.auth.PeopleBackend")
    assert client.get("/reminders/").status_code == 302


# Mine ------------------------------------------------------------------------------------------


def test_a_person_sees_what_they_were_told(client, case, sent):
    page = as_(client, case.person).get("/reminders/").content.decode()
    assert "Told title" in page
    assert "7 days before" in page
    assert "Sent" in page
    assert "Overtaken" in page


def test_nobody_sees_what_others_were_told(client, sent):
    page = as_(client, make_officer()).get("/reminders/").content.decode()
    assert "Told title" not in page
    assert "No reminders yet" in page


def test_a_title_that_a_person_may_no_longer_read_is_hidden(client, case, sent):
    restrict(sent.commitment)
    page = as_(client, case.person).get("/reminders/").content.decode()
    assert "Told title" not in page
    assert sent.commitment.reference not in page
    assert "Restricted" in page


def test_search_does_not_find_what_may_not_be_read(client, case, sent):
    client = as_(client, case.person)
    assert "<b>6</b>" not in client.get("/reminders/?q=nothing-like-it").content.decode()
    found = client.get("/reminders/?q=Told").content.decode()
    restrict(sent.commitment)
    hidden = client.get("/reminders/?q=Told").content.decode()
    assert "7 days before" in found.split('id="results"')[1].split("<tbody>")[1]
    assert "<tbody>" not in hidden.split('id="results"')[1]


def test_a_person_sees_what_comes_next(client, case):
    soon = timezone.now().date() + days(10)
    make_obligation(case.party, due=soon, title="Coming title")
    page = as_(client, case.person).get("/reminders/").content.decode()
    coming = page.split('id="coming"')[1].split('id="told"')[0]
    assert "Coming title" in coming
    assert "7 days before" in coming


def test_what_comes_next_leaves_out_what_may_not_be_read(client, case):
    soon = timezone.now().date() + days(10)
    restrict(make_obligation(case.party, due=soon, title="Coming title").commitment)
    page = as_(client, case.person).get("/reminders/").content.decode()
    assert "Coming title" not in page


# Forecast --------------------------------------------------------------------------------------


def test_the_secretariat_sees_whom_what_and_why_for_all(client, case):
    line = make_obligation(case.party, due=timezone.now().date() + days(10))
    page = as_(client, make_officer()).get("/reminders/forecast/").content.decode()
    assert case.person.name in page
    assert "7 days before" in page
    assert line.commitment.reference in page
    assert "Deputy or mailbox on" in page


def test_everybody_else_sees_their_own_forecast(client, case):
    soon = timezone.now().date() + days(10)
    own, other = make_obligation(case.party, due=soon), make_party("XX")
    make_focal_point(other)
    foreign = make_obligation(other, due=soon)
    page = as_(client, case.person).get("/reminders/forecast/").content.decode()
    assert own.commitment.reference in page
    assert foreign.commitment.reference not in page


def test_what_is_told_on_one_day_is_one_mail(client, case):
    soon = timezone.now().date() + days(10)
    for _ in range(7):
        make_obligation(case.party, due=soon)
    answer = as_(client, make_officer()).get("/reminders/forecast/")
    first = answer.context["page"].object_list[0]
    assert (first.why, len(first.shown), first.more) == ("7 days before (7)", 5, "and 2 more")


# Ledger and outbox -----------------------------------------------------------------------------


def test_the_ledger_shows_whom_what_and_why(client, case, sent):
    page = as_(client, make_officer()).get("/reminders/ledger/").content.decode()
    assert case.person.name in page
    assert "Focal point, Kazakhstan" in page
    assert "Told title" in page
    assert "A later step was reached" in page


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("outcome=included", 1),
        ("outcome=superseded", 2),
        ("mail=sent", 1),
        ("mail=failed", 0),
        ("step=T-7", 1),
        ("capacity=focal+point", 3),
        ("capacity=head", 0),
        ("reason=overtaken", 2),
        ("reason=muted", 0),
        ("step=nonsense", 0),
        ("q=told", 3),
        ("q=focal", 3),
        ("sort=-recipient", 3),
        ("sort=planned_at&page=99", 3),
    ],
)
def test_the_ledger_can_be_filtered_and_sorted(client, sent, query, rows):
    response = as_(client, make_officer()).get(f"/reminders/ledger/?{query}")
    assert response.context["table"].paginator.count == rows


def test_the_outbox_can_be_filtered_and_sorted(client, sent):
    client = as_(client, make_administrator())
    for query in ("q=Kazakhstan", "state=sent", "kind=digest", "sort=recipient", "sort=-items"):
        response = client.get(f"/reminders/outbox/?{query}")
        assert response.context["table"].paginator.count == 1


def test_a_mail_is_shown_as_it_looks(client, sent):
    email = Email.objects.get()
    page = as_(client, make_administrator()).get(f"/reminders/outbox/{email.pk}/").content.decode()
    assert f'src="/reminders/outbox/{email.pk}/body/"' in page
    assert "<iframe" in page
    assert " sandbox " in page
    assert "DUE SOON (1)" in page
    assert email.message_id.strip("<>") in page


def test_a_mail_is_shown_without_the_links_that_act_for_its_recipient(client, sent):
    client, address = as_(client, make_administrator()), Email.objects.get().get_absolute_url()
    for page in (address, f"{address}body/"):
        text = client.get(page).content.decode()
        assert "/r/a…" in text
        assert not re.search(r"/r/[a-z][0-9]", text)


def test_the_frame_may_do_nothing(client, sent):
    email = Email.objects.get()
    response = as_(client, make_administrator()).get(f"/reminders/outbox/{email.pk}/body/")
    assert "Told title" in response.content.decode()
    policy = response.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_what_account_mail_says_is_shown_to_nobody(client):
    send_mail("Your password", "secret-link", None, [make_user().email])
    email = Email.objects.get()
    client = as_(client, make_administrator())
    for address in (f"/reminders/outbox/{email.pk}/", "/reminders/outbox/"):
        page = client.get(address).content.decode()
        assert "secret-link" not in page
        assert "Your password" in page
    response = client.get(f"/reminders/outbox/{email.pk}/body/")
    assert (response.status_code, response.content) == (404, b"")


def test_a_mail_that_is_not_written_yet_says_so(client, case):
    case.line(7)
    plan.run(now=NOW)
    email = Email.objects.get()
    page = as_(client, make_administrator()).get(f"/reminders/outbox/{email.pk}/").content.decode()
    assert "Not written yet" in page


def test_a_mail_that_is_not_there(client):
    client = as_(client, make_administrator())
    assert client.get("/reminders/outbox/1/").status_code == 404
    assert client.get("/reminders/outbox/99999999999999999999/").status_code == 404


# Health ----------------------------------------------------------------------------------------


def beat(ago):
    for name in ("plan", "send"):
        Pulse.objects.ended(name, timezone.now() - ago, {})


def test_health_is_red_before_the_first_run(client):
    assert client.get("/healthz/reminders").status_code == 503


def test_the_health_page_says_at_once_that_somebody_stopped_reminders(client):
    client = as_(client, make_administrator())
    Pulse.objects.ended("plan", timezone.now())
    Pulse.objects.ended("send", timezone.now())
    client.post("/reminders/brakes/set/", {"deed": "hold", "reason": "Moving house"})
    page = client.get("/reminders/health/").content.decode()
    assert "Reminders are stopped" in page.split("<h1>")[1].split("</h1>")[0]
    client.post("/reminders/brakes/set/", {"deed": "release"})
    assert "Moving house" not in client.get("/reminders/health/").content.decode()


def test_the_proof_speaks_in_words(client):
    Pulse.objects.ended("reconcile", timezone.now(), {"unplanned": 3, "unkept": 0, "late": 1})
    page = as_(client, make_officer()).get("/reminders/health/").content.decode()
    assert "3 reminders were not planned in time" in page
    assert "1 mail should have gone out a while ago" in page


def test_health_is_green_while_plan_and_send_come_to_their_end(client):
    beat(timedelta(minutes=2))
    response = client.get("/healthz/reminders")
    assert (response.status_code, response.content) == (200, b"Reminders are running.\n")


@pytest.mark.parametrize("name", ["plan", "send"])
def test_health_is_red_when_one_of_them_is_silent(client, name):
    beat(timedelta(minutes=1))
    Pulse.objects.filter(name=name).update(finished=timezone.now() - timedelta(minutes=4))
    assert client.get("/healthz/reminders").status_code == 503


def test_a_run_that_began_and_did_not_end_is_no_sign_of_life(client):
    beat(timedelta(minutes=4))
    Pulse.objects.began("plan", timezone.now())
    Pulse.objects.began("send", timezone.now())
    assert client.get("/healthz/reminders").status_code == 503


def test_the_health_page_says_what_stands_still(client):
    page = as_(client, make_officer()).get("/reminders/health/").content.decode()
    assert "Reminders are not running" in page
    beat(timedelta(minutes=1))
    page = client.get("/reminders/health/").content.decode()
    assert "<h1>Reminders are running</h1>" in page


def test_the_health_page_counts_and_names(client, relay):
    now = timezone.now()
    for number in range(2):
        party = make_party(f"X{number}")
        person = make_focal_point(party, make_user(name=f"Person X{number}")).user
        make_obligation(party, due=now.date(), now=now - days(50))
    make_obligation(make_party("UZ", name="Uzbekistan"), due=now.date(), now=now)
    relay.refuses[person.email] = "552 mailbox full"
    evening = now.replace(hour=20)
    plan.run(now=evening)
    deliver.run(clock=lambda: evening)
    beat(timedelta(minutes=1))
    page = as_(client, make_officer()).get("/reminders/health/").content.decode()
    assert "1 mail failed" in page
    assert "Person X1" in page
    assert "552 mailbox full" in page
    assert "Uzbekistan has nobody to tell" in page


# Panels ----------------------------------------------------------------------------------------


def test_a_commitment_says_what_is_told_next(case):
    commitment = case.line(20).commitment
    assert ahead_of(commitment, case.person).reminders.replace("\xa0", " ") == (
        "Next: 16 Mar, 14 days before, to the focal point of Kazakhstan"
    )


def test_a_commitment_of_many_says_to_focal_points(case):
    commitment = make_commitment(
        parties=[case.party, make_party("CN")], due=TODAY + days(20), now=NOW - days(50)
    )
    said = ahead_of(commitment, make_officer()).reminders
    assert said.endswith(", to focal points")


def test_a_commitment_without_coming_steps_says_nothing(case):
    assert ahead_of(case.line(-100).commitment, case.person).reminders == ""
    undated = make_obligation(case.party).commitment
    assert ahead_of(undated, case.person).reminders == ""


def test_the_panel_stands_on_the_page_of_the_commitment(client, case):
    soon = timezone.now().date() + days(20)
    commitment = make_obligation(case.party, due=soon).commitment
    page = as_(client, case.person).get(commitment.get_absolute_url()).content.decode()
    assert "Next reminders" in page
    assert "14 days before" in page


# Cost ------------------------------------------------------------------------------------------


@pytest.mark.once
@pytest.mark.parametrize(
    "address",
    [
        "/reminders/",
        "/reminders/forecast/",
        "/reminders/ledger/",
        "/reminders/outbox/",
        "/reminders/health/",
    ],
)
def test_a_page_costs_the_same_for_one_row_and_for_many(client, case, sent, address):
    case.person.role = "administrator"
    case.person.save()
    client = as_(client, case.person)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for number in range(12):
        party = make_party(f"X{number}")
        make_focal_point(party)
        make_obligation(party, due=TODAY + days(1), now=NOW - days(50))
        case.line(14)
    plan.run(now=NOW + days(1))
    deliver.run(clock=lambda: NOW + days(1))
    assert Reminder.objects.filter(outcome=Outcome.INCLUDED).count() > 20
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(one)


def test_commitments_are_not_deleted_under_the_ledger(sent):
    with pytest.raises(ProtectedError):
        Commitment.objects.all().delete()
