"""What somebody may not see stands nowhere: in no page, list, search, count, figure or history."""

from datetime import date

import pytest

from accounts import middleware
from accounts.choices import Via
from commitments import deadlines, services
from commitments.choices import Basis
from commitments.deadlines import Period
from commitments.models import Commitment, Obligation
from commitments.services import Promise, Span
from meetings.choices import Sensitivity
from tests.answers import text_of
from tests.architecture.addresses import all_addresses
from tests.factories import (
    NOW,
    days,
    make_commitment,
    make_deadline,
    make_focal_point,
    make_meeting,
    make_officer,
    make_party,
    make_report,
    make_user,
)

# Words that stand nowhere else: in the restricted commitment, and on the restricted line.
TITLE, NOTE, WORDING, REFERENCE = "Quagga", "Okapi", "Tarsier", "HID-77"
LINE_NOTE, LINE_REASON, LINE_DAY = "Axolotl", "Pangolin", date(2077, 7, 7)
COMMITMENT_WORDS = [TITLE, NOTE, WORDING, REFERENCE, "2078"]
LINE_WORDS = [LINE_NOTE, LINE_REASON, "2077"]
# Pages without which a comparison would say little.
THAT_MATTER = {
    *("/", "/commitments/", "/commitments/lines/", "/commitments/TST-1/", "/meetings/"),
    *("/meetings/meeting/", "/meetings/meeting/report/", "/reminders/"),
}
QUERIES = ["", "?timing=overdue", "?timing=later", "?timing=none", "?status=stalled", "?party=BB",
           "?basis=set", "?sort=-deadline", "?sort=deadline"]  # fmt: skip


@pytest.fixture(autouse=True)
def one_moment(monkeypatch):
    """Pages that are compared are of the same moment, whatever passes while the test runs."""
    monkeypatch.setattr(middleware, "read_clock", lambda: NOW + days(1))


@pytest.fixture
def register(db):
    """A commitment for all with lines of AA and BB, on one report."""
    report = make_report(make_meeting(slug="meeting"))
    parties = [make_party("AA"), make_party("BB")]
    make_commitment(report, parties, reference="TST-1", due=date(2020, 1, 31), title="Plain one")
    return report


@pytest.fixture
def people(register):
    aa, bb = make_party("AA"), make_party("BB")
    return {
        "reader": make_user(),
        "focal point of AA": make_focal_point(aa).user,
        "focal point of BB": make_focal_point(bb).user,
        "officer": make_officer(),
    }


def hide_a_commitment(report, **restriction) -> None:
    """A commitment quoting the same report, with a line of BB that is overdue."""
    promise = Promise(
        reference=REFERENCE,
        title=f"Count every {TITLE}",
        strength="agreed",
        spans=[Span(57, 95)],
        lead=[make_party("BB")],
        is_certain=False,
        coder_note=f"The {NOTE} decided it.",
        final=Period(due=date(2020, 2, 2), wording=f"as the {WORDING} says", basis=Basis.STATED),
        **restriction,
    )
    hidden = services.register(
        meeting=report.meeting, report=report, promise=promise, actor=None, now=NOW, via=Via.COMMAND
    )
    make_deadline(hidden.obligations.get(), date(2078, 8, 8))


def hide_a_line() -> Obligation:
    """BB's line of the plain commitment: for BB and the secretariat, with a note and a deadline of its own."""
    line = Obligation.objects.get(commitment__reference="TST-1", party__code="BB")
    officer = make_officer()
    services.change_status(
        obligation=line, seen=line.version, status="stalled", note=f"The {LINE_NOTE} forbids it.",
        actor=officer, now=NOW, via=Via.PAGE,
    )  # fmt: skip
    line.refresh_from_db()
    deadlines.move(
        obligation=line, seen=line.version, due=LINE_DAY, reason=f"The {LINE_REASON} asked.",
        actor=officer, now=NOW, via=Via.PAGE,
    )  # fmt: skip
    Obligation.objects.filter(pk=line.pk).update(sensitivity=Sensitivity.PARTY)
    return line


