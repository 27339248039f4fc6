"""Deciding on a report's candidates and passages: what settles what, and who is too late."""

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.choices import Via
from accounts.models import Event
from commitments.errors import Stale
from commitments.models import CandidateDecision, WorkbenchAction
from commitments.workbench import services
from commitments.workbench.services import as_labelled
from commitments.workbench.storing import store_reading
from meetings.models import Passage
from tests.commitments.deciding import accept, dismiss, waiting
from tests.commitments.readings import TEXT, by, candidate, make_read_report, passage, reading, span
from tests.factories import NOW, make_commitment, make_officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    return make_read_report()


# Storing ----------------------------------------------------------------------------------------


def test_a_reading_is_stored_with_its_passages_and_candidates(report):
    assert report.read_at == NOW
    assert [row.number for row in report.passages.in_text_order()] == [1, 2, 3, 4, 5, 6]
    assert "".join(TEXT[p.start : p.end] for p in report.passages.in_text_order()) == TEXT.replace(
        "\n", ""
    )
    pilots = candidate("Train young pilots")
    assert (pilots.state, pilots.origin, pilots.basis) == ("open", "reader", "stated")
    assert pilots.due.isoformat() == "2027-06-30"
    assert Event.objects.get(action="text.read").after == {"passage_count": 6, "candidate_count": 4}


def test_an_empty_span_of_operative_words_does_not_cost_the_reading():
    found = reading()
    passages = tuple(replace(p, operative=(p.start, p.start)) for p in found.passages)
    candidates = tuple(replace(c, operative=(c.spans[0][0],) * 2) for c in found.candidates)
    make_read_report(replace(found, passages=passages, candidates=candidates))
    assert passage(3).operative is None
    assert candidate("Train young pilots").operative is None


def test_a_report_is_read_once(report):
    with pytest.raises(ValidationError, match="read already"):
        store_reading(report=report, reading=reading(), actor=None, now=NOW, via=Via.PAGE)
    assert report.passages.count() == 6


def test_an_item_of_a_list_names_its_stem():
    from dataclasses import replace

    read = reading()
    passages = (*read.passages[:3], replace(read.passages[3], stem=2), *read.passages[4:])
    make_read_report(replace(read, passages=passages))
    assert passage(4).stem == passage(3)


def test_passages_do_not_share_a_start(report):
    with pytest.raises(IntegrityError):
        Passage.objects.create(report=report, number=9, start=0, end=4, function="context")


# Accepting and dismissing -----------------------------------------------------------------------


def test_a_passage_is_settled_by_the_last_of_its_candidates(report):
    accept("Share tide tables")
    assert passage(3).confirmed_at is None
    officer = make_officer()
    accept("Train young pilots", by(officer))
    row = passage(3)
    assert (row.function, row.confirmed_by, row.confirmed_at) == ("commitment", officer, NOW)


def test_a_passage_whose_candidates_are_none_does_what_the_person_says(report):
    dismiss("The sea belongs", function="context")
    assert (passage(6).function, bool(passage(6).confirmed_at)) == ("context", True)


def test_a_passage_whose_candidates_are_none_is_a_position_unless_the_person_says_otherwise(report):
    dismiss("The sea belongs")
    assert passage(6).function == "position"


def test_one_commitment_among_two_candidates_makes_the_passage_a_commitment(report):
    accept("Share tide tables")
    dismiss("Train young pilots", function="context")
    assert passage(3).function == "commitment"


def test_dismissing_needs_a_reason(report):
    row = candidate("The sea belongs")
    with pytest.raises(ValidationError, match="Say why") as refused:
        services.dismiss(candidate=row, seen=row.version, reason="  ", by=by())
    assert "reason" in refused.value.message_dict
    row.refresh_from_db()
    assert row.state == "open"


def test_accepting_may_say_what_it_does_to_an_earlier_commitment(report):
    earlier = make_commitment()
    row = accept("Dredging", earlier=earlier, link_kind="widens")
    row.refresh_from_db()
    assert (row.earlier, row.link_kind) == (earlier, "widens")


def test_a_link_without_its_kind_is_refused(report):
    with pytest.raises(ValidationError, match="Choose what it does"):
        accept("Dredging", earlier=make_commitment())


