"""A corrected report: what stays as decided, what is quoted anew, and what waits for an officer."""

import pytest
from django.core.exceptions import ValidationError

from accounts.choices import Via
from accounts.models import Event
from commitments import editing
from commitments.choices import CandidateState, Life, RecheckState
from commitments.corrections import services
from commitments.errors import Stale
from commitments.models import CandidateDecision, Commitment, Recheck
from commitments.reading import current
from commitments.services import Span
from commitments.workbench import services as workbench
from commitments.workbench.deeds import By
from meetings.choices import Sensitivity
from tests.commitments.lines import make_version
from tests.factories import (
    NOW,
    make_commitment,
    make_obligation,
    make_officer,
    make_party,
    make_report,
    make_user,
    restrict,
)

pytestmark = pytest.mark.django_db
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


@pytest.fixture
def first():
    return make_version(None, TEXT)


@pytest.fixture
def exercises(first):
    return register(first, EXERCISES, "TST-1")


@pytest.fixture
def officer():
    return make_officer()


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


def decided_on(report):
    rows = CandidateDecision.objects.of(report).shown().in_text_order()
    return {row.title: row.state for row in rows}


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


# Deciding --------------------------------------------------------------------------------------------


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


# Pages -----------------------------------------------------------------------------------------------

PAGE = "/commitments/TST-1/"


@pytest.fixture
def recheck(first, exercises):
    corrected(first, "by 2030", "by 2035")
    return recheck_of(exercises)


def post(client, recheck, **values):
    given = {
        "version": recheck.version,
        "seen": recheck.commitment.version,
        "answer": "anchor",
        "words": "hold joint exercises by 2035",
        "note": "The year was a slip.",
        **values,
    }
    return client.post(recheck.get_absolute_url(), given)


def test_the_page_of_the_commitment_shows_the_difference(client, officer, recheck):
    client.force_login(officer)
    html = client.get(PAGE).content.decode()
    assert "A corrected report changes these words" in html
    assert "2030<span" in html.split("<del>")[1].split("</del>")[0]
    assert "2035<span" in html.split("<ins>")[1].split("</ins>")[0]
    assert recheck.get_absolute_url() in html


def test_a_reader_sees_the_difference_and_no_button(client, recheck):
    client.force_login(make_user())
    html = client.get(PAGE).content.decode()
    assert "A corrected report changes these words" in html
    assert recheck.get_absolute_url() not in html


def test_the_words_of_a_text_that_somebody_may_not_read_are_not_shown(client, first, exercises):
    corrected(first, "by 2030", "by 2035", sensitivity=Sensitivity.SECRETARIAT)
    client.force_login(make_user())
    html = client.get(PAGE).content.decode()
    assert EXERCISES in html
    assert "2035" not in html


def test_an_officer_decides_on_the_page(client, officer, recheck, exercises):
    client.force_login(officer)
    page = client.get(recheck.get_absolute_url()).content.decode()
    assert "hold joint exercises by 2035</textarea>" in page
    assert post(client, recheck).url == PAGE
    assert quoted(exercises) == [(2, "hold joint exercises by 2035")]
    assert "A corrected report changes" not in client.get(PAGE).content.decode()
    assert "The new words still say it" in client.get(recheck.get_absolute_url()).content.decode()


def test_what_cannot_stand_is_said_beside_its_field_and_what_was_typed_is_kept(
    client, officer, recheck
):
    client.force_login(officer)
    html = post(client, recheck, words="hold no exercises").content.decode()
    assert "These words do not stand in the corrected report" in html
    assert "The year was a slip." in html
    assert "hold no exercises" in html
    html = post(client, recheck, answer="replace", by="TST-99").content.decode()
    assert "Enter the reference of the commitment that takes its place." in html


def test_whoever_decides_second_sees_what_the_first_said(client, officer, recheck):
    client.force_login(officer)
    services.stay(recheck=recheck, seen=1, note="By letter.", **by(make_officer(name="Aigul")))
    answer = post(client, recheck)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Aigul" in html
    assert "The year was a slip." in html


def test_the_list_shows_what_is_to_be_rechecked(client, officer, recheck, first):
    register(first, CENTRE, "TST-2")
    client.force_login(officer)
    html = client.get("/commitments/?recheck=open").content.decode()
    assert "TST-1" in html
    assert "TST-2" not in html


def test_the_home_page_counts_what_is_to_be_rechecked(client, officer, recheck):
    client.force_login(officer)
    html = client.get("/").content.decode()
    assert "/commitments/?recheck=open" in html
    client.force_login(make_user())
    assert "recheck=open" not in client.get("/").content.decode()


def test_who_may_not_see_the_commitment_does_not_find_it_by_the_filter(client, recheck, exercises):
    restrict(exercises)
    client.force_login(make_user())
    assert "TST-1" not in client.get("/commitments/?recheck=open").content.decode()


def test_only_officers_decide(client, recheck):
    client.force_login(make_user())
    assert client.get(recheck.get_absolute_url()).status_code == 403
    assert post(client, recheck).status_code == 403


def test_the_report_page_leads_to_what_is_to_be_rechecked(client, officer, recheck):
    client.force_login(officer)
    html = client.get(recheck.report.get_absolute_url()).content.decode()
    assert "1 commitment to re-check" in html
