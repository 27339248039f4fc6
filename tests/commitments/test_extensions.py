"""Asking for more time: asked with a reason, granted or refused, both kept."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.choices import Via
from commitments import editing, extensions
from commitments.choices import NOTE_LENGTH, Basis, Purpose
from commitments.deadlines import Period, holding
from commitments.errors import Stale
from commitments.models import Deadline, Extension
from tests.commitments.events import events_of
from tests.factories import (
    NOW,
    days,
    make_commitment,
    make_deadline,
    make_done_line,
    make_extension,
    make_focal_point,
    make_obligation,
    make_officer,
    make_party,
)

DUE, LATER = date(2030, 6, 30), date(2030, 12, 31)
PAGE = "/commitments/TST-1/AA/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    return make_obligation(make_party("AA"), due=DUE, reference="TST-1")


@pytest.fixture
def officer():
    return make_officer()


def ask(line, due=LATER, reason="The parliament sits in autumn.", **values):
    given = {"actor": make_officer(), "now": NOW, "via": Via.PAGE, **values}
    return extensions.ask(obligation=line, due=due, reason=reason, **given)


def grant(extension, actor, comment="", **values):
    given = {"now": NOW + days(1), "via": Via.PAGE, **values}
    return extensions.grant(extension=extension, comment=comment, actor=actor, **given)


def refuse(extension, actor, comment="It was extended twice.", **values):
    given = {"now": NOW + days(1), "via": Via.PAGE, **values}
    return extensions.refuse(extension=extension, comment=comment, actor=actor, **given)


def test_a_request_is_kept_and_told_and_the_deadline_holds(line):
    person = make_focal_point(line.party).user
    asked = ask(line, reason=" The parliament sits in autumn. ", actor=person)
    assert (asked.state, asked.due, asked.asked_by, asked.asked_at) == ("asked", LATER, person, NOW)
    assert asked.deadline.due == DUE
    event = events_of(line).get()
    assert (event.action, event.actor, event.why) == (
        "extension.asked",
        person,
        "The parliament sits in autumn.",
    )
    assert event.before == {"due": "2030-06-30"}
    assert event.after == {"due": "2030-12-31", "extension": asked.pk}
    line.refresh_from_db()
    assert (line.next_deadline.due, line.version) == (DUE, 1)


@pytest.mark.parametrize("due", [DUE, DUE - days(1), date(2020, 1, 1), date(2101, 1, 1)])
def test_more_time_means_later_than_the_present_deadline(line, due):
    with pytest.raises(ValidationError) as refused:
        ask(line, due)
    assert list(refused.value.message_dict) == ["due"]
    assert not Extension.objects.exists()


def test_one_day_later_is_later(line):
    assert ask(line, DUE + days(1)).due == DUE + days(1)


def test_after_a_move_the_present_deadline_is_the_moved_one(line):
    make_deadline(line, LATER)
    with pytest.raises(ValidationError):
        ask(line, LATER)
    assert ask(line, LATER + days(1)).deadline.due == LATER


@pytest.mark.parametrize("reason", ["", " \n", "x" * (NOTE_LENGTH + 1)])
def test_a_request_needs_a_reason_that_can_be_read(line, reason):
    with pytest.raises(ValidationError) as refused:
        ask(line, reason=reason)
    assert list(refused.value.message_dict) == ["reason"]
    assert not Extension.objects.exists()


def test_without_a_deadline_there_is_nothing_to_extend():
    with pytest.raises(ValidationError, match="nothing to extend"):
        ask(make_obligation())


def test_one_request_a_line_awaits_its_answer(line):
    first = ask(line)
    with pytest.raises(ValidationError, match="awaits its answer already"):
        ask(line, LATER + days(1))
    assert Extension.objects.get() == first
    assert events_of(line).count() == 1


@pytest.mark.parametrize("answer", [grant, refuse])
def test_after_an_answer_one_may_ask_again(line, officer, answer):
    answer(ask(line), officer)
    again = ask(line, LATER + days(1))
    assert again.state == "asked"
    assert Extension.objects.count() == 2


def test_a_request_that_is_granted_moves_the_deadline_and_keeps_the_first(line, officer):
    first = line.next_deadline
    asked = ask(line)
    moved = grant(asked, officer, " Agreed. ")
    line.refresh_from_db()
    asked.refresh_from_db()
    assert line.next_deadline == moved
    assert (moved.due, moved.obligation, moved.replaces, moved.author) == (
        LATER,
        line,
        first,
        officer,
    )
    assert "The parliament sits in autumn." in moved.reason
    assert (asked.state, asked.comment, asked.decided_by, asked.decided_at) == (
        "granted",
        "Agreed.",
        officer,
        NOW + days(1),
    )
    assert asked.deadline == first
    assert Deadline.objects.filter(pk=first.pk, due=DUE).exists()
    told = list(events_of(line).order_by("pk").values_list("action", flat=True))
    assert told == ["extension.asked", "extension.granted", "deadline.moved"]


def test_a_grant_moves_the_deadline_that_was_asked_about(officer):
    """Between asking and answering an earlier review may have come to count first."""
    review = Period(due=date(2030, 1, 1), basis=Basis.SET, reason="Rhythm.")
    line = make_obligation(due=DUE, review=review)
    asked = ask(line, date(2030, 3, 1))
    make_deadline(line, date(2029, 1, 1), purpose=Purpose.FINAL)
    grant(asked, officer)
    line.refresh_from_db()
    assert {purpose: row.due for purpose, row in holding(line).items()} == {
        Purpose.REVIEW: date(2030, 3, 1),
        Purpose.FINAL: date(2029, 1, 1),
    }


def test_a_grant_leaves_the_lines_of_others_alone(officer):
    parties = [make_party("AA"), make_party("BB")]
    commitment = make_commitment(parties=parties, due=DUE)
    one, other = commitment.obligations.order_by("party__code")
    grant(ask(one), officer)
    other.refresh_from_db()
    assert other.next_deadline.due == DUE


def test_a_request_that_is_refused_leaves_the_deadline(line, officer):
    asked = ask(line)
    refuse(asked, officer, " It was extended twice. ")
    line.refresh_from_db()
    asked.refresh_from_db()
    assert (line.next_deadline.due, Deadline.objects.count()) == (DUE, 1)
    assert (asked.state, asked.comment, asked.decided_by) == (
        "refused",
        "It was extended twice.",
        officer,
    )
    event = events_of(line).get(action="extension.refused")
    assert (event.actor, event.why) == (officer, "It was extended twice.")


@pytest.mark.parametrize("comment", ["", " \n", "x" * (NOTE_LENGTH + 1)])
def test_a_refusal_needs_a_comment_that_can_be_read(line, officer, comment):
    asked = ask(line)
    with pytest.raises(ValidationError) as refused:
        refuse(asked, officer, comment)
    assert list(refused.value.message_dict) == ["comment"]
    asked.refresh_from_db()
    assert asked.state == "asked"


@pytest.mark.parametrize("second", [grant, refuse])
@pytest.mark.parametrize("first", [grant, refuse])
def test_whoever_answers_second_is_told_and_changes_nothing(line, officer, first, second):
    asked = ask(line)
    first(asked, officer)
    asked.refresh_from_db()
    line.refresh_from_db()
    was = (asked.state, asked.decided_by, line.version, Deadline.objects.count())
    events = events_of(line).count()
    with pytest.raises(Stale):
        second(asked, make_officer())
    asked.refresh_from_db()
    line.refresh_from_db()
    assert (asked.state, asked.decided_by, line.version, Deadline.objects.count()) == was
    assert events_of(line).count() == events


@pytest.mark.parametrize("answer", [grant, refuse])
def test_without_its_event_nothing_is_answered(line, officer, answer):
    asked = ask(line)
    with pytest.raises(IntegrityError):
        answer(asked, officer, via=None)
    asked.refresh_from_db()
    line.refresh_from_db()
    assert (asked.state, line.next_deadline.due) == ("asked", DUE)


# The page ----------------------------------------------------------------------------------------


def test_more_time_is_asked_for_and_granted_by_the_pages(client, line, officer):
    client.force_login(make_focal_point(line.party).user)
    values = {"due": "2030-12-31", "reason": "The parliament sits in autumn."}
    assert client.post(f"{PAGE}extension/", values).status_code == 302
    page = client.get(PAGE)
    assert "The parliament sits in autumn." in page.content.decode()
    assert "extension_form" not in page.context, "one request at a time"
    assert "answer_form" not in page.context
    client.force_login(officer)
    home = client.get("/")
    assert [asked.obligation for asked in home.context["asked"]] == [line]
    asked = Extension.objects.get()
    answer = {"action": "grant", "comment": ""}
    assert client.post(f"{PAGE}extension/{asked.pk}/", answer).status_code == 302
    line.refresh_from_db()
    assert line.next_deadline.due == LATER
    html = client.get("/commitments/TST-1/").content.decode().replace("\xa0", " ")
    assert "30 Jun 2030" in html
    assert "31 Dec 2030" in html


def test_a_day_that_is_not_later_is_told_beside_its_field(client, line):
    client.force_login(make_focal_point(line.party).user)
    response = client.post(f"{PAGE}extension/", {"due": "2030-06-30", "reason": "More time."})
    html = response.content.decode()
    assert response.status_code == 200
    assert "the present deadline" in html
    assert 'id="extension_due_error"' in html
    assert "More time." in html
    assert not Extension.objects.exists()


@pytest.mark.parametrize("first", [grant, refuse])
@pytest.mark.parametrize("action", ["grant", "refuse"])
def test_whoever_answers_second_by_the_page_sees_what_the_first_did(client, line, first, action):
    asked = make_extension(line, LATER)
    first(asked, make_officer(name="Officer Two"))
    client.force_login(make_officer())
    response = client.post(f"{PAGE}extension/{asked.pk}/", {"action": action, "comment": "Mine."})
    assert response.status_code == 409
    assert [entry.who for entry in response.context["changed_since"]] == ["Officer Two"]
    assert "Mine." in response.content.decode()


def test_a_request_of_another_line_is_not_answered_here(client, line, officer):
    elsewhere = make_extension(make_obligation(make_party("BB"), due=DUE), LATER)
    client.force_login(officer)
    answer = client.post(f"{PAGE}extension/{elsewhere.pk}/", {"action": "grant", "comment": ""})
    assert answer.status_code == 404
    elsewhere.refresh_from_db()
    assert elsewhere.state == "asked"


def test_a_line_that_is_done_needs_no_more_time():
    done = make_done_line(due=DUE)
    with pytest.raises(ValidationError, match="done and locked"):
        ask(done)
    assert not Extension.objects.exists()


def test_what_is_withdrawn_needs_no_more_time(client, line, officer):
    by = {"actor": officer, "now": NOW, "via": Via.PAGE}
    editing.withdraw(commitment=line.commitment, seen=1, reason="Overtaken.", **by)
    line.refresh_from_db()
    with pytest.raises(ValidationError, match="Nothing is due"):
        ask(line)
    client.force_login(make_focal_point(line.party).user)
    assert "extension_form" not in client.get(PAGE).context


@pytest.mark.parametrize("moved_to", [LATER, LATER + days(30)])
def test_a_grant_never_takes_time_away(line, officer, moved_to):
    extension = ask(line)
    make_deadline(line, moved_to)
    with pytest.raises(ValidationError, match="Refuse the request"):
        grant(extension, officer)
    extension.refresh_from_db()
    line.refresh_from_db()
    assert (extension.state, line.next_deadline.due) == ("asked", moved_to)
    refuse(extension, officer)
