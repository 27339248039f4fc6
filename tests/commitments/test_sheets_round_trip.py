"""What an export wrote comes back: nothing when nobody edited it, and else exactly the edits."""

import random
from datetime import date, timedelta

import pytest

from commitments.choices import Status
from commitments.models import Commitment, Obligation
from commitments.tables import CommitmentTable, LineTable
from meetings.choices import Sensitivity
from tests.commitments.sheets import applied, cells, exported, in_csv, preview, said, table
from tests.factories import (
    make_commitment,
    make_deadline,
    make_focal_point,
    make_instrument,
    make_meeting,
    make_officer,
    make_party,
    make_submitted,
    make_theme,
)
from ui.exports import restored

LISTS = {"/commitments/": CommitmentTable, "/commitments/lines/": LineTable}
KINDS = {"csv": "a.csv", "excel": "a.csv", "xlsx": "a.xlsx"}
# What follows from other cells, and is not edited.
FOLLOWS = {"version", "basis", "purpose", "timing", "lines", "not_started", "in_progress", "stalled",
           "partly_done", "not_assessable", "not_owed", "overdue"}  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    user = make_officer()
    client.force_login(user)
    return user


@pytest.fixture
def register(officer):
    """Commitments of every sort: with and without days, restricted, reported on, oddly titled."""
    parties = [make_party(code) for code in ("AA", "BB", "CC")]
    for party in parties:
        make_focal_point(party)
    titles = [
        "Hold operations",
        "=1+1",
        "'quoted",
        "Обмен, опыт; сведения",
        "两\t国",
        "-dash",
        "a  b",
    ]
    for number, title in enumerate(titles):
        commitment = make_commitment(
            reference=f"TST-{number}",
            title=title,
            lead=parties[: 1 + number % 3],
            contributing=parties[2:] if number % 3 < 2 else [],
            theme=make_theme("Drugs") if number % 2 else None,
            instruments=[make_instrument() for _ in range(number % 3)],
            officer=officer if number % 2 else None,
            due=date(2035, 6, 30) if number != 3 else None,
            sensitivity=Sensitivity.PARTY if number == 5 else Sensitivity.PUBLIC,
            restricted_to=parties[0] if number == 5 else None,
            review_days=90 if number == 6 else None,
        )
        if number == 2:
            make_deadline(commitment.obligations.first(), date(2033, 1, 1))
        if number == 4:
            make_submitted(commitment.obligations.first())
    return parties


def columns(of) -> str:
    return ",".join(of.base_columns)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("address", LISTS)
def test_what_nobody_edited_changes_nothing(client, officer, register, address, kind):
    raw = exported(client, address, kind, cols=columns(LISTS[address]))
    _made, found = preview(officer, raw, KINDS[kind])
    assert (said(found), cells(found)) == ([], [])
    assert found.unchanged > 5


@pytest.mark.parametrize("address", LISTS)
def test_whatever_columns_are_chosen_nothing_changes(client, officer, register, address):
    drawn = random.Random(7)
    names = list(LISTS[address].base_columns)
    for _ in range(12):
        chosen = drawn.sample(names, drawn.randrange(1, len(names)))
        raw = exported(client, address, drawn.choice(["csv", "excel"]), cols=",".join(chosen))
        _made, found = preview(officer, raw)
        assert (said(found), cells(found)) == ([], []), chosen


def edit_of_line(drawn, row, parties) -> tuple[str, str]:
    """Another value for one cell of a line."""
    line = Obligation.objects.get(commitment__reference=row["reference"], party__code=row["party"])
    people = [term.user.email for term in line.party.focal_points.all()]
    options = {
        "status": [s for s in Status.values if s != Status.DONE],
        "role": ["lead", "contributing"],
        "owner": ["", *people],
        "sensitivity": [s.value for s in Sensitivity],
        "due": [str(date(2034, 1, 1) + timedelta(days=drawn.randrange(300)))],
    }
    name = drawn.choice(sorted(options))
    return name, drawn.choice([o for o in options[name] if o != row[name]] or [row[name]])


def edit_of_commitment(drawn, row, parties) -> tuple[str, str]:
    options = {
        "title": ["Do it", "=SUM(A1:A9)", "@here", "Ещё одно"],
        "strength": ["intends", "supports", "stresses", "calls"],
        "theme": ["", "drugs"],
        "officer": [""],
        "review_days": ["", "30", "365"],
        "life": ["withdrawn"],
    }
    if row["reference"] not in {"TST-2", "TST-5"}:
        options["due"] = [str(date(2034, 1, 1) + timedelta(days=drawn.randrange(300)))]
    name = drawn.choice(sorted(options))
    return name, drawn.choice([o for o in options[name] if o != row[name]] or [row[name]])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("address", "edit"),
    [("/commitments/", edit_of_commitment), ("/commitments/lines/", edit_of_line)],
)
def test_random_edits_come_back_as_exactly_those_edits(
    client, officer, register, address, edit, seed
):
    drawn = random.Random(seed)
    every = {"cols": columns(LISTS[address]), "sort": "reference"}
    rows = table(exported(client, address, "csv", **every))
    keys = ("reference", "party") if "party" in rows[0] else ("reference",)
    expected = set()
    for row in drawn.sample(rows, 5):
        name, after = edit(drawn, row, register)
        if after != restored(row[name]):
            expected.add((*(row[key] for key in keys), name, restored(row[name]), after))
            row[name] = after
    drawn.shuffle(rows)
    _made, found = preview(officer, in_csv(rows))
    assert said(found) == []
    assert set(cells(found)) == expected
    applied(officer, in_csv(rows))
    again = table(exported(client, address, "csv", **every))
    told = {tuple(row[key] for key in keys): row for row in again}
    for row in rows:
        now = told[tuple(row[key] for key in keys)]
        differing = {name for name in row if restored(row[name]) != restored(now[name])}
        assert differing <= may_follow(row, expected), (row["reference"], differing)
    _made, found = preview(officer, exported(client, address, "csv", **every))
    assert cells(found) == []


def may_follow(row, expected) -> set[str]:
    """What is out of force has no day that comes first, and a new rhythm may bring one."""
    edited = {(reference, name) for reference, *_party, name, _before, _after in expected}
    moves = row.get("life") == "withdrawn" or (row["reference"], "review_days") in edited
    return FOLLOWS | ({"due"} if moves else set())


def test_a_sheet_of_many_lines_takes_few_statements(
    client, officer, register, django_assert_max_num_queries
):
    for number in range(30):
        make_commitment(reference=f"MANY-{number}", parties=register)
    raw = exported(client, "/commitments/lines/", "csv")
    made, _found = preview(officer, raw)
    with django_assert_max_num_queries(10):
        client.get(made.get_absolute_url())
    raw = exported(client, "/commitments/", "csv")
    made, _found = preview(officer, raw)
    with django_assert_max_num_queries(12):
        client.get(made.get_absolute_url())
    assert Commitment.objects.count() == 37


def test_a_meeting_of_another_day_refuses_what_was_edited(client, officer, register):
    make_meeting()
    raw = exported(client, "/commitments/lines/", "csv")
    rows = table(raw)
    rows[0]["due"] = "2001-01-01"
    _made, found = preview(officer, in_csv(rows))
    assert [name for _row, name, _words in said(found)] == ["due"]
