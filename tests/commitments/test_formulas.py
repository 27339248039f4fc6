"""No cell of any export is a formula, whatever people wrote (S9; CWE-1236)."""

import csv
import io

import openpyxl
import pytest
from django.test import Client

from accounts.models import User
from commitments.models import Commitment, ProgressReport, Theme
from meetings.models import Instrument, Meeting, Party
from tests import planted
from tests.architecture.addresses import all_addresses
from tests.factories import make_instrument

# What is written into a cell depends on no database.
pytestmark = [pytest.mark.once, pytest.mark.django_db]

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
FORMULA = '{}cmd|" /C calc"!A0'
# What is written by people, by model: every export shows some of it.
WRITTEN = (
    (Commitment, "title"), (Instrument, "name"), (Instrument, "place"), (Meeting, "title"), (Meeting, "place"),
    (Meeting, "series"), (Party, "name"), (ProgressReport, "text"), (ProgressReport, "comment"), (Theme, "name"),
    (User, "name"),
)  # fmt: skip


@pytest.fixture
def lists(now):
    """The lists of the register, by their addresses, with something in each."""
    planted.plant(planted.ground(now), now)
    make_instrument()
    return [
        address.path()
        for address in all_addresses()
        if hasattr(getattr(address.match().func, "view_class", None), "export_name")
        and not address.name.startswith("public:")
    ]


def write(mark: str) -> None:
    for model, field in WRITTEN:
        for row in model._base_manager.all():
            limit = model._meta.get_field(field).max_length or 500
            words = f"{FORMULA.format(mark)} {row.pk}"[:limit]
            model._base_manager.filter(pk=row.pk).update(**{field: words})


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def client() -> Client:
    browser = Client()
    browser.force_login(User.objects.get(role="administrator", is_active=True))
    return browser


@pytest.mark.parametrize("mark", RISKY)
def test_no_export_of_any_list_runs_anything(lists, mark):
    assert len(lists) > 10
    write(mark)
    browser, told = client(), 0
    for path in lists:
        for kind, delimiter in (("csv", ","), ("excel", ";")):
            text = browser.get(path, {"export": kind}, follow=True).getvalue().decode("utf-8-sig")
            cells = [c for row in csv.reader(io.StringIO(text), delimiter=delimiter) for c in row]
            assert [c for c in cells if c.startswith(RISKY) and not is_number(c)] == [], path
            told += sum("calc" in cell for cell in cells)
        answer = browser.get(path, {"export": "xlsx"}, follow=True)
        assert answer.headers["Content-Type"].endswith("sheet"), path
        check_workbook(answer.getvalue())
    assert told > 10, "what was written is in the exports"


def test_no_dossier_runs_anything(lists):
    write("=")
    browser = client()
    for meeting in Meeting.objects.all():
        check_workbook(browser.get(f"/meetings/{meeting.slug}/dossier/?export=xlsx&of=all").content)


def check_workbook(raw: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(raw))
    for cell in (cell for sheet in book for row in sheet.iter_rows() for cell in row):
        assert cell.data_type != "f"
        assert not str(cell.value or "").startswith(RISKY[:4]) or is_number(str(cell.value))
