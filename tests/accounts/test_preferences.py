"""What people say about themselves, and the language of the pages."""

import re

import pytest
from django.conf import settings
from django.test import Client

from accounts.forms import PreferencesForm
from accounts.models import Event
from tests.factories import make_user

PREFERENCES, LANGUAGE = "/accounts/preferences/", "/accounts/language/"
pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def person(client):
    user = make_user(name="Aigerim")
    client.force_login(user)
    return user


def typed(**values):
    return {
        "name": "Aigerim K.",
        "language": "en",
        "time_zone": "Asia/Bishkek",
        "delivery_hour": "7",
        "delivery_days": ["1", "2", "5"],
        "theme": "dark",
        "version": "1",
        **values,
    }


def changes(person):
    return Event.objects.filter(object_type="user", object_id=person.pk, action="person.changed")


def test_preferences_are_saved_with_their_event(client, person):
    response = client.post(PREFERENCES, typed())
    assert (response.status_code, response.headers["Location"]) == (302, PREFERENCES)
    person.refresh_from_db()
    assert (person.name, person.time_zone, person.delivery_hour) == (
        "Aigerim K.",
        "Asia/Bishkek",
        7,
    )
    assert (person.delivery_days, person.theme, person.version) == ([1, 2, 5], "dark", 2)
    event = changes(person).get()
    assert (event.actor, event.via) == (person, "page")
    assert event.before == {
        "name": "changed", "time_zone": "UTC", "delivery_hour": 8,
        "delivery_days": [1, 2, 3, 4, 5, 6, 7], "theme": "",
    }  # fmt: skip
    assert "Preferences saved" in client.get(PREFERENCES).content.decode()


def test_saving_what_is_there_already_leaves_no_event(client, person):
    client.post(PREFERENCES, typed())
    client.post(PREFERENCES, typed(version="2"))
    assert changes(person).count() == 1


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone", "Choose a time zone of the list"),
        ({"time_zone": "../../etc/passwd"}, "time_zone", "Choose a time zone of the list"),
        ({"time_zone": ""}, "time_zone", "Choose one"),
        ({"delivery_hour": "5"}, "delivery_hour", "Choose an hour from 6 to 20."),
        ({"delivery_hour": "21"}, "delivery_hour", "Choose an hour from 6 to 20."),
        ({"delivery_hour": "noon"}, "delivery_hour", "Choose an hour from 6 to 20."),
        ({"delivery_days": []}, "delivery_days", "Choose at least one day."),
        ({"delivery_days": ["8"]}, "delivery_days", "Choose one of those shown"),
        ({"language": "de"}, "language", "Choose one of those shown"),
        ({"theme": "pink"}, "theme", "Choose one of those shown"),
        ({"name": ""}, "name", "required"),
        ({"name": "x" * 151}, "name", "Shorten this to 150 characters"),
    ],
)
def test_what_cannot_stand_is_told_beside_its_field(client, person, values, field, message):
    response = client.post(PREFERENCES, typed(**values))
    html = response.content.decode()
    assert response.status_code == 200
    assert re.search(rf'id="id_{field}_error">.*?{message}', html, re.DOTALL)
    person.refresh_from_db()
    assert (person.version, person.time_zone) == (1, "UTC")
    assert not changes(person).exists()


@pytest.mark.parametrize("version", ["0", "2", "9" * 30])
def test_whoever_was_slower_is_told_and_changes_nothing(client, person, version):
    response = client.post(PREFERENCES, typed(version=version))
    assert "Somebody changed these entries after you opened them." in response.content.decode()
    assert "Asia/Bishkek" in response.content.decode()
    person.refresh_from_db()
    assert person.version == 1


@pytest.mark.parametrize(
    "field", ["email", "role", "is_active", "is_mailbox", "password", "is_superuser", "pk"]
)
def test_a_field_that_is_not_on_the_form_is_left_alone(client, person, field):
    before = {
        name: value for name, value in vars(person).items() if name in {field, "email", "role"}
    }
    client.post(PREFERENCES, typed(**{field: "administrator"}))
    person.refresh_from_db()
    assert {name: getattr(person, name) for name in before} == before
    assert not person.is_superuser


def test_nobody_changes_the_preferences_of_another(client, person):
    other = make_user()
    client.post(PREFERENCES, typed(pk=other.pk, id=other.pk, user=other.pk))
    other.refresh_from_db()
    assert other.version == 1


def test_a_zone_that_the_list_leaves_out_is_kept(client, person):
    person.time_zone = "Etc/GMT+5"
    person.save()
    assert "Etc/GMT+5" in client.get(PREFERENCES).content.decode()
    client.post(PREFERENCES, typed(time_zone="Etc/GMT+5"))
    person.refresh_from_db()
    assert (person.time_zone, person.version) == ("Etc/GMT+5", 2)


def test_pages_are_in_the_language_and_zone_of_the_person(client, person):
    client.post(PREFERENCES, typed(language="ru"))
    html = client.get(PREFERENCES).content.decode()
    assert '<html lang="ru"' in html
    assert "Asia/Bishkek (UTC+6)" in html


def test_every_zone_on_offer_can_be_chosen():
    names = [name for name, _ in PreferencesForm().fields["time_zone"].choices]
    assert len(names) == len(set(names)) > 300
    assert {"UTC", "Asia/Bishkek", "Asia/Kolkata", "Europe/Minsk"} <= set(names)


def test_a_form_from_elsewhere_is_refused(person):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person)
    assert strict.post(PREFERENCES, typed()).status_code == 403
    assert strict.post(LANGUAGE, {"language": "ru"}).status_code == 403


# Language ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ru", "zh-hans", "en"])
def test_a_language_is_kept_in_a_cookie_before_signing_in(client, language):
    response = client.post(LANGUAGE, {"language": language, "next": "/accounts/login/"})
    assert response.headers["Location"] == "/accounts/login/"
    cookie = response.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert (cookie.value, cookie["samesite"], cookie["httponly"]) == (language, "Lax", True)
    assert f'<html lang="{language}"' in client.get("/accounts/login/").content.decode()


def test_a_language_is_kept_with_the_person(client, person):
    client.post(LANGUAGE, {"language": "ru"})
    person.refresh_from_db()
    assert (person.language, person.version) == ("ru", 2)
    assert changes(person).get().after == {"language": "ru"}
    assert '<html lang="ru"' in client.get("/").content.decode()


def test_choosing_the_language_that_is_chosen_leaves_no_event(client, person):
    client.post(LANGUAGE, {"language": "en"})
    assert not changes(person).exists()


@pytest.mark.parametrize("language", ["", "de", "../ru", "x" * 500, "ru\r\nSet-Cookie: a=b"])
def test_a_language_that_is_not_spoken_changes_nothing(client, person, language):
    response = client.post(LANGUAGE, {"language": language})
    assert response.status_code == 302
    assert settings.LANGUAGE_COOKIE_NAME not in response.cookies
    person.refresh_from_db()
    assert person.language == "en"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "http:///evil.example",
     "javascript:alert(1)", ""],
)  # fmt: skip
def test_choosing_a_language_leads_to_this_site_alone(client, target):
    assert client.post(LANGUAGE, {"language": "ru", "next": target}).headers["Location"] == "/"


def test_choosing_a_language_leads_back_to_the_page(client):
    response = client.post(LANGUAGE, {"language": "ru", "next": "/commitments/?q=a&page=2"})
    assert response.headers["Location"] == "/commitments/?q=a&page=2"


def test_a_language_is_chosen_by_post_alone(client):
    assert client.get(LANGUAGE).status_code == 405
