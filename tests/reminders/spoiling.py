"""What can change between planning and sending, and the reason that is then stored."""

from commitments.choices import Life, Status
from commitments.models import Commitment, Obligation
from reminders.choices import Reason
from tests.factories import days, make_deadline, make_user, restrict
from tests.reminders.conftest import NOW, TODAY


def spoil(line, how):
    """Something changes between planning and sending."""
    one = Obligation.objects.filter(pk=line.pk)
    match how:
        case "done":
            one.update(status=Status.DONE)
        case "withdrawn":
            Commitment.objects.filter(pk=line.commitment_id).update(life=Life.WITHDRAWN)
        case "deadline moved":
            make_deadline(line, TODAY + days(60), now=NOW)
        case "owner changed":
            one.update(owner=make_user())
        case "not visible":
            restrict(line.commitment)


CHANGES = [
    ("done", Reason.CLOSED),
    ("withdrawn", Reason.CLOSED),
    ("deadline moved", Reason.DEADLINE_MOVED),
    ("owner changed", Reason.REASSIGNED),
    ("not visible", Reason.NOT_VISIBLE),
]
