"""S20: what is stored about a person, to take along; and made unrecognisable without losing what they did."""

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client
from django.utils import timezone

from accounts import forgetting, middleware, personal
from accounts.choices import Via
from accounts.models import Event, SavedView, User
from commitments.choices import Claim
from commitments.models import Evidence, ProgressReport
from meetings.services import end_term
from reminders import deliver, engine, plan
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
    make_submitted,
    make_user,
    restrict,
)

pytestmark = pytest.mark.django_db

NAME, ADDRESS = "Zzyzx Qoroqorum", "zzyzx@ministry.example"


@pytest.fixture(autouse=True)
def at_now(monkeypatch, settings):
    monkeypatch.setattr(middleware, "read_clock", lambda: NOW)
    settings.EMAIL_BACKEND = "reminders.backend.OutboxBackend"
    cache.clear()  # counts how often one machine asks for a new password


@pytest.fixture
def person():
    return make_user(name=NAME, email=ADDRESS, password=PASSWORD, time_zone="Asia/Bishkek")


@pytest.fixture
def administrator():
    return make_administrator()


@pytest.fixture
def life(person, administrator, relay):
    """Somebody who left traces everywhere: in the register, the ledger, mail, settings, both logs."""
    party = make_party("KZ")
    term = make_focal_point(party, person)
    line = make_obligation(party, due=NOW.date() + days(7), now=NOW - days(100))
    report = make_submitted(line, person, claimed=Claim.DONE)
    make_obligation(party, due=NOW.date() + days(7), now=NOW - days(100))
    plan.run(now=NOW)
    deliver.run(clock=lambda: NOW)

    client = as_(person)
    client.post("/reminders/calendar/make/")
    client.post("/accounts/preferences/", preferences(person))
    make = {"name": f"Views of {NAME}", "list": "commitments:list", "query": "q=a"}
    SavedView.objects.create(owner=person, is_shared=False, **make)
    SavedView.objects.create(owner=person, is_shared=True, **make | {"name": "For all"})
    Mute.objects.create(user=person, obligation=line, at=NOW)
    other = make_user()
    Absence.objects.create(
        user=person, stand_in=other, starts_on=NOW.date(), ends_on=NOW.date() + days(3)
    )
    change = {
        "name": NAME, "email": ADDRESS, "role": "reader", "is_active": "on", "language": "ru",
        "time_zone": "UTC", "delivery_hour": 9, "delivery_days": [1, 2],
    }  # fmt: skip
    as_(administrator).post(f"/admin/accounts/user/{person.pk}/change/", change)
    Client().post("/accounts/password/reset/", {"email": ADDRESS})
    person.refresh_from_db()
    return {"term": term, "line": line, "report": report, "other": other}


def preferences(person) -> dict[str, object]:
    return {
        "name": NAME, "language": "en", "time_zone": "Asia/Bishkek", "delivery_hour": 7,
        "delivery_days": [1, 2, 5], "theme": "dark", "version": person.version,
    }  # fmt: skip


