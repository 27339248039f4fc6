"""What exports of the register hold, for whom, and what they cost."""

import json
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Event
from commitments.tables import CommitmentTable, LineTable, ReportTable
from commitments.values import FIGURES
from meetings.choices import Sensitivity
from tests.commitments.test_list_pages import LISTS, fill
from tests.factories import (
    make_administrator,
    make_commitment,
    make_instrument,
    make_obligation,
    make_officer,
    make_party,
    make_submitted,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db
ALL_LISTS = [*LISTS, "/parties/", "/instruments/", "/history/", "/reminders/ledger/"]


def browser(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def rows(person, path: str, query: str = "") -> list[dict]:
    response = browser(person).get(f"{path}?export=json&{query}")
    return json.loads(b"".join(response.streaming_content))


def everything(table) -> str:
    return "cols=" + ",".join(table.base_columns)


def test_a_commitment_is_told_in_what_an_import_reads():
    aa, bb, cc = (make_party(code) for code in ("AA", "BB", "CC"))
    officer = make_officer()
    commitment = make_commitment(
        reference="TST-1",
        lead=[aa, bb],
        contributing=[cc],
        theme=make_theme("Drugs"),
        instruments=[make_instrument(slug="b"), make_instrument(slug="a")],
    )
    commitment.officer, commitment.review_days = officer, 90
    commitment.save()
    make_submitted(commitment.obligations.get(party=bb))
    (row,) = rows(officer, "/commitments/", everything(CommitmentTable))
    assert {name: row.pop(name) for name in FIGURES} == dict.fromkeys(FIGURES, 0) | {
        "lines": 3,
        "awaiting": 1,
        "not_started": 2,
    }
    assert row == {
        "reference": "TST-1",
        "version": commitment.version,
        "title": commitment.title,
        "meeting": commitment.meeting.slug,
        "lead": "AA; BB",
        "contributing": "CC",
        "due": None,
        "basis": "",
        "timing": "none",
        "theme": "drugs",
        "strength": "agreed",
        "life": "active",
        "instruments": "a; b",
        "review_days": 90,
        "officer": officer.email,
        "sensitivity": "public",
        "restricted_to": "",
    }


def test_a_line_is_told_in_what_an_import_reads():
    owner = make_user()
    line = make_obligation(
        make_party("AA"), reference="TST-1", due=date(2030, 12, 24), owner=owner, status="stalled"
    )
    (row,) = rows(make_officer(), "/commitments/lines/", everything(LineTable))
    assert row == {
        "reference": "TST-1",
        "party": "AA",
        "version": line.version,
        "title": line.commitment.title,
        "role": "lead",
        "status": "stalled",
        "awaiting": False,
        "due": "2030-12-24",
        "basis": "stated",
        "purpose": "final",
        "timing": "later",
        "meeting": line.commitment.meeting.slug,
        "theme": "",
        "last_report": None,
        "owner": owner.email,
        "sensitivity": "public",
    }


def test_what_an_import_needs_is_there_whatever_is_shown():
    make_obligation()
    officer = make_officer()
    assert list(rows(officer, "/commitments/", "cols=title")[0]) == [
        "reference",
        "version",
        "title",
    ]
    line = rows(officer, "/commitments/lines/", "cols=title")[0]
    assert list(line) == ["reference", "party", "version", "title"]


@pytest.mark.parametrize(
    ("path", "table", "secret"),
    [("/commitments/", CommitmentTable, "officer"), ("/commitments/lines/", LineTable, "owner")],
)
def test_addresses_of_people_are_for_the_secretariat(path, table, secret):
    owner = make_user(name="Owner")
    line = make_obligation(owner=owner)
    line.commitment.officer = owner
    line.commitment.save()
    reader = make_user()
    assert rows(make_officer(), path, everything(table))[0][secret] == owner.email
    told = rows(reader, path, f"{everything(table)}&sort={secret}")
    assert secret not in told[0]
    assert owner.email not in json.dumps(told)
    page = browser(reader).get(f"{path}?{everything(table)}&sort={secret}")
    assert "Owner" not in page.content.decode().split('id="results"')[1]
    assert secret not in str(page.context["table"].order_by)


def test_a_report_is_told_with_what_was_decided():
    make_submitted(make_obligation(make_party("AA")), text="Сделано.")
    row = rows(make_officer(), "/commitments/reports/", everything(ReportTable))[0]
    assert (row["party"], row["claim"], row["state"]) == ("AA", "in_progress", "submitted")
    assert (row["text"], row["pieces"], row["decided_by"]) == ("Сделано.", 0, "")
    assert row["submitted_at"] == "2026-03-10T09:00:00+00:00"


@pytest.mark.once
def test_an_export_costs_the_same_for_five_rows_and_for_fifty():
    person = make_administrator()
    client = browser(person)

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
            assert response.status_code == 200
            response.getvalue()
        return len(queries)

    def costs() -> dict[str, int]:
        return {address: cost(address) for address in addresses}

    addresses = [
        f"{path}?export={kind}" for path in ALL_LISTS for kind in ("json", "xlsx", "print")
    ]
    fill(5)
    costs()
    for_five = costs()
    fill(45)
    told = Event.objects.filter(action="list.exported").count()
    assert costs() == for_five
    assert max(for_five.values()) <= 16
    events = Event.objects.filter(action="list.exported").order_by("pk")[told:]
    paths = [address.partition("?")[0] for address in addresses]
    assert [(event.actor, event.after["path"]) for event in events] == [(person, p) for p in paths]


@pytest.mark.parametrize("path", ["/commitments/", "/commitments/lines/"])
def test_an_export_never_holds_what_the_reader_may_not_see(path):
    shown, hidden = make_obligation(reference="TST-1"), make_obligation(reference="TST-2")
    hidden.commitment.sensitivity = Sensitivity.SECRETARIAT
    hidden.commitment.save()
    assert shown.commitment.reference == "TST-1"
    assert [row["reference"] for row in rows(make_user(), path)] == ["TST-1"]
    assert len(rows(make_officer(), path)) == 2
