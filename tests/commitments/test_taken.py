"""Two people enter the same at once: one is stored, the other reads why beside the field."""

from datetime import date

import pytest
from django.db import models
from django.test import Client

from accounts.models import SavedView, User
from commitments.models import Obligation, Theme
from meetings.models import FocalPoint, Instrument, Meeting, Party, PartyDay
from tests.factories import (
    make_administrator,
    make_commitment,
    make_focal_point,
    make_instrument,
    make_meeting,
    make_party,
    make_user,
)

pytestmark = pytest.mark.django_db


def rival_comes_first(monkeypatch, model: type[models.Model], store, looks: int = 1) -> None:
    """Somebody else stores theirs after what one typed was checked so often, and before it is stored.

    The administration looks twice: its form does, and the service behind it.
    """
    check, looked = model.full_clean, []

    def checked(self, *args, **kwargs):
        check(self, *args, **kwargs)
        looked.append(self)
        if len(looked) == looks:
            store()

    monkeypatch.setattr(model, "full_clean", checked)


def a_line():
    make_commitment(parties=[make_party("AA")], reference="TST-1")
    return make_party("BB")


def entries():
    """By name: the page, what is typed there, the model, and what the rival stores."""
    person = make_user()
    party, other = make_party("AA"), a_line()
    meeting = {"series": "Ministers", "number": 7, "title": "Meeting"}
    return {
        "line": (
            "/commitments/TST-1/add-line/",
            {"party": "BB", "role": "lead", "sensitivity": "public", "version": 1},
            Obligation,
            lambda: make_copy(Obligation.objects.get(), party=other),
        ),
        "term": (
            "/parties/AA/terms/",
            {"user": person.pk, "starts_on": "2026-01-01"},
            FocalPoint,
            lambda: make_focal_point(party, person, starts_on=date(2026, 1, 1)),
        ),
        "meeting": (
            "/meetings/new/",
            {**meeting, "slug": "mine", "place": "Bishkek"},
            Meeting,
            lambda: make_meeting(series="Ministers", number=7, slug="theirs"),
        ),
        "party": (
            "/parties/new/",
            {"code": "ZZ", "name": "Zland", "kind": "observer", "time_zone": "UTC", "weekend": [7]},
            Party,
            lambda: make_party("ZZ"),
        ),
        "day": (
            "/parties/AA/days/",
            {"day": "2026-05-01", "name": "Spring"},
            PartyDay,
            lambda: PartyDay.objects.create(party=party, day=date(2026, 5, 1), name="May"),
        ),
        "instrument": (
            "/instruments/new/",
            {"slug": "plan", "name": "The plan", "kind": "programme"},
            Instrument,
            lambda: make_instrument(slug="plan"),
        ),
        "theme": (
            "/admin/commitments/theme/add/",
            {"slug": "water", "name": "Water"},
            Theme,
            lambda: Theme.objects.create(slug="water", name="Waters"),
        ),
    }


def make_copy(row: models.Model, **values) -> None:
    row.pk, row._state.adding = None, True
    for name, value in values.items():
        setattr(row, name, value)
    type(row).objects.bulk_create([row])


@pytest.mark.parametrize("what", ["line", "term", "meeting", "party", "day", "instrument", "theme"])
def test_whoever_comes_second_reads_why_beside_the_field(monkeypatch, what):
    client = Client()
    client.force_login(make_administrator())
    path, typed, model, store = entries()[what]
    before = model.objects.count()
    rival_comes_first(monkeypatch, model, store, looks=1 + path.startswith("/admin/"))
    answer = client.post(path, typed)
    # (What the administration refuses is taken back with all that was written meanwhile.)
    assert model.objects.count() == before + (not path.startswith("/admin/")), "the rival's alone"
    assert answer.status_code in {200, 302}
    page = client.get(answer["Location"]) if answer.status_code == 302 else answer
    assert "already" in page.content.decode()


def test_a_view_of_the_same_name_is_refused_in_words(monkeypatch):
    person = make_user()
    client = Client()
    client.force_login(person)
    mine = {"owner": person, "list": "grid", "name": "Late"}
    rival_comes_first(monkeypatch, SavedView, lambda: SavedView.objects.create(**mine))
    answer = client.post("/accounts/views/", {"list": "grid", "name": "Late"}, follow=True)
    assert answer.status_code == 200
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("page", ["add", "{pk}/change"])
def test_an_address_that_somebody_took_at_this_moment_is_refused_in_words(monkeypatch, page):
    client = Client()
    client.force_login(make_administrator())
    person = make_user()
    typed = {
        "name": "Somebody", "email": "new@example.org", "role": "reader", "language": "en",
        "time_zone": "UTC", "delivery_hour": 8, "delivery_days": [1], "is_active": "on",
    }  # fmt: skip
    # A person who is there is looked at by the form alone.
    looks = 2 if page == "add" else 1
    rival_comes_first(monkeypatch, User, lambda: make_user(email="new@example.org"), looks)
    path = f"/admin/accounts/user/{page.format(pk=person.pk)}/"
    answer = client.post(path, typed, follow=True)
    assert answer.status_code == 200
    assert "already" in answer.content.decode()
    assert not User.objects.filter(email="new@example.org", name="Somebody").exists()
