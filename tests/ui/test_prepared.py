"""Prepared queries: written once, asked with other values each time."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import BigIntegerField, CharField, DateTimeField
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.factories import days, make_officer
from ui.prepared import Code, Given, Moment, Prepared

NAME = Given("name", CharField())


@pytest.fixture
def groups(db):
    return [Group.objects.create(name=name) for name in ("North", "South")]


def test_each_call_has_its_own_values(groups):
    named = Prepared(lambda: Group.objects.filter(name=NAME))
    assert [named(name="North"), named(name="South"), named(name="East")] == [
        [groups[0]],
        [groups[1]],
        [],
    ]


def test_it_is_written_once(groups):
    made = []

    def make():
        made.append(1)
        return Group.objects.filter(name=NAME).values("pk")

    named = Prepared(make)
    assert not made
    for group in groups:
        with CaptureQueriesContext(connection) as asked:
            assert named(name=group.name) == [{"pk": group.pk}]
        assert len(asked) == 1
    assert made == [1]


def test_what_is_reckoned_from_a_moment_is_reckoned_when_it_is_asked(db):
    noon = datetime(2030, 1, 1, 12, 0, 30, tzinfo=UTC)
    person, now = make_officer(), Moment("now")
    User.objects.filter(pk=person.pk).update(date_joined=noon.replace(second=0))
    tomorrow = Prepared(lambda: User.objects.filter(date_joined=now.replace(second=0) + days(1)))
    yesterday = Prepared(lambda: User.objects.filter(date_joined=now.replace(second=0) - days(1)))
    for ask, at in ((tomorrow, noon - days(1)), (yesterday, noon + days(1))):
        assert ask(now=at) == [person]
        assert ask(now=at + timedelta(minutes=1)) == ask(now=noon) == []
        assert ask(now=at) == [person]


def test_rows_come_with_what_is_joined_and_prefetched(groups):
    person = make_officer()
    person.groups.add(groups[0])
    prepared = Prepared(
        lambda: User.objects.filter(pk=Given("pk", BigIntegerField())).prefetch_related("groups")
    )
    (found,) = prepared(pk=person.pk)
    assert found == person
    assert list(found.groups.all()) == [groups[0]]


def test_values_are_written_as_their_field_writes_them(groups):
    person = make_officer()
    since = Prepared(lambda: User.objects.filter(date_joined__gte=Given("moment", DateTimeField())))
    assert person in since(moment=person.date_joined)
    assert person not in since(moment=datetime(9000, 1, 1, tzinfo=UTC))


def test_a_value_is_never_part_of_the_statement(groups):
    named = Prepared(lambda: Group.objects.filter(name=NAME))
    assert named(name="x' OR '1'='1") == []


def test_a_value_that_is_not_given_is_an_error(groups):
    with pytest.raises(KeyError, match="name"):
        Prepared(lambda: Group.objects.filter(name=NAME))()


@pytest.mark.django_db(transaction=True)
def test_threads_do_not_mix_their_values():
    for n in range(20):
        Group.objects.create(name=f"group {n}")
    named = Prepared(lambda: Group.objects.filter(name=NAME).values_list("name", flat=True))
    answers = []

    def ask(name):
        try:
            answers.extend((name, *named(name=name)) for _ in range(20))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=[f"group {n}"]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8 * 20
    assert all(asked == found for asked, found in answers)


def test_only_a_word_may_stand_in_a_statement_itself(groups):
    assert list(Group.objects.filter(name__in=[Code("North"), Code("East")])) == [groups[0]]
    for wrong in ("North'", "a b", "", "1"):
        with pytest.raises(ValueError, match="may stand in a statement"):
            Code(wrong)
