"""Who may act on a line: by rule, by post, and by the forms that a page shows."""

from datetime import date

import pytest

from accounts.models import Event
from commitments.may import answers_for, may_decide_on, may_report, may_write_on
from commitments.models import Extension, Obligation, ProgressReport
from meetings.choices import Sensitivity
from tests.factories import (
    NOW,
    days,
    make_commitment,
    make_done_line,
    make_draft,
    make_extension,
    make_focal_point,
    make_officer,
    make_party,
    make_submitted,
    make_user,
)

COMMITMENT = "/commitments/TST-1/"
PAGE = f"{COMMITMENT}AA/"
REPORT = {"claim": "in_progress", "text": "A plan was adopted.", "action": "send"}
MORE_TIME = {"due": "2030-12-31", "reason": "The parliament sits in autumn."}
pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    parties = [make_party("AA"), make_party("BB")]
    commitment = make_commitment(parties=parties, due=date(2030, 6, 30), reference="TST-1")
    return commitment.obligations.get(party__code="AA")


def people(line) -> dict:
    return {
        "own": make_focal_point(line.party).user,
        "deputy": make_focal_point(line.party, is_deputy=True).user,
        "other": make_focal_point(make_party("BB")).user,
        "former": make_focal_point(line.party, ends_on=date(2021, 1, 1)).user,
        "coming": make_focal_point(line.party, starts_on=date(2090, 1, 1)).user,
        "reader": make_user(),
        "officer": make_officer(),
    }


@pytest.mark.parametrize(
    ("who", "answers", "reports"),
    [
        ("own", True, True),
        ("deputy", True, True),
        ("other", False, False),
        ("former", False, False),
        ("coming", False, False),
        ("reader", False, False),
        ("officer", False, True),
    ],
)
def test_who_answers_for_a_line_and_who_reports_on_it(line, who, answers, reports):
    user = people(line)[who]
    assert answers_for(user, line, NOW) is answers
    assert may_report(user, line, NOW) is reports


def test_a_line_with_an_owner_is_the_owners_alone(line):
    owner = make_user()
    focal_point = make_focal_point(line.party).user
    Obligation.objects.filter(pk=line.pk).update(owner=owner)
    assert may_report(owner, line, NOW)
    assert not may_report(focal_point, line, NOW)


def test_a_term_counts_by_the_persons_own_calendar(line):
    """On the last evening of the term in UTC it is the next day already in Shanghai."""
    ends = {"ends_on": NOW.date()}
    here = make_focal_point(line.party, make_user(time_zone="UTC"), **ends).user
    there = make_focal_point(line.party, make_user(time_zone="Asia/Shanghai"), **ends).user
    evening = NOW.replace(hour=17)
    assert answers_for(here, line, evening)
    assert not answers_for(there, line, evening)


def test_only_the_secretariat_decides_and_never_on_its_own_report(line):
    author = make_officer()
    report = make_submitted(line, author)
    assert not may_decide_on(author, report)
    assert may_decide_on(make_officer(), report)
    for who in ("own", "other", "reader"):
        assert not may_decide_on(people(line)[who], report)


def test_nobody_decides_on_what_is_not_awaiting(line):
    draft = make_draft(line)
    assert not may_decide_on(make_officer(), draft)


def test_a_done_line_is_locked():
    line = make_done_line()
    assert not may_write_on(line)
    line.status = "in_progress"
    assert may_write_on(line)


# By post -----------------------------------------------------------------------------------------


def nothing_happened(line) -> bool:
    line.refresh_from_db()
    return (
        (line.status, line.version) == ("not_started", 1)
        and not ProgressReport.objects.exists()
        and not Extension.objects.exists()
        and not Event.objects.filter(object_type="obligation").exists()
    )


@pytest.mark.parametrize("who", ["other", "former", "coming", "reader"])
@pytest.mark.parametrize(("path", "typed"), [("report/", REPORT), ("extension/", MORE_TIME)])
def test_whoever_does_not_answer_for_a_line_is_refused(client, line, who, path, typed):
    client.force_login(people(line)[who])
    assert client.post(f"{PAGE}{path}", typed).status_code == 403
    assert nothing_happened(line)


@pytest.mark.parametrize("who", ["own", "deputy", "officer"])
@pytest.mark.parametrize(("path", "typed"), [("report/", REPORT), ("extension/", MORE_TIME)])
def test_whoever_answers_for_a_line_and_officers_on_behalf_are_heard(
    client, line, who, path, typed
):
    user = people(line)[who]
    client.force_login(user)
    assert client.post(f"{PAGE}{path}", typed).status_code == 302
    found = (*ProgressReport.objects.all(), *Extension.objects.all())
    assert [getattr(row, "author", None) or row.asked_by for row in found] == [user]


def test_the_owner_of_a_line_reports_on_it_from_another_party(client, line):
    owner = make_focal_point(make_party("BB")).user
    Obligation.objects.filter(pk=line.pk).update(owner=owner)
    client.force_login(owner)
    assert client.post(f"{PAGE}report/", REPORT).status_code == 302
    assert ProgressReport.objects.get().author == owner


