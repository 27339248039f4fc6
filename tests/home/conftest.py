"""A register in which something stands in every state."""

import itertools

import pytest
from django.utils import timezone

from commitments.models import Commitment, Obligation
from meetings.choices import Sensitivity
from meetings.models import Party
from sco_tracker import sample
from tests.factories import (
    days,
    make_deadline,
    make_focal_point,
    make_returned,
    make_submitted,
    make_user,
)


@pytest.fixture
def register():
    """The sample, with lines in every state and some that a reader may not see."""
    now = timezone.now()
    sample.load_sample(now=now)
    lines = list(Obligation.objects.order_by("pk"))
    for number, status in enumerate(["done", "stalled", "in_progress", "partly_done", "not_owed"]):
        keys = [line.pk for line in lines[number::7]]
        Obligation.objects.filter(pk__in=keys).update(status=status)
    Obligation.objects.filter(pk__in=[line.pk for line in lines[::5]]).update(
        sensitivity=Sensitivity.PARTY
    )
    hidden = Commitment.objects.filter(reference__in=["SCS14-04", "SCS14-07", "SCS14-31"])
    hidden.update(sensitivity=Sensitivity.SECRETARIAT)
    make_deadline(Obligation.objects.get(commitment__reference="SCS14-20"), now.date() + days(5))
    old = [line.pk for line in lines[::3]]
    Obligation.objects.filter(pk__in=old).update(registered_at=now - days(200))
    open_ones = [line for line in Obligation.objects.order_by("pk") if line.status != "done"]
    for line, make in zip(open_ones[::9], itertools.cycle([make_submitted, make_returned])):
        make(line, make_user(), now=now - days(1))
    make_focal_point(
        Party.objects.get(code="KZ"), make_user(email="deputy@example.org"), is_deputy=True
    )
    # Last, since nothing is reported on what is out of force.
    Commitment.objects.filter(reference="SCS14-12").update(life="withdrawn")
