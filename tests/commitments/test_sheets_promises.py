"""The sheet of commitments: their own words, who owes them, until when, and new ones."""

from datetime import date

import pytest

from accounts.models import Event
from commitments.choices import Life, Role, Status
from commitments.models import Commitment, Obligation, SheetImport
from commitments.sheets import services
from commitments.sheets.apply import Refused
from commitments.sheets.book import Book
from commitments.sheets.promises import COLUMNS, Promises
from tests.commitments.sheets import applied, cells, in_csv, preview, said
from tests.factories import (
    NOW,
    make_commitment,
    make_deadline,
    make_instrument,
    make_meeting,
    make_officer,
    make_party,
    make_theme,
    make_user,
)

DUE = date(2030, 6, 30)
HEADS = [column.name for column in COLUMNS]
pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_officer()


@pytest.fixture
def commitment():
    return make_commitment(
        lead=[make_party("AA"), make_party("BB")],
        due=DUE,
        reference="TST-1",
        title="Hold operations",
    )


def told() -> list[dict[str, str]]:
    user = make_officer()
    rows = Commitment.objects.for_sheet(user, NOW).order_by("pk")
    sheet = Promises(Book(user, NOW), HEADS)
    return [sheet.stored_row(row).texts for row in rows]


def row() -> dict[str, str]:
    return told()[0]


def test_what_nobody_edited_changes_nothing(officer, commitment):
    _made, found = preview(officer, in_csv(told()))
    assert (found.changes, said(found), found.unchanged) == ([], [], 1)


def test_every_column_that_can_be_edited_is_written(officer, commitment):
    make_party("CC")
    make_party("DD")
    make_theme("Drugs")
    instruments = [make_instrument(slug="one"), make_instrument(slug="two")]
    edits = {
        "title": "Hold joint operations",
        "theme": "Drugs",
        "strength": "intends",
        "sensitivity": "party",
        "restricted_to": "aa",
        "officer": officer.email,
        "instruments": "two; one",
        "lead": "BB;AA; CC",
        "contributing": "DD",
        "due": "31.12.2031",
        "review_days": "90.0",
    }
    made = applied(officer, in_csv([row() | edits]), note="As the letter says.")
    assert made.counts == {"new": 0, "rows": 1, "cells": 11, "unchanged": 0}
    kept = Commitment.objects.get()
    assert (kept.title, kept.theme.slug, kept.strength) == (
        "Hold joint operations", "drugs", "intends",
    )  # fmt: skip
    assert (kept.sensitivity, kept.restricted_to.code) == ("party", "AA")
    assert (kept.officer, kept.review_days) == (officer, 90)
    assert list(kept.instruments.order_by("slug")) == instruments
    roles = dict(kept.obligations.values_list("party__code", "role"))
    assert roles == {
        "AA": Role.LEAD, "BB": Role.LEAD, "CC": Role.LEAD, "DD": Role.CONTRIBUTING,
    }  # fmt: skip
    assert kept.deadlines.current().get(purpose="final").due == date(2031, 12, 31)
    events = Event.objects.filter(why="As the letter says.").exclude(action="sheet.applied")
    assert sorted(events.values_list("action", flat=True)) == [
        "commitment.edited", "deadline.moved", "line.added", "line.added",
    ]  # fmt: skip


def test_a_party_changes_its_role(officer, commitment):
    applied(officer, in_csv([row() | {"lead": "AA", "contributing": "BB"}]))
    assert Obligation.objects.get(party__code="BB").role == Role.CONTRIBUTING


def test_a_commitment_is_withdrawn_and_revived(officer, commitment):
    applied(officer, in_csv([row() | {"life": "withdrawn"}]))
    assert Commitment.objects.get().life == Life.WITHDRAWN
    applied(officer, in_csv([row() | {"life": "Active"}]))
    assert Commitment.objects.get().life == Life.ACTIVE


def test_a_new_reference_enters_a_commitment(officer, commitment):
    meeting = make_meeting(slug="scs-15")
    new = {
        "reference": "SCS15-01",
        "title": "Share what was learned",
        "meeting": "SCS-15",
        "strength": "agreed",
        "lead": "AA; BB",
        "due": "2031-01-01",
        "review_days": "30",
    }
    _made, found = preview(officer, in_csv([new]))
    assert found.changes[0].is_new
    applied(officer, in_csv([new]), note="By letter.")
    kept = Commitment.objects.get(reference="SCS15-01")
    assert (kept.meeting, kept.obligations.count()) == (meeting, 2)
    assert kept.obligations.first().status == Status.NOT_STARTED
    assert kept.deadlines.current().count() == 2
    assert Event.objects.get(action="commitment.registered", object_id=kept.pk).why == "By letter."


