"""A progress report on its way: written, sent, accepted or returned."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.choices import Via
from accounts.models import Event
from commitments import progress
from commitments.choices import NOTE_LENGTH, Basis, Claim, Life, Purpose, ReportState, Status
from commitments.deadlines import Period, effective, holding
from commitments.errors import Stale
from commitments.models import Commitment, Deadline, Obligation, ProgressReport
from tests.factories import (
    NOW,
    days,
    make_accepted,
    make_done_line,
    make_draft,
    make_evidence,
    make_focal_point,
    make_obligation,
    make_officer,
    make_party,
    make_returned,
    make_submitted,
    make_user,
)

PAGE = "/commitments/TST-1/AA/"
SECRET = "Known to the author alone."
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


def submit(draft, **values):
    given = {"actor": draft.author, "now": NOW, "via": Via.PAGE, **values}
    return progress.submit(report=draft, **given)


def accept(report, actor, finding=Status.IN_PROGRESS, **values):
    given = {"seen": report.version, "comment": "", "now": NOW, "via": Via.PAGE, **values}
    return progress.accept(report=report, finding=finding, actor=actor, **given)


def send_back(report, actor, comment="Say which plan.", **values):
    given = {"seen": report.version, "now": NOW, "via": Via.PAGE, **values}
    return progress.send_back(report=report, comment=comment, actor=actor, **given)


def events_of(line):
    return Event.objects.filter(object_type="obligation", object_id=line.pk)


def stored(row) -> tuple:
    row.refresh_from_db()
    return row.state, row.version


# A draft -----------------------------------------------------------------------------------------


def test_a_draft_may_lack_everything_and_is_kept(line, author):
    make_draft(line, author, claimed="", text="")
    draft = ProgressReport.objects.draft_of(author, line)
    assert (draft.claim, draft.text, draft.state) == ("", "", "draft")


def test_saving_again_changes_the_one_draft(line, author):
    first = make_draft(line, author, text="So far.")
    second = make_draft(line, author, text="So far and further.", now=NOW + days(1))
    assert first.pk == second.pk
    draft = ProgressReport.objects.get()
    assert (draft.text, draft.saved_at) == ("So far and further.", NOW + days(1))


def test_two_people_of_a_party_have_a_draft_each(line, author):
    make_draft(line, author, text="Mine.")
    make_draft(line, make_focal_point(line.party).user, text="My own.")
    assert ProgressReport.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"claimed": "not_owed"}, "claim"),
        ({"claimed": "overdue"}, "claim"),
        ({"text": "x" * (NOTE_LENGTH + 1)}, "text"),
    ],
)
def test_a_draft_that_cannot_stand_is_refused_by_field(line, author, values, field):
    with pytest.raises(ValidationError) as refused:
        make_draft(line, author, **values)
    assert list(refused.value.message_dict) == [field]
    assert not ProgressReport.objects.exists()


def test_a_draft_is_no_event_and_leaves_the_line_alone(line, author):
    make_draft(line, author)
    assert not events_of(line).exists()
    assert not Obligation.objects.awaiting()


@pytest.mark.parametrize("who", ["officer", "colleague", "reader"])
def test_a_draft_is_seen_by_its_author_alone(client, line, author, who):
    draft = make_draft(line, author, text=SECRET)
    people = {
        "officer": make_officer,
        "colleague": lambda: make_focal_point(line.party).user,
        "reader": make_user,
    }
    user = people[who]()
    client.force_login(user)
    for path in (PAGE, "/commitments/TST-1/", "/commitments/reports/", "/", "/history/"):
        assert SECRET not in client.get(path).content.decode(), path
    for query in ({}, {"q": "alone"}, {"claim": draft.claim}):
        response = client.get("/commitments/reports/", query)
        assert response.context["table"].paginator.count == 0
    waiting = client.get("/commitments/lines/", {"reporting": "awaiting"})
    assert waiting.context["table"].paginator.count == 0
    assert draft not in ProgressReport.objects.visible_to(user, NOW)


def test_the_author_finds_the_draft_again_in_the_form_and_in_no_list(client, line, author):
    make_draft(line, author, text=SECRET)
    client.force_login(author)
    page = client.get(PAGE)
    assert page.context["progress_form"]["text"].value() == SECRET
    assert page.context["progress_form"]["claim"].value() == "in_progress"
    assert page.context["reports"] == []
    listed = client.get("/commitments/reports/", {"state": "draft"})
    assert SECRET not in listed.content.decode()
    assert listed.context["table"].paginator.count == 0


# Sending -----------------------------------------------------------------------------------------


def test_a_report_that_is_sent_awaits_validation_and_is_told(line, author):
    sent = submit(make_draft(line, author), now=NOW + days(1))
    assert (sent.state, sent.submitted_at, sent.version) == ("submitted", NOW + days(1), 2)
    event = events_of(line).get()
    assert (event.action, event.actor, event.at) == ("report.submitted", author, NOW + days(1))
    assert event.after == {
        "report": sent.pk,
        "claim": "in_progress",
        "text": "A plan was adopted.",
    }
    assert list(Obligation.objects.awaiting()) == [line]
    line.refresh_from_db()
    assert line.status == Status.NOT_STARTED


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"claimed": ""}, {"claim"}),
        ({"text": ""}, {"text"}),
        ({"text": " \n"}, {"text"}),
        ({"claimed": "", "text": ""}, {"claim", "text"}),
        ({"claimed": Claim.DONE}, {"claim"}),
    ],
)
def test_what_is_missing_is_told_by_field_and_the_draft_is_kept(line, author, values, fields):
    draft = make_draft(line, author, **values)
    with pytest.raises(ValidationError) as refused:
        submit(draft)
    assert set(refused.value.message_dict) == fields
    assert stored(draft) == ("draft", 1)
    assert not events_of(line).exists()


def test_done_is_sent_with_evidence(line, author):
    draft = make_draft(line, author, claimed=Claim.DONE)
    make_evidence(draft)
    draft.refresh_from_db()
    assert submit(draft).state == "submitted"


def test_one_report_a_line_awaits_validation_and_the_second_stays_a_draft(line, author):
    make_submitted(line, author)
    second = make_draft(line, make_focal_point(line.party).user, text="Another.")
    with pytest.raises(ValidationError, match="kept as a draft"):
        submit(second)
    assert stored(second) == ("draft", 1)
    assert ProgressReport.objects.submitted().count() == 1
    assert events_of(line).filter(action="report.submitted").count() == 1


def test_after_a_decision_the_next_report_can_be_sent(line, author):
    make_returned(line, author)
    assert make_submitted(line, author, text="The plan of May.").state == "submitted"


def test_a_report_is_sent_once(line, author):
    draft = make_draft(line, author)
    held_elsewhere = ProgressReport.objects.get(pk=draft.pk)
    submit(draft)
    with pytest.raises(Stale):
        submit(held_elsewhere)
    assert events_of(line).count() == 1


def test_nothing_is_sent_on_a_line_that_is_done(author):
    done = make_done_line(make_party("AA"))
    draft = make_draft(done, author)
    with pytest.raises(ValidationError, match="done and locked"):
        submit(draft)
    assert stored(draft) == ("draft", 1)


def test_nothing_is_sent_on_a_line_that_was_found_done_meanwhile(line, author):
    draft = make_draft(line, author)
    assert draft.obligation.status == Status.NOT_STARTED  # as it was read
    make_accepted(line, claimed=Claim.DONE)
    with pytest.raises(ValidationError, match="done and locked"):
        submit(draft)
    draft.refresh_from_db()
    assert draft.state == ReportState.DRAFT


def test_what_another_window_saved_meanwhile_is_not_sent_unread(line, author):
    draft = make_draft(line, author, text="A plan was adopted.")
    make_draft(line, author, text="A plan was")
    with pytest.raises(Stale):
        submit(draft)
    assert not events_of(line).filter(action="report.submitted").exists()


def test_without_its_event_nothing_is_sent(line, author):
    draft = make_draft(line, author)
    with pytest.raises((IntegrityError, ValidationError)):
        submit(draft, via=None)
    assert stored(draft) == ("draft", 1)


# Accepting ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("finding", [s for s in Status.values if s != "done"])
def test_the_finding_is_the_officers_and_the_claim_stays_the_authors(
    line, author, officer, finding
):
    report = accept(make_submitted(line, author), officer, finding, comment=" Seen. ")
    assert (report.state, report.claim, report.finding) == ("accepted", "in_progress", finding)
    assert (report.decided_by, report.decided_at, report.comment) == (officer, NOW, "Seen.")
    line.refresh_from_db()
    assert (line.status, line.version) == (finding, 2)
    event = events_of(line).get(action="report.accepted")
    assert (event.actor, event.why) == (officer, "Seen.")
    assert event.before == {"status": "not_started"}
    assert event.after == {"status": finding, "report": report.pk, "version": 2}


def test_a_claim_of_done_that_is_accepted_locks_the_line(line, author, officer):
    make_accepted(line, author, claimed=Claim.DONE, officer=officer)
    line.refresh_from_db()
    assert line.status == Status.DONE
    with pytest.raises(ValidationError, match="done and locked"):
        make_submitted(line, author)


def test_done_is_not_found_without_evidence(line, author, officer):
    report = make_submitted(line, author)
    with pytest.raises(ValidationError) as refused:
        accept(report, officer, Status.DONE)
    assert list(refused.value.message_dict) == ["finding"]
    assert stored(report) == ("submitted", 2)


@pytest.mark.parametrize("finding", ["", "overdue", "awaiting"])
def test_a_finding_that_is_no_status_is_refused(line, author, officer, finding):
    report = make_submitted(line, author)
    with pytest.raises(ValidationError) as refused:
        accept(report, officer, finding)
    assert list(refused.value.message_dict) == ["finding"]
    assert stored(report) == ("submitted", 2)


@pytest.mark.parametrize("finding", [Status.NOT_OWED, Status.NOT_ASSESSABLE])
def test_a_line_is_taken_out_of_the_count_with_a_reason(line, author, officer, finding):
    report = make_submitted(line, author)
    with pytest.raises(ValidationError) as refused:
        accept(report, officer, finding=finding, comment=" ")
    assert "comment" in refused.value.message_dict
    accept(report, officer, finding=finding, comment="It never signed the convention.")
    line.refresh_from_db()
    assert line.status == finding


@pytest.mark.parametrize("decide", [accept, send_back])
def test_a_second_person_decides(line, officer, decide):
    report = make_submitted(line, officer)
    with pytest.raises(ValidationError, match="A second person"):
        decide(report, officer)
    assert stored(report) == ("submitted", 2)
    decide(report, make_officer())
    assert stored(report)[0] in {"accepted", "returned"}


@pytest.mark.parametrize("second", [accept, send_back])
@pytest.mark.parametrize("first", [accept, send_back])
def test_whoever_decides_second_is_told_and_changes_nothing(line, author, officer, first, second):
    report = make_submitted(line, author)
    held_elsewhere = ProgressReport.objects.get(pk=report.pk)
    first(report, officer)
    line.refresh_from_db()
    was = (stored(report), line.status, line.version, events_of(line).count())
    with pytest.raises(Stale):
        second(held_elsewhere, make_officer())
    line.refresh_from_db()
    assert (stored(report), line.status, line.version, events_of(line).count()) == was


@pytest.mark.parametrize("decide", [accept, send_back])
def test_a_draft_is_not_decided_on(line, author, officer, decide):
    draft = make_draft(line, author)
    with pytest.raises(Stale):
        decide(draft, officer)
    assert stored(draft) == ("draft", 1)


@pytest.mark.parametrize("decide", [accept, send_back])
def test_without_its_event_nothing_is_decided(line, author, officer, decide):
    report = make_submitted(line, author)
    with pytest.raises(IntegrityError):
        decide(report, officer, via=None)
    line.refresh_from_db()
    assert stored(report) == ("submitted", 2)
    assert (line.status, line.version) == ("not_started", 1)


# Returning ---------------------------------------------------------------------------------------


def test_a_returned_report_leaves_the_line_as_it_was(line, author, officer):
    report = send_back(make_submitted(line, author), officer)
    assert (report.state, report.comment, report.finding) == ("returned", "Say which plan.", "")
    line.refresh_from_db()
    assert (line.status, line.version) == ("not_started", 1)
    event = events_of(line).get(action="report.returned")
    assert (event.actor, event.why) == (officer, "Say which plan.")
    assert event.after["report"] == report.pk
    assert not Obligation.objects.awaiting()


@pytest.mark.parametrize("comment", ["", " \n", "x" * (NOTE_LENGTH + 1)])
def test_returning_needs_a_comment_that_can_be_read(line, author, officer, comment):
    report = make_submitted(line, author)
    with pytest.raises(ValidationError) as refused:
        send_back(report, officer, comment)
    assert list(refused.value.message_dict) == ["comment"]
    assert stored(report) == ("submitted", 2)


def test_what_was_returned_counts_until_the_next_report_is_sent(line, author):
    lines = Obligation.objects.all()
    report = make_returned(line, author)
    assert list(lines.in_urgency(["returned"], NOW)) == [report.obligation]
    make_submitted(line, author, now=NOW + days(1))
    assert not lines.in_urgency(["returned"], NOW)


# The next review ---------------------------------------------------------------------------------


@pytest.fixture
def standing():
    """A line whose next report is due on 20 March, every 30 days."""
    review = Period(due=date(2026, 3, 20), basis=Basis.SET, reason="Rhythm.")
    return make_obligation(
        make_party("AA"), review=review, review_days=30, due=date(2030, 1, 1), reference="TST-1"
    )


def accept_later(line, later: int, **values):
    author, now = make_focal_point(line.party).user, NOW + days(later)
    report = make_submitted(line, author, now=now, **values)
    finding = values.get("claimed", Claim.IN_PROGRESS)
    return accept(report, make_officer(), finding, now=now)


@pytest.mark.parametrize(
    ("later", "due"),
    [
        (0, date(2026, 4, 19)),  # before its end: the next period all the same
        (10, date(2026, 4, 19)),
        (40, date(2026, 5, 19)),  # on 19 April the period of that day is over too
        (100, date(2026, 7, 18)),  # those that nobody reported in are passed over
    ],
)
def test_an_accepted_report_opens_the_next_period_that_ends_past_today(standing, later, due):
    first = effective(standing)
    accept_later(standing, later)
    standing.refresh_from_db()
    opened = standing.next_deadline
    assert (opened.due, opened.opens, opened.purpose) == (due, date(2026, 3, 21), "review")
    assert opened.due > (NOW + days(later)).date()
    assert opened.replaces == first
    assert Deadline.objects.filter(pk=first.pk).exists()
    assert holding(standing)[Purpose.FINAL].due == date(2030, 1, 1)


def test_the_next_period_is_told_with_who_reported(standing):
    report = accept_later(standing, 0)
    event = events_of(standing).get(action="deadline.moved")
    assert (event.before["due"], event.after["due"]) == ("2026-03-20", "2026-04-19")
    assert report.author.name in event.why


def test_a_report_on_one_line_leaves_the_period_of_others(standing):
    other = make_obligation(make_party("BB"), reference="TST-2")
    Obligation.objects.filter(pk=other.pk).update(commitment=standing.commitment)
    accept_later(standing, 0)
    assert effective(Obligation.objects.get(pk=other.pk), Purpose.REVIEW).due == date(2026, 3, 20)


def test_a_line_that_is_found_done_has_no_next_review(standing):
    accept_later(standing, 0, claimed=Claim.DONE)
    standing.refresh_from_db()
    assert standing.next_deadline.due == date(2026, 3, 20)


def test_without_a_rhythm_no_period_opens(line, author, officer):
    accept(make_submitted(line, author), officer)
    assert not Deadline.objects.exists()


def test_a_returned_report_opens_no_period(standing):
    make_returned(standing)
    standing.refresh_from_db()
    assert standing.next_deadline.due == date(2026, 3, 20)


# The page ----------------------------------------------------------------------------------------


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


def test_nothing_is_reported_on_a_commitment_out_of_force():
    draft = make_draft(make_obligation())
    Commitment.objects.update(life=Life.WITHDRAWN)
    with pytest.raises(ValidationError, match="out of force"):
        progress.submit(report=draft, actor=draft.author, now=NOW, via=Via.PAGE)
    draft.refresh_from_db()
    assert draft.state == ReportState.DRAFT
