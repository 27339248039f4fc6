"""People and lines that the tests of reminders start from."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest

from accounts.models import User
from commitments.models import Obligation
from meetings.models import Party
from reminders import ahead, plan
from reminders.models import Email
from tests import factories
from tests.factories import days, make_focal_point, make_obligation, make_party

NOW = factories.NOW  # Tuesday, 10 March 2026, 09:00 UTC
TODAY = NOW.date()


@dataclass
class Case:
    """A party with its focal point, whose mail comes from 8 o'clock (UTC)."""

    party: Party
    person: User

    def line(self, in_days: int, *, known_for: int = 100, **values: object) -> Obligation:
        """A line that is due in so many days and has been known for longer than all its steps."""
        due: date = TODAY + days(in_days)
        entered: datetime = NOW - days(known_for)
        return make_obligation(self.party, due=due, now=entered, **values)


@pytest.fixture(autouse=True)
def own_backend(settings: Any) -> None:
    """The product's way of mail, which the test runner replaces by one that only remembers."""
    settings.EMAIL_BACKEND = "reminders.backend.OutboxBackend"


@pytest.fixture
def case(db: None) -> Case:
    party = make_party("KZ", name="Kazakhstan")
    return Case(party, make_focal_point(party).user)


@pytest.fixture
def email(case: Case) -> Email:
    """A planned digest with one item."""
    case.line(7)
    plan.run(now=NOW)
    return Email.objects.get()


def ahead_of(commitment, person):
    """What the page of a commitment says is to come, to one person."""
    shown = Obligation.objects.visible_to(person, NOW).filter(commitment=commitment)
    return ahead.of(list(shown.for_detail()), person, NOW)
