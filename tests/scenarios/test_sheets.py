"""PRODUCT.md §4, case 8: filter, search and choose columns, export, edit in a spreadsheet, bring it back."""

import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from commitments.models import Obligation
from tests.commitments.sheets import exported, in_csv, table
from tests.factories import (
    make_commitment,
    make_focal_point,
    make_officer,
    make_party,
    make_theme,
)

pytestmark = pytest.mark.django_db
LINES = "/commitments/lines/"
ASKED = {
    "q": "exercise",
    "party": ["AA", "BB"],
    "sort": "party",
    "cols": "title,owner,status,deadline,timing,sensitivity",
}
EDITS = {
    ("TST-1", "AA", "status"): "in_progress",
    ("TST-2", "BB", "due"): "2031-03-31",
    ("TST-3", "BB", "owner"): "second@example.org",
}


@pytest.fixture
def officer(client):
    user = make_officer()
    client.force_login(user)
    return user


@pytest.fixture
def register():
    parties = [make_party(code) for code in ("AA", "BB", "CC")]
    make_focal_point(parties[1])
    deputy = make_focal_point(parties[1], is_deputy=True).user
    type(deputy).objects.filter(pk=deputy.pk).update(email="second@example.org")
    for number in range(1, 6):
        words = "Hold an exercise" if number < 5 else "Share lists"
        make_commitment(
            parties=parties,
            reference=f"TST-{number}",
            title=f"{words} {number}",
            due=date(2030, 6, 30),
            theme=make_theme("Drugs"),
        )


def edited_csv(raw: bytes) -> tuple[bytes, str]:
    rows = table(raw)
    for row in rows:
        for (reference, party, column), after in EDITS.items():
            if (row["reference"], row["party"]) == (reference, party):
                row[column] = after
    return in_csv(rows, ";"), "lines.csv"


def edited_xlsx(raw: bytes) -> tuple[bytes, str]:
    book = openpyxl.load_workbook(io.BytesIO(raw))
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        told = dict(zip(heads, row, strict=True))
        for (reference, party, column), after in EDITS.items():
            if (told["reference"].value, told["party"].value) == (reference, party):
                is_day = column == "due"
                told[column].value = date.fromisoformat(after) if is_day else after
    file = io.BytesIO()
    book.save(file)
    return file.getvalue(), "lines.xlsx"


@pytest.mark.parametrize(("kind", "edited"), [("csv", edited_csv), ("xlsx", edited_xlsx)])
def test_an_edited_export_comes_back_as_exactly_the_edits(client, officer, register, kind, edited):
    raw, name = edited(exported(client, LINES, kind, **ASKED))
    assert len(table(raw, name)) == 8

    page = client.post("/commitments/import/", {"file": SimpleUploadedFile(name, raw)}, follow=True)
    shown = {
        (*change.label, cell.column): cell.after
        for change in page.context["found"].changes
        for cell in change.cells
    }
    assert shown == EDITS
    assert "<b>3</b> cells change" in page.content.decode()
    before = list(Obligation.objects.order_by("pk").values("status", "owner", "version"))
    address = page.redirect_chain[-1][0]
    client.get(address)
    assert list(Obligation.objects.order_by("pk").values("status", "owner", "version")) == before

    seen = page.context["form"].initial["seen"]
    page = client.post(address, {"note": "Agreed in the spring.", "seen": seen}, follow=True)
    assert "Applied." in page.content.decode()

    history = client.get("/commitments/TST-1/").content.decode()
    assert "Agreed in the spring." in history
    assert "imported a sheet" in client.get("/history/").content.decode()
    commitment = client.get("/commitments/TST-2/").content.decode()
    assert "31\N{NO-BREAK SPACE}Mar\N{NO-BREAK SPACE}2031" in commitment

    follows = {"version", "basis", "timing"}  # of what was edited
    again = {
        (row["reference"], row["party"]): row
        for row in table(exported(client, LINES, kind, **ASKED), name)
    }
    for row in table(raw, name):
        now = again[row["reference"], row["party"]]
        was_edited = any(key[:2] == (row["reference"], row["party"]) for key in EDITS)
        assert {n for n in row if row[n] != now[n]} <= (follows if was_edited else set())
