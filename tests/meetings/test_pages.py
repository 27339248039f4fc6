"""Pages of meetings and their reports."""

import hashlib
import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.choices import Via
from commitments.loading import load_meeting
from meetings.choices import Sensitivity
from meetings.models import Report
from tests.factories import (
    make_commitment,
    make_focal_point,
    make_meeting,
    make_officer,
    make_party,
    make_report,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]
FILE = Path(settings.BASE_DIR) / "fixtures" / "scs-14.toml"


@pytest.fixture(autouse=True)
def officer(client):
    user = make_officer()
    client.force_login(user)
    return user


def page(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode().replace("\xa0", " ")


def test_a_meeting_says_when_where_and_who(client):
    coming = make_meeting(
        slug="coming",
        title="Coming one",
        place="Russia",
        starts_on=None,
        ends_on=None,
        expected="2027",
    )
    chair = make_party("AA", name="Aland")
    meeting = make_meeting(slug="m", title="This one", chair=chair, next_meeting=coming)
    meeting.attended.set([chair, make_party("BB", name="Borduria")])
    html = page(client, "/meetings/m/")
    for words in (
        "This one",
        "Bishkek, ",
        "15 Jan 2026",
        "Aland",
        "Borduria",
        "Coming one",
        "2027",
    ):
        assert words in html
    html = page(client, "/meetings/coming/")
    assert "Expected in 2027: Russia. The day is not known yet." in html
    assert "This one" in html


def test_a_meeting_without_a_report_says_so(client):
    make_meeting(slug="m")
    html = page(client, "/meetings/m/")
    assert "No report of this meeting is in the register." in html
    assert "No commitment of this meeting is in the register yet." in html


def test_a_meeting_lists_what_came_of_it_and_opens_it_as_a_list(client):
    report = make_report(make_meeting(slug="m"))
    make_commitment(report, due=date(2020, 1, 1), title="Late one", reference="TST-1")
    make_commitment(title="Of another meeting")
    html = page(client, "/meetings/m/")
    assert "Late one" in html
    assert "0 of 1 done" in html
    assert "late" in html
    assert "Of another meeting" not in html
    assert 'href="/commitments/?meeting=m"' in html
    assert client.get("/commitments/?meeting=m").context["table"].paginator.count == 1


def test_the_page_of_a_meeting_costs_the_same_for_few_commitments_and_for_many(client):
    report = make_report(make_meeting(slug="m"))

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client, "/meetings/m/")
        return len(queries)

    make_commitment(report, [make_party("AA")], date(2030, 1, 1))
    for_one = cost()
    for _ in range(8):
        make_commitment(report, [make_party("AA"), make_party("BB")], date(2030, 1, 1))
    assert cost() == for_one <= 16


def test_a_report_marks_what_is_in_the_register(client):
    report = make_report(make_meeting(slug="m"))
    make_commitment(report, reference="TST-1", title="Hold operations")
    html = page(client, "/meetings/m/report/")
    assert '<b class="op">agreed to</b>' in html
    assert "<mark>hold regular joint operations</mark></a>" in html
    assert 'id="TST-1"' in html
    assert 'title="TST-1 Hold operations"' in html
    assert report.sha256 in html


def test_a_report_costs_the_same_for_few_quotations_and_for_many(client):
    load_meeting(FILE, now=timezone.now(), via=Via.COMMAND)
    make_commitment(make_report(make_meeting(slug="m"), read_at=timezone.now()))

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client, path)
        return len(queries)

    assert cost("/meetings/scs-14/report/") == cost("/meetings/m/report/") <= 14


def test_every_word_of_the_founding_report_is_on_its_page(client):
    load_meeting(FILE, now=timezone.now(), via=Via.COMMAND)
    html = client.get("/meetings/scs-14/report/").content.decode()
    shown = re.search(r'<blockquote class="src"[^>]*>(.*?)</blockquote>', html, re.DOTALL)[1]
    text = unescape(re.sub(r"<[^>]+>", "", shown.replace("</p>", "\n")))
    assert text.split() == Report.objects.get().text.split()


def test_the_original_is_the_bytes_that_were_published_as_a_download(client):
    raw = "Отчёт\r\n\xa0<script>alert(1)</script>".encode()
    make_report(make_meeting(slug="m"), raw=raw, raw_sha256=hashlib.sha256(raw).hexdigest())
    response = client.get("/meetings/m/report/original/")
    assert response.content == raw
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"] == 'attachment; filename="m-en-v1.txt"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_newest_version_of_a_report_stands_for_it(client):
    meeting = make_meeting(slug="m")
    make_report(meeting, title="First text")
    make_report(meeting, title="Corrected text", version=2)
    assert "Corrected text" in page(client, "/meetings/m/report/")
    assert page(client, "/meetings/m/").count("Read the report") == 1


@pytest.mark.parametrize(
    ("values", "opens"),
    [
        ({}, True),
        ({"sensitivity": Sensitivity.MEMBERS}, True),
        ({"sensitivity": Sensitivity.SECRETARIAT}, False),
        ({"sensitivity": Sensitivity.PARTY, "restricted_to": "BB"}, False),
        ({"sensitivity": Sensitivity.PARTY, "restricted_to": "AA"}, True),
    ],
)
@pytest.mark.parametrize("path", ["/meetings/m/report/", "/meetings/m/report/original/"])
def test_a_report_opens_to_whom_it_is_for(client, values, opens, path):
    if code := values.get("restricted_to"):
        values = {**values, "restricted_to": make_party(code)}
    make_report(make_meeting(slug="m"), **values)
    assert client.get(path).status_code == 200
    client.force_login(make_focal_point(make_party("AA")).user)
    assert client.get(path).status_code == (200 if opens else 404)


def test_a_newer_version_that_is_kept_back_does_not_bring_the_older_one_back(client):
    """Whether the older text may still be read is for the secretariat to say, not for an accident."""
    meeting = make_meeting(slug="m")
    make_report(meeting, title="First text")
    make_report(meeting, title="Kept back", version=2, sensitivity=Sensitivity.SECRETARIAT)
    client.force_login(make_user())
    assert client.get("/meetings/m/report/").status_code == 404
    assert "Read the report" not in page(client, "/meetings/m/")


@pytest.mark.parametrize(
    "path",
    ["/meetings/nowhere/", "/meetings/nowhere/report/", "/meetings/nowhere/report/original/"],
)
def test_a_meeting_that_is_not_there_is_not_found(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/meetings/m/", "/meetings/m/report/", "/meetings/m/report/original/"]
)
def test_pages_of_a_meeting_are_only_read(client, path):
    make_report(make_meeting(slug="m"))
    assert client.post(path).status_code == 405


def test_meetings_stand_newest_first_and_those_without_a_day_say_when(client):
    series = {"series": "One series"}
    make_meeting(number=901, title="Older", **series)
    make_meeting(number=902, title="Newer", starts_on=None, ends_on=None, expected="2027", **series)
    table = client.get("/meetings/").context["table"]
    assert [row.record.title for row in table.paginated_rows] == ["Newer", "Older"]
    assert "2027" in page(client, "/meetings/")
