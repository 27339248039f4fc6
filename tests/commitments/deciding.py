"""What the tests of the workbench share: deciding on candidates of the short report, and what then still waits."""

from commitments.models import CandidateDecision
from commitments.workbench import services
from commitments.workbench.services import without_candidates
from tests.commitments.readings import by, candidate


def accept(words, who=None, **values):
    row = candidate(words)
    services.accept(candidate=row, seen=row.version, by=who or by(), **values)
    return row


def dismiss(words, who=None, **values):
    row = candidate(words)
    given = {"reason": "It states a view.", **values}
    services.dismiss(candidate=row, seen=row.version, by=who or by(), **given)
    return row


def waiting(report):
    return without_candidates(report.passages.all(), CandidateDecision.objects.of(report).shown())


def merge_two(report, who):
    rows = [candidate("Share tide tables"), candidate("Dredging")]
    services.merge(candidates=[(row, row.version) for row in rows], by=who)
