"""The grid: cells that say what their lines are, numbers that are those of their lists, and what it costs."""

import json
import re
from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from commitments import grid_views
from commitments.models import Obligation
from meetings.choices import Sensitivity
from tests.factories import (
    days,
    make_commitment,
    make_deadline,
    make_focal_point,
    make_meeting,
    make_officer,
    make_party,
    make_report,
    make_submitted,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db
LATE, LATER = date(2020, 1, 1), date(2035, 1, 1)


@pytest.fixture(autouse=True)
def officer(client):
    user = make_officer()
    client.force_login(user)
    return user


@pytest.fixture
def register():
    """Every kind of cell: late, awaiting, silent, done, not owed, not assessable, and none at all."""
    aa, bb, cc = (make_party(code) for code in ("AA", "BB", "CC"))
    report = make_report(make_meeting(slug="first"))
    drugs, borders = make_theme("Drugs"), make_theme("Borders")
    make_commitment(report, [aa, bb, cc], LATE, reference="TST-1", theme=drugs)
    make_commitment(report, [aa, bb], LATER, reference="TST-2", theme=borders)
    make_commitment(make_report(make_meeting(slug="second")), [cc], reference="TST-3")
    Obligation.objects.update(registered_at=timezone.now())
    old = datetime.now(UTC) - days(settings.SILENT_DAYS + 1)
    set_line("TST-1", "AA", registered_at=old)
    set_line("TST-1", "BB", status="done")
    set_line("TST-2", "AA", status="not_owed")
    set_line("TST-3", "CC", registered_at=old)
    make_submitted(line("TST-1", "CC"))
    make_submitted(line("TST-2", "BB"))


def line(reference: str, code: str) -> Obligation:
    return Obligation.objects.get(commitment__reference=reference, party__code=code)


def set_line(reference: str, code: str, **values) -> None:
    Obligation.objects.filter(pk=line(reference, code).pk).update(**values)


def page(client, query=None):
    response = client.get("/grid/", query or {})
    assert response.status_code == 200
    return response


def said(response) -> dict[str, str]:
    """What the cells say, by the address they lead to."""
    cells = re.findall(
        r'<td class="g"><a class="[^"]*" title="[^"]*" href="([^"]+)">.*?<span class="vh">([^<]+)<',
        response.content.decode(),
    )
    return {address.removeprefix("/commitments/"): words for address, words in cells}


def figures(response) -> list:
    """Every number of the grid with the list it leads to; zeros lead nowhere."""
    grid = response.context["grid"]
    found = [f for group in grid.groups for row in group.lines for f in (row.done, row.applicable)]
    for _, each, all_of_them in grid.foot or ():
        found += [*each, all_of_them]
    return [figure for figure in found if figure.number]


def count(client, address: str) -> int:
    return client.get(address).context["table"].paginator.count


# Cells -------------------------------------------------------------------------------------------


def test_each_cell_says_where_its_line_stands_and_leads_to_it(client, register):
    assert said(page(client)) == {
        "TST-2/AA/": "Party AA: not owed",
        "TST-2/BB/": "Party BB: awaiting validation",
        "TST-1/AA/": "Party AA: not started, overdue, silent",
        "TST-1/BB/": "Party BB: done",
        "TST-1/CC/": "Party CC: awaiting validation, overdue",
        "TST-3/CC/": "Party CC: not started, silent",
    }
    for address in said(page(client)):
        assert line(*address.split("/")[:2]).get_page_url() == f"/commitments/{address}"


def test_a_party_without_a_line_has_a_dash_and_no_link(client, register):
    html = page(client).content.decode()
    assert html.count('<td class="g-x">') == html.count("no line shown") == 3


def test_themes_head_their_rows_in_order(client, register):
    groups = page(client).context["grid"].groups
    found = {group.name: [row.commitment.reference for row in group.lines] for group in groups}
    assert list(found.items()) == [
        ("Borders", ["TST-2"]),
        ("Drugs", ["TST-1"]),
        ("Without a theme", ["TST-3"]),
    ]


def test_the_deadline_of_a_row_is_the_first_of_its_open_lines(client, register):
    make_deadline(line("TST-1", "BB"), date(2034, 5, 6))
    html = page(client, {"q": "TST-1"}).content.decode()
    assert '<span class="is-late">' in html
    assert 'datetime="2020-01-01"' in html
    Obligation.objects.update(status="done")
    assert "No date set" in page(client, {"q": "TST-1"}).content.decode()


# Filters -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "cells"),
    [
        ({"meeting": "second"}, {"TST-3/CC/"}),
        ({"theme": "drugs"}, {"TST-1/AA/", "TST-1/BB/", "TST-1/CC/"}),
        ({"party": "BB"}, {"TST-1/BB/", "TST-2/BB/"}),
        ({"due_from": "2030-01-01"}, {"TST-2/AA/", "TST-2/BB/"}),
        ({"due_to": "2030-01-01"}, {"TST-1/AA/", "TST-1/BB/", "TST-1/CC/"}),
        ({"due_from": "2020-01-02", "due_to": "2034-12-31"}, set()),
        ({"party": "CC", "timing": "overdue"}, {"TST-1/CC/"}),
    ],
)
def test_filters_keep_their_rows_and_columns(client, register, query, cells):
    assert set(said(page(client, query))) == cells


