"""Somebody who left traces everywhere, and the moment at which that is."""

import pytest
from django.core.cache import cache
from django.test import Client

from accounts import middleware
from accounts.models import SavedView
from commitments.choices import Claim
from reminders import deliver, plan
from reminders.models import Absence, Mute
from tests.factories import (
    NOW,
    PASSWORD,
    days,
    make_administrator,
    make_focal_point,
    make_obligation,
    make_party,
    make_submitted,
    make_user,
)
from tests.security.lives import ADDRESS, NAME, as_, preferences


@pytest.fixture
def at_now(monkeypatch, settings):
    monkeypatch.setattr(middleware, "read_clock", lambda: NOW)
    settings.EMAIL_BACKEND = "reminders.backend.OutboxBackend"
    cache.clear()  # counts how often one machine asks for a new password


@pytest.fixture
def person():
    return make_user(name=NAME, email=ADDRESS, password=PASSWORD, time_zone="Asia/Bishkek")


@pytest.fixture
def administrator():
    return make_administrator()


@pytest.fixture
def life(person, administrator, relay):
    """Somebody who left traces everywhere: in the register, the ledger, mail, settings, both logs."""
    party = make_party("KZ")
    term = make_focal_point(party, person)
    line = make_obligation(party, due=NOW.date() + days(7), now=NOW - days(100))
    report = make_submitted(line, person, claimed=Claim.DONE)
    make_obligation(party, due=NOW.date() + days(7), now=NOW - days(100))
    plan.run(now=NOW)
    deliver.run(clock=lambda: NOW)

    client = as_(person)
    client.post("/reminders/calendar/make/")
    client.post("/accounts/preferences/", preferences(person))
    make = {"name": f"Views of {NAME}", "list": "commitments:list", "query": "q=a"}
    SavedView.objects.create(owner=person, is_shared=False, **make)
    SavedView.objects.create(owner=person, is_shared=True, **make | {"name": "For all"})
    Mute.objects.create(user=person, obligation=line, at=NOW)
    other = make_user()
    Absence.objects.create(
        user=person, stand_in=other, starts_on=NOW.date(), ends_on=NOW.date() + days(3)
    )
    change = {
        "name": NAME, "email": ADDRESS, "role": "reader", "is_active": "on", "language": "ru",
        "time_zone": "UTC", "delivery_hour": 9, "delivery_days": [1, 2],
    }  # fmt: skip
    as_(administrator).post(f"/admin/accounts/user/{person.pk}/change/", change)
    Client().post("/accounts/password/reset/", {"email": ADDRESS})
    person.refresh_from_db()
    return {"term": term, "line": line, "report": report, "other": other}
