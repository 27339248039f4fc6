"""Saved views: what a list shows, under a name, for oneself or for everybody."""

import re

import pytest
from django.test import Client

from accounts.models import SavedView
from accounts.saved_views import MOST
from tests.factories import make_obligation, make_officer, make_user

pytestmark = pytest.mark.django_db
LIST = "/commitments/lines/"
QUERY = "status=stalled&sort=-party&cols=party"


def browser(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def save(person, name: str = "Stalled", query: str = QUERY, **values):
    given = {"list": "commitments:lines", "name": name, "query": query, **values}
    return browser(person).post("/accounts/views/", given, follow=True)


def links(person, query: str = "") -> list[tuple[str, bool]]:
    html = browser(person).get(f"{LIST}?{query}").content.decode()
    found = re.findall(r'<a href="\?([^"]*)"( aria-current="page")?><svg.*?</svg>', html, re.S)
    return [(address.replace("&amp;", "&"), bool(current)) for address, current in found]


def test_a_view_keeps_filters_order_and_columns_and_becomes_a_link():
    person = make_user()
    response = save(person, query=f"{QUERY}&page=3&q=&export=csv")
    assert response.redirect_chain == [(f"{LIST}?{QUERY}", 302)]
    assert "The view “Stalled” is saved." in response.content.decode()
    assert links(person, QUERY) == [(QUERY, True)]
    assert links(person, f"{QUERY}&page=1") == [(QUERY, True)]
    assert links(person, "status=stalled") == [(QUERY, False)]


def test_a_view_is_ones_own_until_it_is_shared():
    officer, other = make_officer(), make_user()
    save(officer)
    assert links(other) == []
    save(officer, "For all", is_shared="on")
    assert links(other) == [(QUERY, False)]
    assert "Delete the view" not in browser(other).get(f"{LIST}?{QUERY}").content.decode()


def test_only_the_secretariat_shares():
    person = make_user()
    save(person, is_shared="on")
    assert SavedView.objects.get().is_shared is False


def test_a_view_is_renamed_and_deleted_by_its_owner():
    person, other = make_user(), make_officer()
    save(person)
    view = SavedView.objects.get()
    save(person, "Not moving", pk=view.pk)
    assert [row.name for row in SavedView.objects.all()] == ["Not moving"]
    assert "This view was deleted" in save(other, "Mine", pk=view.pk).content.decode()
    address = f"/accounts/views/{view.pk}/delete/"
    assert browser(other).post(address).status_code == 404
    assert browser(person).post(address).status_code == 302
    assert not SavedView.objects.exists()


def test_what_cannot_be_saved_says_why():
    person = make_user()
    save(person)
    assert "You have a view of this name" in save(person).content.decode()
    assert "Fill this in." in save(person, " ").content.decode()
    assert save(person, "Another", list="nowhere").status_code == 200
    assert SavedView.objects.count() == 1
    SavedView.objects.bulk_create(
        SavedView(owner=person, list="commitments:lines", name=f"View {n}") for n in range(MOST)
    )
    assert f"You have {MOST} views of this list." in save(person, "More").content.decode()


def test_a_view_shows_what_its_reader_may_see():
    officer = make_officer()
    line = make_obligation(status="stalled")
    save(officer, is_shared="on")
    line.commitment.sensitivity = "secretariat"
    line.commitment.save()
    reader = browser(make_user()).get(f"{LIST}?{QUERY}")
    assert reader.context["table"].paginator.count == 0
