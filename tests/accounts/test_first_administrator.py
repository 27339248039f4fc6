"""The one-time address of an empty site."""

import pytest
from django.core import signing
from django.core.exceptions import ValidationError

from accounts.choices import Role
from accounts.models import Event, User
from sco_tracker import setup
from tests.factories import NOW, PASSWORD, make_user

pytestmark = pytest.mark.django_db
GIVEN = {"name": "Aigerim", "email": "Aigerim@example.org", "password": "a wholly new sentence"}


@pytest.fixture
def path(settings):
    return setup.first_administrator_address().removeprefix(settings.SITE_URL)


def test_the_address_makes_the_first_administrator_and_signs_in(client, path):
    assert "works once" in client.get(path).content.decode()
    response = client.post(path, GIVEN)
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.cookies["sessionid"]["max-age"] == ""  # it ends with the browser
    person = User.objects.get()
    assert (person.email, person.role) == ("aigerim@example.org", Role.ADMINISTRATOR)
    told = Event.objects.order_by("pk").values_list("action", flat=True)
    assert list(told) == ["person.added", "session.begun"]
    assert "Set up SCO Tracker" in client.get("/").content.decode()


def test_the_address_works_once(client, path):
    client.post(path, GIVEN)
    client.logout()
    again = {**GIVEN, "email": "second@example.org"}
    assert client.get(path).status_code == 404
    assert client.post(path, again).status_code == 404
    assert User.objects.count() == 1


def test_the_address_is_refused_when_somebody_has_an_account(client, path):
    make_user()
    assert client.get(path).status_code == 404
    assert client.post(path, GIVEN).status_code == 404


def test_a_mailbox_alone_does_not_close_the_address(client, path):
    make_user(is_mailbox=True)
    assert client.post(path, GIVEN).status_code == 302


@pytest.mark.parametrize("token", ["x", "a:b:c", "not-a-token", "%00", "x" * 3000, "..:..:.."])
def test_a_made_up_token_leads_nowhere(client, token):
    assert client.get(f"/setup/{token}/").status_code == 404
    assert client.post(f"/setup/{token}/", GIVEN).status_code == 404
    assert not User.objects.exists()


def test_a_token_for_something_else_leads_nowhere(client, settings):
    token = signing.dumps(settings.INSTALLATION_ID, salt="something-else")
    assert client.post(f"/setup/{token}/", GIVEN).status_code == 404


def test_the_address_is_good_for_a_day(client, path, monkeypatch):
    monkeypatch.setattr(setup, "VALID_FOR", -1)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"password": "short"}, "password", "too short"),
        ({"password": "password1234"}, "password", "too common"),
        ({"password": "aigerim@example.org"}, "password", "too similar"),
        ({"password": ""}, "password", "required"),
        ({"email": "nonsense"}, "email", "valid email"),
        ({"name": ""}, "name", "required"),
    ],
)
def test_what_cannot_stand_is_told_and_the_address_still_works(
    client, path, values, field, message
):
    response = client.post(path, {**GIVEN, **values})
    html = response.content.decode()
    assert response.status_code == 200
    assert f'id="id_{field}_error"' in html
    assert message in html
    assert not User.objects.exists()
    assert client.post(path, GIVEN).status_code == 302


def test_of_two_on_the_address_at_once_the_second_leaves_no_trace():
    setup.make_administrator(now=NOW, **GIVEN)
    with pytest.raises(ValidationError, match="Sign in instead"):
        setup.make_administrator(now=NOW, name="B", email="b@example.org", password=PASSWORD)
    assert User.objects.count() == 1
    assert Event.objects.count() == 1
