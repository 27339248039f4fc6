"""The list of people: for the secretariat, with whom they answer for."""

import json
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from meetings.tables import PeopleTable
from tests.factories import (
    make_focal_point,
    make_mailbox,
    make_officer,
    make_party,
    make_user,
)

pytestmark = pytest.mark.django_db


def browser(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def names(person, query: str = "") -> list[str]:
    table = browser(person).get(f"/people/?{query}").context["table"]
    return [row.record.name for row in table.paginated_rows]


def test_the_list_is_for_the_secretariat():
    assert browser(make_officer()).get("/people/").status_code == 200
    assert browser(make_user()).get("/people/").status_code == 403


def test_a_person_is_told_with_those_they_answer_for():
    officer = make_officer(name="Officer")
    person = make_user(name="Аида", language="ru", time_zone="Asia/Bishkek")
    make_mailbox(name="Mailbox")
    make_focal_point(make_party("AA"), person)
    make_focal_point(make_party("BB"), person, is_deputy=True)
    make_focal_point(make_party("CC"), person, ends_on=date(2021, 1, 1))
    html = browser(officer).get("/people/?q=АИДА").content.decode()
    assert "Party AA; Party BB (deputy)" in html
    assert "Русский" in html
    assert "Mailbox" not in html
    query = "export=json&q=аида&cols=" + ",".join(PeopleTable.base_columns)
    (row,) = json.loads(browser(officer).get(f"/people/?{query}").getvalue())
    assert {name: row[name] for name in ("name", "role", "parties", "deputy_of", "language")} == {
        "name": "Аида", "role": "reader", "parties": "AA", "deputy_of": "BB", "language": "ru",
    }  # fmt: skip
    assert (row["email"], row["is_active"], row["last_login"]) == (person.email, True, None)


def test_people_are_filtered_and_sorted():
    officer = make_officer(name="B")
    make_focal_point(make_party("AA"), make_user(name="A"))
    make_user(name="C", is_active=False)
    assert names(officer) == ["A", "B", "C"]
    assert names(officer, "sort=-name") == ["C", "B", "A"]
    assert names(officer, "role=officer") == ["B"]
    assert names(officer, "party=AA") == ["A"]
    assert names(officer, "is_active=false") == ["C"]
    for column in PeopleTable.base_columns:
        for sign in ("", "-"):
            assert sorted(names(officer, f"sort={sign}{column}")) == ["A", "B", "C"]
    assert names(officer, "sort=last_login")[0] == names(officer, "sort=-last_login")[0] == "B"


def test_the_list_costs_the_same_for_many():
    client = browser(make_officer())

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/people/")
        return len(queries)

    make_focal_point(make_party("AA"))
    cost()
    for_two = cost()
    for number in range(10):
        make_focal_point(make_party(f"X{number}"))
    assert cost() == for_two <= 9
