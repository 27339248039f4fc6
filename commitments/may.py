"""Who may act on a line. Reading is decided by the query sets' `visible_to`."""

from datetime import datetime

from accounts.models import User

from .choices import ReportState, Status
from .models import Obligation, ProgressReport
from .rules import may_decide


def may_report(user: User, line: Obligation, now: datetime) -> bool:
    """Whoever answers for the line today; and the secretariat, on behalf of a party."""
    return user.is_secretariat or answers_for(user, line, now)


def answers_for(user: User, line: Obligation, now: datetime) -> bool:
    """The owner of a line, or a focal point of its party while the term runs."""
    return Obligation.objects.filter(pk=line.pk).owed_by(user, now).exists()


def may_decide_on(user: User, report: ProgressReport) -> bool:
    """An officer decides on what awaits validation, never on a report of their own."""
    is_second = may_decide(author=report.author_id, actor=user.pk)
    return user.is_secretariat and is_second and report.state == ReportState.SUBMITTED


def may_write_on(line: Obligation) -> bool:
    """A line that is done is locked."""
    return line.status != Status.DONE
