"""The lists of the register: what they cost, how they sort, and that their numbers are true."""

import re
from datetime import UTC, date, datetime, time

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from commitments.models import Obligation
from commitments.services import Span
from commitments.tables import CommitmentTable, LineTable, ReportTable
from meetings.choices import Sensitivity
from meetings.models import FocalPoint, Instrument
from meetings.tables import MeetingTable
from tests.factories import (
    days,
    make_commitment,
    make_deadline,
    make_meeting,
    make_obligation,
    make_officer,
    make_party,
    make_report,
    make_submitted,
    make_theme,
    make_user,
)
from ui.lists import ListPage

LISTS = ["/commitments/", "/commitments/lines/", "/commitments/reports/", "/meetings/"]
COLUMNS = {
    "/commitments/": [
        *("reference", "title", "meeting", "owed_by", "progress", "deadline", "timing"),
        *("theme", "strength", "life", "review_days", "officer", "sensitivity"),
    ],
    "/commitments/lines/": [
        *("reference", "party", "title", "role", "status", "deadline", "timing"),
        *("meeting", "theme", "last_report", "owner", "sensitivity"),
    ],
    "/commitments/reports/": [
        "submitted_at",
        "party",
        "title",
        "claim",
        "pieces",
        "state",
        "decided_by",
        *("text", "author", "finding", "comment", "decided_at"),
    ],
    "/meetings/": [
        "number",
        "title",
        "starts_on",
        "place",
        "chair",
        "series",
        "officer",
        "next_meeting",
    ],
}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def officer(client):
    user = make_officer()
    client.force_login(user)
    return user


def today() -> date:
    return timezone.now().date()


def table(client, path, query=None):
    response = client.get(path, query or {})
    assert response.status_code == 200
    return response.context["table"]


def shown(client, path, query=None) -> list[str]:
    """The references of the rows, from every page of the list."""
    found, number = [], 1
    while True:
        page = table(client, path, {**(query or {}), "page": number})
        for row in page.paginated_rows:
            of = row.record
            found.append(
                getattr(of, "reference", "") or f"{of.commitment.reference} {of.party.code}"
            )
        if not page.page.has_next():
            return found
        number += 1


def cost(client, path, query=None) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path, query or {}).status_code == 200
    return len(queries)


# Cost --------------------------------------------------------------------------------------------


def fill(number: int) -> None:
    """Commitments with two lines each, of meetings, parties, themes and deadlines of every kind."""
    parties = [make_party(code) for code in ("AA", "BB", "CC")]
    for n in range(number):
        report = make_report(make_meeting(chair=parties[n % 3]))
        due = date(2030, 1, 1 + n % 28) if n % 4 else None
        commitment = make_commitment(
            report, parties[n % 2 :], due, theme=make_theme(f"Theme {n % 3}")
        )
        if n % 3 == 0:
            make_deadline(commitment.obligations.first(), date(2031, 1, 1))
        make_submitted(commitment.obligations.last(), text=f"Report {n}.")


@pytest.mark.once
@pytest.mark.parametrize("who", ["officer", "reader", "focal point"])
def test_a_list_costs_the_same_for_five_rows_and_for_fifty(client, who, monkeypatch):
    monkeypatch.setattr(ListPage, "per_page", 100)
    if who != "officer":
        client.force_login(user := make_user())
    if who == "focal point":
        FocalPoint.objects.create(party=make_party("AA"), user=user, starts_on=date(2020, 1, 1))
    fill(5)
    for_five = {path: cost(client, path) for path in LISTS}
    fill(45)
    assert {path: cost(client, path) for path in LISTS} == for_five
    assert max(for_five.values()) <= 10
    assert {path for path in LISTS if len(table(client, path).paginated_rows) < 50} == set()


@pytest.mark.parametrize("who", ["officer", "reader"])
def test_the_page_of_a_commitment_costs_the_same_whatever_stands_beside_it(client, who):
    if who == "reader":
        client.force_login(make_user())
    report = make_report(make_meeting(), text="First words. Second words.")
    parties = [make_party(code) for code in ("AA", "BB", "CC")]
    alone = make_commitment(report, parties[:1], date(2030, 1, 1), spans=[Span(0, 12)])
    for_one = cost(client, alone.get_absolute_url())
    for _ in range(5):
        make_commitment(report, parties, date(2030, 1, 1), spans=[Span(0, 12)])
    assert cost(client, alone.get_absolute_url()) == for_one <= 18