@pytest.mark.parametrize("who", ["own", "other", "reader"])
@pytest.mark.parametrize(
    "path",
    [
        f"{PAGE}status/",
        f"{PAGE}reopen/",
        f"{PAGE}deadline/",
        f"{PAGE}edit/",
        f"{COMMITMENT}edit/",
        f"{COMMITMENT}life/",
        f"{COMMITMENT}link/",
        f"{COMMITMENT}add-line/",
        f"{COMMITMENT}deadline/",
        "/commitments/new/",
    ],
)
def test_what_the_secretariat_writes_nobody_else_writes(client, line, who, path):
    client.force_login(people(line)[who])
    typed = {"status": "in_progress", "note": "Why.", "reason": "Why.", "due": "2031-01-01"}
    assert client.post(path, {**typed, "version": "1"}).status_code == 403
    assert nothing_happened(line)


@pytest.mark.parametrize("who", ["own", "other", "reader"])
def test_nobody_else_decides_on_a_report_or_answers_a_request(client, line, who):
    report, asked = make_submitted(line), make_extension(line, date(2030, 12, 31))
    client.force_login(people(line)[who])
    accepted = {"action": "accept", "finding": "in_progress", "version": "2"}
    assert client.post(f"{PAGE}report/{report.pk}/", accepted).status_code == 403
    granted = {"action": "grant", "comment": ""}
    assert client.post(f"{PAGE}extension/{asked.pk}/", granted).status_code == 403
    report.refresh_from_db()
    asked.refresh_from_db()
    assert (report.state, asked.state) == ("submitted", "asked")


@pytest.mark.parametrize("path", ["", "report/", "extension/"])
def test_a_line_that_is_hidden_does_not_exist_for_others(client, line, path):
    Obligation.objects.filter(pk=line.pk).update(sensitivity=Sensitivity.PARTY)
    client.force_login(people(line)["other"])
    ask = client.post if path else client.get
    assert ask(f"{PAGE}{path}", {**REPORT, **MORE_TIME}).status_code == 404
    client.force_login(people(line)["own"])
    assert ask(f"{PAGE}{path}", {**REPORT, **MORE_TIME}).status_code in {200, 302}


# On the page -------------------------------------------------------------------------------------

FORMS = {
    "progress_form",
    "extension_form",
    "decision_form",
    "answer_form",
    "status_form",
    "deadline_form",
    "line_form",
    "reopen_form",
}


def forms_shown(client) -> set[str]:
    response = client.get(PAGE)
    assert response.status_code == 200
    return {name for name in FORMS if name in response.context}


OFFICERS_OWN = {"status_form", "deadline_form", "line_form"}


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        ("own", {"progress_form", "extension_form"}),
        ("deputy", {"progress_form", "extension_form"}),
        ("other", set()),
        ("former", set()),
        ("reader", set()),
        ("officer", {"progress_form", "extension_form", *OFFICERS_OWN}),
    ],
)
def test_a_page_shows_the_forms_that_a_person_may_send(client, line, who, shown):
    client.force_login(people(line)[who])
    assert forms_shown(client) == shown


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        ("own", {"progress_form"}),
        ("other", set()),
        ("officer", {"progress_form", "decision_form", "answer_form", *OFFICERS_OWN}),
    ],
)
def test_what_awaits_an_answer_is_shown_with_its_form_to_officers(client, line, who, shown):
    make_submitted(line)
    make_extension(line, date(2030, 12, 31))
    client.force_login(people(line)[who])
    assert forms_shown(client) == shown


@pytest.mark.parametrize(
    ("who", "shown"),
    [("own", set()), ("officer", {"reopen_form", "deadline_form", "line_form"})],
)
def test_on_a_done_line_nothing_is_left_but_to_reopen_it(client, line, who, shown):
    line = make_done_line(make_party("AA"), reference="TST-2")
    client.force_login(people(line)[who])
    found = client.get("/commitments/TST-2/AA/").context
    assert {name for name in FORMS if name in found} == shown


def test_an_officer_is_told_that_the_report_is_on_behalf_of_the_party(client, line):
    client.force_login(make_officer())
    assert "Report on behalf of Party AA" in client.get(PAGE).content.decode()
    client.force_login(people(line)["own"])
    html = client.get(PAGE).content.decode()
    assert "on behalf of" not in html
    assert "Report progress" in html


@pytest.mark.parametrize("who", ["own", "other", "reader"])
def test_the_page_of_a_commitment_has_no_form_but_for_officers(client, line, who):
    client.force_login(people(line)[who])
    html = client.get(COMMITMENT).content.decode()
    assert f'action="{COMMITMENT}' not in html
    assert f'href="{COMMITMENT}edit/"' not in html
    assert (f'href="{PAGE}#report"' in html) is (who == "own")


def test_days_go_by_and_a_term_ends(line):
    focal_point = make_focal_point(line.party, ends_on=NOW.date())
    assert may_report(focal_point.user, line, NOW)
    assert not may_report(focal_point.user, line, NOW + days(1))
