"""The workbench as a person meets it: without script, by two people, with what was typed kept."""

import re

import pytest
from django.urls import reverse

from commitments.models import CandidateDecision
from commitments.workbench import services
from commitments.workbench.undo import undo
from meetings.models import Report
from meetings.reader.types import Passage as Read
from meetings.reader.types import Reading
from tests.commitments.readings import TEXT, by, candidate, make_read_report, passage, reading, span
from tests.factories import make_commitment, make_meeting, make_officer, make_report, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def officer(client):
    person = make_officer(name="Omar Officer")
    client.force_login(person)
    return person


@pytest.fixture
def report(officer):
    return make_read_report()


def at(name="", *keys, slug="harbour-9"):
    return reverse(f"meetings:workbench{'-' if name else ''}{name}", args=[slug, *keys])


def words(response) -> str:
    return " ".join(response.content.decode().split())


def press(client, name, row, **values):
    data = {"version": row.version, **values}
    return client.post(at(name, row.pk), data, follow=True)


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


# Looking ----------------------------------------------------------------------------------------------


def test_the_page_shows_every_passage_with_its_function(client, report):
    response = client.get(at())
    board = response.context["board"]
    assert [line.passage.number for line in board.lines] == [1, 2, 3, 4, 5, 6]
    for line in board.lines:
        shown = "".join(segment.text for segment in line.segments)
        assert shown == TEXT[line.passage.start : line.passage.end]
    assert "0 of 6" in words(response)


def test_the_first_passage_that_waits_is_selected_unless_one_is_named(client, report):
    services.confirm(passage=passage(1), seen=1, function="procedure", by=by())
    assert client.get(at()).context["board"].selected.number == 2
    assert client.get(f"{at()}?p=4").context["board"].selected.number == 4


@pytest.mark.parametrize("odd", ["p=99", "p=-1", "p=x", "p=٣", "p=9999999999999999", "only=x"])
def test_an_address_that_makes_no_sense_shows_the_page(client, report, odd):
    assert client.get(f"{at()}?{odd}").status_code == 200


def test_the_list_can_be_narrowed_to_what_waits_or_to_one_function(client, report):
    services.confirm(passage=passage(1), seen=1, function="procedure", by=by())
    waiting = client.get(f"{at()}?only=open&p=2").context["board"]
    assert [line.passage.number for line in waiting.lines] == [2, 3, 4, 5, 6]
    procedure = client.get(f"{at()}?only=procedure&p=1").context["board"]
    assert [line.passage.number for line in procedure.lines] == [1]


def test_every_number_of_the_coverage_opens_the_list_that_makes_it(client, report):
    services.confirm(passage=passage(1), seen=1, function="procedure", by=by())
    services.confirm(passage=passage(2), seen=1, function="procedure", by=by())
    board = client.get(at()).context["board"]
    for function, count in board.counts:
        listed = client.get(f"{at()}?only={function.value}").context["board"]
        found = [line for line in listed.lines if line.passage != listed.selected]
        assert len(found) == count


def test_the_words_of_a_candidate_are_marked_and_those_of_the_current_one_framed(client, report):
    page = words(client.get(f"{at()}?p=3"))
    assert '<mark class="is-current">share tide tables every month</mark>' in page
    assert "<mark>train young pilots by 30 June 2027</mark>" in page


def test_what_was_dismissed_is_marked_no_more(client, report):
    row = candidate("The sea belongs")
    services.dismiss(candidate=row, seen=1, reason="A view.", by=by())
    assert "<mark>the sea belongs" not in words(client.get(at()))


def test_a_report_that_is_not_read_yet_says_so(client, officer):
    make_report(make_meeting(slug="harbour-9"))
    assert "has not been read yet" in words(client.get(at()))


def test_a_report_with_no_commitments_is_a_normal_result(client, officer):
    read = Reading("en", (Read(0, len(TEXT), "context"),), ())
    report = make_read_report(read)
    page = words(client.get(at()))
    assert "Confirm 1 passage without candidates as labelled" in page
    board = client.get(at()).context["board"]
    client.post(at("confirm-all"), {"seen": board.seen})
    assert "Coded: nothing is left" in words(client.get(at()))
    assert report.passages.unconfirmed().count() == 0


