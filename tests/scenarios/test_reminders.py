"""The cases that decide whether reminders are better than what exists, as PRODUCT tells them.

The clock is the story's, for the pages, the ticks and the database; the mail server is a real one.
"""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.choices import Via, Weekday
from accounts.models import User
from commitments import editing
from commitments.models import Commitment
from reminders import engine, forecast
from reminders.choices import Capacity, State
from reminders.models import Email, Policy
from tests.bench.register import fill
from tests.factories import (
    days,
    make_administrator,
    make_day,
    make_deadline,
    make_focal_point,
    make_meeting,
    make_obligation,
    make_officer,
    make_party,
    make_report,
    make_submitted,
    make_user,
)
from tests.faults.oracle import references_in
from tests.scenarios.conftest import MONDAY
from tests.scenarios.people import Person

pytestmark = pytest.mark.django_db

KNOWN_SINCE = MONDAY - days(200)


def focal_point(code, **values):
    party = make_party(code, name=f"Party {code}", time_zone=values.get("time_zone", "UTC"))
    return make_focal_point(party, make_user(**values))


def line(term, due, **values):
    return make_obligation(term.party, due=due, now=KNOWN_SINCE, **values)


def test_case_1_two_schedulers_run_at_once_for_a_day_every_recipient_gets_each_mail_once(
    clock, mails
):
    people = [focal_point(f"P{number}") for number in range(5)]
    for term in people:
        line(term, clock.now.date() + days(7))
        line(term, clock.now.date() + days(8))  # its step comes tomorrow

    clock.ticks(hours=24, each=lambda: clock.tick(beats=2), every=timedelta(hours=1))

    assert sorted(mail.to for mail in mails.accepted) == sorted(term.user.email for term in people)
    clock.ticks(hours=5, each=lambda: clock.tick(beats=2), every=timedelta(hours=1))
    assert len(mails.accepted) == 10


def test_case_2_worker_down_for_five_days_across_a_7_day_and_a_3_day_step(clock, mails):
    term = focal_point("KZ")
    owed = line(term, clock.now.date() + days(8), title="Train border guards")
    Policy.objects.create(site=True, before=[7, 3, 0])
    clock.tick()
    assert not any("Train" in str(mail.message) for mail in mails.accepted[1:])
    mails.accepted.clear()

    clock.passes(days=6, hours=4)  # Sunday
    clock.ticks(hours=3)

    # On return one digest, correct content.
    [mail] = mails.accepted
    text = mail.message.get_body(("plain",)).get_content()
    assert "Train border guards" in text
    assert "in 2 days" in text
    # The ledger shows the skipped step.
    ledger = Person(make_officer()).reads("/reminders/ledger/")
    assert owed.commitment.reference in ledger or "Train border guards" in ledger
    assert "A later step was reached" in ledger


def test_case_3_smtp_refuses_everything_for_an_hour(clock, mails):
    people = [focal_point(f"P{number}") for number in range(4)]
    for term in people:
        line(term, clock.now.date() + days(7))
    administrator = Person(make_administrator())
    clock.passes(hours=4)

    mails.fails("CONNECT", "421 4.3.2 Service not available")
    clock.ticks(hours=1, every=timedelta(minutes=4))

    # Banner, failures listed.
    page = administrator.reads("/")
    assert "Health of reminders" in page
    assert "mail server" in page.lower()
    assert "Service not available" in administrator.reads("/reminders/health/") + "".join(
        administrator.reads(f"/reminders/outbox/{pk}/") for pk in waiting()
    )

    # Automatic retry, no duplicates after recovery.
    mails.recovers()
    clock.ticks(minutes=20, every=timedelta(minutes=4))
    assert sorted(mail.to for mail in mails.accepted) == sorted(term.user.email for term in people)
    clock.ticks(hours=3, every=timedelta(minutes=30))
    assert len(mails.accepted) == 4
    assert "mail server cannot" not in administrator.reads("/").lower()


def waiting():
    return list(Email.objects.filter(state="waiting").values_list("pk", flat=True))


@pytest.mark.once
def test_case_4_ten_thousand_overdue_lines_on_first_activation(clock, mails):
    people = fill(lines=10_000, people=250, due=clock.now.date() - days(10), now=clock.now)
    administrator = Person(make_administrator())
    clock.passes(hours=4)

    clock.tick()
    clock.tick()

    # A confirmation with the count first.
    assert not mails.accepted
    assert "250 mails wait for your decision" in administrator.reads("/reminders/brakes/")

    # At most one mail per person.
    administrator.sends("/reminders/brakes/set/", deed="let go")
    clock.passes(minutes=1)
    engine.plan(clock=clock)
    due = Email.objects.filter(recipient__in=people).values_list("recipient", "state")
    assert sorted(due) == sorted((person.pk, State.WAITING) for person in people)
    calls = itertools.count()
    engine.send(clock=clock, stop=lambda: next(calls) >= 20)  # the first of them
    told = [mail.to for mail in mails.accepted]
    assert len(told) == len(set(told)) == 20


