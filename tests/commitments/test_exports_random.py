"""Fifty random choices of filters, search, order and columns: an export is what the pages show."""

import csv
import io
import json
import random
from datetime import date

import openpyxl
import pytest
from django.db import connection
from django.test import Client

from commitments.choices import Basis, Status, Strength, Timing
from commitments.models import Commitment, Obligation
from commitments.tables import CommitmentTable, LineTable
from meetings.choices import Sensitivity
from tests.factories import (
    make_commitment,
    make_focal_point,
    make_instrument,
    make_meeting,
    make_officer,
    make_party,
    make_report,
    make_submitted,
    make_theme,
    make_user,
)
from ui.exports import restored
from ui.lists import ListPage

SEED = 7
# The same ones, so that the second database has to agree with fewer.
CHOICES = 50 if connection.vendor == "sqlite" else 15
PARTIES = ["AA", "BB", "CC"]
TITLES = [
    "Обучить пограничников",
    "Train guards",
    "训练边防人员",
    "=Sum of all",
    "'Quoted, with; marks",
]
TABLES = {"/commitments/": CommitmentTable, "/commitments/lines/": LineTable}


def register(chance: random.Random) -> None:
    """Thirty commitments of every kind; a part of them and of their lines is not for everybody."""
    parties = [make_party(code) for code in PARTIES]
    meetings = [make_meeting(slug=f"m{n}", number=n + 1) for n in range(3)]
    for n in range(30):
        commitment = make_commitment(
            make_report(chance.choice(meetings), language=f"x{n}"),
            chance.sample(parties, chance.randint(1, 3)),
            chance.choice([None, date(2025, 1, 1 + n % 28), date(2035, 1, 1 + n % 28)]),
            title=chance.choice(TITLES),
            theme=chance.choice([None, make_theme("Drugs"), make_theme("Borders")]),
            strength=chance.choice(Strength.values),
            instruments=chance.choice([[], [make_instrument(slug=f"i{n}", name="Конвенция")]]),
        )
        sensitivity = chance.choice([*Sensitivity.values, Sensitivity.PUBLIC, Sensitivity.PUBLIC])
        only = chance.choice(parties) if sensitivity == Sensitivity.PARTY else None
        Commitment.objects.filter(pk=commitment.pk).update(
            sensitivity=sensitivity, restricted_to=only
        )
        for line in commitment.obligations.all():
            if chance.random() < 0.2:
                make_submitted(line, make_user(), text="Закон принят.")
            Obligation.objects.filter(pk=line.pk).update(
                status=chance.choice(Status.values),
                sensitivity=chance.choice([*Sensitivity.values, *[Sensitivity.PUBLIC] * 4]),
            )


def query_of(chance: random.Random, path: str) -> dict[str, list[str]]:
    table = TABLES[path]
    offered = {
        "party": PARTIES,
        "status": Status.values,
        "timing": Timing.values,
        "basis": Basis.values,
        "meeting": ["m0", "m1", "m2"],
        "q": ["train", "ЗАКОН", "пограничников", "训练", "конвенция", "guards train", "nowhere"],
    }
    asked = {
        name: chance.sample(values, 1 if name == "q" else chance.randint(1, 2))
        for name, values in offered.items()
        if chance.random() < 0.2
    }
    columns = list(table.base_columns)
    sortable = [
        name for name, column in table.base_columns.items() if column.orderable is not False
    ]
    if chance.random() < 0.8:
        asked["sort"] = [chance.choice(["", "-"]) + chance.choice(sortable)]
    if chance.random() < 0.8:
        asked["cols"] = chance.sample(columns, chance.randint(1, len(columns)))
    return asked


def of_pages(client: Client, path: str, query: dict) -> tuple[list[int], list[str]]:
    """Keys of the rows of all pages, and the fields of the columns shown."""
    keys, number = [], 1
    while True:
        table = client.get(path, {**query, "page": number}).context["table"]
        keys += [row.record.pk for row in table.paginated_rows]
        if not table.page.has_next():
            added = {"chosen"}
            shown = [column.name for column in table.columns if column.name not in added]
            fields = [field for name in shown for field in table.fields_of(name)]
            return keys, list(dict.fromkeys([*table.always, *fields]))
        number += 1


