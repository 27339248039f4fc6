"""The pages on which a report comes in: pasted or as a file, on its way, and where one goes from there."""

import io

import docx
import pytest
from django.utils import timezone

from accounts.choices import Via
from accounts.models import Event
from commitments import intake, tasks
from commitments.models import CandidateDecision
from meetings.choices import Sensitivity
from meetings.models import Passage, Report
from tests.commitments.lines import read_lines
from tests.factories import (
    NOW,
    make_focal_point,
    make_meeting,
    make_officer,
    make_party,
    make_report,
    make_user,
)
from tests.meetings.bringing import PAGE, RUSSIAN, TEXT, add, post
from tests.meetings.pdfs import Words, pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting():
    return make_meeting(slug="m")


@pytest.fixture
def officer(client):
    user = make_officer()
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def simple_reader(monkeypatch):
    monkeypatch.setattr(intake, "read", lambda report, now: read_lines(report.text))


def test_a_pasted_text_is_stored_and_read_and_leads_to_the_workbench(client, officer, meeting):
    answer = post(client, text=TEXT.replace("\n", "\r\n"), title="Of the masters")
    report = Report.objects.get()
    assert answer.url == "/meetings/m/report/workbench/?language=en"
    assert report.text == TEXT
    assert bytes(report.raw) == TEXT.replace("\n", "\r\n").encode()
    assert (report.title, report.read_at is not None) == ("Of the masters", True)
    assert Event.objects.get(action="text.stored").actor == officer
    said = [str(message) for message in answer.wsgi_request._messages]
    assert said == ["Stored and read: 3 passages, 1 candidate."]


@pytest.mark.parametrize(
    ("name", "raw", "kind"),
    [
        ("report.txt", TEXT.encode("utf-16"), "txt"),
        ("report.html", f"<html><body><p>{TEXT}</p></body></html>".encode(), "html"),
    ],
)
def test_a_file_is_kept_as_it_came_and_comes_back_under_its_ending(
    client, officer, meeting, name, raw, kind
):
    assert post(client, file=(name, raw)).status_code == 302
    report = Report.objects.get()
    assert (bytes(report.raw), report.kind) == (raw, kind)
    assert "agreed to share" in report.text
    original = client.get("/meetings/m/report/original/")
    assert original.content == raw
    assert original.headers["Content-Disposition"] == f'attachment; filename="m-en-v1.{kind}"'


def as_word(text):
    document, file = docx.Document(), io.BytesIO()
    for line in text.split("\n"):
        document.add_paragraph(line)
    document.save(file)
    return file.getvalue()


def as_pdf(text):
    return pdf([Words(line, y=700 - 14 * at) for at, line in enumerate(text.split("\n"))])


@pytest.mark.parametrize(("kind", "make"), [("docx", as_word), ("pdf", as_pdf)])
def test_a_document_is_read_by_the_real_reader(client, officer, meeting, monkeypatch, kind, make):
    monkeypatch.undo()
    text = (
        "The participants agreed to hold joint exercises by 2030.\n"
        "They noted that the weather in the north is getting worse by the year."
    )
    raw = make(text)
    assert post(client, file=(f"report.{kind}", raw)).status_code == 302
    report = Report.objects.get()
    assert (bytes(report.raw), report.kind) == (raw, kind)
    assert [row.function for row in report.passages.in_text_order()] == ["commitment", "context"]
    (found,) = CandidateDecision.objects.of(report)
    assert [report.text[a:b] for a, b in found.spans] == ["hold joint exercises by 2030"]
    assert found.due.isoformat() == "2030-12-31"


def test_a_long_text_waits_for_the_worker_on_a_page_that_tells_how_far_it_is(
    client, officer, meeting, monkeypatch
):
    monkeypatch.setattr(intake, "AT_ONCE", 10)
    address = post(client, text=TEXT).url
    assert address == "/meetings/m/report/reading/?language=en"
    html = client.get(address).content.decode()
    assert "Being read" in html
    assert 'hx-trigger="every 2s"' in html
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in html
    tasks.read()
    html = client.get(address).content.decode()
    assert "Read: 3 passages, 1 candidate" in html
    assert "/meetings/m/report/workbench/?language=en" in html
    assert "every 2s" not in html
    assert 'http-equiv="refresh"' not in html


def test_the_page_that_waits_asks_for_its_part_alone(client, officer, meeting):
    add(meeting)
    html = client.get("/meetings/m/report/reading/", headers={"HX-Request": "true"}).content
    assert html.strip().startswith(b"<section")


def test_a_reading_that_fails_does_not_lose_the_text(client, officer, meeting, monkeypatch, caplog):
    def fail(report, now):
        raise ValueError("odd words")

    monkeypatch.setattr(intake, "read", fail)
    assert post(client, text=TEXT).url == "/meetings/m/report/reading/?language=en"
    assert Report.objects.get().read_at is None
    assert "could not be read" in caplog.text