def paths() -> list[str]:
    """Every page that a reader could open, the lists in many ways.

    Those of one's own account know nothing of the register, and show a new secret each time.
    """
    not_these = ("admin:", "account", "mfa_", "healthz")
    plain = [a.path() for a in all_addresses() if not a.name.startswith(not_these)]
    lists = [
        f"{list_}{query}" for list_ in ("/commitments/", "/commitments/lines/") for query in QUERIES
    ]
    return [*plain, *lists, "/commitments/TST-1/?line=AA", "/commitments/TST-1/?line=BB"]


def seen_by(client, person) -> dict[str, str]:
    """What every page says to somebody."""
    client.force_login(person)
    answers = {}
    for path in paths():
        answer = client.get(path)
        answers[path] = f"{answer.status_code} {text_of(answer)}"
    return answers


@pytest.mark.once
@pytest.mark.parametrize("who", ["reader", "focal point of AA", "focal point of BB"])
def test_with_a_restricted_commitment_every_page_is_as_if_there_were_none(
    client, register, people, who
):
    before = seen_by(client, people[who])
    opened = {path for path, answer in before.items() if answer.startswith("200")}
    assert opened >= THAT_MATTER
    hide_a_commitment(register, sensitivity=Sensitivity.SECRETARIAT)
    assert seen_by(client, people[who]) == before


@pytest.mark.once
def test_a_commitment_for_one_party_is_as_if_it_were_not_to_another_party(client, register, people):
    before = seen_by(client, people["focal point of AA"])
    hide_a_commitment(register, sensitivity=Sensitivity.PARTY, restricted_to=make_party("BB"))
    assert seen_by(client, people["focal point of AA"]) == before


@pytest.mark.parametrize("word", COMMITMENT_WORDS)
@pytest.mark.parametrize("who", ["reader", "focal point of BB"])
def test_no_word_of_a_restricted_commitment_is_found(client, register, people, who, word):
    hide_a_commitment(register, sensitivity=Sensitivity.SECRETARIAT)
    client.force_login(people[who])
    for path in ("/commitments/", "/commitments/lines/", "/meetings/"):
        context = client.get(path, {"q": word}).context
        assert context["table"].paginator.count == 0


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_page_of_a_restricted_commitment_is_not_there(client, register, people, method):
    hide_a_commitment(register, sensitivity=Sensitivity.SECRETARIAT)
    client.force_login(people["reader"])
    missing = client.get("/commitments/NO-SUCH/")
    response = client.get(f"/commitments/{REFERENCE}/")
    assert (missing.status_code, response.status_code) == (404, 404)
    assert TITLE not in response.content.decode()


def test_an_officer_sees_the_restricted_commitment_everywhere(client, register, people):
    hide_a_commitment(register, sensitivity=Sensitivity.SECRETARIAT)
    client.force_login(people["officer"])
    for path in (
        "/commitments/",
        "/commitments/lines/",
        "/meetings/meeting/",
        "/meetings/meeting/report/",
    ):
        html = client.get(path).content.decode()
        assert TITLE in html, path
        assert REFERENCE in html, path
    page = client.get(f"/commitments/{REFERENCE}/").content.decode()
    assert [word for word in COMMITMENT_WORDS if word not in page] == []


def test_a_focal_point_sees_what_is_for_its_party_while_the_term_lasts(client, register, people):
    hide_a_commitment(register, sensitivity=Sensitivity.PARTY, restricted_to=make_party("BB"))
    client.force_login(people["focal point of BB"])
    assert client.get(f"/commitments/{REFERENCE}/").status_code == 200
    people["focal point of BB"].terms.update(ends_on=date(2021, 1, 1))
    assert client.get(f"/commitments/{REFERENCE}/").status_code == 404


