"""The home pages: every number opens the list that makes it."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from commitments.models import Commitment, Obligation
from meetings.choices import Sensitivity
from tests.factories import (
    days,
    make_accepted,
    make_administrator,
    make_commitment,
    make_done_line,
    make_draft,
    make_extension,
    make_focal_point,
    make_meeting,
    make_obligation,
    make_officer,
    make_party,
    make_report,
    make_returned,
    make_submitted,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_the_figures_differ_by_what_a_person_may_see(client, register):
    client.force_login(User.objects.get(email="officer@example.org"))
    of_officer = client.get("/").context
    client.force_login(User.objects.get(email="reader@example.org"))
    of_reader = client.get("/").context
    assert of_officer["commitments"] - of_reader["commitments"] == 3
    assert of_officer["figures"]["lines"] > of_reader["figures"]["lines"]


def test_the_figures_are_those_of_the_lines(client):
    client.force_login(make_officer())
    today = timezone.now().date()
    late = make_party("AA")
    for due in (date(2020, 1, 1), date(2021, 1, 1), today + days(10), today + days(300), None):
        make_obligation(late, due=due)
    make_obligation(due=date(2020, 1, 1), status="done")
    figures = client.get("/").context["figures"]
    named = ("lines", "overdue", "soon", "done", "late_parties")
    assert [figures[name] for name in named] == [6, 2, 1, 1, 1]


def test_what_falls_due_next_is_grouped_by_day_and_commitment(client):
    client.force_login(make_officer())
    today = timezone.now().date()
    parties = [make_party("AA", name="Aland"), make_party("BB", name="Borduria")]
    make_commitment(parties=parties, due=today + days(40), title="Later one")
    make_commitment(parties=parties[:1], due=today + days(4), title="Next one")
    make_commitment(parties=parties, due=date(2020, 1, 1), title="Late one")
    ahead = client.get("/").context["ahead"]
    assert [(row.what, row.lines) for row in ahead] == [("Next one", 1), ("Later one", 2)]


def test_no_more_is_shown_ahead_than_a_reader_takes_in(client):
    client.force_login(make_officer())
    for n in range(15):
        make_obligation(due=timezone.now().date() + days(40 + n))
    assert len(client.get("/").context["ahead"]) == 12


def test_what_lies_beyond_the_timeline_is_told_by_the_year(client):
    client.force_login(make_officer())
    for year in (2090, 2091, 2091, 2093, 2094, 2095):
        make_obligation(due=date(year, 5, 1), title=f"Of {year}")
    html = client.get("/").content.decode()
    assert "Later, not to scale" in html
    assert "2093 and later" not in html, "four columns: the last one takes what is left"
    assert "2094 and later" in html


@pytest.mark.parametrize("who", [make_officer, make_user])
def test_the_home_page_costs_the_same_for_few_lines_and_for_many(client, who):
    client.force_login(who())
    parties = [make_party("AA"), make_party("BB")]

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/").status_code == 200
        assert len(queries) <= 15, [query["sql"][:90] for query in queries]
        return len(queries)

    make_commitment(parties=parties, due=date(2030, 1, 1))
    for_few = cost()
    for n in range(10):
        make_commitment(parties=parties, due=date(2030, 1, 1 + n))
    assert cost() == for_few


# A focal point -----------------------------------------------------------------------------------


@pytest.fixture
def own(client):
    """A focal point who is signed in, and the party."""
    party = make_party("AA", name="Aland")
    client.force_login(make_focal_point(party).user)
    return party


def test_a_focal_point_finds_the_lines_of_the_party_by_urgency(client, own):
    today = timezone.now().date()
    for title, due in (
        ("Later one", today + days(90)),
        ("Late one", date(2020, 1, 1)),
        ("Undated one", None),
        ("Soon one", today + days(3)),
    ):
        make_commitment(parties=[own, make_party("BB")], due=due, title=title)
    make_obligation(own, due=date(2020, 1, 1), status="done", title="Done one")
    make_obligation(make_party("BB"), due=date(2020, 1, 1), title="Of another")
    response = client.get("/")
    groups = [
        (group["key"], [row.commitment.title for row in group["rows"]])
        for group in response.context["groups"]
    ]
    assert groups == [
        ("overdue", ["Late one"]),
        ("soon", ["Soon one"]),
        ("later", ["Later one"]),
        ("none", ["Undated one"]),
        ("closed", []),
    ]
    html = response.content.decode()
    assert "Of another" not in html
    assert html.count('class="task"') == 4
    assert re.search(r"Aland:\s+<a [^>]*>1 line needs your report", html)


def test_what_was_returned_stands_first_and_what_was_sent_stands_last(client, own):
    me = User.objects.get(terms__party=own)
    now = timezone.now()
    late = {"due": date(2020, 1, 1)}
    made = {
        name: make_obligation(own, title=name, **late)
        for name in ("Late", "Returned", "Sent", "Draft")
    }
    make_returned(made["Returned"], me)
    make_submitted(made["Sent"], me)
    make_draft(made["Draft"], me)
    done = make_done_line(own, title="Done")
    again = make_obligation(own, title="Sent again", **late)
    make_returned(again, me, now=now - days(2))
    make_submitted(again, me, now=now - days(1))
    taken = make_obligation(own, title="Accepted after all", **late)
    make_returned(taken, me, now=now - days(2))
    make_accepted(taken, me, now=now - days(1))
    response = client.get("/")
    groups = {
        group["key"]: {row.commitment.title for row in group["rows"]}
        for group in response.context["groups"]
    }
    assert list(groups) == ["returned", "overdue", "awaiting", "closed"]
    assert groups == {
        "returned": {"Returned"},
        "overdue": {"Late", "Draft", "Accepted after all"},
        "awaiting": {"Sent", "Sent again"},
        "closed": set(),
    }
    html = response.content.decode()
    report = f'href="{made["Sent"].get_page_url()}#report"'
    assert report not in html, "what was sent is not to be reported again"
    assert f'href="{made["Returned"].get_page_url()}#report">Answer' in html
    assert f'href="{done.get_page_url()}#report"' not in html


def test_a_report_that_was_returned_on_a_line_that_is_closed_asks_for_nothing(client, own):
    line = make_obligation(own)
    make_returned(line)
    Obligation.objects.filter(pk=line.pk).update(status="not_owed")
    assert [group["key"] for group in client.get("/").context["groups"]] == ["closed"]


@pytest.mark.parametrize("who", [make_officer, make_administrator])
def test_what_awaits_an_officer_is_shown_the_oldest_first(client, who):
    now = timezone.now()
    make_focal_point(make_party("ZZ"))
    for title, ago in (("Newer", 1), ("Older", 5)):
        make_submitted(make_obligation(make_party("AA"), title=title), now=now - days(ago))
    make_extension(make_obligation(make_party("AA"), due=date(2090, 1, 1)), date(2090, 5, 5))
    make_party("NN", name="Nobody's")
    client.force_login(who())
    context = client.get("/").context
    assert [r.obligation.commitment.title for r in context["waiting"]] == ["Older", "Newer"]
    assert [one.due for one in context["asked"]] == [date(2090, 5, 5)]
    assert [party.code for party in context["nobody"]] == ["NN"]


def test_a_reader_is_not_shown_what_awaits_the_secretariat(client):
    make_submitted(make_obligation(make_party("AA")))
    client.force_login(make_user())
    response = client.get("/")
    assert "waiting" not in response.context
    assert "Awaiting your validation" not in response.content.decode()


def test_a_focal_point_sees_the_first_lines_of_each_urgency_and_a_way_to_all(client, own):
    for n in range(10):
        make_obligation(own, due=date(2020, 1, 1 + n), title=f"Late {n}")
    (group,) = client.get("/").context["groups"]
    assert group["count"] == 10
    assert [row.commitment.title for row in group["rows"]] == [f"Late {n}" for n in range(8)]


def test_the_page_of_a_focal_point_costs_the_same_for_few_lines_and_for_many(client, own):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/").status_code == 200
        return len(queries)

    make_obligation(own, due=date(2030, 1, 1))
    for_few = cost()
    for n in range(10):
        make_obligation(own, due=date(2030, 1, 1 + n))
    assert cost() == for_few <= 15


def test_a_report_is_two_clicks_away(client, own):
    line = make_obligation(own, due=date(2020, 1, 1))
    html = client.get("/").content.decode()
    first = re.search(r'<a class="btn[^>]*href="([^"#]+)#report">Report', html)
    page = client.get(first[1]).content.decode()
    form = page[page.index('id="report"') :]
    assert f'action="{line.get_page_url()}' in form
    assert 'value="send"' in form


def test_a_line_given_to_somebody_else_is_not_mine_and_one_given_to_me_is(client, own):
    me = User.objects.get(terms__party=own)
    make_obligation(own, title="Given away", owner=make_user())
    make_obligation(make_party("BB"), title="Given to me", owner=me)
    html = client.get("/").content.decode()
    assert "Given away" not in html
    assert "Given to me" in html


def test_the_page_of_a_focal_point_hides_what_is_for_the_secretariat(client, own):
    make_commitment(parties=[own], title="Kept back", sensitivity=Sensitivity.SECRETARIAT)
    html = client.get("/").content.decode()
    assert "Kept back" not in html
    assert "Your party owes nothing" in html


def test_whose_term_is_over_is_a_reader_again(client, own):
    make_obligation(own)
    User.objects.get(terms__party=own).terms.update(ends_on=date(2021, 1, 1))
    assert "figures" in client.get("/").context
    assert "groups" not in client.get("/").context


def test_an_officer_who_is_a_focal_point_too_keeps_the_register(client):
    officer = make_officer()
    make_focal_point(make_party("AA"), officer)
    client.force_login(officer)
    assert "states" in client.get("/").context


# First steps -------------------------------------------------------------------------------------


def test_an_administrator_of_an_empty_site_is_led_through_the_first_steps(client):
    client.force_login(make_administrator())
    html = client.get("/").content.decode()
    assert "Set up SCO Tracker" in html
    assert "Load the 14th meeting" in html


@pytest.mark.parametrize("who", [make_officer, make_user])
def test_everybody_else_of_an_empty_site_gets_an_empty_register(client, who):
    client.force_login(who())
    assert "No lines yet" in client.get("/").content.decode()


def test_the_example_is_loaded_once_by_an_administrator(client):
    client.force_login(make_administrator())
    for _ in range(2):
        assert client.post("/setup/example/").status_code == 302
        assert Commitment.objects.count() == 32
    assert "Who is late" in client.get("/").content.decode()


def test_the_example_is_loaded_by_post_alone(client):
    client.force_login(make_administrator())
    assert client.get("/setup/example/").status_code == 405
    assert not Commitment.objects.exists()


# Health ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/healthz/live", "/healthz/ready"])
def test_the_site_says_that_it_is_well_to_whoever_asks(client, path):
    response = client.get(path)
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response.headers["Content-Type"] == "text/plain"


def test_whether_the_site_lives_does_not_hang_on_the_database(client):
    with CaptureQueriesContext(connection) as queries:
        client.get("/healthz/live")
    assert len(queries) == 0


# Every page --------------------------------------------------------------------------------------

PAGES = ["/", "/commitments/", "/commitments/lines/", "/meetings/", "/meetings/m/", "/meetings/m/report/",
         "/commitments/TST-1/", "/commitments/TST-1/AA/", "/commitments/TST-1/edit/", "/commitments/new/",
         "/commitments/reports/", "/accounts/preferences/", "/nowhere/", "/accounts/login/"]  # fmt: skip


@pytest.mark.once
@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_one_page_in_each_language(client, path, language):
    make_commitment(
        make_report(make_meeting(slug="m")), [make_party("AA")], date(2020, 1, 1), reference="TST-1"
    )
    client.force_login(make_officer(language=language))
    response = client.get(path)
    html = response.content.decode()
    if response.status_code == 302:  # somebody who is signed in needs no sign-in page
        return
    assert f'<html lang="{language}"' in html
    assert html.count("<h1>") == 1
    assert response.headers["Content-Language"] == language


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_headers_that_keep_a_browser_safe(client, path):
    make_commitment(make_report(make_meeting(slug="m")), [make_party("AA")], reference="TST-1")
    client.force_login(make_officer())
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    for rule in (
        "default-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ):
        assert rule in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
