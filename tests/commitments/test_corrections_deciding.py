"""What a corrected report leaves to an officer, and what becomes of it."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Event
from commitments import editing
from commitments.choices import Life, RecheckState
from commitments.corrections import services
from commitments.errors import Stale
from commitments.models import Recheck
from tests.commitments.correcting import (
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
from tests.factories import make_commitment, make_officer, make_party

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


def test_the_new_words_still_say_it(first, exercises, officer):
    second = corrected(first, "by 2030", "by 2035")
    recheck = recheck_of(exercises)
    services.anchor(
        recheck=recheck,
        seen=1,
        words="hold joint exercises by 2035",
        note="The year was a slip.",
        **by(officer),
    )
    recheck.refresh_from_db()
    assert (recheck.state, recheck.resolved_by, recheck.note) == (
        RecheckState.ANCHORED,
        officer,
        "The year was a slip.",
    )
    assert quoted(exercises) == [(2, "hold joint exercises by 2035")]
    assert decided_on(second)["Hold joint exercises by 2035"] == "registered"
    assert Event.objects.get(action="commitment.rechecked").why == "The year was a slip."


def test_words_may_be_copied_with_other_spaces(first, exercises, officer):
    corrected(first, "by 2030", "by 2035")
    services.anchor(
        recheck=recheck_of(exercises),
        seen=1,
        words="  hold   joint exercises\n\n by 2035 ",
        note="Two spans.",
        **by(officer),
    )
    assert quoted(exercises) == [(2, "hold joint exercises"), (2, "by 2035")]


@pytest.mark.parametrize("words", ["", "  \n ", "hold no exercises"])
def test_words_that_are_not_in_the_corrected_report_are_refused(first, exercises, officer, words):
    corrected(first, "by 2030", "by 2035")
    with pytest.raises(ValidationError) as refused:
        services.anchor(
            recheck=recheck_of(exercises), seen=1, words=words, note="So.", **by(officer)
        )
    assert list(refused.value.message_dict) == ["words"]
    assert recheck_of(exercises)


def test_of_equal_words_those_at_the_expected_place_are_quoted(officer):
    text = "They agreed to meet often.\nThey agreed to meet often in spring 2030."
    first = make_version(None, text)
    made = make_commitment(
        first, [make_party("AA")], spans=[span("meet often in spring 2030", text)]
    )
    second = corrected(first, "in spring 2030", "in spring 2031")
    services.anchor(
        recheck=recheck_of(made), seen=1, words="meet often", note="Shorter.", **by(officer)
    )
    assert made.quotations.get(report=second).start == second.text.rindex("meet often")


def test_it_stays_with_the_words_of_the_earlier_version(first, exercises, officer):
    corrected(first, "by 2030", "by 2035")
    services.stay(recheck=recheck_of(exercises), seen=1, note="Agreed by letter.", **by(officer))
    assert quoted(exercises) == [(1, EXERCISES)]
    assert not Recheck.objects.open().exists()


def test_it_is_withdrawn(first, exercises, officer):
    corrected(first, "by 2030", "by 2035")
    services.withdraw(
        recheck=recheck_of(exercises), seen=1, commitment_seen=1, note="Gone.", **by(officer)
    )
    exercises.refresh_from_db()
    assert exercises.life == Life.WITHDRAWN
    assert Event.objects.get(action="commitment.withdrawn").why == "Gone."


def test_another_takes_its_place(first, exercises, officer):
    corrected(first, "by 2030", "by 2035")
    later = make_commitment(first, [make_party("AA")])
    services.replace(
        recheck=recheck_of(exercises),
        seen=1,
        commitment_seen=1,
        by=later,
        note="Newer.",
        **by(officer),
    )
    exercises.refresh_from_db()
    assert exercises.life == Life.REPLACED
    assert exercises.links_to_later.get().later == later


@pytest.mark.parametrize("deed", [services.stay, services.anchor])
def test_every_decision_says_why(first, exercises, officer, deed):
    corrected(first, "by 2030", "by 2035")
    more = {"words": "hold joint exercises by 2035"} if deed is services.anchor else {}
    with pytest.raises(ValidationError) as refused:
        deed(recheck=recheck_of(exercises), seen=1, note=" ", **more, **by(officer))
    assert list(refused.value.message_dict) == ["note"]


def test_of_two_officers_who_decide_the_second_is_told(first, exercises, officer):
    corrected(first, "by 2030", "by 2035")
    recheck = recheck_of(exercises)
    services.stay(recheck=recheck, seen=1, note="First.", **by(officer))
    with pytest.raises(Stale):
        services.withdraw(
            recheck=recheck, seen=1, commitment_seen=1, note="Second.", **by(make_officer())
        )
    exercises.refresh_from_db()
    assert exercises.life == Life.ACTIVE


def test_a_commitment_that_somebody_changed_meanwhile_is_not_withdrawn(first, exercises, officer):
    corrected(first, "by 2030", "by 2035")
    editing.edit(commitment=exercises, seen=1, values={"title": "Other"}, **by(officer))
    with pytest.raises(Stale):
        services.withdraw(
            recheck=recheck_of(exercises), seen=1, commitment_seen=1, note="Gone.", **by(officer)
        )
    assert recheck_of(exercises).version == 1


def test_a_later_version_with_the_old_words_answers_the_question(first, exercises):
    second = corrected(first, "by 2030", "by 2035")
    corrected(second, "by 2035", "by 2030")
    assert quoted(exercises) == [(3, EXERCISES)]
    assert Recheck.objects.get().state == RecheckState.OVERTAKEN


def test_a_later_version_asks_anew_from_the_words_that_are_held(first, exercises):
    second = corrected(first, "by 2030", "by 2035")
    corrected(second, "by 2035", "by 2040")
    assert [row.state for row in Recheck.objects.order_by("pk")] == ["overtaken", "open"]
    recheck = recheck_of(exercises)
    assert "2030" in recheck.before
    assert "2040" in recheck.after


def test_a_flag_of_what_was_withdrawn_waits_no_longer(first, exercises, officer):
    corrected(first, "by 2030", "by 2035")
    editing.withdraw(commitment=exercises, seen=1, reason="Done with.", **by(officer))
    assert not Recheck.objects.open().exists()
