"""Parts of pages that are drawn once: nobody sees what was drawn for somebody else, or for another address."""

import re
from datetime import date

import pytest
from django.core.cache import caches

from accounts.choices import Role
from commitments.choices import Status
from commitments.models import Commitment
from commitments.values import read_lines
from meetings.models import Party
from tests.factories import (
    NOW,
    make_administrator,
    make_commitment,
    make_officer,
    make_party,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_drawn():
    caches["drawn"].clear()


def html_of(client, person, path="/commitments/", **query) -> str:
    client.force_login(person)
    return client.get(path, query).content.decode()


def summary_of(html: str, menu: str) -> str:
    """The button of a filter, by its label."""
    (found,) = re.findall(
        rf"<summary[^>]*>(?:(?!</summary>).)*\b{menu}\b.*?</summary>", html, re.DOTALL
    )
    return found


def test_addresses_of_the_secretariat_are_drawn_for_it_alone(client):
    led_to = [
        ("/people/" in html, 'href="/admin/"' in html)
        for make in (make_administrator, make_user, make_officer, make_user)
        for html in [html_of(client, make())]
    ]
    assert led_to == [(True, True), (False, False), (True, False), (False, False)]


def test_who_changes_role_gets_other_addresses(client):
    person = make_officer()
    assert "/people/" in html_of(client, person)
    type(person).objects.filter(pk=person.pk).update(role=Role.READER)
    person.refresh_from_db()
    assert "/people/" not in html_of(client, person)


def test_the_page_that_is_open_is_marked(client):
    person = make_user()
    for path in ("/commitments/", "/meetings/", "/commitments/"):
        assert (
            re.findall(r'href="([^"]+)"[^>]*aria-current="page">', html_of(client, person, path))[0]
            == path
        )


def test_a_filter_shows_what_is_chosen_and_what_is_wrong_with_it(client):
    person = make_user()
    plain = summary_of(html_of(client, person), "Status")
    assert "Stalled" in summary_of(html_of(client, person, status="stalled"), "Status")
    assert "btn--danger" in summary_of(html_of(client, person, status="nonsense"), "Status")
    assert summary_of(html_of(client, person), "Status") == plain
    assert "btn--danger" not in plain


def test_a_filter_has_the_party_that_came_since(client):
    person = make_user()
    assert "Bland" not in html_of(client, person)
    make_party("BB", name="Bland")
    assert "Bland" in html_of(client, person)


def test_a_party_that_came_after_the_parties_were_read_is_read_by_itself():
    make_commitment(parties=[make_party("AA"), make_party("BB")], due=date(2030, 1, 1))
    (found,) = Commitment.objects.all()
    read_lines([found], Party.objects.filter(code="AA"), make_user(), NOW)
    assert [line.party.code for line in found.lines] == ["AA", "BB"]


def fields_of(html: str, form: str) -> str:
    """The inputs of a form, by the end of its address."""
    (found,) = re.findall(rf'<form method="post" action="[^"]*/{form}">.*?</form>', html, re.DOTALL)
    return found


def test_the_forms_of_a_line_have_its_own_status_and_ids(client):
    officer, party = make_officer(), make_party("AA")
    stalled, waiting = (make_commitment(parties=[party]) for _ in range(2))
    stalled.obligations.update(status=Status.STALLED)
    for commitment, status in [
        (stalled, "stalled"),
        (waiting, "not_started"),
        (stalled, "stalled"),
    ]:
        html = html_of(client, officer, f"/commitments/{commitment.reference}/")
        form = fields_of(html, "AA/status/")
        assert re.findall(r'value="(\w+)"[^>]*checked', form) == [status]
        assert f'name="version" value="{commitment.obligations.get().version}"' in form
    other = make_commitment(parties=[make_party("BB")])
    html = html_of(client, officer, f"/commitments/{other.reference}/")
    assert 'id="d_BB_due"' in fields_of(html, "BB/deadline/")


def test_what_is_entered_in_a_form_is_shown_to_nobody_else(client):
    officer, other = make_officer(), make_officer()
    (line,) = make_commitment(parties=[make_party("AA")]).obligations.all()
    page = line.get_page_url()
    form = fields_of(html_of(client, officer, page), "AA/deadline/")
    address = re.findall(r'action="([^"]+)"', form)[0]
    wrong = client.post(
        address, {"due": "soon", "reason": "A word of one's own", "version": line.version}
    )
    assert "A word of one&#x27;s own" in wrong.content.decode()
    for person in (other, officer):
        assert "A word of one" not in html_of(client, person, page)
