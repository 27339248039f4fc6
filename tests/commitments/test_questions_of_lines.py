"""What questions about lines find, and what they leave: rows by hand, edges, neighbours."""

from datetime import date, timedelta

import pytest

from accounts.choices import Via
from commitments import services
from commitments.choices import Status, Timing, Urgency
from commitments.models import (
    Commitment,
    Obligation,
)
from tests.factories import (
    NOW,
    days,
    make_accepted,
    make_commitment,
    make_done_line,
    make_draft,
    make_focal_point,
    make_obligation,
    make_officer,
    make_party,
    make_returned,
    make_submitted,
    make_user,
)

from .rows import keys, settle

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
INSTANT = timedelta(microseconds=1)


def test_a_line_changed_where_the_log_tells_of_it_after_the_moment():
    changed, other = make_obligation(now=NOW - days(9)), make_obligation(now=NOW - days(9))
    services.change_status(
        obligation=changed, seen=changed.version, status=Status.IN_PROGRESS, note="Begun.",
        actor=make_officer(), now=NOW, via=Via.PAGE,
    )  # fmt: skip
    assert keys(Obligation.objects.changed_since(NOW - INSTANT)) == [changed.pk]
    assert keys(Obligation.objects.changed_since(NOW)) == []
    assert set(keys(Obligation.objects.changed_since(NOW - days(10)))) >= {changed.pk}
    assert other.pk not in keys(Obligation.objects.changed_since(NOW - INSTANT))


def test_due_days_are_between_both_ends_with_them():
    first, last = date(2030, 3, 1), date(2030, 3, 31)
    lines = {
        due: make_obligation(due=due)
        for due in (first - days(1), first, last, last + days(1))
    }  # fmt: skip
    make_obligation()
    between = Obligation.objects.due_between
    assert set(keys(between(first, last))) == {lines[first].pk, lines[last].pk}
    assert set(keys(between(first, None))) == {lines[day].pk for day in lines if day >= first}
    assert set(keys(between(None, last))) == {lines[day].pk for day in lines if day <= last}
    assert between(None, None).count() == 5


def test_who_owes_a_line_is_its_owner_and_else_whoever_answers_for_the_party():
    party, owner = make_party("AA"), make_user()
    focal = make_focal_point(party).user
    former = make_focal_point(party, ends_on=TODAY - days(1)).user
    own, free = make_obligation(party, owner=owner), make_obligation(party)
    make_obligation(make_party("BB"))
    owed = {user: keys(Obligation.objects.owed_by(user, NOW)) for user in (owner, focal, former)}
    assert owed == {owner: [own.pk], focal: [free.pk], former: []}


def test_what_is_coming_lies_ahead_and_is_open():
    at = make_obligation(due=TODAY + days(9))
    Obligation.objects.filter(pk=at.pk).update(due_at=NOW)
    after = make_obligation(due=TODAY + days(9))
    Obligation.objects.filter(pk=after.pk).update(due_at=NOW + INSTANT)
    settle(make_obligation(due=TODAY + days(9)), Status.DONE)
    make_obligation()
    [row] = Obligation.objects.coming(NOW, 12)
    assert row["commitment__reference"] == after.commitment.reference
    assert (row["lines"], row["line"]) == (1, after.pk)


def test_lines_and_commitments_are_counted_by_the_day_and_by_the_year_they_fall_due():
    due = date(2030, 3, 1)
    make_commitment(parties=[make_party("AA"), make_party("BB")], due=due, title="Zebras")
    make_obligation(due=due, title="Antelopes")
    make_obligation(due=date(2030, 9, 1), title="Birds")
    make_obligation(due=date(2031, 3, 1), title="Cranes")
    by_day = Obligation.objects.by_due_day()
    asked = ("day", "lines", "commitments", "title")
    assert [tuple(row[name] for name in asked) for row in by_day] == [
        (due, 3, 2, "Antelopes"), (date(2030, 9, 1), 1, 1, "Birds"), (date(2031, 3, 1), 1, 1, "Cranes"),
    ]  # fmt: skip
    first, second = Obligation.objects.by_due_year()
    assert (first["year"], first["lines"], first["commitments"]) == (2030, 4, 3)
    assert (first["first"], first["last"], first["title"]) == (due, date(2030, 9, 1), "Antelopes")
    assert (second["year"], second["lines"], second["commitments"]) == (2031, 1, 1)


