"""The pages on which many rows are changed, and the list of such changes."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.choices import Via
from commitments.bulk import services, sweep
from commitments.choices import ItemState
from commitments.models import BulkEdit, Commitment
from tests.commitments.bulk import NOTE, confirmed, previewed, statuses, swept
from tests.factories import make_commitment, make_obligation, make_officer, make_party, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    user = make_officer()
    client.force_login(user)
    return user


# The pages ---------------------------------------------------------------------------------------------


def start(client, rows, **typed):
    data = {"kind": "status", "status": "stalled", "note": NOTE, **typed}
    return client.post("/commitments/bulk/lines/", {"row": [r.pk for r in rows], **data})


def test_an_officer_goes_from_the_list_to_the_result_and_back_without_script(client, officer):
    lines = [make_obligation() for _ in range(3)]
    page = client.get("/commitments/lines/").content.decode()
    assert page.count('name="row"') == 3
    assert "Change the chosen rows" in page

    asked = client.get("/commitments/bulk/lines/", {"row": [lines[0].pk, lines[1].pk]})
    assert "Change 2 lines" in asked.content.decode()
    preview = client.get(start(client, lines[:2])["Location"]).content.decode()
    assert "Nothing is saved yet" in preview
    assert "Change 2 rows" in preview
    assert statuses(lines) == ["not_started"] * 3

    edit = BulkEdit.objects.get()
    result = client.post(f"/commitments/bulk/{edit.pk}/confirm/", follow=True).content.decode()
    assert "2 rows changed" in result
    assert statuses(lines) == ["stalled", "stalled", "not_started"]
    back = client.post(f"/commitments/bulk/{edit.pk}/undo/", follow=True).content.decode()
    assert "2 rows put back" in back
    assert statuses(lines) == ["not_started"] * 3


def test_all_that_match_are_those_that_the_list_counts(client, officer):
    party = make_party("AA")
    lines = [make_obligation(party) for _ in range(25)]
    make_obligation(make_party("BB"))
    page = client.get("/commitments/lines/", {"party": "AA", "sort": "party", "page": 2})
    assert "Change all 25 that match" in page.content.decode()
    address = page.context["all_that_match"]
    assert "Change 25 lines" in client.get(address).content.decode()
    data = {"kind": "status", "status": "stalled", "note": NOTE, "all": "1", "query": "party=AA"}
    client.post("/commitments/bulk/lines/", data)
    chosen = BulkEdit.objects.get().items.values_list("object_id", flat=True)
    assert sorted(chosen) == sorted(line.pk for line in lines)


def test_what_matches_later_is_not_changed(client, officer):
    make_obligation(make_party("AA"))
    data = {"kind": "status", "status": "stalled", "note": NOTE, "all": "1", "query": "party=AA"}
    client.post("/commitments/bulk/lines/", data)
    later = make_obligation(make_party("AA"))
    edit = BulkEdit.objects.get()
    client.post(f"/commitments/bulk/{edit.pk}/confirm/")
    assert statuses([later]) == ["not_started"]


def test_an_address_with_a_broken_filter_gives_a_message(client, officer):
    make_obligation()
    query = urlencode({"all": "1", "query": "status=flying"})
    page = client.get(f"/commitments/bulk/lines/?{query}", follow=True)
    assert "A filter of this list has a value that cannot be used" in page.content.decode()
    assert page.redirect_chain[0][0] == "/commitments/lines/?status=flying"


@pytest.mark.parametrize("rows", [[], ["0"], ["x"], ["9" * 30], ["²"]])
def test_without_rows_there_is_a_message(client, officer, rows):
    page = client.get("/commitments/bulk/lines/", {"row": rows}, follow=True)
    assert "Choose at least one row" in page.content.decode()


@pytest.mark.parametrize("status", ["done", "flying", ""])
def test_done_cannot_be_set_in_bulk(client, officer, status):
    page = start(client, [make_obligation()], status=status)
    assert page.status_code == 200
    assert not BulkEdit.objects.exists()
    assert "Choose one of the statuses shown." in page.content.decode()


def test_many_rows_are_left_to_the_sweep_and_the_page_says_how_far_it_is(
    client, officer, monkeypatch
):
    nudged = []
    monkeypatch.setattr(services, "AT_ONCE", 2)
    monkeypatch.setattr(sweep, "nudge", lambda: nudged.append(1))
    lines = [make_obligation() for _ in range(5)]
    edit = BulkEdit.objects.get(pk=start(client, lines)["Location"].split("/")[-2])
    address = edit.get_absolute_url()
    page = client.post(f"{address}confirm/", follow=True).content.decode()
    assert "0 of 5 done" in page
    assert "<progress" in page
    swept(edit, most=2)
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "2 of 5 done" in part
    assert "<html" not in part
    swept(edit)
    assert "5 rows changed" in client.get(address).content.decode()


def test_the_page_of_a_change_costs_the_same_for_five_rows_and_for_fifty(client, officer):
    def cost(number: int) -> int:
        edit = previewed([make_obligation() for _ in range(number)], officer)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(edit.get_absolute_url()).status_code == 200
        return len(queries)

    assert cost(50) == cost(5) <= 10


def test_readers_see_no_boxes_and_change_nothing(client, officer):
    line = make_obligation()
    edit = previewed([line], officer)
    client.force_login(make_user())
    assert 'name="row"' not in client.get("/commitments/lines/").content.decode()
    assert client.get("/commitments/bulk/lines/", {"row": line.pk}).status_code == 403
    assert client.post(f"{edit.get_absolute_url()}confirm/").status_code == 403
    assert statuses([line]) == ["not_started"]


def test_a_preview_is_seen_by_its_author_alone_and_a_saved_change_by_every_officer(client, officer):
    edit = previewed([make_obligation()], officer)
    client.force_login(make_officer())
    assert client.get(edit.get_absolute_url()).status_code == 404
    services.confirm(edit=edit, actor=officer, now=timezone.now(), via=Via.PAGE)
    assert client.get(edit.get_absolute_url()).status_code == 200


def test_boxes_are_no_column_that_can_be_sorted(client, officer):
    make_obligation()
    for path in ("/commitments/", "/commitments/lines/"):
        page = client.get(path, {"sort": "chosen"})
        assert page.status_code == 200
        head = page.content.decode().partition("<thead>")[2].partition("</thead>")[0]
        assert "data-choose-all" in head
        assert "sort=chosen" not in head


def test_every_state_of_a_row_has_an_icon():
    from commitments.bulk.looks import _ICONS

    assert set(_ICONS) == set(ItemState)


def test_commitments_have_boxes(client, officer):
    make_commitment()
    assert client.get("/commitments/").content.decode().count('name="row"') == 1
    assert Commitment.objects.count() == 1


# The list of changes --------------------------------------------------------------------------------------


def test_changes_are_found_again_and_cost_the_same_for_five_and_for_fifteen(client, officer):
    def cost(number: int) -> int:
        for _ in range(number):
            swept(confirmed([make_obligation()], officer))
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/commitments/bulk/")
        assert "Status: In progress" in page.content.decode()
        return len(queries)

    assert cost(10) == cost(5) <= 10


def test_the_list_of_changes_shows_no_preview_of_others(client, officer):
    previewed([make_obligation()], officer)
    assert client.get("/commitments/bulk/").context["table"].paginator.count == 1
    client.force_login(make_officer())
    assert client.get("/commitments/bulk/").context["table"].paginator.count == 0


def test_the_list_of_changes_is_exported_in_words(client, officer):
    swept(confirmed([make_obligation()], officer))
    answer = client.get("/commitments/bulk/", {"export": "csv"})
    assert "Status: In progress" in b"".join(answer.streaming_content).decode()


def test_boxes_are_neither_chosen_as_a_column_nor_exported(client, officer):
    make_obligation()
    page = client.get("/commitments/lines/", {"cols": "party"}).content.decode()
    assert page.count('name="row"') == 1
    assert 'name="cols" value="chosen"' not in page
    answer = client.get("/commitments/lines/", {"export": "csv"})
    assert "chosen" not in b"".join(answer.streaming_content).decode().partition("\n")[0]