@pytest.mark.parametrize(
    "query", [{"q": "joint"}, {"party": "AA", "timing": "later"}, {"sort": "-deadline"}]
)
def test_a_filter_costs_no_more_for_more_rows(client, query):
    fill(5)
    for_five = cost(client, "/commitments/", query)
    fill(10)
    assert cost(client, "/commitments/", query) == for_five <= 10


# Order -------------------------------------------------------------------------------------------


def test_every_column_that_sorts_is_tried():
    kinds = (CommitmentTable, LineTable, ReportTable, MeetingTable)
    for path, kind in zip(LISTS, kinds, strict=True):
        sortable = [
            name for name, column in kind.base_columns.items() if column.orderable is not False
        ]
        assert sortable == COLUMNS[path]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_sorts_by_each_column_both_ways_and_repeats_no_row(client, path):
    fill(12 if path == "/commitments/lines/" else 21)
    for sort in (f"{sign}{name}" for name in COLUMNS[path] for sign in ("", "-")):
        first, second = (table(client, path, {"sort": sort, "page": n}) for n in (1, 2))
        rows = [row.record.pk for page in (first, second) for row in page.paginated_rows]
        assert len(rows) == len(set(rows)) == first.paginator.count, sort
        assert first.paginator.num_pages == 2


@pytest.mark.parametrize("path", ["/commitments/", "/commitments/lines/"])
def test_what_has_no_date_stands_last_in_both_directions(client, path):
    none = make_obligation(reference="TST-A").commitment
    make_obligation(reference="TST-B", due=date(2031, 1, 1))
    make_obligation(reference="TST-C", due=date(2030, 1, 1))
    order = [name.split()[0] for name in shown(client, path, {"sort": "deadline"})]
    assert order == ["TST-C", "TST-B", none.reference]
    order = [name.split()[0] for name in shown(client, path, {"sort": "-deadline"})]
    assert order == ["TST-B", "TST-C", none.reference]


def test_without_a_sort_what_falls_due_first_stands_first(client):
    for reference, due in (
        ("TST-A", None),
        ("TST-B", date(2031, 1, 1)),
        ("TST-C", date(2020, 1, 1)),
    ):
        make_obligation(reference=reference, due=due)
    assert shown(client, "/commitments/") == ["TST-C", "TST-B", "TST-A"]


def test_titles_sort_by_their_words(client):
    for title in ("Build", "Agree", "Count"):
        make_commitment(title=title, reference=title[0])
    assert shown(client, "/commitments/", {"sort": "title"}) == ["A", "B", "C"]
    assert shown(client, "/commitments/", {"sort": "-title"}) == ["C", "B", "A"]


# Filters -----------------------------------------------------------------------------------------


