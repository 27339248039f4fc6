"""Exports: values that come back as they were, and no cell that a spreadsheet runs."""

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import django_filters
import django_tables2 as tables
import openpyxl
import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import example, given
from hypothesis import strategies as st

from tests.factories import NOW
from ui import exports, printing
from ui.exports import neutral, plain, restored
from ui.lists import ListPage
from ui.tables import BaseTable

texts = st.text() | st.text(st.sampled_from("=+-@'\t\r\n\0ab"))


@given(texts)
@example("")
@example("''=1")
def test_a_text_comes_back_as_it_was(text):
    assert restored(neutral(text)) == text


@given(texts)
def test_no_text_begins_with_what_a_spreadsheet_runs(text):
    assert not neutral(text).startswith(tuple("=+-@\t\r\n\0"))


def test_a_text_that_runs_nothing_stays():
    assert neutral("5 = 2 + 3") == "5 = 2 + 3"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, None),
        (0, 0),
        (True, True),
        (Decimal("1.5"), 1.5),
        (date(2026, 12, 24), date(2026, 12, 24)),
        (["KZ", "KG"], "KZ; KG"),
        ([], ""),
    ],
)
def test_values_are_plain(value, told):
    assert plain(value) == told
    assert type(plain(value)) is type(told)


def test_a_moment_is_told_in_utc():
    with timezone.override("Asia/Shanghai"):
        local = timezone.localtime(datetime(2026, 3, 10, 9, 0, 0, 123, tzinfo=UTC))
    assert plain(local).isoformat() == "2026-03-10T09:00:00+00:00"


# A list ---------------------------------------------------------------------------------------------


class LetterFilter(django_filters.FilterSet):
    q = django_filters.CharFilter("name", "icontains", label="Search names")
    least = django_filters.NumberFilter("pk", "gte", label="Least number")


class LetterTable(BaseTable):
    row_head = "name"
    optional = ("day", "spoken")
    always = ("pk",)
    exported = {"codename": ("codename", "length")}

    name = tables.Column("Name")
    codename = tables.Column("Code")
    day = tables.Column("Day", empty_values=(), orderable=False)
    spoken = tables.Column("Spoken", empty_values=(), orderable=False)

    class Meta(BaseTable.Meta):
        model = Permission
        fields = ()
        sequence = ("name", "codename", "day", "spoken")

    def value_length(self, record):
        return len(record.codename)

    def value_day(self, record):
        return date(2026, 12, 24)

    def value_spoken(self, record):
        return str(translation.gettext_noop("en") and translation.get_language())

    def render_day(self, record):
        return "a day"

    def render_spoken(self, record):
        return "said"

    def print_codename(self, record):
        return f"the code {record.codename}"


class LetterList(ListPage):
    queryset = Permission.objects.filter(codename__startswith="x").order_by("pk")
    filterset_class = LetterFilter
    table_class = LetterTable
    heading = "Letters"
    export_name = "letters"


@pytest.fixture
def letters(db):
    kind = Permission.objects.first().content_type
    names = ["=1+1", "Да", "'quoted", "-5", "a\x07b", "@x", "line\nline"]
    return Permission.objects.bulk_create(
        Permission(name=name, codename=f"x{number}", content_type=kind)
        for number, name in enumerate(names)
    )


def answer(query: str = ""):
    request = RequestFactory().get(f"/letters/?{query}")
    request.user = AnonymousUser()
    request.now = NOW
    request.htmx = None
    response = LetterList.as_view()(request)
    return response.render() if hasattr(response, "render") else response


@pytest.fixture(autouse=True)
def told(monkeypatch):
    """Who hears of exports, in place of the log."""
    heard = []
    monkeypatch.setattr(exports, "_hearers", [lambda _request, *what: heard.append(what)])
    return heard


def content(query: str) -> bytes:
    response = answer(query)
    told = b"".join(response.streaming_content)
    for close in response._resource_closers:  # as a server does; without ending the request
        close()
    return told


def of_json(query: str = "") -> list[dict]:
    return json.loads(content(f"export=json&{query}"))


def of_csv(query: str = "", kind: str = "csv") -> list[list[str]]:
    text = content(f"export={kind}&{query}").decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";,"[kind == "csv"]))


def sheet(query: str = ""):
    return openpyxl.load_workbook(io.BytesIO(content(f"export=xlsx&{query}"))).active


def test_an_export_has_the_fields_of_what_is_shown_and_those_it_always_has(letters):
    assert list(of_json()[0]) == ["pk", "name", "codename", "length"]
    assert list(of_json("cols=day")[0]) == ["pk", "name", "day"]
    assert list(of_json("cols=day,codename")[0]) == ["pk", "name", "codename", "length", "day"]
    assert list(of_json("cols=nothing&cols=known")[0]) == ["pk", "name", "codename", "length"]


def test_every_kind_says_the_same(letters):
    query = "cols=codename,day&sort=-codename"
    rows = of_json(query)
    assert [row["codename"] for row in rows] == ["x6", "x5", "x4", "x3", "x2", "x1", "x0"]
    assert [row["day"] for row in rows] == ["2026-12-24"] * 7
    expected = [list(rows[0]), *([str(value) for value in row.values()] for row in rows)]
    for kind in ("csv", "excel"):
        assert [[restored(cell) for cell in row] for row in of_csv(query, kind)] == expected
    cells = [[cell.value for cell in row] for row in sheet(query).iter_rows()]
    assert cells[0] == list(rows[0])
    assert [row[0] for row in cells[1:]] == [row["pk"] for row in rows]
    assert [row[2] for row in cells[1:]] == [row["codename"] for row in rows]
    assert {row[4] for row in cells[1:]} == {datetime(2026, 12, 24)}  # noqa: DTZ001
    spoken = [row["name"].replace("\x07", "") for row in rows]
    assert [restored(row[1]) for row in cells[1:]] == spoken


