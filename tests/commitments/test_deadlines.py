"""Deadlines: kept, moved with a reason, and always what `due_at` says."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.choices import Via
from accounts.models import Event
from commitments import deadlines, services
from commitments.choices import NOTE_LENGTH, Basis, Purpose
from commitments.deadlines import Period
from commitments.errors import Stale
from commitments.models import Deadline, Obligation
from meetings.rules import end_of_day
from tests.commitments.examples import taken_back, with_rows
from tests.factories import (
    NOW,
    make_commitment,
    make_deadline,
    make_meeting,
    make_obligation,
    make_officer,
    make_party,
    make_report,
)

pytestmark = pytest.mark.django_db
FIRST, SECOND = date(2026, 6, 30), date(2026, 12, 31)
ZONES = ["UTC", "Asia/Bishkek", "America/New_York", "Pacific/Kiritimati", "Africa/Cairo"]


@pytest.fixture
def line():
    """Of a commitment that has a stated deadline of its own."""
    return make_obligation(due=FIRST)


def move(line, due=SECOND, reason="Agreed by letter.", **values):
    given = {"seen": line.version, "actor": make_officer(), "now": NOW, "via": Via.PAGE, **values}
    return deadlines.move(obligation=line, due=due, reason=reason, **given)


def review(day: date) -> Period:
    return Period(due=day, basis=Basis.SET, reason="Every half year.")


# Moving ------------------------------------------------------------------------------------------


def test_a_moved_deadline_leaves_the_first_one_where_it_was(line):
    first = Deadline.objects.get()
    before = Deadline.objects.values().get()
    new = move(line)
    assert Deadline.objects.values().get(pk=first.pk) == before
    assert (new.due, new.basis, new.reason, new.replaces) == (
        SECOND,
        "set",
        "Agreed by letter.",
        first,
    )
    line.refresh_from_db()
    assert (line.next_deadline, line.due_at) == (new, datetime(2027, 1, 1, tzinfo=UTC))


def test_moving_again_closes_the_line_s_own_deadline_and_keeps_all(line):
    one = move(line)
    line.refresh_from_db()
    two = move(line, date(2027, 1, 31))
    one.refresh_from_db()
    assert (one.is_current, two.is_current, two.replaces) == (False, True, one)
    assert Deadline.objects.count() == 3


def test_a_move_leaves_the_lines_of_others_alone():
    commitment = make_commitment(parties=[make_party("AA"), make_party("BB")], due=FIRST)
    mine, other = commitment.obligations.order_by("party__code")
    move(mine)
    other.refresh_from_db()
    assert (other.next_deadline.due, other.version) == (FIRST, 1)


def test_a_move_is_told_with_both_days_and_the_reason(line):
    actor = make_officer()
    move(line, actor=actor, reason=" Agreed by letter. ")
    event = Event.objects.get(object_type="obligation")
    assert (event.action, event.actor, event.at, event.why) == (
        "deadline.moved", actor, NOW, "Agreed by letter.",
    )  # fmt: skip
    assert (event.before["due"], event.before["basis"]) == ("2026-06-30", "stated")
    assert (event.after["due"], event.after["basis"]) == ("2026-12-31", "set")


def test_the_first_deadline_of_a_line_is_set_and_not_moved():
    line = make_obligation()
    new = move(line)
    assert (new.purpose, new.replaces) == (Purpose.FINAL, None)
    event = Event.objects.get(object_type="obligation")
    assert (event.action, event.before) == ("deadline.set", {})


def test_a_deadline_may_come_earlier_even_when_the_day_is_past(line):
    move(line, date(2026, 2, 1))
    line.refresh_from_db()
    assert line.is_overdue(NOW)


def test_moved_to_before_its_period_opens_the_period_opens_no_more():
    period = Period(due=SECOND, opens=FIRST, wording="in the second half", basis=Basis.STATED)
    line = make_obligation(final=period)
    assert move(line, date(2026, 8, 1)).opens == FIRST
    line.refresh_from_db()
    assert move(line, date(2026, 5, 1)).opens is None


@pytest.mark.parametrize(
    "day", [date(2026, 1, 14), date(2026, 1, 15), date(2101, 1, 1), date(9999, 12, 31)]
)
def test_a_day_that_cannot_be_is_refused(line, day):
    with pytest.raises(ValidationError) as refused:
        move(line, day)
    assert list(refused.value.message_dict) == ["due"]
    assert Deadline.objects.count() == 1
    line.refresh_from_db()
    assert line.version == 1


@pytest.mark.parametrize("day", [date(2026, 1, 16), date(2100, 12, 31)])
def test_the_day_after_the_meeting_and_the_last_of_the_century_are_taken(line, day):
    assert move(line, day).due == day


def test_where_the_day_of_the_meeting_is_not_known_any_day_is_taken():
    report = make_report(make_meeting(starts_on=None, ends_on=None, expected="2027"))
    assert move(make_obligation(report=report), date(2019, 1, 1)).due == date(2019, 1, 1)


@pytest.mark.parametrize("reason", ["", "  \n", "x" * (NOTE_LENGTH + 1)])
def test_a_move_needs_a_reason_that_can_be_read(line, reason):
    with pytest.raises(ValidationError) as refused:
        move(line, reason=reason)
    assert list(refused.value.message_dict) == ["reason"]
    assert Deadline.objects.count() == 1


def test_whoever_was_slower_is_told_and_nothing_moves(line):
    move(line)
    with pytest.raises(Stale):
        move(line, date(2027, 5, 5), seen=1)
    assert Deadline.objects.count() == 2
    line.refresh_from_db()
    assert (line.next_deadline.due, line.version) == (SECOND, 2)


def test_a_status_and_a_deadline_are_one_line_s_versions(line):
    move(line)
    with pytest.raises(Stale):
        services.change_status(
            obligation=line,
            seen=1,
            status="stalled",
            note="x",
            actor=make_officer(),
            now=NOW,
            via="page",
        )


def test_without_its_event_no_deadline_is_moved(line):
    with pytest.raises(IntegrityError):
        move(line, via=None)
    assert Deadline.objects.count() == 1
    line.refresh_from_db()
    assert (line.next_deadline.due, line.version) == (FIRST, 1)


# Which deadline counts ---------------------------------------------------------------------------


def test_the_earlier_of_review_and_final_counts_first():
    line = make_obligation(due=SECOND, review=review(FIRST))
    assert (line.next_deadline.purpose, line.next_deadline.due) == (Purpose.REVIEW, FIRST)


def test_a_line_s_own_deadline_counts_before_that_of_the_commitment(line):
    move(line, date(2028, 1, 1))
    assert deadlines.effective(line).due == date(2028, 1, 1)


def test_a_line_s_own_review_leaves_the_final_deadline_of_the_commitment():
    line = make_obligation(due=SECOND, review=review(FIRST))
    make_deadline(line, date(2027, 5, 1), purpose=Purpose.REVIEW)
    line.refresh_from_db()
    assert (line.next_deadline.purpose, line.next_deadline.due) == (Purpose.FINAL, SECOND)


def test_a_move_without_a_purpose_moves_what_counts_now():
    line = make_obligation(due=SECOND, review=review(FIRST))
    assert move(line, date(2026, 8, 1)).purpose == Purpose.REVIEW


def test_a_period_without_an_end_is_never_due():
    line = make_obligation(
        final=Period(due=None, wording="as soon as possible", basis=Basis.STATED)
    )
    assert (line.next_deadline, line.due_at) == (None, None)


@pytest.mark.parametrize("zone", ZONES)
def test_due_means_the_end_of_that_day_in_the_zone_of_the_party(zone):
    party = make_party(time_zone=zone)
    line = make_obligation(party, due=FIRST)
    assert line.due_at == end_of_day(FIRST, party.zone)


def test_in_a_new_zone_the_same_day_ends_at_another_moment(line):
    services.change_party(
        party=line.party, values={"time_zone": "Asia/Bishkek"}, actor=None, now=NOW, via=Via.ADMIN
    )
    line.refresh_from_db()
    assert line.due_at == datetime(2026, 6, 30, 18, 0, tzinfo=UTC)


# What the database forbids -----------------------------------------------------------------------


@pytest.mark.parametrize("own", [True, False])
def test_two_current_deadlines_of_one_purpose_cannot_be(line, own):
    if own:
        move(line)
    values = {"commitment": line.commitment, "obligation": line if own else None, "created_at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        Deadline.objects.create(
            purpose="final", due=SECOND, basis="set", reason="Because.", **values
        )


@pytest.mark.parametrize(
    "values",
    [
        {"basis": "stated", "wording": ""},
        {"basis": "set", "reason": ""},
        {"basis": "set", "reason": "Because.", "opens": SECOND, "due": FIRST},
    ],
)
def test_a_deadline_without_its_ground_cannot_be(line, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Deadline.objects.create(
            **{
                "commitment": line.commitment,
                "purpose": "review",
                "created_at": NOW,
                "due": FIRST,
                **values,
            }
        )


@pytest.mark.parametrize("values", [{"due_at": NOW, "next_deadline": None}, {"due_at": None}])
def test_an_end_without_a_deadline_cannot_be(line, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Obligation.objects.filter(pk=line.pk).update(**values)


# The whole commitment ----------------------------------------------------------------------------


def move_all(commitment, due=SECOND, reason="Agreed by all.", **values):
    commitment.refresh_from_db()
    given = {
        "seen": commitment.version,
        "purpose": Purpose.FINAL,
        "actor": make_officer(),
        "now": NOW,
        "via": Via.PAGE,
        **values,
    }
    return deadlines.move_all(commitment=commitment, due=due, reason=reason, **given)


@pytest.fixture
def two():
    """A commitment with a stated deadline; BB has one of its own."""
    commitment = make_commitment(
        parties=[make_party("AA"), make_party("BB")], due=FIRST, reference="TST-1"
    )
    make_deadline(commitment.obligations.get(party__code="BB"), date(2027, 3, 1))
    return commitment


def due_days(commitment) -> dict:
    lines = commitment.obligations.select_related("next_deadline", "party")
    return {row.party.code: row.next_deadline and row.next_deadline.due for row in lines}


def test_a_move_of_all_leaves_lines_with_their_own_deadline_alone(two):
    first = two.deadlines.get(basis=Basis.STATED)
    new = move_all(two)
    assert due_days(two) == {"AA": SECOND, "BB": date(2027, 3, 1)}
    assert (new.due, new.obligation, new.replaces, new.reason) == (
        SECOND,
        None,
        first,
        "Agreed by all.",
    )
    first.refresh_from_db()
    assert (first.due, first.is_current) == (FIRST, False)
    two.refresh_from_db()
    assert two.version == 2


def test_a_move_of_all_is_told_once_on_the_commitment(two):
    before = Event.objects.filter(object_type="obligation").count()
    move_all(two)
    event = Event.objects.get(object_type="commitment", action="deadline.moved")
    assert (event.before["due"], event.after["due"]) == ("2026-06-30", "2026-12-31")
    assert (event.after["version"], event.why) == (2, "Agreed by all.")
    assert Event.objects.filter(object_type="obligation").count() == before


def test_the_first_deadline_of_all_is_set_and_not_moved():
    commitment = make_commitment()
    move_all(commitment)
    event = Event.objects.get(object_type="commitment", action__startswith="deadline.")
    assert (event.action, event.before) == ("deadline.set", {})
    assert set(due_days(commitment).values()) == {SECOND}


def test_a_review_of_all_leaves_the_final_deadline(two):
    move_all(two, date(2026, 5, 1), purpose=Purpose.REVIEW)
    assert due_days(two) == {"AA": date(2026, 5, 1), "BB": date(2026, 5, 1)}
    line = two.obligations.get(party__code="BB")
    assert deadlines.holding(line)[Purpose.FINAL].due == date(2027, 3, 1)


def test_whoever_moves_all_second_is_told_and_nothing_moves(two):
    move_all(two)
    with pytest.raises(Stale):
        move_all(two, date(2029, 1, 1), seen=1)
    assert due_days(two)["AA"] == SECOND


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"due": date(2026, 1, 15)}, "due"),
        ({"due": date(2101, 1, 1)}, "due"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * (NOTE_LENGTH + 1)}, "reason"),
    ],
)
def test_a_move_of_all_that_cannot_stand_is_refused_by_field(two, values, field):
    with pytest.raises(ValidationError) as refused:
        move_all(two, **values)
    assert list(refused.value.message_dict) == [field]
    assert due_days(two)["AA"] == FIRST


def test_without_its_event_nothing_moves_for_all(two):
    with pytest.raises(IntegrityError):
        move_all(two, via=None)
    assert due_days(two)["AA"] == FIRST
    two.refresh_from_db()
    assert two.version == 1


@pytest.mark.parametrize(("button", "due"), [("final", SECOND), ("review", date(2026, 5, 1))])
def test_all_are_moved_by_the_page(client, two, button, due):
    client.force_login(make_officer())
    typed = {"due": due.isoformat(), "reason": "Agreed.", "version": "1", "purpose": button}
    assert client.post("/commitments/TST-1/deadline/", typed).status_code == 302
    assert due_days(two)["AA"] == due
    stale = client.post("/commitments/TST-1/deadline/", {**typed, "due": "2029-01-01"})
    assert stale.status_code == 409
    assert "2029-01-01" in stale.content.decode()
    assert due_days(two)["AA"] == due


# Tied to a meeting -------------------------------------------------------------------------------


@pytest.fixture
def coming():
    return make_meeting(slug="coming", starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 4))


@pytest.fixture
def tied(coming):
    """Due the day before the coming meeting, for AA and BB; nothing else is."""
    period = deadlines.by_meeting(coming, wording="by the next meeting")
    return make_commitment(parties=[make_party("AA"), make_party("BB")], final=period)


def move_meeting(meeting, starts_on, **values):
    given = {"reason": "The host asked.", "actor": make_officer(), "now": NOW, "via": Via.PAGE}
    return deadlines.move_meeting(
        meeting=meeting, starts_on=starts_on, ends_on=starts_on, **{**given, **values}
    )


def test_what_is_tied_to_a_meeting_is_due_the_day_before_it(tied):
    assert due_days(tied) == {"AA": date(2027, 6, 2), "BB": date(2027, 6, 2)}


def test_what_is_tied_moves_with_the_meeting_and_keeps_its_words_and_the_first_day(coming, tied):
    other = make_obligation(due=date(2027, 6, 2))
    assert move_meeting(coming, date(2027, 9, 1)) == 1
    assert due_days(tied) == {"AA": date(2027, 8, 31), "BB": date(2027, 8, 31)}
    first, second = tied.deadlines.order_by("pk")
    assert (first.due, first.is_current) == (date(2027, 6, 2), False)
    assert (second.replaces, second.wording, second.basis) == (
        first,
        "by the next meeting",
        Basis.DERIVED,
    )
    assert second.meeting == coming
    other.refresh_from_db()
    assert other.next_deadline.due == date(2027, 6, 2)
    assert move_meeting(coming, date(2027, 10, 1)) == 1, "it stays tied"


def test_a_line_with_its_own_deadline_does_not_move_with_the_meeting(coming, tied):
    make_deadline(tied.obligations.get(party__code="BB"), date(2027, 12, 1))
    move_meeting(coming, date(2027, 9, 1))
    assert due_days(tied) == {"AA": date(2027, 8, 31), "BB": date(2027, 12, 1)}


def test_what_an_officer_moved_for_all_is_no_longer_tied(coming, tied):
    move_all(tied, date(2027, 7, 1))
    assert move_meeting(coming, date(2027, 9, 1)) == 0
    assert set(due_days(tied).values()) == {date(2027, 7, 1)}


def test_a_meeting_without_a_day_leaves_what_is_tied_without_a_date_until_it_has_one(coming, tied):
    move_meeting(coming, None)
    assert due_days(tied) == {"AA": None, "BB": None}
    assert not Obligation.objects.overdue(datetime(2099, 1, 1, tzinfo=UTC))
    move_meeting(coming, date(2027, 9, 1))
    assert set(due_days(tied).values()) == {date(2027, 8, 31)}


def test_a_meeting_that_stays_on_its_day_moves_nothing(coming, tied):
    assert move_meeting(coming, coming.starts_on) == 0
    assert tied.deadlines.count() == 1


def test_a_commitment_of_a_meeting_moved_by_two_at_once_tells_the_second(coming, tied):
    move_meeting(coming, date(2027, 9, 1), seen=1)
    with pytest.raises(ValidationError) as refused:
        move_meeting(coming, date(2027, 10, 1), seen=1)
    assert refused.value.code == "stale"
    assert set(due_days(tied).values()) == {date(2027, 8, 31)}


def test_a_day_beyond_the_end_of_the_calendar_is_no_error_of_the_site(tied):
    commitment = make_commitment(parties=[make_party("AA")])
    with pytest.raises(ValidationError):
        move_all(commitment, date(9999, 12, 31))


# The property ------------------------------------------------------------------------------------


@pytest.fixture
def several():
    """A commitment without a deadline and its lines, in zones of which one has skipped midnights."""
    return make_commitment(
        parties=[make_party(f"Z{n}", time_zone=zone) for n, zone in enumerate(ZONES)]
    )


purposes = st.sampled_from(Purpose.values)
days = st.dates(date(2026, 1, 16), date(2030, 12, 31))
steps = st.one_of(
    st.tuples(st.just("enter"), purposes, st.one_of(st.none(), days)),
    st.tuples(st.just("move"), st.integers(0, 4), st.one_of(st.none(), purposes), days),
    st.tuples(st.just("all"), purposes, days),
    st.tuples(st.just("zone"), st.integers(0, 4), st.sampled_from(ZONES)),
)


def take(step, commitment, lines) -> None:
    """One step; a second deadline of the whole commitment is no step, since nothing enters one."""
    kind, *what = step
    if kind == "enter":
        purpose, day = what
        if not commitment.deadlines.filter(purpose=purpose, obligation=None).exists():
            period = Period(due=day, wording="in these words", basis=Basis.STATED)
            deadlines.enter(
                commitment=commitment, purpose=purpose, period=period, author=None, now=NOW
            )
    elif kind == "move":
        number, purpose, day = what
        make_deadline(lines[number], day, purpose=purpose)
    elif kind == "all":
        purpose, day = what
        move_all(commitment, day, purpose=purpose)
    else:
        number, zone = what
        services.change_party(
            party=lines[number].party,
            values={"time_zone": zone},
            actor=None,
            now=NOW,
            via=Via.ADMIN,
        )


def expected_end(line) -> datetime | None:
    """The end of the earliest day among the line's current deadlines, read from the rows alone."""
    rows = list(Deadline.objects.filter(commitment=line.commitment_id, is_current=True))
    by_purpose = {}
    for purpose in Purpose.values:
        own = [row for row in rows if row.purpose == purpose and row.obligation_id == line.pk]
        shared = [row for row in rows if row.purpose == purpose and row.obligation_id is None]
        assert len(own) <= 1
        assert len(shared) <= 1
        by_purpose[purpose] = (own or shared or [None])[0]
    ends = [row.due for row in by_purpose.values() if row and row.due]
    return end_of_day(min(ends), line.party.zone) if ends else None


@with_rows
@given(st.lists(steps, max_size=8))
def test_due_at_is_the_end_of_the_current_deadline_whatever_was_moved(several, taken):
    with taken_back():
        seen: dict[int, tuple] = {}
        for step in taken:
            lines = list(several.obligations.select_related("party", "commitment").order_by("pk"))
            take(step, several, lines)
            for line in several.obligations.select_related("party", "next_deadline"):
                assert line.due_at == expected_end(line)
                held = line.next_deadline
                assert line.due_at == (end_of_day(held.due, line.party.zone) if held else None)
                assert held is None or held.is_current
            for row in Deadline.objects.all():
                told = (row.due, row.opens, row.wording, row.basis, row.reason, row.created_at)
                assert seen.setdefault(row.pk, told) == told
            assert set(seen) == set(Deadline.objects.values_list("pk", flat=True))
