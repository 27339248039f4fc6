"""S20: a person is made unrecognisable without losing what they did."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts import forgetting
from accounts.choices import Via
from accounts.models import Event, SavedView, User
from commitments.models import Evidence, ProgressReport
from reminders import plan
from reminders.choices import Kind, State
from reminders.models import Absence, Attempt, Email, Feed, Mute, Policy, Reminder
from tests.factories import (
    NOW,
    PASSWORD,
    days,
    make_administrator,
    make_focal_point,
    make_mailbox,
    make_obligation,
    make_officer,
    make_party,
    make_user,
)
from tests.security.lives import ADDRESS, NAME, as_, forget, leave, places_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


# Being forgotten ----------------------------------------------------------------------------------------


def test_nothing_in_the_database_tells_who_it_was(life, person, administrator):
    before = places_with(NAME, ADDRESS)
    assert {"accounts.User.name", "accounts.User.email", "reminders.Email.to_address", "reminders.Email.frozen",
            "accounts.SavedView.name", "admin.LogEntry.object_repr"} <= before  # fmt: skip
    assert "accounts.Event.after" not in before
    leave(life, administrator)
    forget(person, administrator)
    assert places_with(NAME, "Qoroqorum", ADDRESS) == set()


def test_history_counts_and_ledger_stay(life, person, administrator):
    counted = [Event, Reminder, Email, Attempt, ProgressReport, Evidence, LogEntry]
    leave(life, administrator)
    before = {model: model.objects.count() for model in counted}
    ledger = list(Reminder.objects.filter(recipient=person).values_list("occasion", "outcome"))
    assert ledger
    user = forget(person, administrator)
    before[Event] += 1
    assert {model: model.objects.count() for model in counted} == before
    assert (
        list(Reminder.objects.filter(recipient=user).values_list("occasion", "outcome")) == ledger
    )
    client = as_(administrator)
    page = client.get(f"/reminders/ledger/?q=&recipient={user.pk}").content.decode()
    assert f"Former member of staff {user.pk}" in page
    history = client.get(life["line"].get_page_url()).content.decode()
    assert f"Former member of staff {user.pk}" in history
    mail = Email.objects.filter(recipient=user).first()
    assert client.get(mail.get_absolute_url()).status_code == 200


def test_sessions_end_at_once_and_nobody_signs_in_again(life, person, administrator):
    client = as_(person)
    assert client.get("/commitments/").status_code == 200
    leave(life, administrator)
    user = forget(person, administrator)
    assert client.get("/commitments/").headers["Location"].startswith("/accounts/login/")
    for address in (ADDRESS, user.email):
        entered = Client().post("/accounts/login/", {"login": address, "password": PASSWORD})
        assert entered.status_code == 200
    assert not user.has_usable_password()


def test_what_belonged_to_the_person_alone_is_gone_and_shared_views_stay(
    life, person, administrator
):
    leave(life, administrator)
    user = forget(person, administrator)
    assert not Mute.objects.filter(user=user).exists()
    assert not Feed.objects.filter(user=user).exists()
    assert not Absence.objects.filter(user=user).exists()
    assert [view.name for view in SavedView.objects.filter(owner=user)] == ["For all"]
    assert (user.language, user.time_zone, user.delivery_hour, user.theme, user.role) == (
        "en", "UTC", 8, "", "reader",
    )  # fmt: skip


def test_mail_that_waits_is_cancelled_and_says_why(person, administrator):
    make_obligation(make_party("KZ"), due=NOW.date() + days(7), now=NOW - days(100), owner=person)
    line = person.obligations.get()
    plan.run(now=NOW)
    (waiting,) = Email.objects.filter(recipient=person)
    assert waiting.state == State.WAITING
    type(line).objects.filter(pk=line.pk).update(owner=None)
    forget(person, administrator)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.error) == (State.CANCELLED, "inactive")
    assert waiting.to_address.endswith("@anonymised.invalid")
    assert not waiting.reminders.included().exists()


def test_it_leaves_one_row_without_a_name(person, administrator):
    forget(person, administrator)
    event = Event.objects.get(action="person.anonymised")
    assert (event.actor, event.object_type, event.object_id) == (administrator, "user", person.pk)
    assert set(event.after) == {"rows"}


def test_what_is_open_is_shown_first_and_nothing_is_handed_over_silently(person, administrator):
    party = make_party("KZ")
    make_focal_point(party, person)
    line = make_obligation(party, owner=person)
    officer_of = make_obligation(make_party("UZ"))
    type(officer_of.commitment).objects.filter(pk=officer_of.commitment_id).update(officer=person)
    other = make_user(name="Somebody away")
    today = timezone.now().date()
    Absence.objects.create(user=other, stand_in=person, starts_on=today, ends_on=today + days(3))
    Policy.objects.update_or_create(site=True, defaults={"head": person})

    page = as_(administrator).get(f"/accounts/people/{person.pk}/").content.decode()
    for said in (
        f"Open line: {line.commitment.reference}", f"Focal point of {party}", "Head of secretariat",
        f"Desk officer of {officer_of.commitment.reference}", "Stands in for Somebody away",
        line.get_page_url(), "Hand over first",
    ):  # fmt: skip
        assert said in page, said
    assert '<button class="btn btn--main" type="submit">Make unrecognisable' not in page

    response = as_(administrator).post(f"/accounts/people/{person.pk}/", {"email": ADDRESS})
    assert "Hand over first" in response.content.decode()
    person.refresh_from_db()
    line.refresh_from_db()
    assert (person.name, person.is_active, line.owner) == (NAME, True, person)
    with pytest.raises(ValidationError, match="Hand over first"):
        forget(person, administrator)


def test_the_mailbox_of_a_party_is_named_as_such(administrator):
    mailbox = make_mailbox()
    party = make_party("KZ", mailbox=mailbox)
    assert [one.words for one in forgetting.held(mailbox, NOW)] == [f"Mailbox of {party}"]


def test_it_takes_two_steps_and_the_right_address(person, administrator):
    client = as_(administrator)
    path = f"/accounts/people/{person.pk}/"
    assert "Nothing that is open" in client.get(path).content.decode()
    for typed in ("", "somebody@else.example"):
        page = client.post(path, {"email": typed}).content.decode()
        assert "Fill this in" in page or "not the address of this person" in page
        person.refresh_from_db()
        assert person.name == NAME
    response = client.post(path, {"email": ADDRESS.upper()}, follow=True)
    assert "Done." in response.content.decode()
    person.refresh_from_db()
    assert person.name == f"Former member of staff {person.pk}"
    assert "done already" in client.get(path).content.decode()


def test_the_password_is_confirmed_first(person):
    administrator = make_administrator(password=PASSWORD)
    client, path = as_(administrator), f"/accounts/people/{person.pk}/"
    sent_on = client.post(path, {"email": ADDRESS})
    assert sent_on.headers["Location"].startswith("/accounts/reauthenticate/")
    person.refresh_from_db()
    assert person.name == NAME
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": path})
    client.post(path, {"email": ADDRESS})
    person.refresh_from_db()
    assert forgetting.is_emptied(person)


def test_what_an_administrator_did_in_the_administration_stays(administrator):
    gone = make_administrator()
    kind = ContentType.objects.get_for_model(User)
    entry = LogEntry.objects.create(
        user=gone, content_type=kind, object_id="1", object_repr="x", action_flag=2
    )
    forgetting.anonymise(user=gone, actor=administrator, now=NOW, via=Via.PAGE)
    entry.refresh_from_db()
    assert entry.user == gone


@pytest.mark.parametrize(
    ("name", "subject", "left"),
    [
        ("Li", "Limits of Lithuania: Li, Lists", "Limits of Lithuania: …, Lists"),
        ("Ли", "Лицо: Ли", "Лицо: …"),
        ("王伟", "请王伟回复", "请…回复"),
        ("A. (B)", "A. (B) wrote", "… wrote"),
    ],
)
def test_a_name_goes_out_of_subjects_where_it_is_no_part_of_another_word(
    administrator, name, subject, left
):
    mail = Email.objects.create(
        kind=Kind.PROMPT,
        recipient=make_user(),
        subject=subject,
        created_at=NOW,
        not_before=NOW,
        expires_at=NOW + days(1),
        state=State.SENT,
        sent_at=NOW,
    )
    forgetting.anonymise(user=make_user(name=name), actor=administrator, now=NOW, via=Via.PAGE)
    mail.refresh_from_db()
    assert mail.subject == left


def test_nobody_does_it_to_themselves_or_twice(person, administrator):
    with pytest.raises(ValidationError, match="ask another administrator"):
        forget(administrator, administrator)
    forget(person, administrator)
    with pytest.raises(ValidationError, match="done already"):
        forget(person, administrator)


def test_an_officer_cannot_do_it(person):
    client = as_(make_officer())
    assert client.post(f"/accounts/people/{person.pk}/", {"email": ADDRESS}).status_code == 403
    person.refresh_from_db()
    assert person.name == NAME


def test_it_is_done_whole_or_not_at_all(life, person, administrator, monkeypatch):
    leave(life, administrator)

    def fails(user):
        raise RuntimeError

    monkeypatch.setattr(forgetting, "_rename_in_administration", fails)
    with pytest.raises(RuntimeError):
        forget(person, administrator)
    person.refresh_from_db()
    assert (person.name, person.email, person.is_active) == (NAME, ADDRESS, True)
    assert Mute.objects.filter(user=person).exists()


def test_two_who_are_forgotten_stay_apart(person, administrator):
    other = make_user()
    names = {forget(one, administrator).name for one in (person, other)}
    assert len(names) == 2


def test_the_address_may_be_used_again(person, administrator):
    forget(person, administrator)
    assert make_user(email=ADDRESS).pk != person.pk


def test_the_chain_of_the_log_is_whole_afterwards(life, person, administrator):
    from accounts import seals

    seals.seal(NOW)
    leave(life, administrator)
    forget(person, administrator)
    seals.seal(NOW)
    assert seals.verify().problems == []