def test_a_meeting_without_a_report_has_no_workbench(client, officer):
    make_meeting(slug="harbour-9")
    assert client.get(at()).status_code == 404


def test_the_report_in_another_language_has_a_workbench_of_its_own(client, report):
    Report.objects.filter(pk=report.pk).update(language="ru")
    make_report(report.meeting, language="en")
    assert client.get(at()).context["report"].language == "en"
    response = client.get(f"{at()}?language=ru&p=3")
    assert response.context["report"] == report
    row = candidate("Share tide")
    done = client.post(f"{at('accept', row.pk)}?language=ru&p=3", {"version": row.version})
    assert done.url == f"{at()}?language=ru&p=3"


@pytest.mark.parametrize("passages", [6, 50, 200])
def test_the_page_asks_the_same_few_questions_however_long_the_report_is(
    client, officer, passages, django_assert_max_num_queries
):
    text = "\n".join(
        f"The masters agreed to dredge channel {n} of port {n}." for n in range(passages)
    )
    make_read_report(_long_reading(text), text=text)
    make_commitment()
    client.get(at())
    with django_assert_max_num_queries(15):
        assert client.get(f"{at()}?p=3").status_code == 200


def _long_reading(text):
    template = reading().candidates[0]
    rows, candidates, start = [], [], 0
    for number, line in enumerate(text.split("\n")):
        rows.append(Read(start, start + len(line), "commitment"))
        spans = ((start + 22, start + len(line) - 1),)
        candidates.append(
            type(template)(number, spans, (start + 12, start + 21), line[22:-1], "agreed", ("all",))
        )
        start += len(line) + 1
    return Reading("en", tuple(rows), tuple(candidates))


# Deciding, by form posts alone ---------------------------------------------------------------------------


def test_accepting_says_so_and_shows_the_passage_again(client, officer, report):
    response = press(client, "accept", candidate("Dredging"))
    assert response.redirect_chain == [(f"{at()}?p=4", 302)]
    assert said(response) == ["Accepted. It waits to be registered."]
    assert "Accepted by Omar Officer" in words(response)
    assert "Register 1 accepted" in words(response)


def test_a_list_that_was_narrowed_stays_narrow_after_a_deed(client, report):
    row = candidate("Dredging")
    response = client.post(f"{at('accept', row.pk)}?only=open&p=4", {"version": row.version})
    assert response.url == f"{at()}?p=4&only=open"


def test_dismissing_takes_a_reason_that_says_what_the_passage_does(client, report):
    row = candidate("The sea belongs")
    assert "Why it is no commitment" in words(client.get(at("dismiss", row.pk)))
    data = {"version": row.version, "kind": "context", "words": "It says how things are"}
    client.post(at("dismiss", row.pk), data)
    row.refresh_from_db()
    assert row.reason == "It describes the world. It says how things are."
    assert passage(6).function == "context"


def test_another_reason_has_to_be_written(client, report):
    row = candidate("The sea belongs")
    response = client.post(at("dismiss", row.pk), {"version": row.version, "kind": "other"})
    assert "Say why in your own words." in words(response)
    row.refresh_from_db()
    assert row.state == "open"


def test_a_passage_is_confirmed_by_a_button(client, report):
    response = client.post(at("confirm", 2), {"version": 1, "function": "position"}, follow=True)
    assert said(response) == ["Confirmed: position."]
    assert passage(2).function == "position"


def test_undo_takes_back_and_says_what(client, report):
    press(client, "accept", candidate("Dredging"))
    response = client.post(at("undo"), follow=True)
    assert said(response) == ["Taken back: you accepted a candidate."]
    assert candidate("Dredging").state == "open"


def test_undo_of_nothing_says_so(client, report):
    assert said(client.post(at("undo"), follow=True)) == ["There is nothing of yours to take back."]


