"""The workbench as a person meets it without script: what it shows, and to whom."""

import pytest

from commitments.workbench import services
from meetings.models import Report
from meetings.reader.types import Passage as Read
from meetings.reader.types import Reading
from tests.commitments.boards import at, press, words
from tests.commitments.readings import TEXT, by, candidate, make_read_report, passage, reading
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


# Looking ----------------------------------------------------------------------------------------


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


# Repeats ----------------------------------------------------------------------------------------


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


# Rights -----------------------------------------------------------------------------------------


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
