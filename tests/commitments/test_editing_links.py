"""Commitments that are linked: told on both, in one direction, and shown to those who may see them."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.choices import Via
from commitments import editing
from commitments.choices import LinkKind
from commitments.history import entries
from commitments.models import CommitmentLink
from tests.commitments.events import events_of
from tests.factories import NOW, make_commitment, make_officer, make_party, make_user, restrict

DUE = date(2030, 6, 30)
PAGE = "/commitments/TST-1/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    user = make_officer()
    client.force_login(user)
    return user


@pytest.fixture
def commitment():
    return make_commitment(parties=[make_party("AA")], due=DUE, reference="TST-1")


@pytest.fixture
def by(officer):
    return {"actor": officer, "now": NOW, "via": Via.PAGE}


def linked(earlier, later, by, kind=LinkKind.WIDENS):
    return editing.link(earlier=earlier, later=later, kind=kind, **by)


def test_a_link_is_told_on_both(commitment, by):
    later = make_commitment(reference="TST-2")
    linked(commitment, later, by)
    told = {"earlier": "TST-1", "later": "TST-2", "kind": "widens"}
    for row in (commitment, later):
        assert events_of(row).get(action="commitment.linked").after == told


def test_linking_again_changes_the_kind_of_the_one_link(commitment, by):
    later = make_commitment(reference="TST-2")
    linked(commitment, later, by)
    linked(commitment, later, by, LinkKind.NARROWS)
    assert CommitmentLink.objects.get().kind == "narrows"


def test_the_kind_that_a_link_had_is_told(commitment, by):
    later = make_commitment(reference="TST-2")
    linked(commitment, later, by)
    linked(commitment, later, by)  # as it is already: no event
    linked(commitment, later, by, LinkKind.NARROWS)
    told = events_of(later).filter(action="commitment.linked").order_by("pk")
    assert [event.before for event in told] == [{}, {"kind": "widens"}]
    assert [entry.change for entry in entries(later, [], user=by["actor"], now=NOW)[:2]] == [
        "TST-2: Widens → Narrows TST-1",
        "TST-2: Widens TST-1",
    ]


def test_a_link_has_one_direction(commitment, by):
    later = make_commitment(reference="TST-2")
    linked(commitment, later, by)
    with pytest.raises(ValidationError, match="the later of the two already"):
        linked(later, commitment, by)
    assert CommitmentLink.objects.count() == 1


def test_nothing_is_linked_to_itself(commitment, by):
    with pytest.raises(ValidationError, match="linked to itself"):
        linked(commitment, commitment, by)
    assert not CommitmentLink.objects.exists()


def test_the_story_shows_what_a_person_may_see(client, commitment, by):
    hidden = make_commitment(reference="TST-2", title="Kept back from readers")
    shown = make_commitment(reference="TST-3", title="Open to everybody")
    linked(commitment, hidden, by)
    linked(commitment, shown, by)
    restrict(hidden)
    html = client.get(PAGE).content.decode()
    assert "Kept back from readers" in html
    client.force_login(make_user())
    html = client.get(PAGE).content.decode()
    assert "Open to everybody" in html
    assert "Kept back from readers" not in html
    assert [link.later for link in client.get(PAGE).context["story"]] == [shown]
    assert [link.earlier for link in client.get("/commitments/TST-3/").context["story"]] == [
        commitment
    ]
    assert client.get("/commitments/TST-2/").status_code == 404