def edited(row, **values):
    return {
        "version": row.version,
        "quote": "dredging the northern channel",
        "title": row.title,
        "strength": row.strength,
        "parties": ["all"],
        **values,
    }


def test_editing_finds_the_words_that_were_typed(client, report):
    row = candidate("Dredging")
    assert "dredging the northern channel</textarea>" in words(client.get(at("edit", row.pk)))
    data = edited(row, quote="dredging\nchannel", parties=["AA", "BB"], due="2027-01-31")
    client.post(at("edit", row.pk), data)
    row.refresh_from_db()
    assert row.spans == [list(span("dredging")), list(span("channel"))]
    assert (row.parties, row.due.isoformat(), row.basis) == (["AA", "BB"], "2027-01-31", "set")


def test_words_that_the_passage_does_not_have_are_named_beside_the_field(client, report):
    row = candidate("Dredging")
    response = client.post(
        at("edit", row.pk), edited(row, quote="dredging the southern channel", title="Kept")
    )
    assert "does not stand in the passage" in response.context["form"].errors["quote"][0]
    assert 'value="Kept"' in words(response)


def test_words_of_another_passage_are_not_quoted(client, report):
    row = candidate("Dredging")
    response = client.post(at("edit", row.pk), edited(row, quote="share tide tables"))
    assert "quote" in response.context["form"].errors


def test_a_place_that_the_script_names_counts_only_if_the_words_stand_there(client, officer):
    text = "They agreed to sail and to sail again."
    where = (text.index("sail"), text.index("sail") + 4)
    read = reading().candidates[0]
    found = type(read)(0, (where,), None, "Sail", "agreed", ("all",))
    make_read_report(Reading("en", (Read(0, len(text), "commitment"),), (found,)), text=text)
    row = candidate("Sail")
    second = text.rindex("sail")
    client.post(at("edit", row.pk), edited(row, quote="sail", at=f"{second}-{second + 4}"))
    row.refresh_from_db()
    assert row.spans == [[second, second + 4]]
    client.post(at("edit", row.pk), edited(row, quote="agreed", at=f"{second}-{second + 4}"))
    row.refresh_from_db()
    assert row.spans == [[5, 11]]


@pytest.mark.parametrize("odd", ["1-", "-", "5-1", "999999999-9999999999", "a-b", "1-2,", "٣-٤"])
def test_a_place_that_makes_no_sense_is_looked_for_instead(client, report, odd):
    row = candidate("Dredging")
    client.post(at("edit", row.pk), edited(row, quote="northern channel", at=odd))
    row.refresh_from_db()
    assert row.spans == [list(span("northern channel"))]


def test_a_deadline_that_is_stated_quotes_words_of_the_report(client, report):
    row = candidate("Dredging")
    data = edited(row, due="2027-06-30", wording="by next spring", basis="stated")
    response = client.post(at("edit", row.pk), data)
    assert "do not stand in the report" in response.context["form"].errors["wording"][0]


@pytest.mark.parametrize(
    ("given", "basis"),
    [
        ({"standing": "on", "wording": "every month"}, ""),
        ({"standing": "on", "wording": "every month", "due": "2027-01-31"}, "stated"),
        ({"wording": "every month"}, "stated"),
        ({"due": "2027-01-31"}, "set"),
        ({}, ""),
    ],
)
def test_where_a_deadline_comes_from_when_nobody_says(client, report, given, basis):
    row = candidate("Share tide")
    data = edited(row, quote="share tide tables", **given)
    assert client.post(at("edit", row.pk), data).status_code == 302
    row.refresh_from_db()
    assert row.basis == basis