@pytest.fixture
def register():
    """AA is late on TST-1 and has time on TST-2; BB the other way round; TST-3 is done but late."""
    aa, bb = make_party("AA"), make_party("BB")
    late, later = date(2020, 1, 1), date(2035, 1, 1)
    for reference, first, second in (("TST-1", aa, bb), ("TST-2", bb, aa)):
        commitment = make_commitment(parties=[first, second], due=late, reference=reference)
        make_deadline(commitment.obligations.get(party=second), later)
    make_obligation(aa, reference="TST-3", due=late, status="done")
    make_obligation(aa, reference="TST-4", theme=make_theme("Drugs"), strength="stresses")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"TST-1", "TST-2", "TST-3", "TST-4"}),
        ({"party": "AA"}, {"TST-1", "TST-2", "TST-3", "TST-4"}),
        ({"party": "BB"}, {"TST-1", "TST-2"}),
        ({"timing": "overdue"}, {"TST-1", "TST-2"}),
        # Of one and the same line: AA is late on the first alone.
        ({"party": "AA", "timing": "overdue"}, {"TST-1"}),
        ({"party": "BB", "timing": "overdue"}, {"TST-2"}),
        ({"party": "AA", "timing": ["overdue", "none"]}, {"TST-1", "TST-4"}),
        ({"party": "BB", "status": "done"}, set()),
        ({"status": "done"}, {"TST-3"}),
        ({"status": "done", "timing": "overdue"}, set()),
        ({"timing": "closed"}, {"TST-3"}),
        ({"timing": "none"}, {"TST-4"}),
        ({"basis": "set"}, {"TST-1", "TST-2"}),
        ({"basis": "set", "timing": "overdue"}, set()),
        ({"party": "AA", "basis": "set"}, {"TST-2"}),
        ({"theme": "drugs"}, {"TST-4"}),
        ({"strength": "stresses"}, {"TST-4"}),
        ({"strength": ["stresses", "agreed"]}, {"TST-1", "TST-2", "TST-3", "TST-4"}),
        ({"party": ["AA", "BB"], "timing": "later"}, {"TST-1", "TST-2"}),
        ({"theme": "drugs", "timing": "overdue"}, set()),
    ],
)
def test_the_conditions_of_a_line_speak_of_one_and_the_same_line(client, register, query, found):
    assert set(shown(client, "/commitments/", query)) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"timing": "overdue"}, {"TST-1 AA", "TST-2 BB"}),
        ({"party": "AA", "timing": "later"}, {"TST-2 AA"}),
        ({"status": "done"}, {"TST-3 AA"}),
        ({"basis": "set"}, {"TST-1 BB", "TST-2 AA"}),
        ({"party": "BB", "status": ["done", "stalled"]}, set()),
        ({"q": "TST-4"}, {"TST-4 AA"}),
    ],
)
def test_lines_are_filtered_line_by_line(client, register, query, found):
    assert set(shown(client, "/commitments/lines/", query)) == found


@pytest.mark.parametrize("path", ["/commitments/", "/commitments/lines/"])
def test_a_list_can_be_of_one_meeting(client, register, path):
    meeting = make_meeting(slug="other")
    make_commitment(make_report(meeting), [make_party("AA")], reference="TST-9")
    assert {name.split()[0] for name in shown(client, path, {"meeting": "other"})} == {"TST-9"}


@pytest.mark.parametrize(
    "name", ["party", "status", "timing", "reporting", "basis", "meeting", "theme", "strength"]
)
def test_a_filter_that_makes_no_sense_shows_no_rows_and_says_so(client, register, name):
    for value in ("ZZ", "%", "9" * 30, "a\nb", "👍", "AA,BB"):
        response = client.get("/commitments/", {name: value})
        assert response.status_code == 200
        assert response.context["table"].paginator.count == 0
        assert f'id="id_{name}_error"' in response.content.decode()


@pytest.mark.parametrize("name", ["party", "status", "meeting", "theme", "sort", "page", "nothing"])
@pytest.mark.parametrize("path", LISTS)
def test_a_null_character_in_an_address_is_no_error(client, register, path, name):
    assert client.get(f"{path}?{name}=%00").status_code == 200
    assert client.get(f"{path}?{name}=a%00b").status_code == 200


# Numbers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["officer", "reader"])
def test_the_count_of_each_view_is_that_of_its_list(client, register, who):
    if who == "reader":
        client.force_login(make_user())
        Obligation.objects.filter(commitment__reference="TST-1").update(
            sensitivity=Sensitivity.SECRETARIAT
        )
    make_obligation(reference="TST-5", due=today() + days(10))
    Obligation.objects.update(registered_at=timezone.now())
    quiet = today() - days(settings.SILENT_DAYS + 1)
    for reference in ("TST-2", "TST-3", "TST-4"):
        of = Obligation.objects.filter(commitment__reference=reference)
        of.update(registered_at=datetime.combine(quiet, time(), UTC))
    make_submitted(Obligation.objects.get(commitment__reference="TST-1", party__code="BB"))
    views = client.get("/commitments/").context["views"]
    assert len(views) == 6
    for view, _ in views:
        query = dict([view.query.split("=")]) if view.query else {}
        assert len(shown(client, "/commitments/", query)) == view.count, view.label
    expected = [5, 2, 1, 1, 2, 1] if who == "officer" else [5, 1, 1, 0, 2, 1]
    assert [view.count for view, _ in views] == expected


def test_the_count_in_words_is_that_of_the_rows(client, register):
    html = client.get("/commitments/", {"timing": "overdue"}).content.decode()
    assert re.search(r"<b>2</b> commitments", html)


def test_a_list_without_rows_says_what_to_do(client):
    assert (
        "They appear here when a report is entered" in client.get("/commitments/").content.decode()
    )


