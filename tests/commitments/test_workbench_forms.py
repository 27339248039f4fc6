"""Deciding on the workbench by form posts alone, with what was typed kept."""

import pytest

from commitments.models import CandidateDecision
from commitments.workbench import services
from meetings.reader.types import Passage as Read
from meetings.reader.types import Reading
from tests.commitments.boards import at, edited, press, said, words
from tests.commitments.readings import by, candidate, make_read_report, passage, reading, span
from tests.factories import make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def officer(client):
    person = make_officer(name="Omar Officer")
    client.force_login(person)
    return person


@pytest.fixture
def report(officer):
    return make_read_report()


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