def test_cells_outside_the_filters_say_so_and_do_not_count(client, register):
    response = page(client, {"status": "done"})
    assert (
        said(response)["TST-1/AA/"] == "Party AA: not started, overdue, silent, outside the filters"
    )
    assert said(response)["TST-1/BB/"] == "Party BB: done"
    (row,) = response.context["grid"].groups[0].lines
    assert (row.done.number, row.applicable.number) == (1, 1)


@pytest.mark.parametrize(
    "name", ["party", "status", "timing", "reporting", "meeting", "theme", "due_from", "due_to"]
)
def test_a_filter_that_makes_no_sense_gives_a_message_no_rows_and_no_figures(
    client, register, name
):
    response = page(client, {name: "2026-99-99"})
    html = response.content.decode()
    assert response.context["grid"] is None
    assert f'id="id_{name}_error"' in html
    assert '<table class="grid"' not in html
    assert "<tfoot" not in html


# Numbers -----------------------------------------------------------------------------------------

QUERIES = [
    {},
    {"party": ["AA", "BB"]},
    {"status": "not_started"},
    {"status": ["done", "not_owed"]},
    {"timing": "overdue"},
    {"timing": ["overdue", "none"], "party": "CC"},
    {"reporting": "awaiting"},
    {"reporting": "silent"},
    {"meeting": "first", "due_to": "2030-01-01"},
    {"q": "TST"},
]


@pytest.mark.once
@pytest.mark.parametrize("who", ["officer", "reader", "focal point"])
def test_every_number_is_the_count_of_the_list_it_leads_to(client, register, who):
    set_line("TST-1", "AA", sensitivity=Sensitivity.PARTY)
    if who != "officer":
        user = make_user() if who == "reader" else make_focal_point(make_party("AA")).user
        client.force_login(user)
    told: dict[str, int] = {}
    for query in QUERIES:
        numbers = figures(page(client, query))
        assert numbers, query
        for figure in numbers:
            # Grids of several filters lead to the same lists, and must agree about them.
            assert told.setdefault(figure.address, figure.number) == figure.number, figure.address
    for address, number in told.items():
        assert count(client, address) == number, address


def test_totals_are_those_of_all_pages(client, register, monkeypatch):
    whole = page(client).context["grid"].foot
    monkeypatch.setattr(grid_views.GridPage, "per_page", 1)
    for number in (1, 2, 3):
        response = page(client, {"page": number})
        assert response.context["grid"].foot == whole
    assert "The totals are those of all pages." in response.content.decode()


def test_a_register_too_large_to_add_up_says_so(client, register, monkeypatch):
    monkeypatch.setattr(grid_views, "ADDED_UP", 2)
    response = page(client)
    assert response.context["grid"].foot is None
    assert "Choose a meeting, a theme or a period" in response.content.decode()
    assert page(client, {"theme": "drugs"}).context["grid"].foot


def test_an_export_holds_the_lines_behind_the_cells(client, register):
    response = client.get("/grid/", {"party": "CC", "export": "json"}, follow=True)
    rows = json.loads(response.getvalue())
    assert {row["reference"] for row in rows} == {"TST-1", "TST-3"}
    assert len(rows) == 2


# Rights ------------------------------------------------------------------------------------------


def done_cells(response) -> list[str]:
    cells = re.findall(
        r'<td class="g-sum">(.*?)</td>\s*<td class="g-dead">', response.content.decode()
    )
    return [re.sub(r"<[^>]+>", "", cell) for cell in cells]


def test_what_a_reader_may_not_see_is_neither_shown_nor_counted(client, register):
    set_line("TST-1", "BB", sensitivity=Sensitivity.PARTY)
    make_commitment(
        parties=[make_party("DD")], reference="TST-9", sensitivity=Sensitivity.SECRETARIAT
    )
    assert done_cells(page(client)) == ["0 of 1", "1 of 3", "0 of 1", "0 of 1"]
    client.force_login(make_user())
    response = page(client)
    assert "TST-1/BB/" not in said(response)
    assert "TST-9" not in response.content.decode()
    assert "Party DD" not in response.content.decode().split("<thead>")[1]
    assert done_cells(response) == ["0 of 1", "0 of 2 shown", "0 of 1"]
    client.force_login(make_focal_point(make_party("BB")).user)
    assert "TST-1/BB/" in said(page(client))


def test_a_stranger_signs_in_first(client):
    client.logout()
    assert client.get("/grid/").status_code == 302


# Cost --------------------------------------------------------------------------------------------


def cost(client, query=None) -> int:
    with CaptureQueriesContext(connection) as queries:
        page(client, query)
    return len(queries)


def fill(number: int) -> None:
    parties = [make_party(code) for code in ("AA", "BB", "CC")]
    for n in range(number):
        due = date(2030, 1, 1 + n % 28) if n % 4 else None
        theme = make_theme(f"Theme {n % 3}") if n % 5 else None
        make_commitment(make_report(make_meeting()), parties[n % 2 :], due, theme=theme)


@pytest.mark.parametrize("who", ["officer", "reader"])
@pytest.mark.parametrize("query", [{}, {"party": "BB", "timing": "later"}])
def test_the_grid_costs_the_same_for_five_rows_and_for_thirty(client, who, query):
    if who == "reader":
        client.force_login(make_user())
    fill(5)
    for_five = cost(client, query)
    fill(25)
    assert cost(client, query) == for_five <= 15


def test_htmx_gets_the_grid_without_the_page_around_it(client, register):
    html = client.get("/grid/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in html
    assert '<table class="grid"' in html
