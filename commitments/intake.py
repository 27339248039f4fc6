"""Reading the texts that are stored: their passages, and what in them may be a commitment.

A text is stored first. If its reading fails, or the process dies on the way, it stays stored and
unread, nothing of the reading is kept, and the next tick reads it again.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction

from accounts.choices import Via
from accounts.models import User
from meetings import reader
from meetings.models import Party, Report
from meetings.reader import Reading
from meetings.reader.parties import sco_members

from .corrections.carrying import carry_over
from .models import Commitment
from .workbench.coded import store_coded
from .workbench.deeds import lock_versions
from .workbench.storing import store_reading

logger = logging.getLogger(__name__)
# Characters that are read while the person waits (a second or two); longer texts wait for the tick.
AT_ONCE = 200_000


def read_report(*, report: Report, actor: User | None, now: datetime, via: str) -> bool:
    """Read a stored text, and before it the versions that it corrects. False: somebody else did."""
    earlier = Report.objects.versions_of(report).unread().filter(version__lt=report.version)
    for before in earlier.earliest_first():
        keep(report=before, reading=read(before, now=now), actor=actor, now=now, via=via)
    return keep(report=report, reading=read(report, now=now), actor=actor, now=now, via=via)


def read_waiting(*, clock: Callable[[], datetime], via: str = Via.WORKER) -> int:
    """Read every text that is stored and not read yet; how many were. One that fails stops no other."""
    done = 0
    for report in Report.objects.unread().defer("raw").earliest_first():
        try:
            done += read_report(report=report, actor=None, now=clock(), via=via)
        except Exception:
            logger.exception("The report %d could not be read; it is tried again.", report.pk)
    return done


def read(report: Report, *, now: datetime) -> Reading:
    """What the reader finds in a text, counted from the last day of its meeting, if that is known."""
    day = report.meeting.ends_on or (report.stored_at or now).date()
    return reader.read(report.text, date=day, members=_members(day), language=report.language)


def keep(*, report: Report, reading: Reading, actor: User | None, now: datetime, via: str) -> bool:
    """Keep a reading whole or not at all, with what was decided on the earlier version.

    A text that came with its commitments (`load_meeting`) was coded by people: it is kept as coded.
    False when the report has been read already.
    """
    with transaction.atomic():
        lock_versions(report)
        if not Report.objects.unread().filter(pk=report.pk).exists():
            return False
        coded = Commitment.objects.filter(quotations__report=report).distinct()
        if coded.exists():
            store_coded(
                report=report, reading=reading, commitments=coded, actor=actor, now=now, via=via
            )
            return True
        passages = store_reading(report=report, reading=reading, actor=actor, now=now, via=via)
        carry_over(report=report, passages=passages, actor=actor, now=now, via=via)
    return True


def _members(day: date) -> list[str] | None:
    """The member states on that day; None for those of the SCO, which the reader knows with its organs."""
    members = Party.objects.members(day).order_by("code").values_list("code", flat=True)
    found = list(members)
    return None if set(found) <= set(sco_members(day)) else found
