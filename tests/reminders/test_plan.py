"""Whom the planner tells what: once, the latest step only, and never what they may not read."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from accounts.choices import Via
from accounts.models import User
from commitments import progress
from commitments.choices import Claim, Life, Status
from commitments.models import Commitment, Obligation
from meetings.choices import Sensitivity
from reminders import plan
from reminders.choices import Capacity, Kind, Outcome, Reason, State
from reminders.models import Email, Pulse, Reminder
from reminders.querysets import readable
from tests.factories import (
    days,
    make_deadline,
    make_focal_point,
    make_obligation,
    make_officer,
    make_party,
    make_user,
    restrict,
)
from tests.reminders.conftest import NOW, TODAY

pytestmark = pytest.mark.django_db


def ledger(**conditions):
    """The ledger as (occasion, outcome, reason)."""
    rows = Reminder.objects.filter(**conditions).order_by("pk")
    return [(row.occasion, row.outcome, row.reason) for row in rows]


def included(**conditions):
    rows = Reminder.objects.included().filter(**conditions)
    return sorted(rows.values_list("recipient__name", "occasion"))


def test_a_step_that_is_reached_is_told_in_a_digest_of_the_day(case):
    line = case.line(7)
    plan.run(now=NOW)
    email = Email.objects.get()
    assert (email.kind, email.recipient, email.slot) == (Kind.DIGEST, case.person, TODAY)
    assert (email.state, email.not_before) == (State.WAITING, NOW)
    assert email.expires_at == datetime(2026, 3, 10, 21, tzinfo=UTC)
    reminder = Reminder.objects.included().get()
    assert (reminder.obligation, reminder.deadline) == (line, line.next_deadline)
    assert (reminder.occasion, reminder.email) == ("T-7", email)
    assert reminder.capacity == Capacity.FOCAL_POINT


@pytest.mark.parametrize("in_days", [40, 31])
def test_nothing_is_told_before_the_first_step(case, in_days):
    case.line(in_days)
    plan.run(now=NOW)
    assert not Reminder.objects.exists()
    assert not Email.objects.exists()


def test_a_second_plan_changes_nothing(case):
    case.line(7)
    case.line(-3)
    plan.run(now=NOW)
    before = (ledger(), Email.objects.count())
    for minutes in range(5):
        assert not any(plan.run(now=NOW + days(0.001 * minutes)).values())
    assert (ledger(), Email.objects.count()) == before


def test_only_the_latest_reached_step_speaks(case):
    case.line(-2)
    plan.run(now=NOW)
    overtaken = (Outcome.SUPERSEDED, Reason.OVERTAKEN)
    assert ledger() == [
        ("O+1", Outcome.INCLUDED, ""),
        ("T-30", *overtaken),
        ("T-14", *overtaken),
        ("T-7", *overtaken),
        ("T-1", *overtaken),
        ("T0", *overtaken),
    ]


def test_after_days_of_downtime_each_person_gets_one_digest(case):
    case.line(7)
    case.line(1)
    plan.run(now=NOW)
    plan.run(now=NOW + days(5))
    assert Email.objects.count() == 2
    later = Reminder.objects.filter(planned_at=NOW + days(5))
    told = {(row.occasion, row.outcome) for row in later}
    assert told == {
        # The first line: T-7 told, T-1 not yet reached; the second went from T-1 to O+3.
        ("T0", Outcome.SUPERSEDED),
        ("O+1", Outcome.SUPERSEDED),
        ("O+3", Outcome.INCLUDED),
    }


def test_everything_of_a_day_is_in_one_digest(case):
    for in_days in (7, 1, -1, -14):
        case.line(in_days)
    plan.run(now=NOW)
    assert Email.objects.count() == 1
    assert Email.objects.get().reminders.included().count() == 4


def test_what_comes_later_in_the_day_waits_for_tomorrow(case):
    case.line(7)
    plan.run(now=NOW)
    later = case.line(14)
    plan.run(now=NOW + days(0.1))
    assert not Reminder.objects.filter(obligation=later).exists()
    plan.run(now=NOW + days(1))
    assert Reminder.objects.included().get(obligation=later).email.slot == TODAY + days(1)


def test_steps_before_registration_stay_silent(case):
    case.line(10, known_for=0)
    case.line(-50, known_for=0)
    plan.run(now=NOW)
    assert {row[1:] for row in ledger()} == {(Outcome.SUPERSEDED, Reason.BEFORE_REGISTRATION)}
    assert not Email.objects.exists()
    # What comes is told.
    plan.run(now=NOW + days(3))
    assert included() == [(case.person.name, "T-7")]


def test_a_step_on_the_day_of_registration_speaks(case):
    case.line(7, known_for=0)
    plan.run(now=NOW)
    assert included() == [(case.person.name, "T-7")]


def test_a_deadline_that_an_officer_sets_later_speaks_at_once(case):
    line = make_obligation(case.party, now=NOW - days(1))
    make_deadline(line, TODAY + days(3), now=NOW)
    plan.run(now=NOW)
    assert included() == [(case.person.name, "T-7")]


def test_a_moved_deadline_makes_new_promises(case):
    line = case.line(1)
    plan.run(now=NOW)
    make_deadline(line, TODAY + days(15), now=NOW)
    plan.run(now=NOW + days(1))
    line.refresh_from_db()
    assert included(deadline=line.next_deadline) == [(case.person.name, "T-14")]


@pytest.mark.parametrize("status", [Status.DONE, Status.NOT_OWED, Status.NOT_ASSESSABLE])
def test_closed_lines_are_not_told(case, status):
    case.line(7, status=status)
    plan.run(now=NOW)
    assert not Reminder.objects.exists()


def test_withdrawn_commitments_are_not_told(case):
    case.line(7)
    Commitment.objects.update(life=Life.WITHDRAWN)
    plan.run(now=NOW)
    assert not Reminder.objects.exists()


def test_a_line_without_a_date_is_never_told(case):
    make_obligation(case.party, now=NOW - days(400))
    plan.run(now=NOW)
    assert not Reminder.objects.exists()


# Whom ------------------------------------------------------------------------------------------


def test_the_owner_is_told_instead_of_the_focal_point(case):
    owner = make_user(name="Owner")
    case.line(7, owner=owner)
    plan.run(now=NOW)
    assert included() == [("Owner", "T-7")]
    assert Reminder.objects.included().get().capacity == Capacity.OWNER


def test_every_focal_point_of_the_party_is_told(case):
    make_focal_point(case.party, make_user(name="Second"))
    make_focal_point(case.party, make_user(name="Deputy"), is_deputy=True)
    case.line(7)
    plan.run(now=NOW)
    assert included() == sorted([(case.person.name, "T-7"), ("Second", "T-7")])


def without_focal_point():
    party = make_party("UZ")
    return party, make_obligation(party, due=TODAY + days(7), now=NOW - days(100))


def test_without_a_focal_point_the_deputy_is_told():
    party, _line = without_focal_point()
    make_focal_point(party, make_user(name="Former"), ends_on=TODAY - days(1))
    make_focal_point(party, make_user(name="Coming"), starts_on=TODAY + days(1))
    make_focal_point(party, make_user(name="Deputy"), is_deputy=True)
    plan.run(now=NOW)
    assert included() == [("Deputy", "T-7")]
    assert Reminder.objects.included().get().capacity == Capacity.DEPUTY


def test_without_anybody_the_mailbox_is_told():
    party, _line = without_focal_point()
    party.mailbox = make_user(name="Ministry", is_mailbox=True)
    party.save()
    plan.run(now=NOW)
    assert included() == [("Ministry", "T-7")]
    assert Reminder.objects.included().get().capacity == Capacity.MAILBOX


def test_a_line_that_nobody_answers_for_is_not_planned():
    without_focal_point()
    plan.run(now=NOW)
    assert not Reminder.objects.exists()


def test_a_new_owner_is_told_the_latest_step_alone(case):
    line = case.line(7)
    plan.run(now=NOW)
    owner = make_user(name="Owner")
    Obligation.objects.filter(pk=line.pk).update(owner=owner)
    plan.run(now=NOW + days(1))
    assert included(recipient=owner) == [("Owner", "T-7")]
    assert Email.objects.filter(recipient=owner).count() == 1


def test_a_state_is_not_told_about_another(case):
    other = make_party("CN")
    make_focal_point(other)
    case.line(7)
    plan.run(now=NOW)
    assert included() == [(case.person.name, "T-7")]


# Held back -------------------------------------------------------------------------------------


def held_back():
    return [row for row in ledger() if row[1] != Outcome.SUPERSEDED]


def test_a_line_that_the_recipient_may_not_read_is_held_back(case):
    line = case.line(7)
    restrict(line.commitment)
    plan.run(now=NOW)
    assert held_back() == [("T-7", Outcome.SUPPRESSED, Reason.NOT_VISIBLE)]
    assert not Email.objects.exists()
    assert not any(plan.run(now=NOW).values())


def test_a_line_for_one_party_is_told_to_that_party(case):
    line = case.line(7)
    Obligation.objects.filter(pk=line.pk).update(sensitivity=Sensitivity.PARTY)
    plan.run(now=NOW)
    assert included() == [(case.person.name, "T-7")]


def test_an_owner_who_is_not_active_is_not_written_to(case):
    case.line(7, owner=make_user(is_active=False))
    plan.run(now=NOW)
    assert held_back() == [("T-7", Outcome.SUPPRESSED, Reason.INACTIVE)]


def test_an_owner_without_an_address_is_not_written_to(case):
    owner = make_user()
    User.objects.filter(pk=owner.pk).update(email="")
    case.line(7, owner=owner)
    plan.run(now=NOW)
    assert held_back() == [("T-7", Outcome.SUPPRESSED, Reason.NO_ADDRESS)]


def test_what_is_held_back_does_not_hold_back_the_rest(case):
    restrict(case.line(7).commitment)
    case.line(1)
    plan.run(now=NOW)
    assert included() == [(case.person.name, "T-1")]


# When ------------------------------------------------------------------------------------------


def set_up(person, **values):
    User.objects.filter(pk=person.pk).update(**values)


def test_people_are_told_at_their_own_hour(case):
    set_up(case.person, time_zone="Asia/Almaty", delivery_hour=9)  # UTC+5
    case.line(7)
    assert plan.run(now=datetime(2026, 3, 10, 3, 59, tzinfo=UTC))["mails"] == 0
    assert plan.run(now=datetime(2026, 3, 10, 4, 0, tzinfo=UTC))["mails"] == 1


def test_the_day_is_that_of_the_recipient(case):
    set_up(case.person, time_zone="Pacific/Auckland", delivery_hour=8)  # UTC+13
    case.line(8)
    plan.run(now=datetime(2026, 3, 10, 20, tzinfo=UTC))
    assert Email.objects.get().slot == TODAY + days(1)
    assert included() == [(case.person.name, "T-7")]


@pytest.mark.parametrize(("in_days", "mails"), [(7, 0), (1, 1), (0, 1), (-1, 0)])
def test_late_in_the_evening_only_urgent_steps_speak(case, in_days, mails):
    case.line(in_days)
    plan.run(now=datetime(2026, 3, 10, 22, 30, tzinfo=UTC))
    assert Email.objects.count() == mails
    assert Reminder.objects.exists() is bool(mails)


def test_an_urgent_mail_may_go_out_until_midnight(case):
    case.line(1)
    plan.run(now=NOW)
    assert Email.objects.get().expires_at == datetime(2026, 3, 11, tzinfo=UTC)


def test_nothing_is_planned_on_a_day_without_mail(case):
    set_up(case.person, delivery_days=[1, 3])
    case.line(7)
    plan.run(now=NOW)  # a Tuesday
    assert not Reminder.objects.exists()
    plan.run(now=NOW + days(1))
    assert included() == [(case.person.name, "T-7")]


def test_a_step_before_the_day_moves_to_the_last_day_of_mail(case):
    set_up(case.person, delivery_days=[2])  # Tuesdays; the line is due on Friday
    case.line(3)
    plan.run(now=NOW)
    assert included() == [(case.person.name, "T0")]


# Many at once, and the cost ------------------------------------------------------------------


def test_losing_a_race_is_no_error(case, monkeypatch):
    case.line(7)
    plan.run(now=NOW)
    late = case.line(1)
    # As a planner that looked before the other one wrote.
    monkeypatch.setattr(plan, "_not_yet_told", lambda people, today: people)
    assert plan.run(now=NOW)["mails"] == 0
    assert Email.objects.count() == 1
    assert not Reminder.objects.filter(obligation=late).exists()


@pytest.mark.django_db(transaction=True)
def test_planners_at_the_same_time_write_everything_once(case):
    for in_days in (7, 1, -3):
        case.line(in_days)
    restrict(case.line(14).commitment)

    def planner(_number):
        try:
            plan.run(now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(planner, range(4)))
    assert Email.objects.count() == 1
    assert included() == [(case.person.name, name) for name in ("O+3", "T-1", "T-7")]
    assert Reminder.objects.filter(outcome=Outcome.SUPPRESSED).count() == 1


def test_the_planner_s_cost_does_not_grow_with_what_was_told(case, django_assert_max_num_queries):
    for _ in range(20):
        case.line(7)
    plan.run(now=NOW)
    with django_assert_max_num_queries(14):
        plan.run(now=NOW + days(1))


def test_the_planner_says_that_it_ran(case):
    case.line(7)
    plan.run(now=NOW)
    pulse = Pulse.objects.get(name="plan")
    assert pulse.started == NOW
    assert NOW <= pulse.finished < NOW + days(0.01)
    assert pulse.counts["mails"] == 1


def test_what_anybody_may_read_every_person_may_read(case):
    """The planner asks for a reader who answers for nobody first."""
    for sensitivity in Sensitivity.values:
        line = case.line(7)
        Obligation.objects.filter(pk=line.pk).update(sensitivity=sensitivity)
    everything = list(Obligation.objects.values_list("pk", flat=True))
    common = readable(plan.ANYBODY, everything, NOW)
    assert len(common) == 2
    for person in (case.person, make_user(), make_user(is_mailbox=True), make_officer()):
        assert common <= readable(person, everything, NOW)


def test_a_report_that_awaits_validation_pauses_the_reminders_of_its_line():
    line = make_obligation(due=NOW.date() + days(7))
    person = make_focal_point(line.party).user
    draft = progress.save_draft(
        obligation=line, author=person, claimed=Claim.IN_PROGRESS, text="A plan.", now=NOW
    )
    report = progress.submit(report=draft, actor=person, now=NOW, via=Via.PAGE)

    plan.run(now=NOW)
    assert not Email.objects.exists()

    progress.send_back(
        report=report,
        seen=report.version,
        comment="Which one?",
        actor=make_officer(),
        now=NOW,
        via=Via.PAGE,
    )
    plan.run(now=NOW)
    assert Email.objects.get().recipient == person
