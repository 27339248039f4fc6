"""What happened to a line is told once, to whom it concerns, while it is true."""

from datetime import timedelta

import pytest

from accounts.choices import Via
from accounts.models import Event
from commitments import deadlines, extensions, progress
from commitments.choices import Claim, Purpose
from meetings.models import Meeting
from reminders import plan, second_look
from reminders.choices import Capacity, Outcome, Reason
from reminders.models import Absence, Email, Mute, Reminder
from tests.factories import (
    days,
    make_accepted,
    make_commitment,
    make_deadline,
    make_extension,
    make_focal_point,
    make_officer,
    make_party,
    make_returned,
    make_submitted,
    make_user,
    restrict,
)
from tests.reminders.conftest import NOW, TODAY

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def officer(db):
    return make_officer(name="Officer")


@pytest.fixture
def line(case, officer):
    """A line long before its first step."""
    made = case.line(200)
    Meeting.objects.update(officer=officer)
    return made


def untrue(email, now):
    """What of one mail the second look drops."""
    return second_look.untrue([email], now)[email.pk]


def heard(**conditions):
    """Who heard of which events, by name and action."""
    rows = Reminder.objects.included().filter(occasion__startswith="V", **conditions)
    actions = dict(Event.objects.values_list("pk", "action"))
    return sorted((row.recipient.name, actions[int(row.occasion[1:])]) for row in rows)


def test_the_desk_officer_hears_of_a_report_that_was_sent(case, line):
    make_submitted(line, case.person)
    plan.run(now=LATER)
    assert heard() == [("Officer", "report.submitted")]
    row = Reminder.objects.get()
    assert (row.capacity, row.deadline) == (Capacity.OFFICER, None)


def test_the_officer_of_the_commitment_comes_before_that_of_the_meeting(case, line):
    line.commitment.officer = make_officer(name="Other")
    line.commitment.save()
    make_submitted(line, case.person)
    plan.run(now=LATER)
    assert heard() == [("Other", "report.submitted")]


def test_the_focal_point_hears_of_a_returned_report(case, line):
    make_returned(line, case.person)
    plan.run(now=LATER)
    assert heard() == [(case.person.name, "report.returned")]


def test_the_focal_point_hears_that_the_line_is_done(case, line):
    make_accepted(line, case.person, claimed=Claim.DONE)
    plan.run(now=LATER)
    assert heard() == [(case.person.name, "report.accepted")]
    assert untrue(Email.objects.get(), LATER) == {}


def test_of_more_time_both_sides_hear_in_turn(case, line, officer):
    asked = make_extension(line, TODAY + days(300), case.person)
    plan.run(now=LATER)
    assert heard() == [("Officer", "extension.asked")]
    extensions.grant(extension=asked, comment="", actor=make_officer(), now=LATER, via=Via.PAGE)
    plan.run(now=NOW + days(1))
    # The moved deadline is part of the answer.
    assert heard() == [(case.person.name, "extension.granted"), ("Officer", "extension.asked")]


def test_the_focal_point_hears_of_a_moved_deadline_once(case, line):
    make_deadline(line, TODAY + days(250), now=NOW)
    for day in range(3):
        plan.run(now=NOW + days(day))
    assert heard() == [(case.person.name, "deadline.moved")]


def test_a_deadline_of_all_moves_for_each_line_that_follows_it(case, officer):
    other = make_focal_point(make_party("UZ"), make_user(name="Other")).party
    commitment = make_commitment(
        parties=[case.party, other], due=TODAY + days(200), now=NOW - days(100)
    )
    own = commitment.obligations.get(party=case.party)
    make_deadline(own, TODAY + days(250), now=NOW - days(30))
    deadlines.move_all(
        commitment=commitment,
        seen=commitment.version,
        purpose=Purpose.FINAL,
        due=TODAY + days(260),
        reason="Agreed.",
        actor=officer,
        now=NOW,
        via=Via.PAGE,
    )
    plan.run(now=LATER)
    # The other line has a deadline of its own, which did not move.
    assert heard() == [("Other", "deadline.moved")]


def test_nobody_hears_of_their_own_deeds(case, line, officer):
    make_deadline(line, TODAY + days(250), actor=case.person, now=NOW)
    plan.run(now=LATER)
    assert heard() == []


def test_what_somebody_answered_meanwhile_awaits_nobody(case, line, officer):
    report = make_submitted(line, case.person)
    plan.run(now=LATER)
    mail = Email.objects.get(recipient=officer)
    assert untrue(mail, LATER) == {}
    progress.send_back(
        report=report, seen=report.version, comment="Which?", actor=officer, now=LATER, via=Via.PAGE
    )
    assert set(untrue(mail, LATER).values()) == {Reason.CLOSED}


