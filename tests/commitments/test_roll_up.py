"""What the lines of a commitment say together, as numbers and in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.choices import Status
from commitments.rules import RollUp, may_decide, roll_up
from commitments.words import done_words, rest_words

lines = st.lists(
    st.tuples(st.sampled_from(Status.values), st.booleans(), st.booleans()), max_size=12
)


def summed(*statuses: str, overdue: int = 0, awaiting: int = 0) -> RollUp:
    """Of the lines given, the first `overdue` are late and the last `awaiting` wait for a decision."""
    waits_from = len(statuses) - awaiting
    return roll_up(
        [(status, number < overdue, number >= waits_from) for number, status in enumerate(statuses)]
    )


def test_the_first_of_eight_states_to_finish_does_not_finish_the_commitment():
    found = summed("done", *["not_started"] * 7)
    assert (found.done, found.applicable, found.is_done) == (1, 8, False)
    assert done_words(found, some_hidden=False) == "1 of 8 done"


def test_a_commitment_is_done_when_every_line_is():
    assert summed("done", "done").is_done


@pytest.mark.parametrize("status", ["not_owed", "not_assessable"])
def test_lines_that_do_not_apply_are_left_out(status):
    found = summed("done", status)
    assert (found.done, found.applicable, found.is_done) == (1, 1, True)
    assert done_words(found, some_hidden=False) == "1 of 1 done"


def test_nothing_is_done_where_nothing_applies():
    assert not summed("not_owed").is_done
    assert not summed().is_done


def test_where_lines_are_hidden_the_words_say_so():
    assert done_words(summed("done", "stalled"), some_hidden=True) == "1 of 2 shown done"


def test_the_rest_is_told_from_what_is_late_to_what_does_not_count():
    found = summed(
        "not_started", "in_progress", "in_progress", "stalled", "done", "not_owed", overdue=2
    )
    assert rest_words(found) == "2 overdue, 2 in progress, 1 stalled, 1 not started, 1 not owed"


def test_what_awaits_validation_stands_after_what_is_late_and_counts_under_no_status():
    found = summed("not_started", "in_progress", "in_progress", overdue=1, awaiting=2)
    assert (found.awaiting, found.counts, found.shown) == (2, {"not_started": 1}, 3)
    assert rest_words(found) == "1 overdue, 2 awaiting validation, 1 not started"


def test_a_line_that_awaits_validation_keeps_a_commitment_from_being_done():
    found = summed("done", "done", awaiting=1)
    assert (found.done, found.applicable, found.is_done) == (1, 2, False)


def test_a_line_that_awaits_validation_applies_though_it_was_not_owed():
    assert summed("not_owed", awaiting=1).applicable == 1


def test_when_all_is_done_there_is_no_rest():
    assert rest_words(summed("done", "done")) == ""


@given(lines)
def test_every_line_is_counted_once(given):
    found = roll_up(given)
    assert found.shown == len(given)
    assert sum(found.counts.values()) + found.awaiting == len(given)
    assert found.overdue == sum(late for _, late, _ in given)
    assert found.awaiting == sum(waits for _, _, waits in given)
    assert 0 <= found.done <= found.applicable <= found.shown


@given(lines)
def test_done_means_that_no_open_line_is_left_and_none_awaits_validation(given):
    found = roll_up(given)
    counted = ["awaiting" if waits else status for status, _, waits in given]
    counted = [standing for standing in counted if standing not in Status.not_counted()]
    assert found.is_done == (bool(counted) and set(counted) == {Status.DONE})


@given(lines)
def test_the_order_of_lines_says_nothing(given):
    assert roll_up(given) == roll_up(reversed(given))


def test_nobody_decides_on_their_own_report():
    assert may_decide(author=1, actor=2)
    assert not may_decide(author=1, actor=1)


def test_each_status_is_open_closed_or_not_counted_and_has_a_symbol_of_its_own():
    assert Status.open() | Status.not_counted() | {Status.DONE} == set(Status.values)
    assert not Status.open() & Status.not_counted()
    assert len({status.symbol for status in Status}) == len(Status)
