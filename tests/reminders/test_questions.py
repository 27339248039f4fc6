"""Who is told, what is awaited, what holds on a day: the rows that the questions of the ledger find."""

from datetime import timedelta

import pytest

from accounts.models import User
from commitments.models import Obligation
from reminders.choices import Capacity, Outcome, Reason
from reminders.models import Absence, Email, Mute, Policy, Reminder
from reminders.querysets import awaiting, pairs, readable, recipients, unanswered
from tests.factories import (
    NOW,
    days,
    make_commitment,
    make_focal_point,
    make_mailbox,
    make_obligation,
    make_officer,
    make_party,
    make_submitted,
    make_user,
    restrict,
)

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
DUE = TODAY + days(7)
INSTANT = timedelta(microseconds=1)


def told() -> set[tuple[int, int, str]]:
    return {
        (row.line, row.person, row.capacity)
        for row in pairs(recipients(Obligation.objects.all(), TODAY))
    }


# Who is told -----------------------------------------------------------------------------------------


def test_the_owner_alone_is_told_of_a_line_that_has_one():
    party = make_party(mailbox=make_mailbox())
    make_focal_point(party)
    make_focal_point(party, is_deputy=True)
    owner = make_user()
    line = make_obligation(party, due=DUE, owner=owner)
    assert told() == {(line.pk, owner.pk, Capacity.OWNER)}


def test_an_owner_of_a_party_without_people_keeps_its_mailbox_quiet():
    owner = make_user()
    line = make_obligation(make_party(mailbox=make_mailbox()), due=DUE, owner=owner)
    assert told() == {(line.pk, owner.pk, Capacity.OWNER)}


def test_focal_points_are_told_and_their_deputies_are_not():
    party = make_party(mailbox=make_mailbox())
    first, second = make_focal_point(party).user, make_focal_point(party).user
    make_focal_point(party, is_deputy=True)
    line = make_obligation(party, due=DUE)
    assert told() == {(line.pk, user.pk, Capacity.FOCAL_POINT) for user in (first, second)}


def test_deputies_are_told_where_no_focal_point_is():
    party = make_party(mailbox=make_mailbox())
    make_focal_point(party, ends_on=TODAY - days(1))
    make_focal_point(party, is_deputy=True, starts_on=TODAY + days(1))
    deputy = make_focal_point(party, is_deputy=True).user
    line = make_obligation(party, due=DUE)
    assert told() == {(line.pk, deputy.pk, Capacity.DEPUTY)}


def test_the_mailbox_is_told_where_nobody_is():
    box = make_mailbox()
    line = make_obligation(make_party("AA", mailbox=box), due=DUE)
    make_focal_point(make_party("BB"))
    make_obligation(make_party("CC"), due=DUE)
    assert told() == {(line.pk, box.pk, Capacity.MAILBOX)}


def test_a_focal_point_of_another_party_is_not_told():
    make_focal_point(make_party("AA"))
    make_focal_point(make_party("BB"), is_deputy=True)
    make_obligation(make_party("CC"), due=DUE)
    assert told() == set()


# Lines that nobody would be told about ---------------------------------------------------------------


def nobody_for() -> set[int]:
    return set(unanswered(TODAY).values_list("pk", flat=True))


def test_a_dated_open_line_without_anybody_is_unanswered():
    line = make_obligation(make_party(), due=DUE)
    assert nobody_for() == {line.pk}


@pytest.mark.parametrize("some", ["owner", "focal point", "deputy", "mailbox"])
def test_whoever_is_there_answers(some):
    party = make_party(mailbox=make_mailbox() if some == "mailbox" else None)
    make_obligation(party, due=DUE, owner=make_user() if some == "owner" else None)
    if some in {"focal point", "deputy"}:
        make_focal_point(party, is_deputy=some == "deputy")
    assert nobody_for() == set()


def test_what_has_no_date_or_is_settled_asks_for_nobody():
    make_obligation(make_party())
    make_obligation(make_party(), due=DUE, status="not_owed")
    assert nobody_for() == set()


# Of these lines and of no others ---------------------------------------------------------------------


def test_only_the_lines_that_are_asked_about_are_awaited():
    waiting, other = make_obligation(due=DUE), make_obligation(due=DUE)
    quiet = make_obligation(due=DUE)
    make_submitted(waiting)
    make_submitted(other)
    assert awaiting([waiting.pk, quiet.pk]) == {waiting.pk}


def test_only_the_lines_that_are_asked_about_are_read():
    line, other = make_obligation(due=DUE), make_obligation(due=DUE)
    hidden = make_obligation(due=DUE)
    restrict(hidden.commitment)
    assert readable(make_user(), [line.pk, hidden.pk], NOW) == {line.pk}
    assert readable(make_officer(), [line.pk, hidden.pk], NOW) == {line.pk, hidden.pk}
    assert other.pk not in readable(make_officer(), [line.pk], NOW)


# What holds on a day ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("until", "holds"), [(None, True), (-1, False), (0, False), (1, True)])
def test_a_mute_ends_on_its_day(until, holds):
    day = None if until is None else TODAY + days(until)
    mute = Mute.objects.create(user=make_user(), obligation=make_obligation(), until=day, at=NOW)
    assert list(Mute.objects.in_force(TODAY)) == ([mute] if holds else [])


