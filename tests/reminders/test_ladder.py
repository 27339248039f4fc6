"""Bringing a line to somebody higher up: on working days of its party, once, and anew when it is answered."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.choices import Via
from commitments import editing
from commitments.models import Obligation
from meetings.calendar import add_working_days
from meetings.models import Meeting, Party
from reminders import plan, rules, second_look
from reminders.choices import Capacity, Duty, Outcome, Reason
from reminders.ladder import Ladders
from reminders.models import Email, Mute, Policy, Reminder
from reminders.policy import Policies, schedule
from tests.factories import (
    days,
    make_day,
    make_deadline,
    make_focal_point,
    make_mailbox,
    make_officer,
    make_returned,
    make_submitted,
    make_user,
)
from tests.reminders.conftest import NOW, TODAY

# Fridays and Saturdays are free, and one Sunday.
PARTY = Party(code="ZZ", time_zone="UTC", weekend=[5, 6])
_dates = st.dates(date(2025, 1, 1), date(2027, 12, 31))


def nth(day, n):
    step = timedelta(days=1 if n >= 0 else -1)
    left = abs(n)
    while left:
        day += step
        left -= day.isoweekday() not in {5, 6} and day != date(2026, 3, 8)
    return day


@given(due=_dates, today=_dates, after=st.integers(1, 60))
def test_a_grace_that_is_over_means_the_same_forwards_and_backwards(due, today, after):
    (step,) = rules.ladder(due, [{"rung": "officer", "after": after}], nth)
    assert (step.day <= today) is (due <= rules.latest_start(today, after, nth))


@settings(max_examples=60)
@given(
    offset=st.integers(-60, 1200),
    offsets=st.sets(st.integers(-60, 40), min_size=1, max_size=7),
    monthly=st.booleans(),
    days_=st.sets(st.integers(1, 7), min_size=1),
    end=st.integers(-30, 1500),
)
def test_ranges_of_due_days_say_the_same_as_the_steps(offset, offsets, monthly, days_, end):
    """For any schedule, any weekdays of mail and any end of the ladder."""
    today = date(2026, 3, 10)
    while today.isoweekday() not in days_:
        today += timedelta(days=1)
    due, ended_by = today - timedelta(days=offset), today - timedelta(days=end)
    plan_ = rules.Schedule(tuple(sorted(offsets)), monthly)
    found = [
        offset
        for first, last, offset in rules.due_ranges(today, days_, plan_, ended_by)
        if (first is None or first <= due) and due <= last
    ]
    reached = rules.reached(due, today, days_, plan_, ended=due <= ended_by)
    assert found == [step.offset for step in reached[-1:]]


def test_monthly_steps_come_until_the_ladder_ends():
    due = date(2026, 1, 1)
    day_50 = due + timedelta(days=50)
    assert rules.reached(due, day_50, ended=False)[-1].occasion == "O+44"
    assert rules.reached(due, day_50, ended=True)[-1].occasion == "O+14"
    names = [step.occasion for step in rules.coming(due, due, ends_on=due + timedelta(days=80))]
    assert names[-2:] == ["O+44", "O+74"]


@pytest.fixture
def desk(case):
    """A meeting with a desk officer, a deputy of the party and a head of secretariat."""
    officer, head = make_officer(name="Officer"), make_officer(name="Head")
    make_focal_point(case.party, make_user(name="Deputy"), is_deputy=True)
    Policy.objects.create(site=True, head=head)

    def line(in_days, **values):
        made = case.line(in_days, **values)
        Meeting.objects.update(officer=officer)
        return made

    return line


def untrue(email, now):
    """What of one mail the second look drops."""
    return second_look.untrue([email], now)[email.pk]


def told(occasion=None):
    rows = Reminder.objects.included().order_by("occasion", "recipient__name")
    found = [(row.recipient.name, row.occasion) for row in rows.select_related("recipient")]
    return [row for row in found if row[1].startswith("E")]


def test_a_friday_deadline_climbs_on_working_days(desk):
    desk((date(2026, 3, 6) - TODAY).days)  # a Friday
    plan.run(now=NOW)  # Tuesday: the second working day after it
    assert told() == []
    plan.run(now=NOW + days(1))  # Wednesday
    assert told() == [("Deputy", "E1")]


def test_the_days_off_of_the_party_give_more_grace(desk, case):
    desk((date(2026, 3, 6) - TODAY).days)
    make_day(case.party, date(2026, 3, 9))
    plan.run(now=NOW + days(1))
    assert told() == []
    plan.run(now=NOW + days(2))
    assert told() == [("Deputy", "E1")]


def test_each_rung_is_told_once(desk):
    desk(-40)
    for day in range(3):
        plan.run(now=NOW + days(day))
    assert told() == [("Deputy", "E1"), ("Officer", "E2"), ("Head", "E3")]
    as_ = dict(
        Reminder.objects.filter(occasion__startswith="E").values_list("occasion", "capacity")
    )
    assert as_ == {"E1": Capacity.DEPUTY, "E2": Capacity.OFFICER, "E3": Capacity.HEAD}


def test_whoever_stands_on_two_rungs_hears_of_the_highest(desk):
    desk(-40)
    Policy.objects.update(head=Meeting.objects.get().officer)
    plan.run(now=NOW)
    assert told() == [("Deputy", "E1"), ("Officer", "E3")]
    assert Reminder.objects.get(occasion="E2").outcome == Outcome.SUPERSEDED


def test_without_deputies_the_mailbox_stands_on_their_rung(case):
    case.party.mailbox = make_mailbox(name="Ministry")
    case.party.save()
    case.line(-10)
    plan.run(now=NOW)
    assert told() == [("Ministry", "E1")]


def test_a_deputy_who_answers_for_the_line_is_not_told_twice(case):
    case.party.focal_points.update(is_deputy=True)
    case.party.mailbox = make_mailbox(name="Ministry")
    case.party.save()
    case.line(-10)
    plan.run(now=NOW)
    assert told() == [("Ministry", "E1")]
    assert Reminder.objects.included().filter(recipient=case.person).count() == 1


def test_nobody_is_told_where_nobody_stands(case):
    case.line(-60)
    plan.run(now=NOW)
    assert told() == []


def test_a_report_pauses_the_ladder_and_a_returned_one_begins_the_grace_anew(desk, case):
    line = desk(-2)
    report = make_returned(line, case.person, now=NOW)
    assert report.decided_at == NOW
    plan.run(
        now=NOW + days(2)
    )  # Thursday: four working days after the due day, two after the return
    assert told() == []
    plan.run(now=NOW + days(3))
    assert told() == [("Deputy", "E1")]


def test_a_report_that_awaits_validation_stops_the_ladder(desk, case):
    make_submitted(desk(-40), case.person, now=NOW)
    plan.run(now=NOW)
    assert told() == []


def test_an_extension_plans_the_ladder_anew(desk):
    line = desk(-40)
    make_deadline(line, TODAY - days(2), now=NOW)
    plan.run(now=NOW)
    assert told() == []


def change_owner(line, owner, now):
    editing.edit_line(
        obligation=line,
        seen=Obligation.objects.get(pk=line.pk).version,
        values={"owner": owner},
        actor=make_officer(),
        now=now,
        via=Via.PAGE,
    )


def test_a_new_owner_gets_the_whole_grace(desk):
    line = desk(-40)
    change_owner(line, make_user(name="Owner"), NOW)
    plan.run(now=NOW)
    assert told() == []
    plan.run(now=NOW + days(3))
    assert told() == [("Deputy", "E1")]


def test_a_reassignment_cancels_a_rung_that_waits(desk):
    line = desk(-40)
    plan.run(now=NOW)
    mail = Email.objects.get(recipient__name="Officer")
    assert untrue(mail, NOW) == {}
    change_owner(line, make_user(name="Owner"), NOW)
    reasons = set(untrue(mail, NOW).values())
    assert reasons == {Reason.REASSIGNED}


def test_rungs_before_registration_stay_silent(desk):
    desk(-40, known_for=0)
    plan.run(now=NOW)
    assert told() == []
    rows = Reminder.objects.filter(occasion__startswith="E").values_list("reason", flat=True)
    assert set(rows) == {Reason.BEFORE_REGISTRATION}


@pytest.mark.parametrize(
    ("mandatory", "names"), [([], ["E1", "E3"]), ([Duty.ESCALATED], ["E1", "E2", "E3"])]
)
def test_a_muted_rung_is_held_back_unless_it_is_mandatory(desk, mandatory, names):
    line = desk(-40)
    officer = Meeting.objects.get().officer
    Mute.objects.create(user=officer, obligation=line, at=NOW)
    Policy.objects.update(mandatory=mandatory)
    plan.run(now=NOW)
    assert [name for _who, name in told()] == names
    assert not any(plan.run(now=NOW + days(1)).get(key) for key in ("included", "suppressed"))


def test_the_database_counts_the_working_days_as_the_calendar_does(desk):
    lines = [desk(-number) for number in range(45)]
    ladders = Ladders.of(Policies.stored())
    for number in range(7):
        today = TODAY + days(number)
        for name, condition in ladders.reached(today).items():
            in_sql = set(Obligation.objects.filter(condition).values_list("pk", flat=True))
            in_python = {
                line.pk
                for line in lines
                for step in ladders.steps(Obligation.objects.get(pk=line.pk))
                if step.occasion == name and step.day <= today
            }
            assert in_sql == in_python
    assert add_working_days(PARTY.__class__.objects.get(), TODAY, 0) == TODAY
    assert schedule(Policy()) == rules.STANDARD
