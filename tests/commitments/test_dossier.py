"""The dossier: what it holds, what it marks, who sees what, how one gets there and what it costs."""

from datetime import UTC, date, datetime
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from commitments import dossier as gathering
from commitments.deadlines import Period
from commitments.dossier_parts import HEADS
from commitments.models import Obligation
from meetings.choices import Sensitivity
from tests.commitments.dossiers import (
    LATE,
    LONG_AGO,
    change,
    dossier,
    line,
    make_register,
    make_series,
    page,
    part,
    references,
    text_of,
)
from tests.factories import (
    days,
    make_accepted,
    make_commitment,
    make_deadline,
    make_focal_point,
    make_meeting,
    make_obligation,
    make_officer,
    make_party,
    make_report,
    make_submitted,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def officer(client):
    user = make_officer()
    client.force_login(user)
    return user


@pytest.fixture
def series():
    return make_series()


@pytest.fixture
def register(series):
    make_register(series)


# What it holds -----------------------------------------------------------------------------------


def test_all_that_is_open_from_before_stands_by_theme(client, register):
    found = dossier(client)
    themes = {
        theme.name: [promise.commitment.reference for promise in theme.promises]
        for theme in found.themes
    }
    assert list(themes.items()) == [
        ("Borders", ["TST-2"]),
        ("Drugs", ["TST-1"]),
        ("Without a theme", ["TST-4"]),
    ]


def test_what_was_done_since_the_last_meeting_is_not_left_out(client, register):
    Obligation.objects.filter(commitment__reference="TST-3").update(status="in_progress")
    make_accepted(line("TST-3", "BB"), claimed="done")
    assert "TST-3" in references(dossier(client))


def test_the_last_meeting_can_be_asked_for_alone(client, register):
    assert references(dossier(client, {"of": "last"})) == ["TST-2", "TST-4"]


def test_a_choice_that_makes_no_sense_is_the_first(client, register):
    assert dossier(client, {"of": "\0nothing"}).choice == "open"


def test_other_series_and_later_meetings_are_left_out(client, register):
    make_commitment(make_report(make_meeting(series="T", number=2)), reference="OTH-1")
    found = client.get("/meetings/m2/dossier/").context["dossier"]
    assert references(found) == ["TST-1"]


def test_the_first_meeting_of_a_series_says_what_to_do(client, series):
    html = client.get("/meetings/m1/dossier/").content.decode()
    assert "The register has no earlier meeting of this series." in html


def test_exact_quotations_stand_with_their_commitment(client, register):
    promise = dossier(client).promises[0]
    quotation = promise.commitment.quotations.get()
    assert promise.quotations == [quotation.text]
    assert quotation.text in page(client).content.decode()


def test_parties_of_which_the_same_is_said_share_a_row(client, register):
    promise = dossier(client).promises[1]
    assert [[part.line.party.code for part in row] for row in promise.rows] == [["AA", "BB"]]
    change("TST-1", "BB", "in_progress")
    promise = dossier(client).promises[1]
    assert [[part.line.party.code for part in row] for row in promise.rows] == [["AA"], ["BB"]]


def test_late_silent_and_waiting_lines_are_named(client, register):
    make_submitted(line("TST-1", "BB"), now=timezone.now())
    found = dossier(client)
    late, waiting = part(found, "TST-1", "AA"), part(found, "TST-1", "BB")
    assert (late.signed_status, late.marks[1]) == ("○ Not started", "Silent")
    assert late.marks[0].endswith("late")
    assert waiting.signed_status == "◉ Awaiting validation"
    assert "Silent" not in waiting.marks


def test_a_moved_deadline_shows_the_first_the_present_and_the_reason(client, register):
    make_deadline(line("TST-1", "AA"), date(2034, 3, 4), now=timezone.now())
    moved = part(dossier(client), "TST-1", "AA").move
    assert (moved.first, moved.now, moved.reason) == (LATE, date(2034, 3, 4), "Agreed by letter.")
    assert part(dossier(client), "TST-1", "BB").move is None


def test_the_next_review_of_a_rhythm_is_no_move(client, register):
    of = make_obligation(
        make_party("AA"), reference="TST-8", review_days=90, now=LONG_AGO,
        report=make_report(line("TST-2", "AA").commitment.meeting, version=3),
        review=Period(due=date(2026, 6, 1), basis="set", reason="Every quarter."),
    )  # fmt: skip
    make_accepted(of, claimed="in_progress")
    of.refresh_from_db()
    assert of.next_deadline.due > date(2026, 6, 1)
    assert part(dossier(client), "TST-8", "AA").move is None
    make_deadline(of, date(2037, 1, 1), purpose="review")
    moved = part(dossier(client), "TST-8", "AA").move
    assert (moved.first, moved.now) == (of.next_deadline.due, date(2037, 1, 1))


def test_the_figures_of_each_party_are_those_of_its_lines(client, register):
    change("TST-1", "BB", "in_progress")
    figures = {owing.party.code: owing.figures for owing in dossier(client).parties}
    assert len(HEADS) == 6
    # Lines, done, awaiting, overdue, silent, changed.
    assert figures == {"AA": [2, 0, 0, 1, 2, 0], "BB": [2, 0, 0, 1, 2, 1]}


def test_a_large_register_is_bounded_and_says_where_the_rest_is(client, register, monkeypatch):
    monkeypatch.setattr(gathering, "MOST", 2)
    found = dossier(client)
    assert len(references(found)) == 2
    assert found.left_out == 1
    html = unescape(page(client).content.decode())
    assert "1 more commitment is not in this dossier." in html
    assert found.rest == "/commitments/?meeting=m2&meeting=m1"
    assert found.rest in html
    assert client.get(found.rest).status_code == 200


# Changes -----------------------------------------------------------------------------------------


def test_what_happened_after_the_last_meeting_is_marked_and_nothing_before(client, register):
    change("TST-1", "AA", "in_progress", now=datetime(2021, 5, 15, 12, tzinfo=UTC))
    found = dossier(client)
    assert found.changed == 0
    change("TST-1", "AA", "stalled", now=datetime(2021, 5, 16, 0, 1, tzinfo=UTC))
    found = dossier(client)
    assert part(found, "TST-1", "AA").is_changed
    assert not part(found, "TST-1", "BB").is_changed
    (told,) = part(found, "TST-1", "AA").changes
    assert told.replace("\N{NO-BREAK SPACE}", " ").startswith("16 May 2021: ")
    assert told.endswith("changed the status: In progress → Stalled")
    assert "Since 15" in page(client).content.decode()


def test_the_day_of_the_last_meeting_ends_in_the_zone_of_the_reader(client, register):
    change("TST-1", "AA", "in_progress", now=datetime(2021, 5, 15, 20, 0, tzinfo=UTC))
    assert dossier(client).changed == 0
    client.force_login(make_user(time_zone="Asia/Bishkek"))
    assert dossier(client).changed == 1


def test_deadlines_reports_and_evidence_since_the_last_meeting_are_marked(client, register):
    make_deadline(line("TST-2", "AA"), date(2036, 1, 1), now=timezone.now() - days(1))
    make_accepted(line("TST-1", "BB"), claimed="done", now=timezone.now() - days(1))
    found = dossier(client)
    assert any("moved the deadline" in told for told in part(found, "TST-2", "AA").changes)
    reported = part(found, "TST-1", "BB")
    assert [proof.words for proof in reported.proofs] == ["The law (new)"]
    assert [told.partition(" sent a report")[1] for told in reported.changes][0]
    assert any("accepted the report" in told for told in reported.changes)


def test_without_a_day_of_the_last_meeting_nothing_is_marked(client, register, series):
    change("TST-1", "AA", "stalled")
    type(series[2]).objects.filter(pk=series[2].pk).update(starts_on=None, ends_on=None)
    assert dossier(client).changed == 0
    assert "The day of the last meeting is not known" in page(client).content.decode()


# Rights ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["page", "docx", "xlsx"])
def test_nobody_reads_in_a_dossier_what_they_may_not_read_elsewhere(client, register, kind):
    Obligation.objects.filter(pk=line("TST-1", "BB").pk).update(sensitivity=Sensitivity.PARTY)
    change("TST-1", "BB", "stalled")
    make_commitment(
        make_report(line("TST-2", "AA").commitment.meeting, version=2), [make_party("CC")],
        reference="TST-9", title="A secret plan", sensitivity=Sensitivity.SECRETARIAT,
    )  # fmt: skip
    hidden = {"officer": set(), "reader": {"A secret plan", "Stalled"}, "own": {"A secret plan"}}
    people = {
        "officer": make_officer(),
        "reader": make_user(),
        "own": make_focal_point(make_party("BB")).user,
    }
    for who, person in people.items():
        client.force_login(person)
        said = text_of(client, kind)
        for secret in ("A secret plan", "Stalled"):
            assert (secret in said) == (secret not in hidden[who]), (who, secret)
        assert "of 1 shown done" in said if who == "reader" and kind != "xlsx" else True


def test_evidence_that_is_more_secret_than_its_line_is_left_out(client, register):
    report = make_accepted(line("TST-1", "BB"), claimed="done")
    report.evidence.update(sensitivity=Sensitivity.SECRETARIAT)
    assert part(dossier(client), "TST-1", "BB").proofs
    client.force_login(make_user())
    assert not part(dossier(client), "TST-1", "BB").proofs
    for kind in ("page", "docx", "xlsx"):
        assert "The law" not in text_of(client, kind)


# The way there, and what it costs ----------------------------------------------------------------


@pytest.mark.parametrize("who", ["officer", "reader"])
def test_the_page_of_the_next_meeting_leads_to_it(client, register, who):
    if who == "reader":
        client.force_login(make_user())
    assert 'href="/meetings/m3/dossier/"' in client.get("/meetings/m3/").content.decode()
    assert "/dossier/" not in client.get("/meetings/m1/").content.decode()


def test_the_home_of_the_secretariat_leads_to_that_of_the_next_meeting(client, series):
    assert 'href="/dossier/"' in client.get("/").content.decode()
    html = client.get("/dossier/", follow=True).content.decode()
    assert "No meeting that follows another is ahead." in html
    series[2].next_meeting = series[3]
    series[2].save()
    assert client.get("/dossier/").headers["Location"] == "/meetings/m3/dossier/"
    series[1].next_meeting = series[2]
    series[1].save()  # the second is over
    assert client.get("/dossier/").headers["Location"] == "/meetings/m3/dossier/"


def cost(client, query=None) -> int:
    with CaptureQueriesContext(connection) as queries:
        page(client, query)
    return len(queries)


def fill(series, number: int) -> None:
    parties = [make_party(code) for code in ("AA", "BB", "CC")]
    for n in range(number):
        of = make_commitment(
            make_report(series[n % 2 + 1], version=100 + Obligation.objects.count()),
            parties[n % 2 :], LATE if n % 3 else None, theme=make_theme(f"Theme {n % 3}"),
        )  # fmt: skip
        make_deadline(of.obligations.first(), date(2034, 1, 1))
        make_accepted(of.obligations.last(), claimed="done")


@pytest.mark.once
@pytest.mark.parametrize("who", ["officer", "reader"])
@pytest.mark.parametrize("query", [{}, {"of": "last"}, {"export": "docx"}])
def test_a_dossier_costs_the_same_for_four_commitments_and_for_twelve(client, series, who, query):
    if who == "reader":
        client.force_login(make_user())
    fill(series, 4)
    page(client, {})
    for_four = cost(client, query)
    fill(series, 8)
    assert cost(client, query) == for_four
    assert for_four <= (15 if "export" not in query else 18)