def as_(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def leave(life, administrator) -> None:
    """The term ends and the report is settled: nothing is open any more."""
    end_term(
        term=life["term"], ends_on=NOW.date() - days(1), actor=administrator, now=NOW, via=Via.PAGE
    )


def forget(person, administrator) -> User:
    return forgetting.anonymise(user=person, actor=administrator, now=NOW, via=Via.PAGE)


def places_with(*words: str) -> set[str]:
    """Every column of the database in which one of these words stands, whatever the case."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey):
                continue
            for value in model._base_manager.values_list(field.attname, flat=True):
                said = bytes(value).decode("utf-8", "replace") if _is_bytes(value) else str(value)
                if any(word.lower() in said.lower() for word in words):
                    found.add(f"{model._meta.label}.{field.name}")
    return found


def _is_bytes(value: object) -> bool:
    return isinstance(value, bytes | memoryview)


# Taking along ------------------------------------------------------------------------------------------


def own_data(client) -> dict:
    response = client.get("/accounts/data/")
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].startswith("attachment")
    return response.json()


def test_a_person_takes_along_all_that_is_stored_about_them(life, person):
    told = own_data(as_(person))
    assert (told["person"]["name"], told["person"]["email"]) == (NAME, ADDRESS)
    actions = {event["action"] for event in told["events about this person"]}
    assert actions >= {"person.added", "person.changed"}
    assert told["commitments.ProgressReport, author"][0]["text"] == "A plan was adopted."
    assert told["meetings.FocalPoint, user"][0]["starts_on"] == "2020-01-01"
    assert told["reminders.Reminder, recipient"][0]["occasion"]
    mails = told["reminders.Email, recipient"]
    assert {mail["to_address"] for mail in mails} == {ADDRESS}
    assert {mail["kind"] for mail in mails} == {"digest", "account"}
    assert told["accounts.SavedView, owner"][0]["query"] == "q=a"
    assert told["reminders.Absence, user"]
    assert told["reminders.Mute, user"]
    assert told["commitments.Evidence, added_by"][0]["url"]


def test_every_relation_to_a_person_is_followed():
    followed = {(one.related_model, one.field.name) for one in personal.relations()}
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if field.related_model is User:
                assert (model, field.name) in followed, (model, field.name)


@pytest.mark.parametrize("who", ["the person", "an administrator"])
def test_no_secret_is_taken_along(life, person, administrator, who):
    if who == "the person":
        said = as_(person).get("/accounts/data/").content.decode()
    else:
        path = f"/accounts/people/{person.pk}/data/"
        said = as_(administrator).get(path).content.decode()
    person.refresh_from_db()
    assert ADDRESS in said
    for secret in (person.password, Feed.objects.get().key, "/r/", "/password/reset/key/"):
        assert secret not in said


@pytest.mark.parametrize("model", apps.get_models(include_auto_created=True))
def test_what_sounds_like_a_secret_is_withheld(model):
    """A field of a later table that lets somebody in has to be named in WITHHELD."""
    if model not in {one.related_model for one in personal.relations()} | {User}:
        return
    for field in model._meta.concrete_fields:
        if any(word in field.name for word in ("password", "secret", "token", "session", "frozen")):
            is_moment = isinstance(field, models.DateTimeField)
            is_bytes = isinstance(field, models.BinaryField)
            assert field.name in personal.WITHHELD or is_bytes or is_moment


def test_the_log_tells_once_who_took_the_data(life, person, administrator):
    own_data(as_(person))
    as_(administrator).get(f"/accounts/people/{person.pk}/data/")
    told = Event.objects.filter(action="person.data_exported").order_by("pk")
    assert [(event.actor, event.object_id) for event in told] == [
        (person, person.pk),
        (administrator, person.pk),
    ]


@pytest.mark.parametrize("path", ["/accounts/people/{}/", "/accounts/people/{}/data/"])
def test_nobody_but_administrators_gets_the_data_of_another(person, path):
    for other in (make_user(), make_officer(), person):
        assert as_(other).get(path.format(person.pk)).status_code == 403


def test_what_a_person_may_not_see_any_more_is_not_in_their_data(life, person, administrator):
    restrict(life["line"].commitment)
    leave(life, administrator)
    told = own_data(as_(person))
    (report,) = told["commitments.ProgressReport, author"]
    assert "text" not in report
    assert report["id"] == life["report"].pk
    assert "url" not in told["commitments.Evidence, added_by"][0]
    whole = as_(administrator).get(f"/accounts/people/{person.pk}/data/").json()
    assert whole["commitments.ProgressReport, author"][0]["text"] == "A plan was adopted."


def test_what_a_person_wrote_into_the_log_is_told_without_its_words(life, person, administrator):
    by_me = own_data(as_(person))["accounts.Event, actor"]
    sent = next(event for event in by_me if event["action"] == "report.submitted")
    assert "after" not in sent
    assert sent["object_type"] == "obligation"
    whole = as_(administrator).get(f"/accounts/people/{person.pk}/data/").json()
    assert any("after" in event for event in whole["accounts.Event, actor"])


def test_the_way_to_the_data_stands_in_the_preferences_and_in_the_administration(
    person, administrator
):
    assert 'href="/accounts/data/"' in as_(person).get("/accounts/preferences/").content.decode()
    page = as_(administrator).get(f"/admin/accounts/user/{person.pk}/change/").content.decode()
    assert f'href="/accounts/people/{person.pk}/"' in page


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


# Texts of mails -----------------------------------------------------------------------------------------


def test_the_text_of_a_mail_goes_after_ninety_days_and_the_ledger_stays(life):
    sent = Email.objects.filter(state=State.SENT).first()
    assert sent.frozen
    told = sent.reminders.count()
    engine.purge(clock=lambda: NOW + days(89))
    sent.refresh_from_db()
    assert sent.frozen
    engine.purge(clock=lambda: NOW + days(91))
    sent.refresh_from_db()
    assert sent.frozen is None
    assert (sent.reminders.count(), sent.state) == (told, State.SENT)
    assert told