@pytest.mark.parametrize(
    ("first", "last", "away"),
    [(0, 0, True), (-3, 0, True), (0, 3, True), (-3, -1, False), (1, 3, False)],
)
def test_somebody_is_away_on_the_first_day_and_on_the_last(first, last, away):
    person, other = make_user(), make_user()
    Absence.objects.create(
        user=person, stand_in=other, starts_on=TODAY + days(first), ends_on=TODAY + days(last)
    )
    assert Absence.objects.stand_ins(TODAY) == ({person.pk: other} if away else {})


def test_nobody_stands_in_who_cannot_be_told():
    left, without_mail = make_user(is_active=False), make_user()
    User.objects.filter(pk=without_mail.pk).update(email="")
    for stand_in in (left, without_mail):
        Absence.objects.create(user=make_user(), stand_in=stand_in, starts_on=TODAY, ends_on=TODAY)
    assert Absence.objects.stand_ins(TODAY) == {}


def test_a_policy_of_a_commitment_comes_before_its_meeting_s_and_that_before_the_site_s():
    own, of_meeting, of_site = make_commitment(), make_commitment(), make_commitment()
    other = make_commitment()
    site = Policy.objects.create(site=True)
    mine = Policy.objects.create(commitment=own)
    Policy.objects.create(meeting=own.meeting)
    of_theirs = Policy.objects.create(meeting=of_meeting.meeting)
    Policy.objects.create(commitment=other)
    asked = [own, of_meeting, of_site]
    assert Policy.objects.in_force(asked) == {
        own.pk: mine, of_meeting.pk: of_theirs, of_site.pk: site,
    }  # fmt: skip


def test_without_any_policy_the_usual_steps_hold():
    commitment = make_commitment()
    found = Policy.objects.in_force([commitment])[commitment.pk]
    assert (found.pk, found.before, found.site) == (None, Policy().before, True)


# Lines of which somebody was reminded ----------------------------------------------------------------


def remind(line: Obligation, at, outcome: str = Outcome.INCLUDED) -> None:
    person = make_user()
    mail = Email.objects.create(
        kind="prompt", recipient=person, created_at=at, not_before=at, expires_at=at + days(1)
    )
    Reminder.objects.create(
        email=mail if outcome == Outcome.INCLUDED else None,
        obligation=line,
        deadline=line.next_deadline,
        recipient=person,
        capacity=Capacity.OWNER,
        occasion="before-7",
        outcome=outcome,
        reason="" if outcome == Outcome.INCLUDED else Reason.MUTED,
        planned_at=at,
    )


def test_a_line_is_reminded_by_what_was_told_since_the_moment():
    told, before, held_back, never = (make_obligation(due=DUE) for _ in range(4))
    remind(told, NOW)
    remind(before, NOW - INSTANT)
    remind(held_back, NOW, Outcome.SUPPRESSED)
    assert list(Obligation.objects.reminded(NOW)) == [told]
    assert never not in Obligation.objects.reminded(NOW - days(1))


def test_a_reminder_is_answered_by_a_report_that_was_sent_after_it():
    answered, earlier, held_back, long_ago, silent = (make_obligation(due=DUE) for _ in range(5))
    for line in (answered, earlier, silent):
        remind(line, NOW)
    remind(held_back, NOW, Outcome.SUPPRESSED)
    remind(long_ago, NOW - days(9))
    for line in (answered, held_back, long_ago):
        make_submitted(line, now=NOW + INSTANT)
    make_submitted(earlier, now=NOW - INSTANT)
    assert list(Obligation.objects.answered(NOW)) == [answered]
    assert set(Obligation.objects.answered(NOW - days(9))) == {answered, long_ago}


def test_what_was_held_back_is_what_nobody_was_told_since_the_moment():
    line = make_obligation(due=DUE)
    remind(line, NOW)
    remind(line, NOW, Outcome.SUPPRESSED)
    remind(line, NOW - INSTANT, Outcome.SUPPRESSED)
    assert Reminder.objects.held_back(NOW) == 1
    assert Reminder.objects.counts() == {"all": 3, "told": 1, "held_back": 2, "failed": 0}


def test_a_reminder_is_found_by_words_of_its_recipient_and_of_what_one_may_read():
    zebras, birds = (
        make_obligation(due=DUE, title="Zebras"),
        make_obligation(due=DUE, title="Birds"),
    )
    remind(zebras, NOW)
    remind(birds, NOW)
    reader = make_user()

    def found(words: str, user=reader) -> set[int]:
        return {row.obligation_id for row in Reminder.objects.for_list(user, NOW).search(words)}

    name = Reminder.objects.get(obligation=birds).recipient.name.split()[-1]
    assert found("zebras") == {zebras.pk}
    assert found(f"birds {name}") == {birds.pk}
    restrict(zebras.commitment)
    assert found("zebras") == set()
    assert found("zebras", make_officer()) == {zebras.pk}
