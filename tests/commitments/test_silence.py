"""Silent and awaiting validation: said once in SQL and once in Python, and the same; and their lists."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Event
from commitments import rules
from commitments.choices import Life, Reporting, ReportState, Status
from commitments.models import Commitment, Obligation, ProgressReport
from commitments.standing import summary_by_party
from meetings.choices import Sensitivity
from tests.commitments.examples import taken_back, with_rows
from tests.factories import (
    NOW,
    days,
    make_accepted,
    make_commitment,
    make_draft,
    make_focal_point,
    make_obligation,
    make_officer,
    make_party,
    make_returned,
    make_submitted,
    make_user,
)

AFTER = timedelta(days=90)
INSTANT = timedelta(microseconds=1)
pytestmark = pytest.mark.django_db


def silent(status=Status.IN_PROGRESS, life=Life.ACTIVE, registered=AFTER, last=None) -> bool:
    """Whether a line is silent that was entered, and last reported on, so long ago."""
    return rules.is_silent(
        status=status,
        life=life,
        registered_at=NOW - registered,
        last_report_at=None if last is None else NOW - last,
        now=NOW,
        after=AFTER,
    )


@pytest.mark.parametrize(
    ("registered", "last", "expected"),
    [
        (AFTER, None, True),
        (AFTER - INSTANT, None, False),
        (AFTER * 4, None, True),
        (AFTER * 4, AFTER, True),
        (AFTER * 4, AFTER - INSTANT, False),
        (AFTER * 4, timedelta(0), False),
        (timedelta(0), AFTER * 4, False),
    ],
)
def test_a_line_is_silent_from_ninety_days_after_its_last_report_or_its_entry(
    registered, last, expected
):
    assert silent(registered=registered, last=last) is expected


@pytest.mark.parametrize("status", [Status.DONE, Status.NOT_OWED, Status.NOT_ASSESSABLE])
def test_a_line_on_which_nothing_is_open_is_never_silent(status):
    assert not silent(status=status)


@pytest.mark.parametrize("life", [Life.WITHDRAWN, Life.REPLACED])
def test_a_line_of_a_commitment_out_of_force_is_never_silent(life):
    assert not silent(life=life)


ages = st.one_of(
    st.sampled_from([timedelta(0), AFTER - INSTANT, AFTER, AFTER + INSTANT]),
    st.timedeltas(timedelta(0), timedelta(days=400)),
)
reports = st.lists(st.tuples(st.sampled_from(ReportState.values), ages), max_size=3)
told = st.tuples(st.sampled_from(Status.values), ages, reports)


@pytest.fixture
def lines(db):
    """Two lines of a commitment of each life; an example gives them status, age and reports."""
    found = []
    for life in Life.values:
        commitment = make_commitment(parties=[make_party("AA"), make_party("BB")])
        Commitment.objects.filter(pk=commitment.pk).update(life=life)
        found += commitment.obligations.all()
    return found


@pytest.fixture
def authors(db):
    return [make_user() for _ in range(3)]


@with_rows
@given(st.lists(told, min_size=6, max_size=6))
def test_silent_and_awaiting_mean_the_same_in_sql_and_in_python(lines, authors, states):
    assert timedelta(days=settings.SILENT_DAYS) == AFTER
    officer = make_officer()
    with taken_back():
        for line, (status, age, sent) in zip(lines, states, strict=True):
            write(line, status, age, sent, authors, officer)
        rows = list(Obligation.objects.with_reports().select_related("commitment"))
        is_silent = {row for row in rows if silent_now(row)}
        waits = {row for row in rows if states_of(row) & {ReportState.SUBMITTED}}
        assert set(Obligation.objects.silent(NOW)) == is_silent
        assert set(Obligation.objects.awaiting()) == waits
        assert set(Obligation.objects.not_awaiting()) == set(rows) - waits
        assert {row for row in rows if row.is_awaiting} == waits
        for kinds, expected in (
            ([Reporting.SILENT], is_silent),
            ([Reporting.AWAITING], waits),
            ([Reporting.SILENT, Reporting.AWAITING], is_silent | waits),
            ([], set()),
        ):
            assert set(Obligation.objects.in_reporting(kinds, NOW)) == expected
        by_party = summary_by_party(Obligation.objects.all(), NOW)
        assert sum(row["silent"] for row in by_party) == len(is_silent)
        assert sum(row["awaiting"] for row in by_party) == len(waits)
        assert sum(row["lines"] for row in by_party) == len(rows)


def write(line, status, age, sent, authors, officer) -> None:
    Obligation.objects.filter(pk=line.pk).update(status=status, registered_at=NOW - age)
    is_waiting = False
    for author, (state, ago) in zip(authors, sent, strict=False):
        if state == ReportState.SUBMITTED and is_waiting:  # one a line
            state = ReportState.RETURNED
        is_waiting = is_waiting or state == ReportState.SUBMITTED
        is_decided = state in {ReportState.ACCEPTED, ReportState.RETURNED}
        ProgressReport.objects.create(
            obligation=line,
            author=author,
            state=state,
            claim="in_progress",
            text="A plan was adopted.",
            saved_at=NOW - ago,
            submitted_at=None if state == ReportState.DRAFT else NOW - ago,
            finding="in_progress" if state == ReportState.ACCEPTED else "",
            comment="Seen." if is_decided else "",
            decided_by=officer if is_decided else None,
            decided_at=NOW if is_decided else None,
        )


def states_of(line) -> set[str]:
    return set(line.progress_reports.values_list("state", flat=True))


def silent_now(line) -> bool:
    sent = [r.submitted_at for r in line.progress_reports.all() if r.submitted_at]
    assert line.last_report_at == max(sent, default=None)
    return rules.is_silent(
        status=line.status,
        life=line.commitment.life,
        registered_at=line.registered_at,
        last_report_at=max(sent, default=None),
        now=NOW,
        after=AFTER,
    )


# Through the services and pages ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "is_silent"),
    [
        (None, True),
        (make_draft, True),
        (make_submitted, False),
        (make_returned, False),
        (make_accepted, False),
    ],
)
def test_only_a_report_that_was_sent_breaks_the_silence(make, is_silent):
    line = make_obligation()
    later = NOW + days(100)
    if make:
        make(line, now=NOW + days(50))
    assert Obligation.objects.silent(later).exists() is is_silent
    assert Obligation.objects.silent(later + days(40)).exists()


@pytest.fixture
def register():
    """Of six lines two are silent and two await validation; one of each is for the secretariat."""
    now, long_ago = timezone.now(), timezone.now() - days(200)
    parties = [make_party("AA"), make_party("BB")]
    for number, make in enumerate((None, make_submitted, make_returned)):
        commitment = make_commitment(parties=parties, reference=f"TST-{number}")
        for line in commitment.obligations.all():
            Obligation.objects.filter(pk=line.pk).update(registered_at=long_ago)
            if make:
                make(line, make_user(), now=now - days(3), text=f"Said by {line.party.code}.")
    Obligation.objects.filter(party__code="BB").update(sensitivity=Sensitivity.SECRETARIAT)


@pytest.mark.parametrize(("who", "each"), [(make_officer, 2), (make_user, 1)])
def test_the_lists_count_what_the_home_page_counts(client, register, who, each):
    client.force_login(who())
    figures = client.get("/").context["figures"]
    assert (figures["silent"], figures["awaiting"]) == (each, each)
    for path, rows in (
        ("/commitments/lines/?reporting=silent", each),
        ("/commitments/lines/?reporting=awaiting", each),
        ("/commitments/lines/?reporting=awaiting&reporting=silent", each * 2),
        ("/commitments/?reporting=silent", 1),
        ("/commitments/?reporting=awaiting", 1),
        ("/commitments/?reporting=awaiting&party=BB", each - 1),
        ("/commitments/reports/?state=submitted", each),
        ("/commitments/reports/?state=returned", each),
        ("/commitments/reports/?party=BB", (each - 1) * 2),
        ("/commitments/reports/", each * 2),
    ):
        assert client.get(path).context["table"].paginator.count == rows, path


@pytest.mark.parametrize(
    ("words", "rows"),
    [("said by", 2), ("SAID bb", 0), ("tst-1", 1), ("operations aa", 2), ("(.*", 0), ("", 2)],
)
def test_reports_are_searched_in_their_words_and_those_of_their_commitment(
    client, register, words, rows
):
    client.force_login(make_user())
    page = client.get("/commitments/reports/", {"q": words})
    assert page.context["table"].paginator.count == rows


def test_a_search_of_reports_ignores_case_in_russian(client):
    make_submitted(make_obligation(), text="Закон ПРИНЯТ.")
    client.force_login(make_user())
    page = client.get("/commitments/reports/", {"q": "принят закон"})
    assert page.context["table"].paginator.count == 1


def test_the_page_of_a_commitment_says_what_awaits_validation(client, register):
    client.force_login(make_officer())
    html = client.get("/commitments/TST-1/").content.decode()
    assert "0 of 2 done" in html
    assert "2 awaiting validation" in html


def test_a_line_that_was_never_reported_on_says_so(client, register):
    client.force_login(make_officer())
    assert "Never reported" in client.get("/commitments/TST-0/").content.decode()
    assert "Never reported" not in client.get("/commitments/TST-1/").content.decode()


# Cost --------------------------------------------------------------------------------------------


def queries_of(ask) -> int:
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


def test_the_summary_by_party_and_the_counts_by_timing_are_one_statement_each(register):
    assert queries_of(lambda: summary_by_party(Obligation.objects.all(), NOW)) == 1
    officer = make_officer()
    of_all = Commitment.objects.visible_to(officer, NOW)
    assert queries_of(lambda: of_all.counts_by_timing(officer, NOW, most=100).get()) == 1


@pytest.mark.parametrize("who", [make_officer, make_user])
def test_the_lines_of_many_commitments_come_in_one_statement(register, who):
    user = who()

    def roll_ups() -> None:
        rows = Commitment.objects.visible_to(user, NOW).for_list(user, NOW).with_lines(user, NOW)
        for row in rows.with_line_count():
            rules.roll_up(
                (line.status, line.due_at is not None, line.is_awaiting) for line in row.lines
            )

    # The commitments, and all their lines.
    assert queries_of(roll_ups) == 2
    for _ in range(10):
        make_commitment(parties=[make_party("AA"), make_party("BB")])
    assert queries_of(roll_ups) == 2


def busy(reference: str, parties: int, reports: int, events: int) -> None:
    """A commitment with so many lines, reports and events."""
    owing = [make_party(f"B{n}") for n in range(parties)]
    commitment = make_commitment(parties=owing, reference=reference)
    lines = list(commitment.obligations.all())
    authors = [make_focal_point(party).user for party in owing]
    for n in range(reports):
        make_returned(lines[n % parties], authors[n % parties], text=f"Report {n}.")
    told = commitment_events(lines)
    while told < events:
        line = lines[told % parties]
        make_accepted(line, authors[told % parties], claimed="stalled")
        told = commitment_events(lines)


def commitment_events(lines) -> int:
    return Event.objects.filter(
        object_type="obligation", object_id__in=[line.pk for line in lines]
    ).count()


@pytest.mark.once
@pytest.mark.parametrize("who", ["officer", "reader", "focal point"])
def test_the_page_of_a_commitment_costs_the_same_however_much_happened(client, who):
    busy("TST-1", parties=2, reports=2, events=8)
    busy("TST-2", parties=10, reports=40, events=200)
    people = {
        "officer": make_officer,
        "reader": make_user,
        "focal point": lambda: make_focal_point(make_party("B0")).user,
    }
    client.force_login(people[who]())

    def cost(path: str) -> int:
        def ask() -> None:
            assert client.get(path).status_code == 200

        return queries_of(ask)

    cost("/commitments/TST-1/")
    assert cost("/commitments/TST-2/") == cost("/commitments/TST-1/") <= 20
    assert cost("/commitments/TST-2/B0/") == cost("/commitments/TST-1/B0/") <= 25
