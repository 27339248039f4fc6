"""The roll-ups of many commitments, told by the database at once."""

import pytest

from accounts.choices import Via
from commitments import progress
from commitments.choices import Claim, Status
from commitments.models import Obligation
from commitments.rules import roll_up
from tests.factories import NOW, days, make_commitment, make_focal_point, make_party, make_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def many():
    """Thirty commitments of two lines: every status, late and not, a report here and there."""
    report, parties = make_report(), [make_party("AA"), make_party("BB", time_zone="Asia/Tokyo")]
    person = make_focal_point(parties[0]).user
    found = []
    for number in range(30):
        due = NOW.date() + days(number - 15) if number % 3 else None
        commitment = make_commitment(report, parties, due)
        first, second = commitment.obligations.order_by("pk")
        first.status = Status.values[number % len(Status.values)]
        second.status = Status.values[number // 2 % len(Status.values)]
        first.save()
        second.save()
        if number % 5 == 0 and first.status != Status.DONE:
            draft = progress.save_draft(
                obligation=first, author=person, claimed=Claim.STALLED, text="Held up.", now=NOW
            )
            progress.submit(report=draft, actor=person, now=NOW, via=Via.PAGE)
        found.append(commitment)
    return found


def test_sql_and_python_add_up_alike(many):
    told = Obligation.objects.roll_ups(NOW)
    for commitment in many:
        lines = commitment.obligations.with_reports().select_related("commitment")
        assert told[commitment.pk] == roll_up(
            (line.status, line.is_overdue(NOW), line.is_awaiting) for line in lines
        )


def test_one_statement_tells_them_all(many, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert len(Obligation.objects.roll_ups(NOW)) == len(many)
