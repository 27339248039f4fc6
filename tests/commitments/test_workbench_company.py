"""Two officers on one workbench: each sees what the other did, and nothing typed is lost."""

import re

import pytest

from commitments.workbench import services
from commitments.workbench.undo import undo
from tests.commitments.boards import at, edited, said, words
from tests.commitments.readings import by, candidate, make_read_report, passage
from tests.factories import make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def officer(client):
    person = make_officer(name="Omar Officer")
    client.force_login(person)
    return person


@pytest.fixture
def report(officer):
    return make_read_report()


def test_whoever_presses_second_is_told_and_sees_the_decision(client, officer, report):
    row = candidate("Dredging")
    services.dismiss(
        candidate=row, seen=1, reason="A view.", by=by(make_officer(name="Olga Ortiz"))
    )
    response = client.post(at("accept", row.pk), {"version": 1}, follow=True)
    assert "Olga Ortiz has decided" in said(response)[0]
    assert "Dismissed by Olga Ortiz" in words(response)


def test_whoever_types_second_keeps_the_words_and_sees_what_is_stored(client, officer, report):
    row = candidate("Dredging")
    services.edit(candidate=candidate("Dredging"), seen=1, values={"title": "Dredge it"}, by=by())
    data = edited(row, title="Dredge all of it")
    response = client.post(at("edit", row.pk), data)
    assert response.status_code == 409
    assert 'value="Dredge all of it"' in words(response)
    assert "As it is stored now" in words(response)
    again = client.post(
        at("edit", row.pk), data | {"version": response.context["form"]["version"].value()}
    )
    assert again.status_code == 302
    row.refresh_from_db()
    assert row.title == "Dredge all of it"


def test_the_page_asks_what_others_did(client, officer, report):
    assert client.get(at("changes"), {"after": 0}).status_code == 204
    row = candidate("Dredging")
    services.accept(candidate=row, seen=1, by=by(make_officer(name="Olga Ortiz")))
    response = client.get(at("changes"), {"after": 0, "p": 4})
    assert "Olga Ortiz accepted a candidate." in words(response)
    assert 'id="passages" hx-swap-oob="true"' in words(response)
    assert client.get(at("changes"), {"after": response.context["board"].latest}).status_code == 204


def test_what_one_did_oneself_is_no_news(client, officer, report):
    row = candidate("Dredging")
    services.accept(candidate=row, seen=1, by=by(officer))
    response = client.get(at("changes"), {"after": 0, "p": 4})
    assert "wb__live" not in words(response)


@pytest.mark.parametrize("odd", ["x", "-1", "9" * 30, "٣"])
def test_a_question_that_makes_no_sense_is_answered(client, report, odd):
    assert client.get(at("changes"), {"after": odd}).status_code == 204


def test_htmx_gets_the_part_between_head_and_foot(client, report):
    part = client.get(at(), headers={"HX-Request": "true", "HX-Boosted": "true"})
    assert words(part).startswith("<main")
    assert "HX-Request" in part.headers["Vary"]


def test_the_page_asks_what_others_took_back(client, officer, report):
    olga = by(make_officer(name="Olga Ortiz"))
    services.accept(candidate=candidate("Dredging"), seen=1, by=olga)
    latest = client.get(f"{at()}?p=4").context["board"].latest
    undo(report=report, by=olga)
    response = client.get(at("changes"), {"after": latest, "p": 4})
    assert "Olga Ortiz accepted a candidate, and took it back." in words(response)
    latest = response.context["board"].latest
    assert client.get(at("changes"), {"after": latest}).status_code == 204


def test_what_one_took_back_oneself_is_no_news(client, officer, report):
    olga = by(make_officer(name="Olga Ortiz"))
    services.accept(candidate=candidate("Dredging"), seen=1, by=olga)
    undo(report=report, by=olga)
    services.accept(candidate=candidate("Share tide"), seen=1, by=by(officer))
    latest = client.get(f"{at()}?p=4").context["board"].latest
    undo(report=report, by=by(officer))
    assert "wb__live" not in words(client.get(at("changes"), {"after": latest}))


def test_the_page_asks_about_the_passage_that_it_shows(client, report):
    page = client.get(at()).content.decode()
    services.confirm(passage=passage(1), seen=1, function="procedure", by=by())
    asks = re.search(r'hx-get="([^"]*)"', page)[1].replace("&amp;", "&")
    assert client.get(asks).context["board"].selected.number == 1
