"""The sheet of lines: what comes back from a spreadsheet, shown first and then written."""

import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Event
from commitments.choices import SheetState, Status
from commitments.models import Deadline, Obligation, SheetImport
from commitments.sheets import services
from commitments.sheets.book import Book
from commitments.sheets.lines import COLUMNS, Lines
from tests.commitments.sheets import cells, in_csv, preview, said
from tests.factories import (
    NOW,
    make_commitment,
    make_deadline,
    make_focal_point,
    make_officer,
    make_party,
    make_user,
)

PAGE = "/commitments/import/"
DUE = date(2030, 6, 30)
HEADS = [column.name for column in COLUMNS]
pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    user = make_officer()
    client.force_login(user)
    return user


@pytest.fixture
def lines():
    parties = [make_party("AA"), make_party("BB")]
    make_commitment(parties=parties, due=DUE, reference="TST-1", title="Hold operations")
    make_commitment(parties=parties, due=DUE, reference="TST-2", title="=SUM(A1)")
    return stored()


def stored() -> list[Obligation]:
    return list(Obligation.objects.for_sheet().order_by("pk"))


def exported(lines=None) -> list[dict[str, str]]:
    table = Lines(Book(make_officer(), NOW), HEADS)
    return [table.stored_row(line).texts for line in lines or stored()]


def test_what_nobody_edited_changes_nothing(officer, lines):
    _made, found = preview(officer, in_csv(exported()))
    assert (found.changes, found.problems, found.unchanged) == ([], [], 4)


def test_the_dry_run_shows_exactly_the_cells_that_were_edited(officer, lines):
    owner = make_focal_point(lines[0].party).user
    rows = exported()
    rows[0]["status"] = "in_progress"
    rows[0]["owner"] = owner.email.upper()
    rows[3]["due"] = "2031-01-31"
    _made, found = preview(officer, in_csv(rows))
    assert found.problems == []
    assert cells(found) == [
        ("TST-1", "AA", "status", "not_started", "in_progress"),
        ("TST-1", "AA", "owner", "", owner.email),
        ("TST-2", "BB", "due", "2030-06-30", "2031-01-31"),
    ]
    assert found.counts == {"new": 0, "rows": 2, "cells": 3, "unchanged": 2}
    assert not Event.objects.filter(action="status.changed").exists()


def test_what_is_confirmed_is_written_with_its_history(client, officer, lines):
    owner = make_focal_point(lines[0].party).user
    rows = exported()
    rows[0] |= {"status": "stalled", "owner": owner.email, "due": "31.1.2031"}
    upload = SimpleUploadedFile("lines.csv", in_csv(rows, ";"))
    response = client.post(PAGE, {"file": upload}, follow=True)
    page = response.content.decode()
    assert "<b>3</b> cells change" in page
    assert not Deadline.objects.filter(due="2031-01-31").exists()
    seen = response.context["form"].initial["seen"]
    address = response.redirect_chain[0][0]
    page = client.post(address, {"note": "Agreed by letter.", "seen": seen}, follow=True)
    assert "Applied." in page.content.decode()
    line = stored()[0]
    assert (line.status, line.owner, line.next_deadline.due) == (
        Status.STALLED, owner, date(2031, 1, 31),
    )  # fmt: skip
    events = Event.objects.filter(object_type="obligation", object_id=line.pk).order_by("pk")
    assert [event.action for event in events] == [
        "line.edited", "deadline.moved", "status.changed",
    ]  # fmt: skip
    assert {(event.why, event.actor, event.via) for event in events} == {
        ("Agreed by letter.", officer, "page")
    }
    assert Event.objects.get(action="sheet.applied").after["rows"] == 1
    made = SheetImport.objects.get()
    assert (made.state, made.cells) == (SheetState.APPLIED, {})
    # Sent twice, it is still applied once.
    client.post(address, {"note": "Agreed by letter.", "seen": seen})
    assert Event.objects.filter(action="sheet.applied").count() == 1
    # The same sheet once more: the register says what it says.
    _made, again = preview(officer, in_csv(rows))
    assert (again.changes, said(again), again.unchanged) == ([], [], 4)


def test_a_new_party_gets_a_line(officer, lines):
    make_party("CC")
    row = {"reference": "TST-1", "party": "cc", "role": "contributing", "due": "2031-02-01"}
    made, found = preview(officer, in_csv([row]))
    assert found.problems == []
    assert found.changes[0].is_new
    services.confirm(
        imported=made, seen=found.fingerprint, note="It joined.", actor=officer, now=NOW
    )
    line = Obligation.objects.get(party__code="CC")
    assert (line.role, line.next_deadline.due) == ("contributing", date(2031, 2, 1))


def test_with_one_error_nothing_is_written(client, officer, lines):
    rows = exported()
    rows[0]["status"] = "in_progress"
    rows[1]["due"] = "soon"
    made, found = preview(officer, in_csv(rows))
    assert said(found) == [(3, "due", "Write a day as 2026-12-24.")]
    page = client.get(made.get_absolute_url()).content.decode()
    assert "Row 3" in page
    assert 'value="apply"' not in page
    client.post(made.get_absolute_url(), {"note": "All.", "seen": found.fingerprint})
    assert {line.status for line in stored()} == {Status.NOT_STARTED}