def test_splitting_proposes_parts_and_takes_what_is_typed(client, officer):
    text = "They agreed to mend the nets and paint the boats."
    read = reading().candidates[0]
    found = type(read)(0, ((15, len(text) - 1),), (5, 14), "Mend and paint", "agreed", ("all",))
    make_read_report(Reading("en", (Read(0, len(text), "commitment"),), (found,)), text=text)
    row = candidate("Mend and paint")
    form = client.get(at("split", row.pk)).context["form"]
    assert form.initial["parts"] == "mend the nets\npaint the boats"
    data = {"version": row.version, "parts": "mend … nets\npaint the boats"}
    client.post(at("split", row.pk), data)
    assert candidate("Mend nets").spans == [list(span("mend", text)), list(span("nets", text))]
    assert candidate("Paint the boats").origin == "split"


def test_one_part_is_no_split(client, report):
    row = candidate("Dredging")
    response = client.post(at("split", row.pk), {"version": row.version, "parts": "dredging"})
    assert response.context["form"].errors["parts"] == ["Give at least two parts that differ."]


def test_merging_offers_the_other_open_candidates(client, report):
    row, other = candidate("Share tide"), candidate("Train young")
    form = client.get(at("merge", row.pk)).context["form"]
    assert form["others"].initial == [f"{other.pk}.1"]
    data = {"version": row.version, "others": [f"{other.pk}.{other.version}"]}
    client.post(at("merge", row.pk), data)
    assert candidate("Share tide").origin == "merge"
    assert CandidateDecision.objects.open().count() == 3


def test_merging_with_what_was_decided_meanwhile_is_refused(client, report):
    row, other = candidate("Share tide"), candidate("Train young")
    services.accept(candidate=other, seen=other.version, by=by())
    data = {"version": row.version, "others": [f"{other.pk}.1"]}
    response = client.post(at("merge", row.pk), data)
    assert response.context["form"].errors
    assert candidate("Share tide").state == "open"


def test_marking_other_words_needs_nothing_but_the_words(client, report):
    data = {"version": 1, "quote": "thanked the city", "strength": "agreed", "parties": ["all"]}
    client.post(at("mark", 5), data)
    made = candidate("Thanked the city")
    assert (made.passage.number, made.origin, made.state) == (5, "person", "open")


# Two officers ------------------------------------------------------------------------------------------


def test_whoever_presses_second_is_told_and_sees_the_decision(client, officer, report):
    row = candidate("Dredging")
    services.dismiss(
        candidate=row, seen=1, reason="A view.", by=by(make_officer(name="Olga Ortiz"))
    )
    response = client.post(at("accept", row.pk), {"version": 1}, follow=True)
    assert "Olga Ortiz has decided" in said(response)[0]
    assert "Dismissed by Olga Ortiz" in words(response)


def test_whoever_types_second_keeps_the_words_and_sees_what_is_stored(client, officer, report):
    row = candidate("Dredging")
    services.edit(candidate=candidate("Dredging"), seen=1, values={"title": "Dredge it"}, by=by())
    data = edited(row, title="Dredge all of it")
    response = client.post(at("edit", row.pk), data)
    assert response.status_code == 409
    assert 'value="Dredge all of it"' in words(response)
    assert "As it is stored now" in words(response)
    again = client.post(
        at("edit", row.pk), data | {"version": response.context["form"]["version"].value()}
    )
    assert again.status_code == 302
    row.refresh_from_db()
    assert row.title == "Dredge all of it"


def test_the_page_asks_what_others_did(client, officer, report):
    assert client.get(at("changes"), {"after": 0}).status_code == 204
    row = candidate("Dredging")
    services.accept(candidate=row, seen=1, by=by(make_officer(name="Olga Ortiz")))
    response = client.get(at("changes"), {"after": 0, "p": 4})
    assert "Olga Ortiz accepted a candidate." in words(response)
    assert 'id="passages" hx-swap-oob="true"' in words(response)
    assert client.get(at("changes"), {"after": response.context["board"].latest}).status_code == 204


def test_what_one_did_oneself_is_no_news(client, officer, report):
    row = candidate("Dredging")
    services.accept(candidate=row, seen=1, by=by(officer))
    response = client.get(at("changes"), {"after": 0, "p": 4})
    assert "wb__live" not in words(response)


