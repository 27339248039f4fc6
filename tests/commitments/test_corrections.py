"""A corrected report: what stays as decided, what is quoted anew, and what waits for an officer."""

import pytest

from accounts.choices import Via
from commitments import editing
from commitments.choices import CandidateState, RecheckState
from commitments.corrections import services
from commitments.models import CandidateDecision, Commitment, Recheck
from commitments.services import Span
from commitments.workbench import services as workbench
from commitments.workbench.deeds import By
from tests.commitments.correcting import (
    CENTRE,
    EXERCISES,
    TEXT,
    by,
    corrected,
    decided_on,
    quoted,
    recheck_of,
    register,
    span,
)
from tests.commitments.lines import make_version
from tests.factories import (
    NOW,
    make_commitment,
    make_obligation,
    make_officer,
    make_party,
    make_report,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def first():
    return make_version(None, TEXT)


@pytest.fixture
def exercises(first):
    return register(first, EXERCISES, "TST-1")


@pytest.fixture
def officer():
    return make_officer()


# Quotations ------------------------------------------------------------------------------------------


def test_a_commitment_is_quoted_from_the_corrected_version_where_its_words_are_the_same(
    first, exercises
):
    corrected(first, "Report of the meeting", "Corrected report of the meeting")
    assert quoted(exercises) == [(2, EXERCISES)]
    assert not Recheck.objects.exists()


def test_the_old_quotation_stays_with_the_old_version(first, exercises):
    corrected(first, "Report of the meeting", "Corrected report of the meeting")
    rows = exercises.quotations.order_by("report__version")
    assert [(row.report.version, row.text) for row in rows.with_text()] == [
        (1, EXERCISES),
        (2, EXERCISES),
    ]
    assert rows[0].start != rows[1].start


def test_the_operative_words_go_with_the_quotation(first, exercises):
    second = corrected(first, "Report of the meeting", "Corrected report of the meeting")
    row = exercises.quotations.get(report=second)
    assert second.text[row.operative_start : row.operative_end] == "agreed to"


def test_a_commitment_whose_words_changed_waits_and_keeps_its_words(first, exercises):
    corrected(first, "by 2030", "by 2035")
    recheck = recheck_of(exercises)
    assert quoted(exercises) == [(1, EXERCISES)]
    assert recheck.before == "The parties agreed to hold joint exercises by 2030."
    assert recheck.after == "The parties agreed to hold joint exercises by 2035."
    assert services.suggested_words(recheck) == "hold joint exercises by 2035"


def test_a_commitment_whose_sentence_is_gone_waits_with_nothing_beside_it(first, exercises):
    corrected(first, "The parties agreed to hold joint exercises by 2030.\n", "")
    recheck = recheck_of(exercises)
    assert (recheck.after, recheck.suggested) == ("", [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("agreed to hold", "discussed whether to hold"),
        ("parties agreed", "parties have not agreed"),
        ("The parties agreed to hold", "Some parties agreed to hold"),
    ],
)
def test_what_governs_the_words_counts_as_much_as_the_words(first, exercises, old, new):
    corrected(first, old, new)
    assert recheck_of(exercises)
    assert quoted(exercises) == [(1, EXERCISES)]


def test_the_stem_of_a_list_governs_its_items():
    text = "The parties agreed to:\na) hold joint exercises;\nb) open a training centre."
    first = make_version(None, text)
    verb = text.index("agreed to")
    items = [
        make_commitment(
            first,
            [make_party("AA")],
            spans=[Span(text.index(w), text.index(w) + len(w), (verb, verb + 9))],
        )
        for w in ("hold joint exercises", "open a training centre")
    ]
    corrected(first, "agreed to:", "discussed how to:")
    assert {row.commitment for row in Recheck.objects.open()} == set(items)


def test_a_passage_whose_commitment_waits_is_not_settled(first, exercises, officer):
    """Its words are the same, but what governs them stands in another sentence that changed."""
    verb = first.text.index("They noted")
    exercises.quotations.update(operative_start=verb, operative_end=verb + 10)
    first.passages.update(confirmed_at=NOW, confirmed_by=officer)
    later = corrected(first, "They noted", "They doubted")
    assert Recheck.objects.open().get().commitment == exercises
    assert later.passages.unconfirmed().filter(number=2).exists()


def test_only_the_commitments_that_are_touched_are_flagged(first, exercises):
    centre = register(first, CENTRE, "TST-2")
    corrected(first, "in Bishkek", "in Osh")
    assert [row.commitment for row in Recheck.objects.all()] == [centre]
    assert quoted(exercises) == [(2, EXERCISES)]


def test_a_change_in_the_words_of_another_commitment_of_the_sentence_touches_that_one_alone():
    text = "The parties agreed to hold exercises, and to train pilots by 2030."
    first = make_version(None, text)
    one, other = (
        make_commitment(first, [make_party("AA")], spans=[span(words, text)])
        for words in ("hold exercises", "train pilots by 2030")
    )
    corrected(first, "2030", "2035")
    assert [row.commitment for row in Recheck.objects.all()] == [other]
    assert quoted(one) == [(2, "hold exercises")]


def test_a_commitment_of_several_quotations_is_quoted_anew_as_a_whole_or_not_at_all(first):
    both = make_commitment(first, [make_party("AA")], spans=[span(EXERCISES), span(CENTRE)])
    second = corrected(first, "in Bishkek", "in Osh")
    assert quoted(both) == [(1, EXERCISES), (1, CENTRE)]
    recheck = recheck_of(both)
    assert services.suggested_words(recheck) == f"{EXERCISES}\nopen a training centre in Osh"
    services.anchor(
        recheck=recheck,
        seen=1,
        words=services.suggested_words(recheck),
        note="Osh.",
        **by(make_officer()),
    )
    assert quoted(both) == [(2, EXERCISES), (2, "open a training centre in Osh")]
    assert both.quotations.filter(report=second).count() == 2


def test_what_is_out_of_force_is_not_flagged(first, exercises, officer):
    editing.withdraw(commitment=exercises, seen=1, reason="Done with.", **by(officer))
    corrected(first, "by 2030", "by 2035")
    assert not Recheck.objects.exists()


def test_a_report_in_another_language_touches_nothing(first, exercises):
    make_version(first, "Стороны договорились.", language="ru", version=1)
    assert quoted(exercises) == [(1, EXERCISES)]
    assert not Recheck.objects.exists()


def test_a_text_that_was_never_read_is_compared_all_the_same():
    first = make_report(text=TEXT)
    made = make_commitment(first, [make_party("AA")], spans=[span(EXERCISES)])
    corrected(first, "in Bishkek", "in Osh")
    assert quoted(made) == [(2, EXERCISES)]


def test_search_finds_the_words_of_the_corrected_version_alone(first, exercises, officer):
    corrected(first, "by 2030", "by 2035")
    services.anchor(
        recheck=recheck_of(exercises),
        seen=1,
        words="hold joint exercises by 2035",
        note="A slip.",
        **by(officer),
    )
    Commitment.objects.update(title="Otherwise")
    exercises.refresh_from_db()
    editing.edit(commitment=exercises, seen=exercises.version, values={"title": "T"}, **by(officer))
    assert Commitment.objects.search("2035").exists()
    assert not Commitment.objects.search("2030").exists()


def test_nothing_about_reminders_or_deadlines_changes(first):
    line = make_obligation(report=first, spans=[span(EXERCISES)], due=NOW.date().replace(year=2030))
    due = line.due_at
    corrected(first, "by 2030", "by 2035")
    line.refresh_from_db()
    assert line.due_at == due
    assert recheck_of(line.commitment).state == RecheckState.OPEN


# Decisions -------------------------------------------------------------------------------------------


def accept(report, words, officer):
    row = CandidateDecision.objects.of(report).get(title__iexact=words)
    workbench.accept(candidate=row, seen=row.version, by=By(officer, NOW, Via.PAGE))


def test_decisions_stand_where_the_words_are_the_same(first, officer):
    accept(first, EXERCISES, officer)
    passage = first.passages.get(number=3)
    workbench.confirm(passage=passage, seen=1, function="position", by=By(officer, NOW, Via.PAGE))
    second = corrected(first, "in Bishkek", "in Osh")
    assert decided_on(second) == {
        EXERCISES.capitalize(): "accepted",
        "Open a training centre in Osh": "open",
    }
    rows = second.passages.in_text_order()
    assert [(row.function, row.confirmed_by) for row in rows[1:3]] == [
        ("commitment", officer),
        ("position", officer),
    ]
    assert rows[3].confirmed_at is None
    (copy,) = CandidateDecision.objects.of(second).accepted()
    assert [second.text[a:b] for a, b in copy.spans] == [EXERCISES]
    assert copy.decided_by == officer


def test_decisions_do_not_stand_where_the_words_changed(first, officer):
    accept(first, EXERCISES, officer)
    second = corrected(first, "by 2030", "by 2035")
    assert decided_on(second)["Hold joint exercises by 2035"] == "open"
    assert not second.passages.confirmed().exists()


def test_a_candidate_of_two_sentences_stands_only_where_both_are_the_same(first, officer):
    """The sentence that stayed is not settled by a candidate that did not come with it."""
    rows = CandidateDecision.objects.of(first).select_related("passage__report").in_text_order()
    by_officer = By(officer, NOW, Via.PAGE)
    pairs = [(row, row.version) for row in rows]
    merged = workbench.merge(candidates=pairs, by=by_officer)
    workbench.accept(candidate=merged, seen=merged.version, by=by_officer)
    later = corrected(first, "by 2030", "by 2031")
    assert not later.passages.confirmed().exists()
    found = CandidateDecision.objects.of(later).open()
    assert [row.title for row in found.in_text_order()] == [
        "Hold joint exercises by 2031",
        "Open a training centre in Bishkek",
    ]


def test_a_candidate_of_two_sentences_stands_where_both_are_the_same(first, officer):
    rows = CandidateDecision.objects.of(first).select_related("passage__report").in_text_order()
    by_officer = By(officer, NOW, Via.PAGE)
    merged = workbench.merge(candidates=[(row, row.version) for row in rows], by=by_officer)
    workbench.accept(candidate=merged, seen=merged.version, by=by_officer)
    later = corrected(first, "fine", "rainy")
    held = CandidateDecision.objects.of(later).get()
    assert (held.state, len(held.spans)) == (CandidateState.ACCEPTED, 2)
    assert later.passages.confirmed().count() == 2


def test_the_decisions_on_the_earlier_version_stay_as_they_are(first, officer):
    accept(first, EXERCISES, officer)
    corrected(first, "in Bishkek", "in Osh")
    assert decided_on(first)[EXERCISES.capitalize()] == "accepted"


def test_what_is_registered_stands_as_registered_on_the_corrected_version(first, exercises):
    second = corrected(first, "in Bishkek", "in Osh")
    assert decided_on(second)[EXERCISES.capitalize()] == "registered"
    row = CandidateDecision.objects.of(second).get(state=CandidateState.REGISTERED)
    assert row.commitment == exercises
    assert second.passages.get(number=2).confirmed_at is not None


def test_two_commitments_in_the_same_words_are_both_shown(first):
    both = [make_commitment(first, [make_party("AA")], spans=[span(EXERCISES)]) for _n in "ab"]
    second = corrected(first, "in Bishkek", "in Osh")
    rows = CandidateDecision.objects.of(second).filter(state=CandidateState.REGISTERED)
    assert {row.commitment for row in rows} == set(both)


def test_a_commitment_that_no_candidate_names_is_shown_where_it_is_quoted(first):
    made = make_commitment(first, [make_party("AA")], spans=[Span(0, 21)], title="Write a report")
    second = corrected(first, "in Bishkek", "in Osh")
    row = CandidateDecision.objects.of(second).get(commitment=made)
    assert (row.title, row.state, row.parties) == ("Write a report", "registered", ["AA"])