@pytest.mark.parametrize(
    ("values", "column", "words"),
    [
        ({"status": "finished"}, "status", "none of the codes"),
        ({"status": ""}, "status", "cannot be empty"),
        ({"status": "done"}, "status", "needs a report with evidence"),
        ({"due": ""}, "due", "cannot be taken away"),
        ({"due": "3/4/2031"}, "due", "Write a day as"),
        ({"due": "2031-02-30"}, "due", "Write a day as"),
        ({"due": "2001-02-03"}, "due", "the day of the meeting"),
        ({"owner": "nobody@example.org"}, "owner", "nobody with the address"),
        ({"owner": "stranger@example.org"}, "owner", "does not answer for"),
        ({"role": "leader"}, "role", "none of the codes"),
        ({"sensitivity": "top"}, "sensitivity", "none of the codes"),
        ({"timing": "overdue"}, "timing", "timing is computed; change due instead"),
        ({"basis": "set"}, "basis", "basis is computed"),
        ({"title": "Else"}, "title", "that of the commitment"),
        ({"awaiting": "true"}, "awaiting", "computed"),
        ({"version": "7", "role": "contributing"}, "version", "changed since this sheet was made"),
        ({"version": "x", "role": "contributing"}, "version", "as the export wrote it"),
        ({"reference": "TST-9", "version": ""}, "reference", "no commitment with this reference"),
        ({"party": "ZZ", "version": ""}, "party", "no party with this code"),
        ({"reference": "TST-9"}, "version", "was its reference or party changed"),
        ({"party": ""}, "party", "which row is meant"),
    ],
)
def test_each_mistake_is_told_by_row_and_column(officer, lines, values, column, words):
    make_user(email="stranger@example.org")
    rows = exported()[:2]
    rows[1] |= values
    _made, found = preview(officer, in_csv(rows))
    assert [(row, name) for row, name, _words in said(found)] == [(3, column)]
    assert words in said(found)[0][2]


def test_the_same_row_twice_is_an_error(officer, lines):
    rows = exported()
    _made, found = preview(officer, in_csv([*rows, rows[0]]))
    assert said(found) == [
        (6, "reference", "The same stands in row 2 already. Keep one of the two.")
    ]


def test_a_column_that_nobody_knows_is_an_error(officer, lines):
    _made, found = preview(officer, in_csv([{**exported()[0], "stauts": "done"}]))
    assert said(found)[0][:2] == (1, "stauts")


def test_a_row_that_moved_on_is_not_overwritten_at_the_last_moment(client, officer, lines):
    rows = exported()
    rows[0]["status"] = "in_progress"
    short = {name: rows[0][name] for name in ("reference", "party", "status")}
    made, found = preview(officer, in_csv([short]))
    make_deadline(lines[0], date(2032, 1, 1))
    response = client.post(made.get_absolute_url(), {"note": "Mine.", "seen": found.fingerprint})
    assert response.status_code == 409
    assert "The register changed after you opened this preview" in response.content.decode()
    assert Obligation.objects.get(pk=lines[0].pk).status == Status.NOT_STARTED


def test_spreadsheets_may_damage_a_sheet(officer, lines):
    """Excel dates, numbers with a fraction, other order and letter case of heads, blank rows and columns."""
    book = openpyxl.Workbook()
    page = book.active
    page.append(["VERSION", "Due", " party ", "Reference", "title", None, None])
    for line in lines:
        page.append(
            [
                float(line.version), line.next_deadline.due, line.party.code,
                line.commitment.reference, f"'{line.commitment.title}" if "=" in
                line.commitment.title else line.commitment.title, None, None,
            ]
        )  # fmt: skip
    page["B3"] = date(2031, 5, 5)
    page["G900"] = " "
    file = io.BytesIO()
    book.save(file)
    _made, found = preview(officer, file.getvalue(), "lines.xlsx")
    assert found.problems == []
    assert cells(found) == [("TST-1", "BB", "due", "2030-06-30", "2031-05-05")]


def test_a_timing_that_held_while_the_sheet_was_worked_on_is_no_edit(officer, lines):
    rows = exported()
    assert {row["timing"] for row in rows} == {"later"}
    rows[0]["timing"] = "none"  # no line with a day was ever without one
    made = services.keep(raw=in_csv(rows), name="a.csv", actor=officer, now=NOW)
    found = services.dry_run(made, user=officer, now=NOW.replace(year=2030, month=6, day=10))
    assert said(found)[0][:2] == (2, "timing")
    assert len(found.problems) == 1
    found = services.dry_run(made, user=officer, now=NOW.replace(year=2030, month=9))
    assert len(found.problems) == 4  # whatever it was made from is longer ago


@pytest.mark.parametrize("who", ["reader", "focal point"])
def test_only_the_secretariat_imports(client, who, officer, lines):
    made, _found = preview(officer, in_csv(exported()))
    user = make_user() if who == "reader" else make_focal_point(lines[0].party).user
    client.force_login(user)
    for address in (PAGE, f"{PAGE}template/", made.get_absolute_url()):
        assert client.get(address).status_code == 403
        assert client.post(address).status_code in {403, 405}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_filled_template_comes_back(client, officer, lines, kind):
    make_party("CC")
    raw = client.get(f"{PAGE}template/?of=lines&as={kind}").content
    if kind == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(raw))
        assert book.sheetnames == ["lines", "columns"]
        book["lines"].append(["TST-1", "CC", None, "lead"])
        file = io.BytesIO()
        book.save(file)
        raw = file.getvalue()
    else:
        raw += b"TST-1,CC,,lead\r\n"
    _made, found = preview(officer, raw, f"lines.{kind}")
    assert [change.label for change in found.changes] == [("TST-1", "CC")]
    assert found.problems == []


def test_the_pages_ask_few_questions(client, officer, lines, django_assert_max_num_queries):
    rows = exported()
    rows[0]["status"] = "in_progress"
    made, _found = preview(officer, in_csv(rows))
    client.get(PAGE)
    with django_assert_max_num_queries(10):
        client.get(PAGE)
    with django_assert_max_num_queries(10):
        client.get(made.get_absolute_url())
