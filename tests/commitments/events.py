"""What the log tells of a commitment or of a line."""

from accounts.models import Event
from commitments.models import Commitment, Obligation


def events_of(row: Commitment | Obligation):
    return Event.objects.filter(object_type=row._meta.model_name, object_id=row.pk)