def test_what_awaits_validation_and_what_does_not():
    waiting, back, none = make_obligation(), make_obligation(), make_obligation()
    make_submitted(waiting)
    make_returned(back)
    make_draft(none)
    assert keys(Obligation.objects.awaiting()) == [waiting.pk]
    assert set(keys(Obligation.objects.not_awaiting())) == {back.pk, none.pk}
    found = Obligation.objects.in_reporting(["awaiting"], NOW)
    assert keys(found) == [waiting.pk]
    assert keys(Obligation.objects.in_reporting([], NOW)) == []
    rows = Obligation.objects.with_reports().in_bulk()
    assert [rows[line.pk].is_awaiting for line in (waiting, back, none)] == [True, False, False]
    assert rows[none.pk].last_report_at is None


def test_the_last_report_is_the_newest_that_was_sent():
    line = make_obligation()
    author = make_focal_point(line.party).user
    make_returned(line, author, now=NOW - days(5))
    make_returned(line, author, now=NOW - days(2))
    make_draft(line, author, now=NOW)
    make_submitted(make_obligation(), now=NOW - days(1))
    assert Obligation.objects.with_reports().get(pk=line.pk).last_report_at == NOW - days(2)


def test_the_urgency_of_a_line_is_the_first_that_holds():
    waiting, back = make_obligation(due=date(2020, 1, 1)), make_obligation(due=date(2020, 1, 1))
    make_submitted(waiting)
    make_returned(back)
    again = make_obligation(due=date(2020, 1, 1))
    author = make_focal_point(again.party).user
    make_returned(again, author, now=NOW - days(3))
    make_accepted(again, author, now=NOW - days(2))
    lines = {
        Urgency.AWAITING: waiting,
        Urgency.RETURNED: back,
        Urgency(Timing.OVERDUE.value): again,
        Urgency(Timing.SOON.value): make_obligation(due=TODAY + days(7)),
        Urgency(Timing.LATER.value): make_obligation(due=TODAY + days(70)),
        Urgency(Timing.NONE.value): make_obligation(),
        Urgency.CLOSED: make_done_line(),
    }
    for urgency, line in lines.items():
        assert keys(Obligation.objects.in_urgency([urgency], NOW)) == [line.pk], urgency
    assert Obligation.objects.most_urgent(NOW, 1) == {line.pk: u for u, line in lines.items()}
    rows = Obligation.objects.by_urgency(NOW)
    counted = {(row["urgency"], row["lines"], row["overdue"]) for row in rows}
    late = {Urgency.AWAITING, Urgency.RETURNED, Urgency(Timing.OVERDUE.value)}
    assert counted == {(urgency, 1, int(urgency in late)) for urgency in lines}


def test_of_each_urgency_the_first_that_fall_due_are_the_most_urgent():
    ends = [make_obligation(due=TODAY + days(n)) for n in (9, 7, 8)]
    assert list(Obligation.objects.most_urgent(NOW, 2)) == [ends[1].pk, ends[2].pk]


def test_progress_is_told_of_what_counts():
    party = make_party("AA")
    late = make_obligation(party, due=date(2020, 1, 1))
    make_done_line(party)
    settle(make_obligation(party), Status.NOT_OWED)
    settle(make_obligation(party), Status.NOT_ASSESSABLE)
    ended = make_obligation(party)
    Commitment.objects.filter(pk=ended.commitment_id).update(life="withdrawn")
    assert len(Obligation.objects.counted()) == 2
    [row] = Obligation.objects.progress_by("party__code", now=NOW)
    assert row == {"party__code": "AA", "lines": 2, "done": 1, "overdue": 1}
    assert keys(Obligation.objects.overdue(NOW)) == [late.pk]