@pytest.mark.parametrize(
    ("values", "column", "words"),
    [
        ({"title": ""}, "title", "cannot be empty"),
        ({"title": "x" * 201}, "title", "Shorten this to 200"),
        ({"meeting": "scs-99"}, "meeting", "stays with its meeting"),
        ({"theme": "sports"}, "theme", "none of the codes"),
        ({"strength": "promises"}, "strength", "none of the codes"),
        ({"sensitivity": "party"}, "restricted_to", "Name the party"),
        ({"restricted_to": "AA"}, "restricted_to", "Leave this empty"),
        ({"restricted_to": "ZZ"}, "restricted_to", "no party with the code"),
        ({"life": "replaced"}, "life", "replace it on its page"),
        ({"life": ""}, "life", "cannot be empty"),
        ({"officer": "reader@example.org"}, "officer", "not of the secretariat"),
        ({"officer": "nobody@example.org"}, "officer", "nobody with the address"),
        ({"instruments": "none-such"}, "instruments", "no instrument"),
        ({"lead": "AA; ZZ"}, "lead", "no party with the code"),
        ({"lead": "AA"}, "lead", "say not_owed"),
        ({"lead": ""}, "lead", "say not_owed"),
        ({"contributing": "AA"}, "contributing", "cannot both lead and contribute"),
        ({"due": ""}, "due", "cannot be taken away"),
        ({"due": "soon"}, "due", "Write a day as"),
        ({"due": "1999-01-01"}, "due", "the day of the meeting"),
        ({"basis": "set"}, "basis", "computed"),
        ({"review_days": "0"}, "review_days", "from 1 to 3650"),
        ({"review_days": "often"}, "review_days", "whole number"),
        ({"timing": "overdue"}, "timing", "timing is computed; change due instead"),
        ({"done": "2"}, "done", "counted over the lines"),
        ({"version": "9", "title": "Else"}, "version", "changed since this sheet was made"),
    ],
)
def test_each_mistake_is_told_by_row_and_column(officer, commitment, values, column, words):
    make_user(email="reader@example.org")
    _made, found = preview(officer, in_csv([row() | values]))
    assert [(number, name) for number, name, _words in said(found)] == [(2, column)]
    assert words in said(found)[0][2]


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"reference": "NEW 1"}, "reference"),
        ({"reference": "import"}, "reference"),
        ({"title": ""}, "title"),
        ({"meeting": ""}, "meeting"),
        ({"meeting": "scs-99"}, "meeting"),
        ({"strength": ""}, "strength"),
        ({"lead": ""}, "lead"),
        ({"life": "withdrawn"}, "life"),
    ],
)
def test_a_new_commitment_needs_what_a_form_asks_for(officer, commitment, values, column):
    make_meeting(slug="scs-15")
    new = {
        "reference": "NEW-1", "title": "Do it", "meeting": "scs-15", "strength": "agreed",
        "lead": "AA", "life": "",
    }  # fmt: skip
    _made, found = preview(officer, in_csv([new | values]))
    assert [name for _row, name, _words in said(found)] == [column]


def test_a_day_of_one_line_alone_is_moved_in_the_sheet_of_lines(officer, commitment):
    make_deadline(commitment.obligations.first(), date(2029, 1, 1))
    _made, found = preview(officer, in_csv([row() | {"due": "2029-02-01"}]))
    assert said(found)[0][1] == "due"
    assert "sheet of lines" in said(found)[0][2]


def test_what_a_service_refuses_is_told_by_row_and_nothing_is_written(
    officer, commitment, monkeypatch
):
    make_commitment(parties=[make_party("AA")], due=DUE, reference="TST-2")
    first, second = told()
    made, found = preview(
        officer, in_csv([first | {"title": "One"}, second | {"title": "Two", "due": "2031-01-01"}])
    )
    monkeypatch.setattr("commitments.deadlines.periods.LAST_YEAR", 2030)
    with pytest.raises(Refused) as refused:
        services.confirm(imported=made, seen=found.fingerprint, note="So.", actor=officer, now=NOW)
    assert [(p.row, p.column) for p in refused.value.problems] == [(3, "due")]
    assert not Commitment.objects.filter(title__in=["One", "Two"]).exists()
    assert SheetImport.objects.get().state == "previewed"


def test_a_restricted_commitment_is_the_secretariats_to_import(officer, commitment):
    edited = in_csv([row() | {"sensitivity": "secretariat"}])
    applied(officer, edited)
    _made, found = preview(officer, in_csv(told()))
    assert (cells(found), found.unchanged) == ([], 1)