def test_a_deadline_moved_twice_is_told_once(case, line):
    make_deadline(line, TODAY + days(250), now=NOW)
    plan.run(now=LATER)
    mail = Email.objects.get()
    make_deadline(line, TODAY + days(260), now=LATER)
    assert set(untrue(mail, LATER).values()) == {Reason.DEADLINE_MOVED}


def test_what_is_restricted_is_not_told(case, line):
    make_returned(line, case.person)
    restrict(line.commitment)
    plan.run(now=LATER)
    assert heard() == []
    assert Reminder.objects.get().reason == Reason.NOT_VISIBLE


def test_old_news_is_no_news(case, line):
    make_returned(line, case.person, now=NOW - days(15))
    plan.run(now=NOW)
    assert heard() == []


def test_events_wait_for_the_morning(case, line):
    make_returned(line, case.person)
    plan.run(now=NOW + timedelta(hours=13))
    assert heard() == []


# Mutes and snoozes ---------------------------------------------------------------------------------


def mute(person, line, until=None):
    return Mute.objects.create(user=person, obligation=line, until=until, at=NOW)


def test_a_muted_line_is_held_back_and_says_so(case):
    line = case.line(7)
    mute(case.person, line)
    plan.run(now=NOW)
    row = Reminder.objects.get(occasion="T-7")
    assert (row.outcome, row.reason) == (Outcome.SUPPRESSED, Reason.MUTED)
    assert not Email.objects.exists()


def test_a_snooze_that_ends_tells_the_line_again_once(case):
    line = case.line(7)
    plan.run(now=NOW)
    mute(case.person, line, TODAY + days(2))
    for day in range(1, 5):
        plan.run(now=NOW + days(day))
    rows = Reminder.objects.included().values_list("occasion", "planned_at")
    assert sorted(rows) == [("S:2026-03-12", NOW + days(2)), ("T-7", NOW)]


def test_a_step_on_the_last_day_of_a_snooze_speaks_for_it(case):
    line = case.line(9)
    mute(case.person, line, TODAY + days(2))
    plan.run(now=NOW + days(2))
    rows = dict(
        Reminder.objects.filter(planned_at=NOW + days(2)).values_list("occasion", "outcome")
    )
    assert rows["T-7"] == Outcome.INCLUDED
    assert rows["S:2026-03-12"] == Outcome.SUPERSEDED


def test_a_mute_after_planning_is_heeded_by_the_second_look(case):
    line = case.line(7)
    plan.run(now=NOW)
    mute(case.person, line)
    assert set(untrue(Email.objects.get(), NOW).values()) == {Reason.MUTED}


# Standing in -------------------------------------------------------------------------------------------


@pytest.fixture
def stand_in(case):
    other = make_user(name="Stand-in")
    Absence.objects.create(
        user=case.person, stand_in=other, starts_on=TODAY, ends_on=TODAY + days(3)
    )
    return other


def test_a_stand_in_gets_the_mail_of_the_person_who_is_away(case, stand_in):
    case.line(7)
    plan.run(now=NOW)
    row = Reminder.objects.included().get()
    assert (row.recipient, row.stands_for, row.capacity) == (
        stand_in,
        case.person,
        Capacity.STAND_IN,
    )
    assert untrue(row.email, NOW) == {}
    # Nobody is told again, then or afterwards.
    for day in (0, 1, 5):
        assert plan.run(now=NOW + days(day))["mails"] == 0


def test_what_a_stand_in_may_not_read_stays_with_the_person(case, stand_in):
    line = case.line(7)
    line.sensitivity = "party"
    line.save()
    plan.run(now=NOW)
    assert Reminder.objects.included().get().recipient == case.person


def test_a_promise_to_a_stand_in_that_failed_is_made_again(case, stand_in):
    case.line(7)
    plan.run(now=NOW)
    Reminder.objects.all().void(Reason.REFUSED)
    Email.objects.update(state="failed")
    plan.run(now=NOW + days(5))
    assert Reminder.objects.included().get().recipient == case.person


def test_a_stand_in_who_hears_of_the_line_anyway_hears_once(case, stand_in):
    make_focal_point(case.party, stand_in)
    case.line(7)
    plan.run(now=NOW)
    rows = Reminder.objects.exclude(outcome=Outcome.SUPERSEDED).order_by("recipient__name")
    assert [(row.recipient, row.outcome, row.stands_for) for row in rows] == [
        (case.person, Outcome.SUPPRESSED, None),
        (stand_in, Outcome.INCLUDED, None),
    ]
    assert plan.run(now=NOW + days(1))["mails"] == 0
