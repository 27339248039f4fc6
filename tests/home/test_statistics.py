"""The page of statistics: what it counts, from which rows, and for whom."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.choices import Via
from commitments import services, statistics
from commitments.models import Commitment, Obligation
from meetings.choices import Sensitivity
from reminders.models import Email, Reminder
from tests.factories import (
    NOW,
    days,
    make_accepted,
    make_commitment,
    make_deadline,
    make_focal_point,
    make_meeting,
    make_obligation,
    make_officer,
    make_party,
    make_report,
    make_returned,
    make_submitted,
    make_theme,
    make_user,
    restrict,
)

pytestmark = pytest.mark.django_db
# Months until the day of the factories: 10 March 2026.
MONTHS = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 9, tzinfo=UTC)


def line(party, now: datetime) -> Obligation:
    return make_commitment(parties=[party], now=now, due=date(2030, 1, 1)).obligations.get()


def change(line: Obligation, status: str, now: datetime) -> None:
    line.refresh_from_db()
    services.change_status(
        obligation=line, seen=line.version, status=status, note="As they wrote.",
        actor=make_officer(), now=now, via=Via.PAGE,
    )  # fmt: skip


def told(line: Obligation, now: datetime) -> Reminder:
    """A reminder of the line that somebody got."""
    line.refresh_from_db()
    person = make_user()
    mail = Email.objects.create(
        kind="prompt", recipient=person, created_at=now, not_before=now, expires_at=now + days(1)
    )
    return Reminder.objects.create(
        obligation=line,
        deadline=line.next_deadline,
        recipient=person,
        planned_at=now,
        capacity="focal_point",
        occasion="T-7",
        outcome="included",
        email=mail,
    )


def progress() -> dict[str, tuple[list[int], list[int]]]:
    found = statistics.progress(Obligation.objects.all(), MONTHS, UTC, NOW)
    return {one.code: (one.done, one.lines) for one in found}


# Progress -----------------------------------------------------------------------------------------


def test_progress_is_told_at_the_beginning_of_each_month_and_now():
    aa, bb = make_party("AA"), make_party("BB")
    first, second = line(aa, at(1, 5)), line(aa, at(2, 5))
    line(bb, at(1, 6))
    make_accepted(first, claimed="done", now=at(2, 10))
    make_accepted(second, claimed="done", now=at(3, 2))
    assert progress() == {"AA": ([0, 0, 1, 2], [0, 1, 2, 2]), "BB": ([0, 0, 0, 0], [0, 1, 1, 1])}


def test_what_is_reopened_is_done_for_the_months_between():
    one = line(make_party("AA"), at(1, 5))
    make_accepted(one, claimed="done", now=at(1, 20))
    one.refresh_from_db()
    services.reopen(
        obligation=one, seen=one.version, reason="The law was repealed.", actor=make_officer(),
        now=at(3, 3), via=Via.PAGE,
    )  # fmt: skip
    assert progress() == {"AA": ([0, 1, 1, 0], [0, 1, 1, 1])}


def test_what_is_no_longer_owed_leaves_the_count_from_then_on():
    aa = make_party("AA")
    line(aa, at(1, 4))
    one = line(aa, at(1, 5))
    change(one, "not_owed", at(2, 10))
    change(one, "in_progress", at(3, 3))
    assert progress() == {"AA": ([0, 0, 0, 0], [0, 2, 1, 2])}


def test_what_was_withdrawn_is_not_told_of():
    one = line(make_party("AA"), at(1, 5))
    line(make_party("AA"), at(1, 5))
    make_accepted(one, claimed="done", now=at(2, 10))
    Commitment.objects.filter(pk=one.commitment_id).update(life="withdrawn")
    assert progress() == {"AA": ([0, 0, 0, 0], [0, 1, 1, 1])}


def test_the_months_are_those_of_the_reader(client):
    aa = make_party("AA")
    late = datetime(2026, 1, 31, 22, tzinfo=UTC)  # 1 February in Bishkek
    line(aa, late)
    officer = make_officer(time_zone="Asia/Bishkek")
    (one,) = statistics.progress(Obligation.objects.all(), MONTHS, officer.zone, NOW)
    assert one.lines == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("number", "found"),
    [(1, ["2026-01-01"]), (3, ["2025-11-01", "2025-12-01", "2026-01-01"])],
)
def test_months_back_end_with_this_one(number, found):
    assert [str(month) for month in statistics.months_back(date(2026, 1, 20), number)] == found


# Slippage -----------------------------------------------------------------------------------------


def moved() -> list[tuple[date, date, int]]:
    return [
        (row.first_due, row.due, row.slip.days)
        for row in statistics.slipped(Obligation.objects.all())
    ]


def test_slippage_tells_the_first_deadline_and_the_current_one_the_furthest_first():
    officer = make_officer()
    one = make_obligation(due=date(2026, 6, 1))
    for due in (date(2026, 7, 1), date(2026, 8, 1)):
        make_deadline(one, due, actor=officer)
    other = make_obligation(due=date(2026, 6, 1))
    make_deadline(other, date(2027, 6, 1), actor=officer)
    make_obligation(due=date(2026, 6, 1))
    assert moved() == [
        (date(2026, 6, 1), date(2027, 6, 1), 365),
        (date(2026, 6, 1), date(2026, 8, 1), 61),
    ]


def test_a_deadline_that_came_back_to_its_first_day_has_not_slipped():
    one = make_obligation(due=date(2026, 6, 1))
    make_deadline(one, date(2026, 7, 1))
    make_deadline(one, date(2026, 6, 1))
    assert moved() == []


def test_a_first_deadline_and_a_review_are_no_slippage():
    one = make_obligation()
    make_deadline(one, date(2026, 7, 1))
    other = make_obligation()
    make_deadline(other, date(2026, 7, 1), purpose="review")
    make_deadline(other, date(2026, 9, 1), purpose="review")
    assert moved() == []


# Answers ------------------------------------------------------------------------------------------


def answers() -> dict[str, statistics.Answers]:
    found = statistics.answers(Obligation.objects.all(), at(1, 1), UTC)
    return {one.code: one for one in found}


def test_answers_tell_who_was_reminded_and_who_answered_how_soon():
    aa = make_party("AA")
    first, second, third = (line(aa, at(1, 2)) for _ in range(3))
    told(first, at(1, 10))
    told(first, at(1, 12))
    make_accepted(first, now=at(1, 15))
    told(second, at(1, 10))
    make_submitted(third, now=at(1, 11))
    line(make_party("BB"), at(1, 2))
    (one,) = answers().values()
    assert (one.code, one.asked, one.answered, one.sent, one.rate) == ("AA", 2, 1, 2, 50)
    assert one.to_answer == {5: 1}
    assert one.to_decide == {0: 1}


def test_days_to_answer_are_counted_from_the_first_reminder_since_the_report_before():
    one = line(make_party("AA"), at(1, 2))
    author = make_focal_point(one.party).user
    told(one, at(1, 5))
    make_returned(one, author, now=at(1, 8))
    told(one, at(1, 20))
    make_accepted(one, author, now=at(1, 22))
    (found,) = answers().values()
    assert found.to_answer == {3: 1, 2: 1}


def test_what_was_before_the_period_is_not_told():
    one = line(make_party("AA"), at(1, 2) - days(100))
    told(one, at(1, 1) - days(50))
    make_submitted(one, now=at(1, 1) - days(40))
    assert answers() == {}


def test_what_was_suppressed_asked_nobody():
    one = line(make_party("AA"), at(1, 2))
    told(one, at(1, 5))
    Reminder.objects.update(outcome="superseded", email=None)
    assert answers() == {}


@pytest.mark.parametrize(
    ("histogram", "median", "mean"),
    [
        ({}, None, None),
        ({3: 1}, 3, 3),
        ({1: 1, 4: 1}, 2.5, 2.5),
        ({0: 3, 10: 2}, 0, 4),
        ({2: 2, 8: 2}, 5, 5),
    ],
)
def test_median_and_mean_of_numbers_that_are_counted(histogram, median, mean):
    assert (statistics.median(histogram), statistics.mean(histogram)) == (median, mean)


# The page -----------------------------------------------------------------------------------------


def test_the_page_is_filtered_by_meeting_theme_and_party(client):
    client.force_login(make_officer())
    meeting = make_meeting(slug="m")
    for party, theme, report in (("AA", "Drugs", make_report(meeting)), ("BB", "Borders", None)):
        make_commitment(report, [make_party(party)], theme=make_theme(theme), due=date(2090, 1, 1))
    for query in ("meeting=m", "theme=drugs", "party=AA"):
        context = client.get(f"/statistics/?{query}").context
        assert [row["name"] for row in context["progress"]["rows"]] == ["Party AA"]
    html = client.get("/statistics/?party=XX").content.decode()
    assert "a filter has a value that cannot be used" in html


def test_the_page_looks_as_far_ahead_and_back_as_it_is_asked_to(client):
    client.force_login(make_officer())
    make_obligation(due=timezone.now().date() + days(200))
    assert client.get("/statistics/").context["timeline"].rows == []
    context = client.get("/statistics/?ahead=12&back=24").context
    assert [row.lines for row in context["timeline"].rows] == [1]
    assert (timezone.now().date() - context["since"]).days > 690


def test_a_reader_is_told_nothing_of_what_is_hidden(client):
    hidden = make_obligation(
        make_party("HH", name="Hidden party"), due=date(2090, 1, 1), title="Kept back"
    )
    make_deadline(hidden, date(2091, 1, 1))
    told(hidden, timezone.now())
    make_submitted(hidden, now=timezone.now())
    restrict(hidden.commitment)
    secret = make_obligation(
        make_party("SS", name="Secret party"), due=date(2090, 1, 1), title="Of one party"
    )
    make_deadline(secret, date(2091, 1, 1))
    Obligation.objects.filter(pk=secret.pk).update(sensitivity=Sensitivity.PARTY)
    client.force_login(make_user())
    response = client.get("/statistics/")
    assert response.context["progress"]["rows"] == []
    assert response.context["answers"] == []
    shown = response.content.decode()
    assert "Kept back" not in shown
    assert "Of one party" not in shown
    client.force_login(make_officer())
    assert "Kept back" in client.get("/statistics/").content.decode()


def test_the_page_costs_the_same_for_few_lines_and_for_many(client):
    client.force_login(make_officer())
    parties = [make_party("AA"), make_party("BB")]

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/statistics/").status_code == 200
        return len(queries)

    def fill(n: int) -> None:
        made = make_commitment(parties=parties, due=date(2030, 1, 1) + days(n))
        for one in made.obligations.all():
            make_deadline(one, date(2031, 1, 1))
            make_submitted(one, now=timezone.now())
            told(one, timezone.now())

    fill(0)
    for_few = cost()
    for n in range(1, 8):
        fill(n)
    assert cost() == for_few <= 24
