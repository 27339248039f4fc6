"""Several officers on one report at the same instant: nothing is decided twice, nothing is left half settled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from commitments.models import CandidateDecision, Commitment, WorkbenchAction
from commitments.workbench import services
from commitments.workbench.registering import Registration, RowError, register_accepted
from meetings.models import Party, Passage, Report
from tests.commitments.lines import keep_lines, make_version
from tests.commitments.readings import by, candidate, make_read_report
from tests.factories import make_officer, make_report

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(deeds: list[Callable[[], object]]) -> list[str]:
    """Do all of them when all have read what they need; what became of each."""
    ready = Barrier(len(deeds))

    def one(deed: Callable[[], object]) -> str:
        try:
            ready.wait(30)
            deed()
        except (ValidationError, RowError):
            return "told"
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


def accepting(row: CandidateDecision) -> Callable[[], object]:
    who = by(make_officer())
    return lambda: services.accept(candidate=row, seen=row.version, by=who)


def dismissing(row: CandidateDecision) -> Callable[[], object]:
    who = by(make_officer())
    return lambda: services.dismiss(candidate=row, seen=row.version, reason="A view.", by=who)


def test_one_candidate_is_decided_once() -> None:
    make_read_report()
    deeds = [
        (accepting if n % 2 else dismissing)(candidate("Dredging")) for n in range(8)
    ]  # fmt: skip
    outcomes = at_once(deeds)
    assert sorted(outcomes) == ["done"] + ["told"] * 7
    assert candidate("Dredging").version == 2
    assert WorkbenchAction.objects.count() == 1


def test_the_last_two_candidates_decided_at_once_settle_the_passage() -> None:
    make_read_report()
    for _ in range(5):
        outcomes = at_once(
            [accepting(candidate("Share tide")), dismissing(candidate("Train young"))]
        )
        assert outcomes == ["done", "done"]
        passage = Passage.objects.get(number=3)
        assert passage.confirmed_at
        assert passage.function == "commitment"
        for title in ("Share tide", "Train young"):
            row = candidate(title)
            services.reopen(candidate=row, seen=row.version, by=by())
        assert Passage.objects.get(number=3).confirmed_at is None


def test_one_candidate_is_registered_once() -> None:
    report = Report.objects.select_related("meeting").get(pk=make_read_report().pk)
    row = candidate("Dredging")
    services.accept(candidate=row, seen=row.version, by=by())
    lead = list(Party.objects.all())

    def registering(number: int) -> Callable[[], object]:
        own, who = candidate("Dredging"), by(make_officer())
        entry = Registration(own, own.version, f"HM-{number}", own.title, lead)
        return lambda: register_accepted(report=report, rows=[entry], by=who)

    outcomes = at_once([registering(number) for number in range(6)])
    assert sorted(outcomes) == ["done"] + ["told"] * 5
    assert Commitment.objects.count() == 1


def test_a_decision_is_taken_on_the_version_before_or_goes_over_to_the_next() -> None:
    """Never is it taken on a text that has been corrected, where nobody sees it any more."""
    for trial in range(5):
        first = make_version(None, "The parties agreed to hold joint exercises.\nIt was fine.")
        later = make_report(first.meeting, first.text + f"\nTrial {trial}.", version=2)
        row = CandidateDecision.objects.of(first).select_related("passage__report").get()
        Report.objects.filter(pk=later.pk).update(version=1, language="zh")  # not stored yet

        def store(later: Report = later) -> None:
            Report.objects.filter(pk=later.pk).update(version=2, language="en")
            keep_lines(later)

        outcomes = at_once([accepting(row), store])
        assert outcomes[1] == "done"
        carried = CandidateDecision.objects.of(later).get()
        assert carried.state == ("accepted" if outcomes[0] == "done" else "open")
