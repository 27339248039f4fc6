"""Queries that are put together before anybody asks: everybody is answered by their own rights."""

from datetime import date

import pytest
from django.db import connection
from django.db.models import BigIntegerField, Q
from django.test.utils import CaptureQueriesContext

from accounts.asking import NOW, AskedBy, ByDay, today_of
from accounts.choices import Role
from accounts.models import User
from commitments.models import Commitment, Obligation
from meetings.choices import Sensitivity
from tests.factories import (
    NOW as MOMENT,
)
from tests.factories import (
    days,
    make_focal_point,
    make_obligation,
    make_officer,
    make_party,
    make_user,
)
from ui.prepared import Among, Given, GivenKeys, Prepared

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines():
    """A line for everybody, and one for each of two parties alone."""
    kept = {"sensitivity": Sensitivity.PARTY}
    return {
        "open": make_obligation(make_party("AA"), reference="OPEN"),
        "AA": make_obligation(
            make_party("AA"), reference="AA-1", **kept, restricted_to=make_party("AA")
        ),
        "BB": make_obligation(
            make_party("BB"), reference="BB-1", **kept, restricted_to=make_party("BB")
        ),
    }


def test_one_query_answers_everybody_as_visible_to_does(lines):
    asked = AskedBy(lambda who: Commitment.objects.visible_to(who, NOW).order_by("pk"))
    people = [
        make_officer(),
        make_user(),
        *(make_focal_point(make_party(c)).user for c in ("AA", "BB")),
    ]
    for person in [*people, *reversed(people)]:
        expected = list(Commitment.objects.visible_to(person, MOMENT).order_by("pk"))
        assert asked(person, MOMENT) == expected
    assert {len(asked(person, MOMENT)) for person in people} == {1, 2, 3}


def test_rights_are_those_of_the_day_on_which_it_is_asked(lines):
    asked = AskedBy(lambda who: Obligation.objects.visible_to(who, NOW).filter(pk=lines["AA"].pk))
    term = make_focal_point(make_party("AA"))
    assert asked(term.user, MOMENT) == [lines["AA"]]
    assert asked(term.user, MOMENT - days(36_000)) == []
    term.user.terms.update(ends_on=date(2021, 1, 1))
    assert asked(term.user, MOMENT) == []


def test_the_day_is_that_of_the_person():
    late = MOMENT.replace(hour=23, minute=30)
    assert today_of(User(time_zone="UTC"), late) == late.date()
    assert today_of(User(time_zone="Asia/Tashkent"), late) == late.date() + days(1)


def test_any_number_of_keys_is_given(lines):
    among = Prepared(
        lambda: Obligation.objects.filter(
            Q(Among("pk", GivenKeys("keys"))) | Q(pk=Given("one", BigIntegerField()))
        ).order_by("pk")
    )
    first, second, third = (lines[name] for name in ("open", "AA", "BB"))
    assert among(keys=[], one=0) == []
    assert among(keys=[second.pk], one=0) == [second]
    assert among(keys={first.pk: 1, third.pk: 2}, one=second.pk) == [first, second, third]
    assert among(keys=range(2**40, 2**40 + 100), one=first.pk) == [first]


def test_it_is_one_statement_however_many_keys(lines):
    among = Prepared(lambda: Obligation.objects.filter(Among("commitment", GivenKeys("keys"))))
    statements = set()
    for keys in ([1], list(range(50))):
        with CaptureQueriesContext(connection) as asked:
            among(keys=keys)
        statements.add(asked[0]["sql"].partition("WHERE")[0])
        assert len(asked) == 1
    assert len(statements) == 1


def test_a_question_of_a_day_is_put_together_once_for_each_person(lines):
    made = []

    def make(user, now):
        made.append(user)
        return Commitment.objects.visible_to(user, now)

    of_day = ByDay(make)
    reader, officer = make_user(), make_officer()
    for _ in range(2):
        assert len(of_day(reader, MOMENT)) == 1
        assert len(of_day(officer, MOMENT)) == 3
    assert made == [reader, officer]
    assert len(of_day(reader, MOMENT + days(1))) == 1
    assert made == [reader, officer, reader]


def test_who_leaves_the_secretariat_is_asked_for_anew(lines):
    of_day = ByDay(lambda user, now: Commitment.objects.visible_to(user, now))
    person = make_officer()
    assert len(of_day(person, MOMENT)) == 3
    person.role = Role.READER
    assert len(of_day(person, MOMENT)) == 1


def test_what_is_written_meanwhile_is_found(lines):
    of_day = ByDay(lambda user, now: Commitment.objects.visible_to(user, now))
    reader = make_user()
    assert len(of_day(reader, MOMENT)) == 1
    make_obligation(make_party("AA"), reference="OPEN-2")
    assert len(of_day(reader, MOMENT)) == 2
