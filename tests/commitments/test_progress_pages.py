"""The pages by which a report is saved, sent, returned and accepted, with what was typed kept."""

import pytest

from commitments.choices import ReportState
from commitments.models import ProgressReport
from tests.commitments.reporting import accept, send_back, stored
from tests.factories import (
    make_focal_point,
    make_obligation,
    make_officer,
    make_party,
    make_submitted,
)

PAGE = "/commitments/TST-1/AA/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    return make_obligation(make_party("AA"), reference="TST-1")


@pytest.fixture
def author(line):
    return make_focal_point(line.party).user


@pytest.fixture
def officer():
    return make_officer()


def waiting_on(line) -> str:
    report = line.progress_reports.get(state=ReportState.SUBMITTED)
    return f"{PAGE}report/{report.pk}/"


def test_a_report_is_saved_sent_returned_and_accepted_by_the_pages(client, line, author, officer):
    typed = {"claim": "in_progress", "text": "A plan was adopted."}
    client.force_login(author)
    saved = client.post(f"{PAGE}report/", {**typed, "action": "save"}, follow=True)
    assert "The secretariat reads it when you send it." in saved.content.decode()
    sent = client.post(f"{PAGE}report/", {**typed, "action": "send"}, follow=True)
    assert "Report sent." in sent.content.decode()
    client.force_login(officer)
    assert client.get(PAGE).context["decision_form"]["finding"].value() == "in_progress"
    returned = {"action": "return", "comment": "Which plan?", "version": "2"}
    assert client.post(waiting_on(line), returned).status_code == 302
    client.force_login(author)
    assert "Which plan?" in client.get(PAGE).content.decode()
    client.post(f"{PAGE}report/", {**typed, "text": "The plan of May.", "action": "send"})
    client.force_login(officer)
    accepted = {"action": "accept", "finding": "partly_done", "comment": "", "version": "2"}
    assert client.post(waiting_on(line), accepted).status_code == 302
    line.refresh_from_db()
    assert line.status == "partly_done"


def test_what_was_typed_is_kept_when_a_report_cannot_be_sent(client, line, author):
    client.force_login(author)
    typed = {"claim": "done", "text": "The law is in force.", "action": "send"}
    response = client.post(f"{PAGE}report/", typed)
    html = response.content.decode()
    assert response.status_code == 200
    assert "“Done” needs evidence" in html
    assert "The law is in force." in html
    # It is a draft now, so that evidence can be added to it.
    assert ProgressReport.objects.draft_of(author, line).text == "The law is in force."
    assert response.context["draft"]


def test_a_second_report_is_told_to_wait_and_kept(client, line, author):
    make_submitted(line)
    client.force_login(author)
    typed = {"claim": "stalled", "text": "No funds.", "action": "send"}
    response = client.post(f"{PAGE}report/", typed)
    assert response.status_code == 200
    assert "kept as a draft" in response.content.decode()
    assert ProgressReport.objects.draft_of(author, line).text == "No funds."


@pytest.mark.parametrize("first", [accept, send_back])
@pytest.mark.parametrize("action", ["accept", "return"])
def test_whoever_decides_second_by_the_page_sees_what_the_first_did(
    client, line, author, first, action
):
    report = make_submitted(line, author)
    address = waiting_on(line)
    first(report, make_officer(name="Officer Two"), comment="I was here before you.")
    client.force_login(make_officer())
    typed = {"action": action, "finding": "stalled", "comment": "Mine.", "version": "2"}
    response = client.post(address, typed)
    assert response.status_code == 409
    assert [entry.who for entry in response.context["changed_since"]] == ["Officer Two"]
    html = response.content.decode()
    assert "Somebody decided on this before you." in html
    assert "Mine." in html
    assert stored(report)[0] in {"accepted", "returned"}
    report.refresh_from_db()
    assert report.comment == "I was here before you."


def test_a_decision_that_comes_too_late_is_not_offered_for_the_next_report(client, line, author):
    first = make_submitted(line, author)
    address = waiting_on(line)
    send_back(first, make_officer())
    second = make_submitted(line, author, text="The plan of May.")
    client.force_login(make_officer())
    typed = {
        "action": "accept",
        "finding": "stalled",
        "comment": "About the first.",
        "version": "2",
    }
    response = client.post(address, typed)
    assert response.status_code == 409
    form = response.context["decision_form"]
    assert (form["finding"].value(), form["version"].value()) == ("in_progress", second.version)


def test_a_report_of_another_line_is_not_decided_here(client, line, author, officer):
    elsewhere = make_submitted(make_obligation(make_party("BB"), reference="TST-2"))
    client.force_login(officer)
    values = {"action": "accept", "finding": "stalled", "version": "2"}
    assert client.post(f"{PAGE}report/{elsewhere.pk}/", values).status_code == 404
    assert stored(elsewhere) == ("submitted", 2)


def test_the_author_who_is_an_officer_sees_that_a_second_person_decides(client, line, officer):
    make_submitted(line, officer)
    client.force_login(officer)
    page = client.get(PAGE)
    assert "A second person has to decide on it." in page.content.decode()
    assert "decision_form" not in page.context
