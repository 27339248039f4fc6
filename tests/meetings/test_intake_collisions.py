"""Several people and workers at the same moment: one version is stored, and it is read once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from accounts.choices import Via
from accounts.models import Event
from commitments import intake
from commitments.models import CandidateDecision
from meetings.documents import Document
from meetings.models import Report
from meetings.services import add_report
from tests.commitments.lines import read_lines
from tests.factories import NOW, make_meeting, make_officer, make_report

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8
TEXT = "The parties agreed to share the tables of the tides with each other."


def at_once(deed: Callable[[int], str]) -> list[str]:
    """What becomes of the same deed done by several at the same moment."""
    together = Barrier(AT_ONCE)

    def run(number: int) -> str:
        try:
            together.wait(30)
            return deed(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def test_one_of_several_texts_becomes_the_version_and_the_others_are_told() -> None:
    meeting, officer = make_meeting(), make_officer()

    def store(number: int) -> str:
        text = f"{TEXT}\nNumber {number}."
        values = {"title": "", "source_url": "", "sensitivity": "public", "restricted_to": None}
        try:
            add_report(
                meeting=meeting,
                document=Document("txt", text),
                raw=text.encode(),
                language="en",
                seen=0,
                values=values,
                actor=officer,
                now=NOW,
                via=Via.PAGE,
            )
        except ValidationError as error:
            return str(error.code)
        return "stored"

    assert sorted(at_once(store)) == ["stale"] * (AT_ONCE - 1) + ["stored"]
    assert [report.version for report in Report.objects.all()] == [1]
    assert Event.objects.filter(action="text.stored").count() == 1


def test_a_report_that_several_workers_read_is_kept_once() -> None:
    report = make_report(text=TEXT)
    reading = read_lines(TEXT)

    def keep(number: int) -> str:
        mine = Report.objects.get(pk=report.pk)
        kept = intake.keep(report=mine, reading=reading, actor=None, now=NOW, via=Via.WORKER)
        return "kept" if kept else "late"

    assert sorted(at_once(keep)) == ["kept"] + ["late"] * (AT_ONCE - 1)
    assert report.passages.count() == CandidateDecision.objects.count() == 1
    assert Event.objects.filter(action="text.read").count() == 1
