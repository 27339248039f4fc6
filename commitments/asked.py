"""What the lists and the page of a commitment ask the database, put together once (accounts.asking)."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField, IntegerField

from accounts.asking import NOW, AskedBy, ByDay
from accounts.models import User
from meetings.models import Instrument, Party
from ui import paging
from ui.prepared import Given, Prepared

from .models import (
    Commitment,
    CommitmentLink,
    Deadline,
    Obligation,
    ProgressReport,
    Quotation,
    Recheck,
)
from .querysets import CommitmentQuerySet, ProgressReportQuerySet

# What the page of a commitment reads, as far as whoever asks may see it.
_KEY = Given("commitment", BigIntegerField())
COMMITMENT = AskedBy(
    lambda who: (
        Commitment.objects.visible_to(who, NOW)
        .filter(reference=Given("reference", CharField()))
        .for_detail()
        .prefetch_related(None)
    )
)
LINES = AskedBy(
    lambda who: Obligation.objects.visible_lines(who, NOW).filter(commitment=_KEY).for_detail()
)
BETWEEN = AskedBy(
    lambda who: (
        Quotation.objects.visible_to(who, NOW)
        .within(Given("start", IntegerField()), Given("end", IntegerField()))
        .filter(report=Given("report", BigIntegerField()))
        .select_related("commitment")
        .in_text_order()
    )
)
STORY = AskedBy(lambda who: CommitmentLink.objects.visible_to(who, NOW).about(_KEY).for_story())
RECHECKS = AskedBy(
    lambda who: (
        Recheck.objects.open().visible_to(who, NOW).filter(commitment=_KEY).for_page().in_order()
    )
)
# The same whoever asks.
_PERSON, _TODAY = Given("user", BigIntegerField()), Given("today", DateField())
INSTRUMENTS = Prepared(lambda: Instrument.objects.filter(commitments=_KEY))
PARTIES = Prepared(lambda: Party.objects.in_order().noting_own(_PERSON, _TODAY))
QUOTED = Prepared(
    lambda: Quotation.objects.filter(commitment=_KEY).with_text().select_related("report__meeting")
)
DEADLINES = Prepared(
    lambda: (
        Deadline.objects.filter(commitment=_KEY)
        .select_related("author", "obligation__party")
        .oldest_first()
    )
)


def _all(user: User, now: datetime) -> CommitmentQuerySet:
    """The rows of the list of commitments before anything is chosen. Of the moment, only the day counts."""
    return Commitment.objects.visible_to(user, now).for_list(user, now)


@lru_cache(maxsize=4)
def counts_by_timing(most: int) -> AskedBy:
    """How many commitments have a line in each state, in one row; none where there are more than `most`."""
    return AskedBy(
        lambda who: Commitment.objects.visible_to(who, NOW).counts_by_timing(who, NOW, most=most)
    )


ALL_COMMITMENTS = ByDay(_all)
ALL_LINES = ByDay(
    lambda user, now: Obligation.objects.visible_to(user, now).for_list().soonest_first()
)
ALL_REPORTS = ByDay(lambda user, now: _listed(ProgressReport.objects.visible_to(user, now)))


def _listed(reports: ProgressReportQuerySet) -> ProgressReportQuerySet:
    return reports.sent().for_list().newest_first()


# Behind these, one look at everything hidden is quicker than a look at each row.
FIRST_REPORTS = 1_000


# The first pages are opened most. Django writes a page's number into its statement: each has one.
@lru_cache(maxsize=64)
def reports_opened(bottom: int, top: int, counted: bool) -> AskedBy:
    """Some of the first `FIRST_REPORTS` before anything is chosen."""

    def make(who: Any) -> Any:
        rows = _listed(ProgressReport.objects.each_visible_to(who, NOW))
        every = _listed(ProgressReport.objects.visible_to(who, NOW))
        return paging.rows_between(rows, bottom, top, counted, of=every)

    return AskedBy(make)


@lru_cache(maxsize=64)
def opened(bottom: int, top: int, counted: bool) -> AskedBy:
    """Some of the commitments before anything is chosen."""

    def make(who: Any) -> Any:
        rows = _all(who, NOW)
        return paging.rows_between(rows.soonest_first(), bottom, top, counted, of=rows)

    return AskedBy(make)