def test_case_5_people_in_minsk_delhi_beijing_and_a_zone_with_daylight_saving(clock, mails):
    """The night of 29 March the clocks of Berlin go forward: the digest comes at 8 there all the same."""
    hours = {"Europe/Minsk": 9, "Asia/Kolkata": 7, "Asia/Shanghai": 20, "Europe/Berlin": 8}
    people = {}
    for number, (zone, hour) in enumerate(hours.items()):
        term = focal_point(f"Z{number}", time_zone=zone, delivery_hour=hour)
        line(term, date(2026, 3, 28))
        line(term, date(2026, 3, 29))
        people[term.user.email] = ZoneInfo(zone), hour
    clock.now = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)
    clock.ticks(hours=10, every=timedelta(hours=2))
    mails.accepted.clear()

    arrived = {address: [] for address in people}
    while clock.now < datetime(2026, 3, 29, 22, 0, tzinfo=UTC):
        clock.tick()
        for mail in mails.accepted:
            zone, hour = people[mail.to]
            local = clock.now.astimezone(zone)
            # Each gets the digest at the chosen local hour.
            assert (local.hour, local.minute) == (hour, 0)
            # "Due today" is true for each at that moment.
            text = mail.message.get_body(("plain",)).get_content()
            assert "today" in text.lower()
            arrived[mail.to].append(local.date())
        mails.accepted.clear()
        clock.passes(minutes=30)
    for address, found in arrived.items():
        assert found[-2:] == [date(2026, 3, 28), date(2026, 3, 29)], address


def coming(clock, person):
    """The future mails of a person, as the forecast tells them."""
    rows = forecast.run(now=clock.now, days=60, person=person)
    return [(row.step.occasion, row.line.commitment.title) for row in rows]


def test_case_7_each_change_replans_or_cancels_exactly_the_right_future_mails(clock, mails):
    term, other = focal_point("KZ"), focal_point("UZ")
    due = clock.now.date() + days(20)
    titles = ("Moved", "Given away", "Reported", "Withdrawn", "Untouched")
    lines = {title: line(term, due, title=title) for title in titles}
    officer = make_officer()
    clock.passes(hours=4)
    clock.tick()
    before = coming(clock, term.user)
    steps = {title: [step for step, told in before if told == title] for title in titles}
    assert steps["Moved"][:4] == ["T-14", "T-7", "T-1", "T0"]

    # Deadline moved: every mail by the new date.
    make_deadline(lines["Moved"], due + days(15), actor=officer, now=clock.now)
    # Owner changed: none to the old, all to the new one.
    lines["Given away"].refresh_from_db()
    editing.edit_line(
        obligation=lines["Given away"],
        seen=lines["Given away"].version,
        values={"owner": other.user},
        why="She knows the matter.",
        actor=officer,
        now=clock.now,
        via=Via.PAGE,
    )
    # Report submitted: none until it is decided on.
    make_submitted(lines["Reported"], term.user, now=clock.now)
    # Commitment withdrawn: none.
    withdraw(lines["Withdrawn"].commitment, officer, clock.now)

    after = coming(clock, term.user)
    assert {told for _step, told in after} == {"Moved", "Untouched"}
    assert [step for step, told in after if told == "Untouched"] == steps["Untouched"]
    assert [step for step, told in after if told == "Moved"][:5] == [
        "T-30",
        "T-14",
        "T-7",
        "T-1",
        "T0",
    ]
    theirs = [step for step, told in coming(clock, other.user) if told == "Given away"]
    assert theirs == steps["Given away"]

    # And that is what comes.
    mails.accepted.clear()
    clock.ticks(days=14, every=timedelta(hours=12))
    told = {mail.to: set() for mail in mails.accepted}
    for mail in mails.accepted:
        told[mail.to] |= references_in(mail)
    by_title = {title: row.commitment.reference for title, row in lines.items()}
    assert told[term.user.email] >= {by_title["Untouched"], by_title["Moved"]}
    assert by_title["Withdrawn"] not in told[term.user.email]
    assert told[other.user.email] >= {by_title["Given away"]}


def withdraw(commitment: Commitment, officer: User, now: datetime) -> None:
    commitment.refresh_from_db()
    editing.withdraw(
        commitment=commitment,
        seen=commitment.version,
        reason="The programme was stopped.",
        actor=officer,
        now=now,
        via=Via.PAGE,
    )


def test_case_12_friday_deadline_weekend_in_between(clock, mails):
    """The party rests on Saturday and Sunday, and on Monday, which is Nowruz."""
    party = make_party("KZ", time_zone="UTC")
    assert set(party.weekend) == {Weekday.SATURDAY, Weekday.SUNDAY}
    make_day(party, date(2026, 3, 23))
    chief = make_focal_point(party, make_user(name="Chief"))
    deputy = make_focal_point(party, make_user(name="Deputy"), is_deputy=True)
    head = make_officer(name="Head")
    desk = make_officer(name="Desk")
    meeting = make_meeting(officer=desk)
    Policy.objects.create(
        site=True,
        head=head,
        ladder=[
            {"rung": "deputy", "after": 1},
            {"rung": "officer", "after": 2},
            {"rung": "head", "after": 4},
        ],
    )
    friday = date(2026, 3, 20)
    line(chief, friday, report=make_report(meeting))
    heard = {}
    clock.now = datetime(2026, 3, 20, 5, 0, tzinfo=UTC)
    while clock.now.date() < date(2026, 4, 1):
        clock.tick()
        for mail in mails.accepted:
            heard.setdefault(mail.to, []).append(clock.now.date())
        mails.accepted.clear()
        clock.passes(hours=4)

    assert heard[chief.user.email][0] == friday
    # The first working day after the deadline is Tuesday.
    assert heard[deputy.user.email][0] == date(2026, 3, 24)
    assert heard[desk.email][0] == date(2026, 3, 25)
    assert heard[head.email][0] == date(2026, 3, 27)
    assert Capacity.HEAD in {row.capacity for row in head.reminders.all()}
