"""What the questions about people and saved views find, and whom they leave out."""

import pytest

from accounts.models import SavedView, User
from tests.factories import make_administrator, make_mailbox, make_officer, make_user

pytestmark = pytest.mark.django_db


def test_the_secretariat_is_its_officers_and_administrators_who_are_there():
    there = {make_officer(), make_administrator()}
    make_officer(is_active=False)
    make_user()
    make_mailbox()
    assert set(User.objects.secretariat()) == there


def test_mailboxes_are_no_people_and_who_left_is_not_active():
    person, left, box = make_user(), make_user(is_active=False), make_mailbox()
    assert set(User.objects.people()) == {person, left}
    assert set(User.objects.active()) == {person, box}


def test_an_address_is_found_however_it_is_written():
    person = make_user(email="damir@ministry.example")
    make_user(email="d@ministry.example")
    assert list(User.objects.by_address(" Damir@Ministry.Example ")) == [person]
    assert User.objects.get_by_natural_key("DAMIR@ministry.example") == person


def test_one_sees_one_s_own_views_of_a_list_and_those_that_are_shared():
    me, other = make_user(), make_user()
    mine = view(me, "B")
    shared = view(other, "A", is_shared=True)
    view(other, "C")
    view(me, "D", list="lines")
    view(other, "E", list="lines", is_shared=True)
    assert list(SavedView.objects.of_list(me, "commitments")) == [shared, mine]


def view(owner: User, name: str, **values) -> SavedView:
    return SavedView.objects.create(owner=owner, name=name, **{"list": "commitments", **values})