@pytest.mark.parametrize("odd", ["x", "-1", "9" * 30, "٣"])
def test_a_question_that_makes_no_sense_is_answered(client, report, odd):
    assert client.get(at("changes"), {"after": odd}).status_code == 204


def test_htmx_gets_the_part_between_head_and_foot(client, report):
    part = client.get(at(), headers={"HX-Request": "true", "HX-Boosted": "true"})
    assert words(part).startswith("<main")
    assert "HX-Request" in part.headers["Vary"]


# Repeats ----------------------------------------------------------------------------------------------


@pytest.fixture
def earlier(report):
    before = make_meeting(series=report.meeting.series, number=8, slug="harbour-8")
    return make_commitment(
        make_report(before), reference="HM08-01", title="Dredging the northern channel yearly"
    )


def test_a_near_repeat_is_offered_and_linked_only_if_chosen(client, report, earlier):
    page = words(client.get(f"{at()}?p=4"))
    assert "HM08-01" in page
    assert "(it seems)" in page
    row = candidate("Dredging")
    press(client, "accept", row, repeat=f"{earlier.pk}:narrows")
    row.refresh_from_db()
    assert (row.earlier, row.link_kind) == (earlier, "narrows")


@pytest.mark.parametrize("odd", ["x", "0:widens", "1:eats", "99999999999999999999999999:widens"])
def test_a_repeat_that_makes_no_sense_is_refused(client, report, odd):
    row = candidate("Dredging")
    press(client, "accept", row, repeat=odd)
    row.refresh_from_db()
    assert row.state == "open"


# Rights -------------------------------------------------------------------------------------------------


def test_readers_do_not_see_the_workbench(client, report):
    client.force_login(make_user())
    assert client.get(at()).status_code == 403
    row = candidate("Dredging")
    assert client.post(at("accept", row.pk), {"version": 1}).status_code == 403
    row.refresh_from_db()
    assert row.state == "open"


def test_a_candidate_is_decided_on_the_workbench_of_its_own_report(client, report):
    make_report(make_meeting(slug="another"))
    row = candidate("Dredging")
    answer = client.post(at("accept", row.pk, slug="another"), {"version": 1})
    assert answer.status_code == 404


@pytest.mark.parametrize("deed", ["accept", "reopen", "dismiss", "edit", "split", "merge"])
def test_a_post_without_its_fields_changes_nothing(client, report, deed):
    row = candidate("Dredging")
    assert client.post(at(deed, row.pk), {}, follow=True).status_code == 200
    row.refresh_from_db()
    assert row.version == 1


def test_the_page_asks_what_others_took_back(client, officer, report):
    olga = by(make_officer(name="Olga Ortiz"))
    services.accept(candidate=candidate("Dredging"), seen=1, by=olga)
    latest = client.get(f"{at()}?p=4").context["board"].latest
    undo(report=report, by=olga)
    response = client.get(at("changes"), {"after": latest, "p": 4})
    assert "Olga Ortiz accepted a candidate, and took it back." in words(response)
    latest = response.context["board"].latest
    assert client.get(at("changes"), {"after": latest}).status_code == 204


def test_what_one_took_back_oneself_is_no_news(client, officer, report):
    olga = by(make_officer(name="Olga Ortiz"))
    services.accept(candidate=candidate("Dredging"), seen=1, by=olga)
    undo(report=report, by=olga)
    services.accept(candidate=candidate("Share tide"), seen=1, by=by(officer))
    latest = client.get(f"{at()}?p=4").context["board"].latest
    undo(report=report, by=by(officer))
    assert "wb__live" not in words(client.get(at("changes"), {"after": latest}))


def test_the_page_asks_about_the_passage_that_it_shows(client, report):
    page = client.get(at()).content.decode()
    services.confirm(passage=passage(1), seen=1, function="procedure", by=by())
    asks = re.search(r'hx-get="([^"]*)"', page)[1].replace("&amp;", "&")
    assert client.get(asks).context["board"].selected.number == 1
