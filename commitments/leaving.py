"""What somebody answers for in the register: it is handed over before they are forgotten."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.forgetting import Held
from accounts.models import User
from meetings.models import Meeting

from .models import Commitment, Obligation


def held(user: User, now: datetime) -> list[Held]:
    """Open lines that name the person, and open lines whose desk officer they are by the commitment or meeting.

    Only administrators ask, who see every line.
    """
    lines = Obligation.objects.open().filter(owner=user)
    shown = lines.select_related("commitment", "party").order_by("commitment__reference", "pk")
    still_open = Obligation.objects.open().order_by()
    commitments = Commitment.objects.filter(officer=user, pk__in=still_open.values("commitment"))
    meetings = Meeting.objects.filter(officer=user, pk__in=still_open.values("commitment__meeting"))
    officer = _("Desk officer of %(what)s")
    return [
        *(
            Held(
                _("Open line: %(reference)s, %(party)s")
                % {"reference": line.commitment.reference, "party": line.party},
                line.get_page_url(),
            )
            for line in shown
        ),
        *(
            Held(officer % {"what": row.reference}, row.get_absolute_url())
            for row in commitments.order_by("reference")
        ),
        *(
            Held(officer % {"what": row}, row.get_absolute_url())
            for row in meetings.order_by("starts_on", "pk")
        ),
    ]
