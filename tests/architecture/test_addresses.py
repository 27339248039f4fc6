"""Every address has a rule, and whoever is turned away learns and changes nothing (test_rights.py asks all)."""

import re
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from django.urls import path

from accounts.access import OTHERS, Access, rule_of
from commitments.models import Obligation
from meetings.models import Party
from sco_tracker.urls import urlpatterns as site
from tests.architecture.addresses import Address, all_addresses
from tests.factories import (
    PASSWORD,
    make_administrator,
    make_commitment,
    make_focal_point,
    make_meeting,
    make_officer,
    make_party,
    make_report,
    make_user,
)

# Rules of addresses are decided before a database is asked.
pytestmark = pytest.mark.once

ADDRESSES = list(all_addresses())
OWN = [address for address in ADDRESSES if not address.name.startswith("admin:")]
OUTSIDE = {"stranger", "disabled", "mailbox"}
HANDLER = ClientHandler(enforce_csrf_checks=False)  # one for all: making the middleware is slow
# The site with one address more, for `pytest.mark.urls`.
urlpatterns = [*site, path("undeclared/", lambda request: HttpResponse("let in"))]


@pytest.fixture
def people(db):
    """Somebody of each kind, and a register for them to look at: AA owes, the focal point is BB's."""
    report = make_report(make_meeting(slug="meeting"))
    make_commitment(report, [make_party("AA")], reference="TST-1")
    return {
        "stranger": None,
        "disabled": make_administrator(is_active=False),
        "mailbox": make_user(is_mailbox=True),
        "reader": make_user(password=PASSWORD),
        "focal point of another party": make_focal_point(
            make_party("BB"), make_user(password=PASSWORD)
        ).user,
        "officer": make_officer(password=PASSWORD),
        "administrator": make_administrator(password=PASSWORD),
    }


def browser(person) -> Client:
    client = Client()
    client.handler = HANDLER
    if person:
        client.force_login(person)
    return client


def outcome(response: HttpResponse, asked: str) -> str:
    if response.status_code == 403:
        return "forbidden"
    sent_to = response.headers.get("Location", "")
    return "sign in" if sent_to == f"/accounts/login/?next={asked}" else "in"


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_every_address_has_a_rule(db, address):
    assert rule_of(address.match()) is not None


def test_rules_are_those_of_the_table(db):
    """Else a rule that became weaker by mistake would only be asked for what it says itself.

    A new address is entered in rules.txt by hand: whoever reads the change sees who may open it.
    """
    rule, table = "", {}
    for line in (Path(__file__).parent / "rules.txt").read_text().splitlines():
        if line.startswith("["):
            rule = line.strip("[]")
        elif line and not line.startswith("#"):
            table[line] = rule
    declared = {a.name: rule_of(a.match()) for a in ADDRESSES}
    ours = {name: rule.name for name, rule in declared.items() if not name.startswith("admin:")}
    assert ours == table
    others = {rule for name, rule in declared.items() if name.startswith("admin:")}
    assert others == {Access.ADMINISTRATOR}


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_the_example_of_an_address_leads_to_it(db, address):
    # Otherwise the walk below would walk past it.
    if "/" not in address.name:
        assert address.match().view_name == address.name


def test_no_rule_speaks_of_an_address_that_is_gone():
    names = {address.name for address in ADDRESSES}
    spaces = {address.name.split(":")[0] for address in ADDRESSES if ":" in address.name}
    assert set(OTHERS) - names - spaces == {"javascript-catalog"} & set(OTHERS)


@pytest.mark.parametrize("address", OWN, ids=lambda address: address.name)
def test_no_answer_has_inline_styles_or_scripts(people, address):
    """The content security policy forbids them, so a browser would leave them out."""
    html = browser(people["administrator"]).get(address.path()).content.decode()
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=|<style|<script(?![^>]+src=)", html)


@pytest.mark.urls(__name__)
def test_an_address_without_a_rule_is_closed_even_to_administrators(people):
    response = browser(people["administrator"]).get("/undeclared/")
    assert response.status_code == 403
    assert b"let in" not in response.content


@pytest.mark.parametrize("who", sorted(OUTSIDE))
def test_whoever_is_turned_away_changes_nothing(people, who):
    line = Obligation.objects.get()
    data = {"status": "in_progress", "note": "Because.", "version": line.version}
    browser(people[who]).post("/commitments/TST-1/AA/status/", data)
    line.refresh_from_db()
    assert (line.status, line.version) == ("not_started", 1)


@pytest.mark.parametrize(
    "who", ["reader", "focal point of another party", "focal point of the party"]
)
@pytest.mark.parametrize("write", ["status", "deadline"])
def test_only_the_secretariat_writes_to_a_line(people, who, write):
    own = make_focal_point(Party.objects.get(code="AA")).user
    person = {**people, "focal point of the party": own}[who]
    data = {"status": "done", "note": "Because.", "due": "2030-01-01", "reason": "Because."}
    response = browser(person).post(f"/commitments/TST-1/AA/{write}/", {**data, "version": 1})
    assert response.status_code == 403
    assert Obligation.objects.get().version == 1


def test_a_page_that_a_stranger_asked_for_is_offered_again_after_signing_in(people):
    response = browser(None).get("/commitments/?timing=overdue")
    assert response.headers["Location"] == "/accounts/login/?next=/commitments/%3Ftiming%3Doverdue"


def test_a_path_that_leads_nowhere_tells_a_stranger_nothing(people):
    assert browser(None).get("/commitments/TST-1/AA/nowhere/").status_code == 404
    assert browser(None).get("/nowhere/").status_code == 404


def test_a_line_that_is_not_there_looks_to_a_stranger_like_one_that_is(people):
    for asked in ("/commitments/TST-1/AA/", "/commitments/TST-1/ZZ/", "/commitments/TST-9/AA/"):
        assert outcome(browser(None).get(asked), asked) == "sign in"


def test_no_two_addresses_share_a_name():
    names = [address.name for address in ADDRESSES]
    assert len(names) == len(set(names))


def test_the_walk_sees_addresses_inside_includes():
    assert {"home", "commitments:status", "admin:accounts_user_changelist"} <= {
        address.name for address in ADDRESSES if isinstance(address, Address)
    }
