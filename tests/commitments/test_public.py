"""What is told without an account: nothing unless the operator opens it, and then public words alone."""

from datetime import date

import pytest
from django.test import Client

from accounts.access import Access, rule_of
from commitments import editing
from commitments.models import Commitment
from meetings.choices import Sensitivity
from meetings.models import Report
from tests import planted
from tests.answers import text_of
from tests.architecture.addresses import all_addresses
from tests.factories import (
    NOW,
    days,
    make_accepted,
    make_commitment,
    make_deadline,
    make_focal_point,
    make_instrument,
    make_officer,
    make_party,
    make_report,
    make_submitted,
)
from tests.planted import NOBODY, found_in, hidden_from

pytestmark = pytest.mark.django_db
LIST, PAGE = "/public/", "/public/TST-1/"
DUE = date(2026, 7, 17)
KINDS = ("csv", "excel", "json", "xlsx", "print")


@pytest.fixture(autouse=True)
def is_open(settings):
    settings.PUBLIC_VIEW = True


@pytest.fixture
def commitment():
    """A public one, of a party that has done something with it."""
    report = make_report(title="Report of the ministers")
    party = make_party("AA", name="Aland")
    made = make_commitment(
        report, [party], DUE, reference="TST-1", instruments=[make_instrument(name="The Plan")]
    )
    line = made.obligations.get()
    owner = make_focal_point(party).user
    make_accepted(line, owner, text="A law was adopted.", officer=make_officer(name="Officer"))
    line.refresh_from_db()
    make_submitted(line, owner, text="The law is in force.")
    make_deadline(line, date(2026, 11, 23))
    return made


def test_it_is_closed_unless_the_operator_opens_it(commitment, settings):
    settings.PUBLIC_VIEW = False
    client = Client()
    assert {client.get(path).status_code for path in (LIST, PAGE, f"{LIST}?export=csv")} == {404}
    client.force_login(make_officer())
    assert {client.get(path).status_code for path in (LIST, PAGE)} == {404}


def test_it_opens_nothing_else(commitment, settings):
    """What answers somebody without an account, before and after."""
    paths = {a.name: a.path() for a in all_addresses() if rule_of(a.match()) is not Access.PUBLIC}
    public = {a.name for a in all_addresses() if a.name.startswith("public:")}
    assert public == {"public:list", "public:detail"}
    client = Client()
    opened = {name for name, path in paths.items() if client.get(path).status_code == 200}
    assert opened == set()


def test_it_tells_words_instruments_and_deadlines(commitment):
    listed, page = text_of(Client().get(LIST)), text_of(Client().get(PAGE))
    for said in (listed, page):
        assert "Hold regular joint operations" in said
        assert "The Plan" in said
        assert DUE.isoformat() in said
    assert "hold regular joint operations" in page, "the words of the report"
    assert "Report of the ministers" in page


@pytest.mark.parametrize("path", [LIST, PAGE, *(f"{LIST}?export={kind}" for kind in KINDS)])
def test_it_tells_nothing_of_a_party(commitment, path):
    answer = Client().get(path)
    table = answer.context and answer.context.get("table")
    said = text_of(answer)
    assert answer.status_code == 200
    assert table is None or not set(table.columns.names()) & {"progress", "timing", "owed_by"}
    secrets = ["Aland", "a law", "in progress", "in_progress", "overdue", "awaiting", "silent"]
    people = ["Officer", "Person"]
    assert found_in([*secrets, *people, "2026-11-23"], said) == []


def restricted(commitment, sensitivity):
    only = make_party("AA") if sensitivity == Sensitivity.PARTY else None
    return {"sensitivity": sensitivity, "restricted_to": only}


CLOSED = [level for level in Sensitivity.values if level != Sensitivity.PUBLIC]


@pytest.mark.parametrize("level", CLOSED)
@pytest.mark.parametrize("model", [Commitment, Report])
def test_what_is_not_public_is_not_there(commitment, model, level):
    model.objects.update(**restricted(commitment, level))
    assert Client().get(PAGE).status_code == 404
    answer = Client().get(LIST)
    assert answer.context["table"].paginator.count == 0
    assert "TST-1" not in text_of(answer)


def test_what_is_out_of_force_is_not_there(commitment):
    editing.withdraw(
        commitment=commitment, seen=commitment.version, reason="No longer.",
        actor=make_officer(), now=NOW + days(1), via="page",
    )  # fmt: skip
    assert Client().get(PAGE).status_code == 404
    assert "TST-1" not in text_of(Client().get(LIST))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("joint operations", 1),
        ("the plan", 1),
        ("tst-1", 1),
        ("coder", 0),
        ("aland", 0),
        ("law", 0),
    ],
)
def test_a_search_finds_what_is_told_and_nothing_else(commitment, words, found):
    make_commitment(
        reference="TST-2", title="Train guards", spans=[], is_certain=False, coder_note="A coder"
    )
    answer = Client().get(LIST, {"q": words})
    assert answer.context["table"].paginator.count == found


def test_no_planted_word_is_there(now):
    planted.plant(planted.ground(now), now)
    kept = Commitment.objects.exclude(reference__in=["TST-1", "TST-2"])
    assert kept.count() == 3
    queries = ["", *(f"?export={kind}" for kind in KINDS)]
    for path in [*(f"{LIST}{query}" for query in queries), PAGE, "/public/TST-2/"]:
        answer = Client().get(path)
        assert answer.status_code == 200
        assert found_in(hidden_from(NOBODY), text_of(answer)) == [], path
    for word in hidden_from(NOBODY):
        assert Client().get(LIST, {"q": word}).context["table"].paginator.count == 0
    for one in kept:
        assert Client().get(f"/public/{one.reference}/").status_code == 404
    assert Client().get(LIST).context["table"].paginator.count == 2