# Search ------------------------------------------------------------------------------------------


RUSSIAN = "Участники договорились о борьбе с терроризмом и ЭКСТРЕМИЗМОМ."
CHINESE = "各方同意加强禁毒合作。"


@pytest.fixture
def languages():
    spoken = {
        "RU-1": RUSSIAN,
        "ZH-1": CHINESE,
        "TR-1": "The STRASSE and the Straße of İstanbul are one.",
    }
    for reference, text in spoken.items():
        report = make_report(text=text)
        make_commitment(
            report,
            reference=reference,
            title=f"Title {reference}",
            spans=[Span(0, len(report.text))],
        )


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("терроризмом", {"RU-1"}),
        ("ТЕРРОРИЗМОМ", {"RU-1"}),
        ("экстремизмом", {"RU-1"}),
        ("Экстремизм борьбе", {"RU-1"}),
        ("участники  ДОГОВОРИЛИСЬ", {"RU-1"}),
        ("禁毒", {"ZH-1"}),
        ("合作 加强", {"ZH-1"}),
        ("strasse", {"TR-1"}),
        ("STRASSE", {"TR-1"}),
        ("straße", {"TR-1"}),
        ("title ru-1", {"RU-1"}),
        ("TITLE", {"RU-1", "ZH-1", "TR-1"}),
        ("терроризмом 禁毒", set()),
        ("100%", set()),
        ("_", set()),
        ("", {"RU-1", "ZH-1", "TR-1"}),
        ("   ", {"RU-1", "ZH-1", "TR-1"}),
    ],
)
@pytest.mark.parametrize("path", ["/commitments/", "/commitments/lines/"])
def test_search_finds_words_in_any_language_whatever_their_case(
    client, languages, path, words, found
):
    assert {name.split()[0] for name in shown(client, path, {"q": words})} == found


@pytest.mark.parametrize("words", ["x" * 201, "a\x00b"])
def test_a_search_that_makes_no_sense_is_told(client, languages, words):
    response = client.get("/commitments/", {"q": words})
    assert response.status_code == 200
    assert response.context["table"].paginator.count == 0
    assert 'id="id_q_error"' in response.content.decode()


def test_a_search_finds_the_instrument_that_is_carried_out(client):
    plan = Instrument.objects.create(slug="plan", name="Программа сотрудничества", kind="programme")
    make_commitment(reference="TST-1", instruments=[plan])
    make_commitment(reference="TST-2")
    assert shown(client, "/commitments/", {"q": "ПРОГРАММА"}) == ["TST-1"]


def test_a_search_of_meetings_ignores_case_in_russian(client):
    make_meeting(title="Встреча секретарей", place="Бишкек")
    make_meeting(title="Other", place="Москва")
    assert table(client, "/meetings/", {"q": "бишкек ВСТРЕЧА"}).paginator.count == 1
    assert table(client, "/meetings/", {"q": "москва встреча"}).paginator.count == 0
    assert table(client, "/meetings/", {"q": "(.*"}).paginator.count == 0


# Rows --------------------------------------------------------------------------------------------


def test_a_row_of_a_commitment_shows_each_party_and_what_is_due_first(client):
    parties = [make_party("AA", name="Aland"), make_party("BB", name="Borduria")]
    make_commitment(parties=parties, due=date(2020, 2, 2))
    html = client.get("/commitments/").content.decode().replace("\xa0", " ")
    assert "Aland: not started, overdue" in html
    assert "2 Feb 2020" in html
    assert "All member states" in html
    assert "Stated" in html


def test_a_row_names_who_leads_when_not_all_do(client):
    make_party("BB", name="Borduria")
    make_commitment(parties=[make_party("AA", name="Aland")])
    assert re.search(r"<td[^>]*>Aland</td>", client.get("/commitments/").content.decode())


def test_a_list_is_true_at_the_moment_of_the_page_and_not_of_the_day_before(client):
    soon = make_obligation(due=today() + days(30))
    later = make_obligation(due=today() + days(31))
    found = shown(client, "/commitments/", {"timing": "soon"})
    assert soon.commitment.reference not in found or later.commitment.reference not in found
    assert set(shown(client, "/commitments/", {"timing": ["soon", "later"]})) == {
        soon.commitment.reference,
        later.commitment.reference,
    }
