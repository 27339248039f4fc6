"""What somebody decided, changed or registered while the page of the register was being filled in."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from commitments.models import Commitment
from commitments.workbench import register_views, services
from commitments.workbench.registering import Registration, RowError, register_accepted
from commitments.workbench.undo import undo
from tests.commitments.deciding import accept
from tests.commitments.readings import by, candidate, make_read_report
from tests.commitments.registering import errors, page, send, typed
from tests.factories import make_officer, make_party

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    person = make_officer(name="Omar Officer")
    client.force_login(person)
    return person


@pytest.fixture
def report(officer):
    report = make_read_report()
    for title in ("Share tide", "Train young", "Dredging"):
        accept(title)
    return report


def test_what_was_opened_again_meanwhile_is_not_registered(client, report):
    data = typed(page(client))
    row = candidate("Dredging")
    services.reopen(candidate=row, seen=row.version, by=by())
    address = reverse("meetings:workbench-register", args=["harbour-9"])
    client.post(address, data)
    assert sorted(Commitment.objects.values_list("title", flat=True)) == [
        "Share tide tables every month",
        "Train young pilots by 30 June 2027",
    ]


def test_what_was_changed_meanwhile_is_refused_with_all_the_rest(client, report):
    data = typed(page(client))
    row = candidate("Dredging")
    services.reopen(candidate=row, seen=row.version, by=by())
    services.accept(candidate=row, seen=row.version, by=by())
    response = client.post(reverse("meetings:workbench-register", args=["harbour-9"]), data)
    assert response.status_code == 409
    assert "Somebody changed this" in str(errors(response)["dredging"])
    assert not Commitment.objects.exists()


def test_what_was_accepted_meanwhile_does_not_come_in_as_an_empty_row(client, report):
    row = candidate("Dredging")
    services.reopen(candidate=row, seen=row.version, by=by())
    data = typed(page(client), share__title="")
    services.accept(candidate=row, seen=row.version, by=by())
    response = client.post(reverse("meetings:workbench-register", args=["harbour-9"]), data)
    assert errors(response) == {"share": {"title": ["Fill this in."]}}
    assert len(response.context["rows"]) == 2


def test_after_that_it_can_be_sent_again_with_what_was_typed(client, report):
    data = typed(page(client), share__title="Typed by me")
    row = candidate("Dredging")
    services.reopen(candidate=row, seen=row.version, by=by())
    services.accept(candidate=row, seen=row.version, by=by())
    address = reverse("meetings:workbench-register", args=["harbour-9"])
    response = client.post(address, data)
    assert client.post(address, typed(response)).status_code == 302
    assert Commitment.objects.filter(title="Typed by me").count() == 1
    assert Commitment.objects.count() == 3


def test_what_was_left_out_because_it_was_opened_again_is_named(client, report):
    data = typed(page(client))
    row = candidate("Dredging")
    services.reopen(candidate=row, seen=row.version, by=by())
    address = reverse("meetings:workbench-register", args=["harbour-9"])
    response = client.post(address, data, follow=True)
    said = [str(message) for message in response.context["messages"]]
    assert len(said) == 2
    assert "Dredging the northern channel" in said[1]


def test_a_button_pressed_twice_says_twice_what_is_in_the_register(client, report):
    data = typed(page(client))
    address = reverse("meetings:workbench-register", args=["harbour-9"])
    client.post(address, data)
    response = client.post(address, data, follow=True)
    assert response.redirect_chain
    assert "HARBOUR9-01" in str(next(iter(response.context["messages"])))
    assert Commitment.objects.count() == 3


def test_pressed_twice_at_once_the_second_waits_and_says_the_same(client, report, monkeypatch):
    """Both have read the rows before one of them has registered them."""
    data = typed(page(client))
    rows = register_views._accepted(report)
    address = reverse("meetings:workbench-register", args=["harbour-9"])
    client.post(address, data)
    answers = iter([rows])
    after = register_views._accepted
    monkeypatch.setattr(
        register_views, "_accepted", lambda report: next(answers, None) or after(report)
    )
    response = client.post(address, data, follow=True)
    assert response.redirect_chain
    assert Commitment.objects.count() == 3


def test_what_nobody_has_accepted_is_not_registered(report):
    row = candidate("The sea belongs")
    entry = Registration(row, row.version, "HM-9", row.title, [make_party("AA")])
    with pytest.raises(RowError, match="Somebody changed this"):
        register_accepted(report=report, rows=[entry], by=by())
    assert not Commitment.objects.exists()


def test_what_is_registered_is_not_taken_back_on_the_workbench(client, officer, report):
    send(client)
    with pytest.raises(ValidationError, match="withdrawn on its own page"):
        undo(report=report, by=by(officer))
    assert (
        "Undo" not in client.get(reverse("meetings:workbench", args=["harbour-9"])).content.decode()
    )
    row = candidate("Dredging")
    with pytest.raises(ValidationError, match="Only what was accepted"):
        services.reopen(candidate=row, seen=row.version, by=by(officer))
