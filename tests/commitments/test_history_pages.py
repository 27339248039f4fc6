"""The page of the history, its filters and its exports."""

import csv
import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Event
from commitments.choices import Status
from tests.commitments.histories import (
    actions,
    browser,
    change_status,
    exported,
    page,
    rows,
    text_of,
)
from tests.factories import make_deadline, make_obligation, make_officer, make_party, make_user

pytestmark = pytest.mark.django_db


# The page ---------------------------------------------------------------------------------------


def test_the_page_says_when_who_what_and_why_and_leads_to_the_line():
    line = make_obligation(make_party("KZ", name="Kazakhstan"), title="Hold operations")
    change_status(line, actor=make_officer(name="Aigul"))
    html = page(make_user(time_zone="Asia/Bishkek"), "?kind=obligation")
    words = text_of(html)
    said = f"Aigul changed the status {line.commitment.reference}, Kazakhstan Hold operations"
    assert said in words
    assert "Not started → In progress Work has begun." in words
    assert ", 15:00" in words  # 09:00 UTC
    assert f'href="{line.get_absolute_url()}"' in html


@pytest.fixture
def three():
    """Three changes of status on three days, by two officers, of two commitments."""
    one, two = make_officer(name="Aigul"), make_officer(name="Bolat")
    first, second = make_obligation(reference="TST-A"), make_obligation(reference="TST-B")
    change_status(first, note="Первая причина", actor=one)
    change_status(second, note="Another (reason).", actor=two, minutes=24 * 60)
    change_status(first, Status.STALLED, note="Third reason.", actor=one, minutes=48 * 60)
    return one, two


@pytest.mark.parametrize(
    ("query", "reasons"),
    [
        ("&commitment=TST-A", ["Third reason.", "Первая причина"]),
        ("&commitment=tst-b", ["Another (reason)."]),
        ("&q=ПРИЧИНА", ["Первая причина"]),
        ("&q=(reason)", ["Another (reason)."]),
        ("&q=reason+third", ["Third reason."]),
        ("&since=2026-03-11", ["Third reason.", "Another (reason)."]),
        ("&until=2026-03-10", ["Первая причина"]),
        ("&since=2026-03-11&until=2026-03-11", ["Another (reason)."]),
        ("&kind=commitment", []),
        ("&action=deadline.moved", []),
        ("&sort=at", ["Первая причина", "Another (reason).", "Third reason."]),
        ("&sort=who", ["Third reason.", "Первая причина", "Another (reason)."]),
    ],
)
def test_filters_and_order_give_the_same_rows_on_the_page_and_in_the_exports(three, query, reasons):
    reader = make_user()
    # Nothing but changes of status, unless the query asks for something else.
    query += "" if "action=" in query else "&action=status.changed"
    of_json = [row["why"] for row in rows(reader, query)]
    of_csv = [row[-1] for row in csv.reader(io.StringIO(exported(reader, "csv", query)))][1:]
    html = text_of(page(reader, f"?{query}"))
    of_page = sorted((word for word in reasons if word in html), key=html.index)
    assert of_csv == of_json
    if "sort=who" in query:
        assert (sorted(of_json[:2]), of_json[2]) == (sorted(reasons[:2]), reasons[2])
    else:
        assert of_json == of_page == reasons
    assert f"{len(reasons)} entr" in html


def test_a_day_is_the_readers_own():
    line = make_obligation()
    change_status(line, minutes=12 * 60)  # 21:00 UTC, the next day in Bishkek
    query = "&since=2026-03-11&action=status.changed"
    assert actions(make_user(time_zone="Asia/Bishkek"), query) == ["status.changed"]
    assert actions(make_user(time_zone="UTC"), query) == []


def test_the_entries_of_one_person(three):
    one, two = three
    officer = make_officer()
    whys = [row["why"] for row in rows(officer, f"&who={two.pk}&action=status.changed")]
    assert whys == ["Another (reason)."]
    # A reader is offered those whose deeds they may read, and no other names.
    make_user(name="Somebody else")
    html = page(make_user(), "")
    assert "Bolat" in html
    assert "Somebody else" not in html


def test_a_reader_is_not_offered_what_only_the_secretariat_reads():
    html = page(make_user())
    assert "Changed the status" in html
    assert "Invited the person" not in html
    assert "Invited the person" in page(make_officer())


@pytest.mark.parametrize(
    "query",
    [
        "?since=9999-12-31", "?until=9999-12-31", "?since=0001-01-01", "?since=yesterday",
        "?who=1e9", "?who=99999999999999999999999", "?action=none", "?kind=none", "?page=x",
        "?sort=nonsense", "?q=(((", "?q=%00", "?commitment=%27%3B--", "?format=exe",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["", "&format=csv"])
def test_an_address_that_makes_no_sense_gets_a_page(query, kind):
    response = browser(make_user()).get(f"/history/{query}{kind}")
    assert response.status_code == 200
    if response.streaming:
        list(response.streaming_content)


def test_the_page_costs_the_same_for_few_entries_and_for_many():
    officer, reader = make_officer(), make_user()

    def queries(person) -> int:
        client = browser(person)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get("/history/?kind=obligation&kind=commitment").status_code == 200
        return len(found)

    change_status(make_obligation())
    before = [queries(person) for person in (officer, reader)]
    for _n in range(15):
        line = make_obligation()
        change_status(line)
        make_deadline(line, date(2027, 1, 1))
    assert [queries(person) for person in (officer, reader)] == before


# Exports ----------------------------------------------------------------------------------------


def test_a_formula_in_a_reason_is_neutral_in_the_csv_and_true_in_the_json():
    change_status(make_obligation(), note="=HYPERLINK(1)")
    officer = make_officer()
    query = "&action=status.changed"
    row = list(csv.reader(io.StringIO(exported(officer, "csv", query))))[1]
    assert row[-1] == "'=HYPERLINK(1)"
    assert rows(officer, query)[0]["why"] == "=HYPERLINK(1)"


def test_times_in_exports_are_utc_whoever_asks():
    change_status(make_obligation())
    person = make_officer(time_zone="Asia/Shanghai")
    assert rows(person, "&action=status.changed")[0]["at"] == "2026-03-10T09:00:00+00:00"


def test_an_export_holds_all_pages():
    line = make_obligation()
    for n in range(25):
        change_status(line, [Status.IN_PROGRESS, Status.STALLED][n % 2], note=f"Reason {n}.")
    assert len(rows(make_user(), "&action=status.changed&page=2")) == 25


def test_an_export_of_nothing_is_well_formed():
    assert rows(make_user()) == []
    assert len(exported(make_user(), "csv").splitlines()) == 1


def test_an_export_is_an_event_and_does_not_tell_of_itself():
    officer = make_officer()
    query = "&q=somebody@ministry.example&kind=user"
    assert "list.exported" not in actions(officer)
    exported(officer, "csv", query)
    event = Event.objects.order_by("pk").last()
    assert (event.action, event.actor, event.after["format"]) == (
        "list.exported",
        officer,
        "csv",
    )
    assert event.after["query"] == "format=csv&q=…&kind=user"
    assert event.after["path"] == "/history/"
    assert event.after["rows"] == Event.objects.filter(object_type="user", why="…").count()
    assert actions(officer).count("list.exported") == 2


def test_a_spreadsheet_reads_russian():
    change_status(make_obligation(), note="Причина")
    text = exported(make_officer(), "excel", "&action=status.changed")
    assert text.startswith("\ufeffat;who;")
    assert "Причина" in text
