"""A progress report is accepted or returned: by a second person, with a reason, and once."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from commitments.choices import NOTE_LENGTH, Claim, Status
from commitments.errors import Stale
from commitments.models import Obligation, ProgressReport
from tests.commitments.events import events_of
from tests.commitments.reporting import accept, send_back, stored
from tests.factories import (
    NOW,
    days,
    make_accepted,
    make_draft,
    make_focal_point,
    make_obligation,
    make_officer,
    make_party,
    make_returned,
    make_submitted,
)

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


# Accepting --------------------------------------------------------------------------------------


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


# Returning --------------------------------------------------------------------------------------


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
