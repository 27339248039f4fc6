"""The pages on which commitments are entered and changed, with their lines and links."""

from datetime import date

import pytest

from accounts.choices import Via
from commitments import editing
from commitments.choices import Basis
from commitments.models import Commitment, Obligation
from tests.factories import NOW, make_commitment, make_meeting, make_officer, make_party, make_user

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


def form_of(commitment, **values) -> dict:
    given = {
        "title": commitment.title,
        "strength": commitment.strength,
        "sensitivity": commitment.sensitivity,
        "is_certain": "on",
        "version": commitment.version,
    }
    return {**given, **values}


def test_a_commitment_is_edited_by_the_page(client, officer, commitment):
    response = client.post(f"{PAGE}edit/", form_of(commitment, title="Hold joint exercises"))
    assert (response.status_code, response.headers["Location"]) == (302, f"{PAGE}edit/")
    assert "Hold joint exercises" in client.get(PAGE).content.decode()


def test_who_is_there_already_stays_when_another_field_is_saved(client, officer, commitment):
    """Somebody who has left is offered all the same: a browser sends what the form shows."""
    gone = make_user(name="Gone", is_active=False)
    Commitment.objects.update(officer=gone)
    Obligation.objects.update(owner=gone)
    form = client.get(f"{PAGE}edit/").context["form"]
    assert gone in form.fields["officer"].queryset
    form = client.get(f"{PAGE}AA/").context["line_form"]
    assert gone in form.fields["owner"].queryset
    typed = {"role": "contributing", "owner": gone.pk, "sensitivity": "public", "version": 1}
    assert client.post(f"{PAGE}AA/edit/", typed).status_code == 302
    line = Obligation.objects.get()
    assert (line.owner, line.role) == (gone, "contributing")


def test_whoever_edits_second_by_the_page_keeps_what_was_typed(client, officer, commitment, by):
    editing.edit(commitment=commitment, seen=1, values={"title": "By another"}, **by)
    response = client.post(f"{PAGE}edit/", form_of(commitment, title="By me", version=1))
    assert response.status_code == 409
    assert response.context["form"]["title"].value() == "By me"
    assert response.context["form"]["version"].value() == 2
    [told] = response.context["changed_since"]
    assert told.action == "commitment.edited"
    assert "By another" in response.content.decode()
    assert Commitment.objects.get().title == "By another"
    again = client.post(f"{PAGE}edit/", form_of(commitment, title="By me", version=2))
    assert again.status_code == 302
    assert Commitment.objects.get().title == "By me"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": ""}, "title"),
        ({"sensitivity": "party"}, "restricted_to"),
        ({"is_certain": ""}, "coder_note"),
        ({"review_days": "0"}, "review_days"),
    ],
)
def test_an_edit_that_cannot_stand_is_told_by_the_page(client, officer, commitment, values, field):
    response = client.post(f"{PAGE}edit/", form_of(commitment, **values))
    assert response.status_code == 200
    assert f'id="commitment_{field}_error"' in response.content.decode()
    assert Commitment.objects.get().version == 1


def test_a_commitment_is_replaced_and_revived_by_the_page(client, officer, commitment):
    later = make_commitment(reference="TST-2")
    typed = {"action": "replace", "reason": "Widened.", "version": "1"}
    unknown = client.post(f"{PAGE}life/", {**typed, "by": "TST-9"})
    assert "There is no commitment with this reference." in unknown.content.decode()
    assert client.post(f"{PAGE}life/", {**typed, "by": " tst-2 "}).status_code == 302
    html = client.get(PAGE).content.decode()
    assert "It is out of force" in html
    assert later.title in html
    revive = {"action": "revive", "reason": "Not yet.", "version": "2"}
    assert client.post(f"{PAGE}life/", revive).status_code == 302
    assert "It is out of force" not in client.get(PAGE).content.decode()


def test_a_line_is_added_by_the_page(client, officer, commitment):
    make_party("BB")
    typed = {"party": "BB", "role": "lead", "sensitivity": "public"}
    assert client.post(f"{PAGE}add-line/", typed).status_code == 302
    assert commitment.obligations.count() == 2
    again = client.post(f"{PAGE}add-line/", typed)
    assert again.status_code == 200
    assert commitment.obligations.count() == 2


def test_an_earlier_commitment_is_linked_by_the_page(client, officer, commitment):
    make_commitment(reference="TST-0")
    typed = {"kind": "reaffirms", "earlier": "tst-0"}
    assert client.post(f"{PAGE}link/", typed).status_code == 302
    assert "TST-0" in client.get(PAGE).content.decode()


def new(**values) -> dict:
    given = {
        "reference": "TST-7",
        "title": "Open a centre",
        "strength": "agreed",
        "sensitivity": "public",
        "is_certain": "on",
        "lead": ["AA"],
    }
    return {**given, **values}


def test_a_commitment_is_entered_by_hand(client, officer):
    meeting, tied = (
        make_meeting(slug="m"),
        make_meeting(slug="next", starts_on=date(2031, 5, 1), ends_on=date(2031, 5, 2)),
    )
    make_party("AA")
    typed = new(meeting="m", by_meeting="next", wording="by the next meeting", review_days="90")
    response = client.post("/commitments/new/", typed)
    assert (response.status_code, response.headers["Location"]) == (302, "/commitments/TST-7/")
    made = Commitment.objects.get()
    assert made.meeting == meeting
    final = made.deadlines.get(purpose="final")
    assert (final.due, final.meeting, final.basis) == (date(2031, 4, 30), tied, Basis.DERIVED)
    assert made.deadlines.get(purpose="review").basis == Basis.SET
    html = client.get("/commitments/TST-7/").content.decode()
    assert "Entered by hand: no report is quoted." in html


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"lead": []}, "lead"),
        ({"meeting": ""}, "meeting"),
        ({"reference": "a b"}, "reference"),
        ({"by_meeting": "m", "due": "2030-01-01"}, "by_meeting"),
        ({"by_meeting": "m"}, "by_meeting"),  # due the day before its own meeting
        ({"due": "2026-01-15"}, "due"),
        ({"due": "9999-12-31"}, "due"),
        ({"meeting": "unknown-day", "due": "0001-01-02"}, "due"),
    ],
)
def test_what_is_entered_by_hand_and_cannot_stand_is_told(client, officer, values, field):
    make_meeting(slug="m")
    make_meeting(slug="unknown-day", starts_on=None, ends_on=None)
    make_party("AA")
    response = client.post("/commitments/new/", new(**{"meeting": "m", **values}))
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not Commitment.objects.exists()


def test_a_reference_is_given_once(client, officer, commitment):
    make_meeting(slug="m")
    response = client.post("/commitments/new/", new(meeting="m", reference="TST-1"))
    assert response.status_code == 200
    assert "reference" in response.context["form"].errors
    assert Commitment.objects.count() == 1
