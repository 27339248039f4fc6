"""Changing a report's candidates: other words, parts, one out of several, and one that was missed."""

import pytest
from django.core.exceptions import ValidationError

from commitments.choices import Origin
from commitments.errors import Stale
from commitments.models import CandidateDecision, WorkbenchAction
from commitments.workbench import services
from tests.commitments.deciding import accept, merge_two
from tests.commitments.readings import by, candidate, make_read_report, passage, span

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    return make_read_report()


def test_editing_changes_words_and_spans(report):
    row = candidate("Dredging")
    values = {"spans": [span("the northern channel")], "title": "Dredge", "parties": ["AA"]}
    services.edit(candidate=row, seen=row.version, values=values, by=by())
    row.refresh_from_db()
    assert row.spans == [list(span("the northern channel"))]
    assert (row.title, row.parties, row.version) == ("Dredge", ["AA"], 2)


def test_editing_without_a_change_is_no_deed(report):
    row = candidate("Dredging")
    services.edit(candidate=row, seen=row.version, values={"title": row.title}, by=by())
    assert not WorkbenchAction.objects.exists()


def test_a_party_does_not_lead_and_contribute(report):
    row = candidate("Dredging")
    values = {"parties": ["AA"], "contributing": ["AA", "BB"]}
    with pytest.raises(ValidationError, match="AA owes it already"):
        services.edit(candidate=row, seen=row.version, values=values, by=by())


def test_a_candidate_moved_into_another_passage_belongs_to_it(report):
    row = candidate("The sea belongs")
    services.edit(
        candidate=row, seen=row.version, values={"spans": [span("thanked the city")]}, by=by()
    )
    assert candidate("The sea belongs").passage.number == 5


def test_splitting_puts_parts_in_the_place_of_the_whole(report):
    row = candidate("Dredging")
    parts = [[span("dredging")], [span("the northern channel")]]
    made = services.split(candidate=row, seen=row.version, parts=parts, by=by())
    row.refresh_from_db()
    assert (row.state, [part.title for part in made]) == (
        "replaced",
        ["Dredging", "The northern channel"],
    )
    assert {(part.state, part.origin, part.strength) for part in made} == {
        ("open", Origin.SPLIT, "stresses")
    }


def test_a_deadline_goes_to_the_part_that_says_it(report):
    row = candidate("Train young pilots")
    parts = [[span("train young")], [span("pilots by 30 June 2027")]]
    first, second = services.split(candidate=row, seen=row.version, parts=parts, by=by())
    assert (first.due, first.wording) == (None, "")
    assert second.wording == "by 30 June 2027"


def test_a_part_belongs_to_the_passage_in_which_it_stands(report):
    merge_two(report, by())
    row = candidate("Share tide")
    parts = [[span("share tide tables every month")], [span("dredging the northern channel")]]
    made = services.split(candidate=row, seen=row.version, parts=parts, by=by())
    assert [one.passage.number for one in made] == [3, 4]


@pytest.mark.parametrize(
    "parts", [[], [[span("dredging")]], [[span("dredging")], [span("dredging")]]]
)
def test_splitting_needs_two_parts_that_differ(report, parts):
    row = candidate("Dredging")
    with pytest.raises(ValidationError, match="at least two parts"):
        services.split(candidate=row, seen=row.version, parts=parts, by=by())


def test_merging_keeps_the_spans_of_all_and_the_deadline_of_one(report):
    rows = [candidate("Train young pilots"), candidate("Dredging")]
    merged = services.merge(candidates=[(row, row.version) for row in rows], by=by())
    assert merged.spans == [
        list(span("train young pilots by 30 June 2027")),
        list(span("dredging the northern channel")),
    ]
    assert (merged.title, merged.wording) == (
        "Train young pilots by 30 June 2027",
        "by 30 June 2027",
    )
    states = CandidateDecision.objects.filter(pk__in=[row.pk for row in rows])
    assert {row.state for row in states} == {"replaced"}


def test_a_merged_candidate_settles_every_passage_that_it_quotes(report):
    rows = [candidate("Share tide tables"), candidate("Train young"), candidate("Dredging")]
    services.merge(candidates=[(row, row.version) for row in rows], by=by())
    accept("Share tide tables")
    assert passage(3).confirmed_at
    assert passage(4).confirmed_at


def test_marking_other_words_makes_a_candidate_and_the_passage_waits_again(report):
    services.confirm(passage=passage(5), seen=1, function="acknowledgement", by=by())
    values = {
        "spans": [span("thanked the city")],
        "title": "Thank the city",
        "strength": "agreed",
        "parties": ["all"],
    }
    made = services.mark(passage=passage(5), seen=2, values=values, by=by())
    assert (made.origin, made.state, passage(5).confirmed_at) == ("person", "open", None)


def test_the_same_words_are_marked_once(report):
    values = {"spans": [span("ninth gathering")], "title": "Gather", "strength": "agreed"}
    services.mark(passage=passage(1), seen=1, values=values, by=by())
    with pytest.raises(ValidationError, match="already"):
        services.mark(passage=passage(1), seen=1, values=values, by=by())
    assert CandidateDecision.objects.filter(title="Gather").count() == 1


def test_words_are_not_marked_in_a_passage_that_was_confirmed_meanwhile(report):
    services.confirm(passage=passage(5), seen=1, function="acknowledgement", by=by())
    values = {"spans": [span("thanked the city")], "title": "Thank", "strength": "agreed"}
    with pytest.raises(Stale):
        services.mark(passage=passage(5), seen=1, values=values, by=by())
    assert passage(5).confirmed_at
    assert CandidateDecision.objects.count() == 4


def test_marking_nothing_is_refused(report):
    with pytest.raises(ValidationError, match="Quote at least"):
        services.mark(passage=passage(5), seen=1, values={"spans": []}, by=by())
