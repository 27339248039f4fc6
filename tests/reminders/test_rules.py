"""When a reminder is due and when mail may go out: plain values."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminders import rules

DUE = date(2026, 12, 31)  # a Thursday
NO_WEEKENDS = frozenset({1, 2, 3, 4, 5})


def names(steps):
    return [step.occasion for step in steps]


def test_steps_come_before_on_and_after_the_day():
    assert names(rules.steps(DUE)) == [
        "T-30", "T-14", "T-7", "T-1", "T0", "O+1", "O+3", "O+7", "O+14",
    ]  # fmt: skip
    assert [step.day for step in rules.steps(DUE)][:3] == [
        date(2026, 12, 1), date(2026, 12, 17), date(2026, 12, 24),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("today", "latest"),
    [
        (date(2026, 11, 30), None),
        (date(2026, 12, 1), "T-30"),
        (date(2026, 12, 16), "T-30"),
        (date(2026, 12, 30), "T-1"),
        (date(2026, 12, 31), "T0"),
        (date(2027, 1, 2), "O+1"),
        (date(2027, 6, 1), "O+14"),
    ],
)
def test_a_step_is_reached_from_its_day_on(today, latest):
    reached = names(rules.reached(DUE, today))
    assert (reached[-1] if reached else None) == latest


def test_what_is_reached_and_what_is_ahead_make_all_steps():
    for day in range(-40, 30):
        today = DUE + timedelta(days=day)
        assert rules.reached(DUE, today) + rules.coming(DUE, today) == rules.steps(DUE)


def test_names_of_steps_can_be_read_back():
    assert [rules.offset_of(rules.occasion(offset)) for offset in rules.OFFSETS] == list(
        rules.OFFSETS
    )
    assert rules.offset_of("S:2026-12-24") is None


def test_before_the_day_a_step_moves_to_the_last_day_of_mail_before():
    due = date(2026, 12, 27)  # a Sunday
    by_name = {step.occasion: step.day for step in rules.steps(due, NO_WEEKENDS)}
    assert by_name["T-1"] == by_name["T0"] == date(2026, 12, 25)
    assert by_name["T-7"] == date(2026, 12, 18)


def test_after_the_day_a_step_moves_to_the_next_day_of_mail():
    due = date(2027, 1, 1)  # a Friday
    by_name = {step.occasion: step.day for step in rules.steps(due, NO_WEEKENDS)}
    assert by_name["O+1"] == date(2027, 1, 4)
    assert by_name["O+3"] == date(2027, 1, 4)


def test_no_day_of_mail_chosen_means_every_day():
    assert rules.steps(DUE, []) == rules.steps(DUE)


@pytest.mark.parametrize("days", [rules.EVERY_DAY, NO_WEEKENDS, {1}, {7}, {3, 6}])
def test_ranges_of_due_days_say_the_same_as_the_steps(days):
    today = date(2026, 12, 30)
    while today.isoweekday() not in days:
        today += timedelta(days=1)
    ranges = rules.due_ranges(today, days)
    for day in range(-400, 60):
        due = today + timedelta(days=day)
        found = [
            offset
            for first, last, offset in ranges
            if (first is None or first <= due) and due <= last
        ]
        reached = rules.reached(due, today, days)
        assert found == [step.offset for step in reached[-1:]]


@pytest.mark.parametrize(
    ("hour", "usual", "urgent"),
    [(7, False, False), (8, True, True), (20, True, True), (21, False, True), (23, False, True)],
)
def test_mail_comes_from_the_chosen_hour_to_the_evening(hour, usual, urgent):
    zone = ZoneInfo("Asia/Almaty")
    now = datetime(2026, 12, 24, hour, 59, tzinfo=zone).astimezone(UTC)
    for is_urgent, expected in ((False, usual), (True, urgent)):
        assert expected is rules.is_delivery_time(
            now, zone=zone, hour=8, days=rules.EVERY_DAY, urgent=is_urgent
        )


def test_mail_comes_at_the_local_hour_of_each_zone():
    now = datetime(2026, 12, 24, 2, 30, tzinfo=UTC)
    open_in = {
        name
        for name in ("Asia/Shanghai", "Asia/Kolkata", "Asia/Almaty", "Europe/Minsk")
        if rules.is_delivery_time(now, zone=ZoneInfo(name), hour=8, days=rules.EVERY_DAY)
    }
    assert open_in == {"Asia/Shanghai", "Asia/Kolkata"}


def test_no_mail_on_other_days_than_the_chosen_ones():
    saturday = datetime(2026, 12, 26, 12, tzinfo=UTC)
    assert not rules.is_delivery_time(saturday, zone=UTC, hour=8, days=NO_WEEKENDS, urgent=True)


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Europe/Paris", "America/Havana", "Africa/Cairo"])
def test_every_local_day_of_a_year_has_mail_at_six(zone):
    """Also where the clocks change, at whatever hour they do."""
    zone = ZoneInfo(zone)
    moment, slots = datetime(2026, 1, 1, tzinfo=UTC), set()
    while moment < datetime(2027, 1, 1, tzinfo=UTC):
        if rules.is_delivery_time(moment, zone=zone, hour=6, days=rules.EVERY_DAY):
            slots.add(moment.astimezone(zone).date())
        moment += timedelta(minutes=30)
    assert len(slots) in {365, 366}


def test_delivery_ends_in_the_evening_and_for_urgent_steps_at_midnight():
    zone = ZoneInfo("Asia/Almaty")
    day = date(2026, 12, 24)
    assert rules.end_of_delivery(day, zone=zone, urgent=False) == datetime(
        2026, 12, 24, 16, tzinfo=UTC
    )
    assert rules.end_of_delivery(day, zone=zone, urgent=True) == datetime(
        2026, 12, 24, 19, tzinfo=UTC
    )


REGISTERED = datetime(2026, 12, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("offset", "entered", "before"),
    [
        (-14, REGISTERED, True),
        (-7, REGISTERED, False),
        # Entered later by an officer: news, however late.
        (-14, REGISTERED + timedelta(minutes=1), False),
    ],
)
def test_a_step_before_the_day_of_registration_is_over(offset, entered, before):
    (step,) = (step for step in rules.steps(DUE) if step.offset == offset)
    assert before is rules.is_before_registration(
        step, entered=entered, registered=REGISTERED, zone=UTC
    )


def test_the_day_of_registration_is_that_of_the_recipient():
    (step,) = (step for step in rules.steps(DUE) if step.offset == -7)  # 24 December
    late = datetime(2026, 12, 24, 22, tzinfo=UTC)
    assert not rules.is_before_registration(step, entered=late, registered=late, zone=UTC)
    assert rules.is_before_registration(
        step, entered=late, registered=late, zone=ZoneInfo("Asia/Almaty")
    )


@pytest.mark.parametrize(
    ("today", "is_overdue", "said"),
    [
        (date(2026, 12, 24), False, 7),
        (date(2026, 12, 31), False, 0),
        (date(2027, 1, 2), True, -2),
        # In the west of the party: over there it is late, here the day has not ended.
        (date(2026, 12, 31), True, -1),
        # In its east: here it is tomorrow already, over there the day goes on.
        (date(2027, 1, 1), False, 0),
    ],
)
def test_days_are_counted_by_the_reader_s_calendar(today, is_overdue, said):
    assert rules.days_to_say(DUE, today=today, is_overdue=is_overdue) == said