def test_a_reading_that_takes_long_is_said_to(client, officer, meeting):
    report = add(meeting)
    page = "/meetings/m/report/reading/"
    assert "longer than usual" in client.get(page).content.decode()
    Report.objects.filter(pk=report.pk).update(stored_at=timezone.now())
    assert "longer than usual" not in client.get(page).content.decode()
    intake.read_waiting(clock=lambda: NOW)
    Report.objects.filter(pk=report.pk).update(stored_at=NOW)
    assert "longer than usual" not in client.get(page).content.decode()


def test_a_corrected_version_begins_with_what_is_known_of_the_one_before(client, officer, meeting):
    add(meeting, title="First", source_url="https://example.org/r", sensitivity="members")
    html = client.get(f"{PAGE}?corrects=en").content.decode()
    assert "Add a corrected version" in html
    for known in ('value="First"', 'value="https://example.org/r"', '"members" selected'):
        assert known in html
    assert post(client, text=f"{TEXT}\nOne more.").status_code == 302
    assert Report.objects.current().get().version == 2


def test_the_page_says_that_there_is_a_text_already(client, officer, meeting):
    add(meeting, title="First")
    html = client.get(PAGE).content.decode()
    assert "There is a text already: First (English, version 1)." in html


def test_the_steps_are_shown(client, officer, meeting):
    html = client.get(PAGE).content.decode()
    assert '<li aria-current="step"><span class="way__n">2</span>Report</li>' in html


def test_a_report_for_one_party_names_it(client, officer, meeting):
    party = make_party("AA")
    assert post(client, text=TEXT, sensitivity="party", restricted_to="AA").status_code == 302
    assert Report.objects.get().restricted_to == party


def test_a_report_without_commitments_is_a_normal_result(client, officer, meeting):
    calm = "They noted that the weather in the north is getting worse by the year, and the sea."
    assert post(client, text=calm).status_code == 302
    assert CandidateDecision.objects.count() == 0
    assert Passage.objects.count() == 1


# Who, and where to ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [PAGE, "/meetings/m/report/reading/"])
def test_only_officers_bring_reports(client, meeting, path):
    add(meeting)
    for who in (make_user(), make_focal_point(make_party("AA")).user):
        client.force_login(who)
        assert client.get(path).status_code == 403
        assert post(client, text=f"{TEXT}\nMore.").status_code == 403
    assert Report.objects.count() == 1


def test_a_meeting_that_is_not_there_is_not_found(client, officer):
    assert client.get(PAGE).status_code == 404
    assert client.get("/meetings/m/report/reading/").status_code == 404


def test_the_page_of_the_meeting_says_what_comes_next(client, officer, meeting):
    def says(words):
        return words in client.get("/meetings/m/").content.decode()

    assert says("Add its report")
    report = add(meeting)
    assert says("See how far its reading is")
    intake.read_report(report=report, actor=officer, now=NOW, via=Via.PAGE)
    assert says("Decide on its passages")
    CandidateDecision.objects.update(state="accepted")
    Passage.objects.update(confirmed_at=NOW)
    assert says("Register what was accepted")
    client.force_login(make_user())
    assert not says("Register what was accepted")


def test_a_meeting_of_which_nobody_knows_the_day_asks_for_no_report(client, officer):
    make_meeting(slug="m", starts_on=None, ends_on=None)
    assert "Add its report" not in client.get("/meetings/m/").content.decode()


def test_the_page_of_the_report_leads_on_and_to_its_versions(client, officer, meeting):
    add(meeting, title="First")
    add(meeting, text=f"{TEXT}\nOne more.", title="Second")
    html = client.get("/meetings/m/report/").content.decode()
    assert "Second" in html
    assert "?corrects=en" in html
    assert "?language=en&amp;version=1" in html
    html = client.get("/meetings/m/report/?language=en&version=1").content.decode()
    assert "First" in html
    assert "An earlier version: it was corrected since." in html
    assert "?corrects=en" not in html


@pytest.mark.parametrize("query", ["?version=9", "?version=x", "?version=²", "?language=ru"])
def test_a_version_that_is_not_there_is_not_found(client, officer, meeting, query):
    add(meeting)
    assert client.get(f"/meetings/m/report/{query}").status_code == 404


def test_who_may_not_read_the_current_version_reads_no_earlier_one(client, meeting):
    make_report(meeting, title="First")
    make_report(meeting, title="Kept back", version=2, sensitivity=Sensitivity.SECRETARIAT)
    client.force_login(make_user())
    assert client.get("/meetings/m/report/?version=1").status_code == 404


def test_each_language_has_its_page(client, officer, meeting):
    add(meeting, title="English")
    add(meeting, text=RUSSIAN, language="ru", title="По-русски")
    assert "По-русски" in client.get("/meetings/m/report/?language=ru").content.decode()
    assert "?language=ru" in client.get("/meetings/m/report/").content.decode()
    original = client.get("/meetings/m/report/original/?language=ru")
    assert "m-ru-v1.txt" in original.headers["Content-Disposition"]


def test_the_history_tells_who_stored_and_read_it(client, officer, meeting):
    post(client, text=TEXT, title="Of the masters")
    html = client.get("/history/").content.decode()
    assert "stored the report" in html
    assert "3 passages, 1 candidate" in html
    assert "1 candidates" not in html
    assert "Of the masters" in html
