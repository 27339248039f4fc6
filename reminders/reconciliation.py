"""The proof in production: what should have been told, compared with what the ledger and outbox hold."""

from collections import Counter
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import User
from commitments.models import Obligation

from . import durations
from . import plan as planner
from .choices import Outcome, State
from .ladder import Ladders
from .models import Email, Pulse, Reminder
from .policy import Policies

# Each should be 0 at any time.
FAULTS = ("unplanned", "unkept", "stuck", "late")
SINCE = timedelta(days=7)


def run(*, now: datetime) -> dict[str, int]:
    """Numbers of promises and mails. `unplanned`: reached steps that no line of the ledger tells;
    `unkept`: promises whose mail will never go; `stuck`: mails under a claim that is over;
    `late`: mails whose time came a while ago.
    """
    recent = Reminder.objects.filter(planned_at__gte=now - SINCE)
    return {
        "promises": recent.live().count(),
        "unplanned": _unplanned(now),
        "unkept": recent.filter(_mail_is_over, outcome=Outcome.INCLUDED).count(),
        "stuck": Email.objects.stuck(timedelta(minutes=1)).count(),
        "late": Email.objects.filter(
            state=State.WAITING, not_before__lt=now - durations.OVERDUE_MAIL(), expires_at__gt=now
        ).count(),
    }


_mail_is_over = Q(email__state__in=[State.FAILED, State.CANCELLED, State.EXPIRED])


def _unplanned(now: datetime) -> int:
    """Steps of people whose hour of mail came a while before a plan ended, and that it has not seen.

    A planner that does not come to its end is told of by its heartbeat.
    """
    planned = Pulse.objects.filter(name="plan").values_list("finished", flat=True).first()
    if planned is None:
        return 0
    then = min(now, planned) - durations.OVERDUE_MAIL()
    people, ladders = User.objects.order_by("pk"), Ladders.of(Policies.stored())
    parts = planner.missing(people, then, ladders)
    lines = Counter(tell.row.line for part in parts for tell in part.rows)
    # What entered the register since is not late yet.
    known = Obligation.objects.filter(
        pk__in=list(lines), registered_at__lte=then, next_deadline__created_at__lte=then
    )
    return sum(lines[pk] for pk in known.order_by().values_list("pk", flat=True))