@pytest.mark.once
@pytest.mark.parametrize("who", ["reader", "focal point of AA"])
def test_no_word_of_a_restricted_line_stands_on_any_page(client, people, who):
    hide_a_line()
    for path, answer in seen_by(client, people[who]).items():
        assert [word for word in LINE_WORDS if word in answer] == [], path


@pytest.mark.parametrize("who", ["reader", "focal point of AA"])
def test_a_restricted_line_is_in_no_list_and_in_no_figure(client, people, who):
    hide_a_line()
    client.force_login(people[who])
    for query in ({"status": "stalled"}, {"party": "BB"}, {"timing": "later"}, {"basis": "set"}):
        for path in ("/commitments/", "/commitments/lines/"):
            assert client.get(path, query).context["table"].paginator.count == 0, (path, query)
    home = client.get("/").context
    assert home["figures"]["lines"] == 1
    if who == "reader":
        assert [row["name"] for row in home["by_party"]] == ["Party AA"]


@pytest.mark.parametrize("who", ["reader", "focal point of AA", "officer"])
def test_the_order_of_a_list_tells_nothing_of_a_restricted_line(client, register, people, who):
    line = hide_a_line()  # of a commitment that is due in 2020 for AA as well
    make_deadline(Obligation.objects.get(party__code="AA"), date(2035, 1, 1))
    make_deadline(line, date(2027, 1, 1))
    make_commitment(register, [make_party("AA")], reference="TST-2", due=date(2030, 1, 1))
    client.force_login(people[who])
    for query in ({}, {"sort": "deadline"}, {"sort": "timing"}):
        rows = client.get("/commitments/", query).context["table"].paginated_rows
        order = [row.record.reference for row in rows]
        assert order == (["TST-1", "TST-2"] if who == "officer" else ["TST-2", "TST-1"])


@pytest.mark.parametrize("path", ["/commitments/TST-1/", "/meetings/meeting/"])
@pytest.mark.parametrize("who", ["reader", "focal point of AA"])
def test_where_lines_are_hidden_the_roll_up_says_so(client, people, who, path):
    client.force_login(people[who])
    assert "0 of 2 done" in client.get(path).content.decode()
    hide_a_line()
    html = client.get(path).content.decode()
    assert "0 of 1 shown done" in html
    assert "of 2" not in html


@pytest.mark.parametrize("path", ["/commitments/TST-1/", "/meetings/meeting/"])
@pytest.mark.parametrize("who", ["officer", "focal point of BB"])
def test_whoever_sees_every_line_gets_the_whole_roll_up(client, people, who, path):
    hide_a_line()
    client.force_login(people[who])
    assert "0 of 2 done" in client.get(path).content.decode()


@pytest.mark.parametrize("who", ["officer", "focal point of BB"])
def test_a_restricted_line_is_read_by_its_party_and_the_secretariat(client, people, who):
    hide_a_line()
    client.force_login(people[who])
    html = client.get("/commitments/TST-1/").content.decode()
    assert [word for word in LINE_WORDS if word not in html] == []


@pytest.mark.once
def test_a_line_for_the_secretariat_alone_is_hidden_from_its_own_party(client, people):
    line = hide_a_line()
    Obligation.objects.filter(pk=line.pk).update(sensitivity=Sensitivity.SECRETARIAT)
    answers = seen_by(client, people["focal point of BB"])
    assert [p for p, answer in answers.items() for word in LINE_WORDS if word in answer] == []


def test_a_restricted_report_hides_what_quotes_it(client, register, people):
    type(register).objects.update(sensitivity=Sensitivity.SECRETARIAT)
    client.force_login(people["reader"])
    assert Commitment.objects.get().sensitivity == Sensitivity.PUBLIC
    for path in (
        "/commitments/TST-1/",
        "/meetings/meeting/report/",
        "/meetings/meeting/report/original/",
    ):
        assert client.get(path).status_code == 404
    for path in ("/", "/commitments/", "/commitments/lines/", "/meetings/meeting/"):
        html = client.get(path).content.decode()
        assert "Plain one" not in html, path
        assert "Read the report" not in html, path