def test_what_was_decided_can_be_opened_again(report):
    row = accept("Dredging")
    services.reopen(candidate=row, seen=row.version, by=by())
    row.refresh_from_db()
    assert (row.state, row.decided_by, passage(4).confirmed_at) == ("open", None, None)


def test_what_is_open_cannot_be_opened_again(report):
    row = candidate("Dredging")
    with pytest.raises(ValidationError, match="accepted or dismissed"):
        services.reopen(candidate=row, seen=row.version, by=by())


# Two officers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("second", ["accept", "dismiss", "edit", "split", "merge"])
def test_whoever_decides_second_is_told_and_changes_nothing(report, second):
    late, other = candidate("Dredging"), candidate("Share tide tables")
    seen = late.version
    dismiss("Dredging")
    calls = {
        "accept": lambda: services.accept(candidate=late, seen=seen, by=by()),
        "dismiss": lambda: services.dismiss(candidate=late, seen=seen, reason="None.", by=by()),
        "edit": lambda: services.edit(candidate=late, seen=seen, values={"title": "X"}, by=by()),
        "split": lambda: services.split(
            candidate=late, seen=seen, parts=[[span("dredging")], [span("channel")]], by=by()
        ),
        "merge": lambda: services.merge(candidates=[(late, seen), (other, other.version)], by=by()),
    }
    deeds = WorkbenchAction.objects.count()
    with pytest.raises(Stale):
        calls[second]()
    stored = CandidateDecision.objects.get(pk=late.pk)
    assert (stored.state, stored.title) == ("dismissed", "Dredging the northern channel")
    assert WorkbenchAction.objects.count() == deeds
    assert CandidateDecision.objects.count() == 4


def test_whoever_reads_a_decision_is_told_who_took_it(report):
    officer = make_officer(name="Olga Ortiz")
    dismiss("Dredging", by(officer))
    row = candidate("Dredging")
    with pytest.raises(ValidationError, match="Olga Ortiz has decided .* dismissed"):
        services.accept(candidate=row, seen=row.version, by=by())


def test_a_passage_confirmed_by_another_is_not_confirmed_over(report):
    late = passage(1)
    services.confirm(passage=passage(1), seen=1, function="context", by=by())
    with pytest.raises(Stale):
        services.confirm(passage=late, seen=1, function="call", by=by())
    assert passage(1).function == "context"


# Confirming -------------------------------------------------------------------------------------


def test_a_passage_with_an_open_candidate_is_not_confirmed_beside_it(report):
    with pytest.raises(ValidationError, match="Decide on its candidates first"):
        services.confirm(passage=passage(3), seen=1, function="position", by=by())


def test_a_passage_with_a_commitment_is_nothing_else(report):
    accept("Dredging")
    with pytest.raises(ValidationError, match="A commitment was accepted here"):
        services.confirm(passage=passage(4), seen=2, function="position", by=by())


def test_a_function_that_does_not_exist_is_refused(report):
    with pytest.raises(ValidationError, match="functions shown"):
        services.confirm(passage=passage(1), seen=1, function="sermon", by=by())


def test_all_passages_without_candidates_are_confirmed_as_labelled(report):
    rows = waiting(report)
    assert [row.number for row in rows] == [1, 2, 5]
    assert services.confirm_all(report=report, seen=as_labelled(rows), by=by()) == 3
    assert report.passages.unconfirmed().count() == 3
    assert passage(5).function == "acknowledgement"


def test_all_are_not_confirmed_when_one_was_labelled_anew_meanwhile(report):
    seen = as_labelled(waiting(report))
    services.confirm(passage=passage(1), seen=1, function="context", by=by())
    with pytest.raises(Stale):
        services.confirm_all(report=report, seen=seen, by=by())
    assert report.passages.confirmed().count() == 1


def test_all_are_not_confirmed_when_others_wait_in_their_place(report):
    """As many as before, in the same versions: which they are counts."""
    seen = as_labelled(waiting(report))
    row = candidate("The sea belongs")
    services.edit(candidate=row, seen=1, values={"spans": [span("ninth gathering")]}, by=by())
    Passage.objects.filter(number=6).update(version=1, confirmed_at=None, confirmed_by=None)
    with pytest.raises(Stale):
        services.confirm_all(report=report, seen=seen, by=by())
