"""Deciding on a report's candidates and passages: what settles what, who is too late, what can be taken back."""

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.choices import Via
from accounts.models import Event
from commitments.choices import CandidateState, Origin
from commitments.errors import Stale
from commitments.models import CandidateDecision, WorkbenchAction
from commitments.workbench import services
from commitments.workbench.services import as_labelled, without_candidates
from commitments.workbench.storing import store_reading
from commitments.workbench.undo import undo
from meetings.models import Passage
from tests.commitments.readings import TEXT, by, candidate, make_read_report, passage, reading, span
from tests.factories import NOW, make_commitment, make_officer, make_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    return make_read_report()


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


# Storing ---------------------------------------------------------------------------------------------


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


# Accepting and dismissing ----------------------------------------------------------------------------


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


# Two officers ------------------------------------------------------------------------------------------


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


# Editing, splitting, merging, marking ------------------------------------------------------------------


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


# Confirming --------------------------------------------------------------------------------------------


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


# Undo --------------------------------------------------------------------------------------------------


def state_of(report):
    """Everything about the report's passages and shown candidates but their versions."""
    return (
        list(report.passages.in_text_order().values_list("number", "function", "confirmed_by")),
        list(
            CandidateDecision.objects.of(report).shown().in_text_order()
            .values_list("spans", "title", "state", "reason", "decided_by", "link_kind", "passage")
        ),
    )  # fmt: skip


def merge_two(report, who):
    rows = [candidate("Share tide tables"), candidate("Dredging")]
    services.merge(candidates=[(row, row.version) for row in rows], by=who)


def split_one(report, who):
    row = candidate("Dredging")
    parts = [[span("dredging")], [span("channel")]]
    services.split(candidate=row, seen=row.version, parts=parts, by=who)


def edit_one(report, who):
    row = candidate("The sea belongs")
    values = {"spans": [span("thanked the city")], "title": "Thank"}
    services.edit(candidate=row, seen=row.version, values=values, by=who)


def confirm_every(report, who):
    services.confirm_all(report=report, seen=as_labelled(waiting(report)), by=who)


DEEDS = {
    "accept": lambda report, who: accept("Dredging", who),
    "dismiss": lambda report, who: dismiss("The sea belongs", who, function="context"),
    "edit": edit_one,
    "split": split_one,
    "merge": merge_two,
    "mark": lambda report, who: services.mark(
        passage=passage(1),
        seen=passage(1).version,
        values={"spans": [span("ninth gathering")], "title": "Gather", "strength": "agreed"},
        by=who,
    ),
    "confirm": lambda report, who: services.confirm(
        passage=passage(2), seen=passage(2).version, function="call", by=who
    ),
    "confirm all": confirm_every,
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_taken_back_leaves_everything_as_it_was(report, deed):
    who, was = by(), state_of(report)
    DEEDS[deed](report, who)
    assert state_of(report) != was
    undo(report=report, by=who)
    assert state_of(report) == was


def test_deeds_are_taken_back_one_after_another(report):
    who, was = by(), [state_of(report)]
    for deed in ("mark", "accept", "confirm", "dismiss"):
        DEEDS[deed](report, who)
        was.append(state_of(report))
    row = accept("Share tide tables", who)
    was.append(state_of(report))
    services.reopen(candidate=row, seen=row.version, by=who)
    for before in reversed(was):
        undo(report=report, by=who)
        assert state_of(report) == before
    with pytest.raises(ValidationError, match="nothing of yours"):
        undo(report=report, by=who)


def test_what_another_did_is_not_taken_back(report):
    accept("Dredging")
    with pytest.raises(ValidationError, match="nothing of yours"):
        undo(report=report, by=by())


def test_what_another_has_built_on_is_not_taken_back(report):
    who = by()
    row = accept("Dredging", who)
    services.reopen(candidate=row, seen=row.version, by=by(make_officer(name="Olga Ortiz")))
    with pytest.raises(
        ValidationError, match="Olga Ortiz has built on it .*opened a candidate again"
    ):
        undo(report=report, by=who)
    row.refresh_from_db()
    assert row.state == "open"


def test_undo_of_one_candidate_unsettles_the_passage_that_another_settled(report):
    who = by()
    accept("Share tide tables", who)
    accept("Train young pilots", by())
    undo(report=report, by=who)
    assert passage(3).confirmed_at is None
    assert candidate("Train young pilots").state == CandidateState.ACCEPTED


def test_undo_is_told_in_the_log(report):
    who = by()
    accept("Dredging", who)
    undo(report=report, by=who)
    told = Event.objects.get(action="text.undone")
    assert (told.actor, told.after) == (who.actor, {"undone": "accept"})


def test_deeds_on_one_report_say_nothing_about_another(report):
    other = make_report(language="ru", meeting=report.meeting)
    accept("Dredging", who := by())
    with pytest.raises(ValidationError, match="nothing of yours"):
        undo(report=other, by=who)


# The log -----------------------------------------------------------------------------------------------


def test_every_deed_has_words_in_the_history(report, client):
    who = by()
    for deed in DEEDS:
        DEEDS[deed](report, who)
        undo(report=report, by=who)
    row = accept("Dredging", who)
    services.reopen(candidate=row, seen=row.version, by=who)
    client.force_login(who.actor)
    page = client.get("/history/").content.decode()
    for words in ("accepted the candidate", "split the candidate", "confirmed the passage",
                  "took back what was done", "opened the candidate again", "read the report"):  # fmt: skip
        assert words in page
    assert "passage 4: Dredging the northern channel" in page
    assert f"{row.get_absolute_url()}".replace("&", "&amp;") in page