def identity(path: str, keys: list[int]) -> list[tuple[str, ...]]:
    if path == "/commitments/":
        found = Commitment.objects.in_bulk(keys)
        return [(found[key].reference,) for key in keys]
    lines = Obligation.objects.select_related("commitment", "party").in_bulk(keys)
    return [(lines[key].commitment.reference, lines[key].party.code) for key in keys]


def as_text(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def of_sheet(value) -> str:
    if hasattr(value, "isoformat"):
        return value.isoformat().removesuffix("T00:00:00")
    return restored(value) if isinstance(value, str) else as_text(value)


def check(client: Client, path: str, query: dict) -> int:
    keys, fields = of_pages(client, path, query)
    answers = {kind: client.get(path, {**query, "export": kind}).getvalue()
               for kind in ("json", "csv", "xlsx")}  # fmt: skip
    told = json.loads(answers["json"])
    whose = ("reference",) if path == "/commitments/" else ("reference", "party")
    assert [tuple(row[name] for name in whose) for row in told] == identity(path, keys), query
    assert all(list(row) == fields for row in told), query
    expected = [fields, *([as_text(value) for value in row.values()] for row in told)]
    text = answers["csv"].decode()
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert [[restored(cell) for cell in line] for line in lines] == expected, query
    sheet = openpyxl.load_workbook(io.BytesIO(answers["xlsx"])).active
    cells = [[of_sheet(cell.value) for cell in row] for row in sheet.iter_rows()]
    moments = {fields.index(name) for name in ("last_report",) if name in fields}
    for row, wanted in zip(cells, expected, strict=True):
        for at in set(range(len(fields))) - moments:
            assert row[at] == wanted[at], (query, fields[at])
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    return len(keys)


@pytest.mark.django_db
def test_an_export_is_what_the_pages_show(monkeypatch):
    monkeypatch.setattr(ListPage, "per_page", 7)
    chance = random.Random(SEED)
    register(chance)
    people = {"officer": make_officer(), "reader": make_user(), "focal point": make_user()}
    make_focal_point(make_party("AA"), people["focal point"])
    clients = {}
    for who, person in people.items():
        clients[who] = Client()
        clients[who].force_login(person)
    seen = 0
    for _choice in range(CHOICES):
        who, path = chance.choice(list(clients)), chance.choice(list(TABLES))
        seen += check(clients[who], path, query_of(chance, path))
    assert seen > 200  # most choices find something


@pytest.mark.django_db
@pytest.mark.parametrize("path", list(TABLES))
def test_no_export_holds_a_restricted_row(path, now):
    chance = random.Random(SEED)
    register(chance)
    for person in (make_user(), make_focal_point(make_party("AA")).user):
        client = Client()
        client.force_login(person)
        hers = {"AA"} if person.name.startswith("Focal") else set()
        answer = client.get(path, {"export": "json", "cols": ",".join(TABLES[path].base_columns)})
        rows = json.loads(answer.getvalue())
        assert rows
        for row in rows:
            commitment = Commitment.objects.select_related("restricted_to").get(
                reference=row["reference"]
            )
            if commitment.sensitivity == Sensitivity.PARTY:
                assert commitment.restricted_to.code in hers
            assert commitment.sensitivity != Sensitivity.SECRETARIAT
            parties = [row["party"]] if "party" in row else _codes(row)
            for code in parties:
                line = commitment.obligations.get(party__code=code)
                assert line.sensitivity != Sensitivity.SECRETARIAT
                assert line.sensitivity != Sensitivity.PARTY or code in hers


def _codes(row: dict) -> list[str]:
    said = f"{row['lead']}; {row['contributing']}"
    return [code for code in said.split("; ") if code]
