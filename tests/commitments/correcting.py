"""What the tests of corrected reports share: a report, what is registered from it, and its next version."""

from accounts.choices import Via
from commitments.choices import CandidateState
from commitments.models import CandidateDecision, Recheck
from commitments.reading import current
from commitments.services import Span
from tests.commitments.lines import make_version
from tests.factories import NOW, make_commitment, make_party

TEXT = (
    "Report of the meeting\n"
    "The parties agreed to hold joint exercises by 2030.\n"
    "They noted that the weather was fine.\n"
    "They agreed to open a training centre in Bishkek.\n"
    "The next meeting will take place in Russia."
)
EXERCISES, CENTRE = "hold joint exercises by 2030", "open a training centre in Bishkek"


def span(words, text=TEXT, operative="agreed to"):
    start = text.index(words)
    verb = text.rindex(operative, 0, start)
    return Span(start, start + len(words), (verb, verb + len(operative)))


def register(report, words, reference, **values):
    made = make_commitment(
        report,
        [make_party("AA")],
        reference=reference,
        title=words.capitalize(),
        spans=[span(words)],
        **values,
    )
    row = CandidateDecision.objects.of(report).get(title__iexact=words)
    CandidateDecision.objects.filter(pk=row.pk).update(
        state=CandidateState.REGISTERED, commitment=made
    )
    return made


def corrected(first, old, new, **values):
    assert old in first.text
    return make_version(first, first.text.replace(old, new), **values)


def quoted(commitment):
    """What it quotes now: version and words."""
    rows = current(commitment.quotations.with_text())
    return [(row.report.version, row.text) for row in rows]


def recheck_of(commitment):
    return Recheck.objects.open().select_related("commitment", "report").get(commitment=commitment)


def by(officer):
    return {"actor": officer, "now": NOW, "via": Via.PAGE}


def decided_on(report):
    rows = CandidateDecision.objects.of(report).shown().in_text_order()
    return {row.title: row.state for row in rows}
