"""The pages on which officers decide what a corrected report means."""

import pytest

from commitments.corrections import services
from meetings.choices import Sensitivity
from tests.commitments.correcting import (
    CENTRE,
    EXERCISES,
    TEXT,
    by,
    corrected,
    quoted,
    recheck_of,
    register,
)
from tests.commitments.lines import make_version
from tests.factories import make_officer, make_user, restrict

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
