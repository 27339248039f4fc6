"""A progress report is written and sent: by whom, with what, and once."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.choices import Via
from commitments import progress
from commitments.choices import NOTE_LENGTH, Claim, Life, ReportState, Status
from commitments.errors import Stale
from commitments.models import Commitment, Obligation, ProgressReport
from tests.commitments.events import events_of
from tests.commitments.reporting import stored, submit
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


# A draft ----------------------------------------------------------------------------------------


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


# Sending ----------------------------------------------------------------------------------------


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


def test_nothing_is_reported_on_a_commitment_out_of_force():
    draft = make_draft(make_obligation())
    Commitment.objects.update(life=Life.WITHDRAWN)
    with pytest.raises(ValidationError, match="out of force"):
        progress.submit(report=draft, actor=draft.author, now=NOW, via=Via.PAGE)
    draft.refresh_from_db()
    assert draft.state == ReportState.DRAFT
