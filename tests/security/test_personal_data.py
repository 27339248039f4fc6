"""S20: what is stored about a person, to take along; and for how long."""

import pytest
from django.apps import apps
from django.db import models

from accounts import personal
from accounts.models import Event, User
from reminders import engine
from reminders.choices import State
from reminders.models import Email, Feed
from tests.factories import (
    NOW,
    days,
    make_officer,
    make_user,
    restrict,
)
from tests.security.lives import ADDRESS, NAME, as_, leave

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]


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