def test_no_cell_of_a_workbook_is_a_formula(letters):
    kinds = {cell.data_type for row in sheet("cols=codename,day").iter_rows() for cell in row}
    assert kinds == {"s", "n", "d"}


def test_a_spreadsheet_knows_that_it_reads_unicode(letters):
    assert content("export=excel").startswith("\ufeffpk;name;".encode())
    assert not content("export=csv").startswith("\ufeff".encode())


@pytest.mark.parametrize("kind", ["csv", "excel", "xlsx", "json"])
def test_an_export_is_a_download_that_no_cache_keeps(letters, kind):
    response = answer(f"export={kind}")
    ending = "csv" if kind == "excel" else kind
    name = f'attachment; filename="letters-2026-03-10.{ending}"'
    assert response.headers["Content-Disposition"] == name
    assert response.headers["Cache-Control"] == "private, no-store"
    b"".join(response.streaming_content)
    for close in response._resource_closers:
        close()


def test_an_export_of_nothing_is_well_formed(letters):
    assert of_json("q=nothing") == []
    assert of_csv("q=nothing") == [["pk", "name", "codename", "length"]]
    assert sheet("q=nothing").max_row == 1


def test_a_filter_that_makes_no_sense_gives_the_page_which_says_so(letters, told):
    assert "Enter a number" in answer("export=csv&least=many").content.decode()
    assert "<form" in answer("export=nonsense").content.decode()
    assert told == []


def test_whoever_listens_hears_of_each_export(letters, told):
    answer("export=json&q=1")
    answer("format=csv")
    answer("export=print")
    answer()
    assert told == [("json", 1), ("csv", 7), ("print", 7)]


def test_rows_are_in_the_language_of_whoever_asked_though_they_are_read_later(letters):
    with translation.override("ru"):
        response = answer("export=json&cols=spoken")
    with translation.override("en"):
        rows = json.loads(b"".join(response.streaming_content))
        assert translation.get_language() == "en"
    assert {row["spoken"] for row in rows} == {"ru"}


def test_rows_are_read_in_batches(letters, monkeypatch):
    monkeypatch.setattr(exports, "BATCH", 2)
    sizes = []
    monkeypatch.setattr(LetterTable, "prepare", lambda self, records: sizes.append(len(records)))
    with CaptureQueriesContext(connection) as queries:
        assert len(of_json()) == 7
    assert sizes == [2, 2, 2, 1]
    assert len(queries) == 2  # how many, and which


def test_paper_has_every_row_in_the_readers_words(letters):
    html = answer("export=print&cols=codename,day&q=x").content.decode()
    assert "the code x5" in html
    assert html.count("a day") == 1
    assert "Search: x" in html
    html = answer("export=print").content.decode()
    assert html.count('scope="row"') == 7
    assert "left out" not in html
    assert "<script>" not in html


def test_paper_has_an_end_and_says_so(letters, monkeypatch):
    monkeypatch.setattr(printing, "MOST", 5)
    html = answer("export=print").content.decode()
    assert html.count('scope="row"') == 5
    assert "Only the first 5 rows are on this page; 2 rows are left out." in html


# Columns --------------------------------------------------------------------------------------------


def heads(query: str) -> list[str]:
    html = answer(query).content.decode()
    table = html[html.index("<thead") : html.index("</thead")]
    return [
        name for name in ("Name", "Code", "Day", "Spoken") if f">{name}" in table or name in table
    ]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Name", "Code"]),
        ("cols=", ["Name", "Code"]),
        ("cols=zzz", ["Name", "Code"]),
        ("cols=day", ["Name", "Day"]),
        ("cols=spoken,codename", ["Name", "Code", "Spoken"]),
        ("cols=name&cols=day", ["Name", "Day"]),
        ("cols=name", ["Name"]),
    ],
)
def test_the_address_says_which_columns_are_shown(letters, query, shown):
    assert heads(query) == shown


def test_columns_stay_when_anything_else_changes(letters, monkeypatch):
    monkeypatch.setattr(LetterList, "per_page", 5)
    html = answer("cols=day&q=e&sort=name").content.decode()
    assert 'href="?cols=day&amp;sort=name"' in html  # without the search
    assert '<input type="hidden" name="cols" value="day">' in html
    assert 'href="?cols=day&amp;q=e&amp;sort=-name"' in html
    assert "?cols=day&amp;page=2" in answer("cols=day").content.decode()


def test_choosing_columns_keeps_filters_and_order(letters):
    html = answer("cols=day&q=e&sort=name&page=1").content.decode()
    form = html[html.index('<form id="columns"') :]
    form = form[: form.index("</form>")]
    assert '<input type="hidden" name="q" value="e">' in form
    assert '<input type="hidden" name="sort" value="name">' in form
    assert '<input type="hidden" name="cols" value="name">' in form
    assert "page" not in form.replace(' hx-get="/letters/"', "")
    box = '<input class="check" type="checkbox" form="columns" name="cols" value="{}"{}>'
    assert box.format("day", " checked") in html
    assert box.format("codename", "") in html
