"""Pages of long lists: the order by deadline, deep pages, and totals that are counted no further."""

from datetime import date

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commitments import asked, editing, services
from commitments.choices import Life, Role, Status
from commitments.models import NEVER, Commitment, Obligation, ProgressReport, Turn
from meetings.choices import Sensitivity
from meetings.models import FocalPoint
from tests.factories import (
    NOW,
    make_commitment,
    make_deadline,
    make_meeting,
    make_officer,
    make_party,
    make_report,
    make_submitted,
    make_user,
)
from ui import paging
from ui.lists import ListPage

pytestmark = pytest.mark.django_db


def in_order(user) -> list[str]:
    """References as the list shows them."""
    rows = Commitment.objects.visible_to(user, NOW).for_list(user, NOW).soonest_first()
    return [row.reference for row in rows]


def sorted_in_python(user) -> list[str]:
    """The same by Python's sort over the lines that the person may see."""
    lines = Obligation.objects.visible_to(user, NOW).open().exclude(due_at=None)
    first: dict[int, object] = {}
    for line in lines:
        first[line.commitment_id] = min(first.get(line.commitment_id, line.due_at), line.due_at)
    rows = Commitment.objects.visible_to(user, NOW)
    ordered = sorted(rows, key=lambda row: (first.get(row.pk, NEVER), row.reference, row.pk))
    return [row.reference for row in ordered]


def people():
    """An officer, a reader, and a focal point of the first party."""
    focal = make_user()
    party = make_party("AA")
    FocalPoint.objects.create(party=party, user=focal, starts_on=date(2020, 1, 1))
    return make_officer(), make_user(), focal


LINE = st.tuples(
    st.sampled_from([Status.NOT_STARTED, Status.STALLED, Status.DONE, Status.NOT_OWED]),
    st.sampled_from([Sensitivity.PUBLIC, Sensitivity.MEMBERS, Sensitivity.PARTY, Sensitivity.SECRETARIAT]),
    st.sampled_from([None, 1, 2, 3]),
)  # fmt: skip
COMMITMENT = st.tuples(
    st.sampled_from([Life.ACTIVE, Life.ACTIVE, Life.WITHDRAWN]),
    st.sampled_from([None, 1, 2]),
    st.lists(LINE, min_size=2, max_size=2),
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(COMMITMENT, min_size=1, max_size=6))
def test_the_order_is_that_of_the_lines_whoever_looks(db, drawn):
    from django.db import transaction

    with transaction.atomic():
        everybody = people()
        parties = [make_party("AA"), make_party("BB")]
        report = make_report(make_meeting())
        for life, due, lines in drawn:
            day = date(2030, 1, due) if due else None
            commitment = make_commitment(report, parties, day)
            for line, (status, sensitivity, own) in zip(
                commitment.obligations.order_by("pk"), lines, strict=True
            ):
                if own:
                    make_deadline(line, date(2029, 12, own))
                Obligation.objects.filter(pk=line.pk).update(status=status, sensitivity=sensitivity)
            Commitment.objects.filter(pk=commitment.pk).update(life=life)
        for user in everybody:
            assert in_order(user) == sorted_in_python(user)
        transaction.set_rollback(True)


def test_a_line_of_ones_own_puts_its_own_commitment_ahead_and_no_other():
    _officer, _reader, focal = people()
    own, other = make_party("AA"), make_party("BB")
    first, last = (make_commitment(parties=[own], due=date(2030, month, 1)) for month in (1, 3))
    Obligation.objects.filter(party=own).update(sensitivity=Sensitivity.PARTY)
    between = make_commitment(parties=[other], due=date(2030, 2, 1))
    assert in_order(focal) == [row.reference for row in (first, between, last)]


def first_due(commitment) -> tuple:
    turn = Turn.objects.get(commitment=commitment)
    return turn.due_at, turn.shared_due_at


def ends(commitment):
    return list(commitment.obligations.order_by("pk").values_list("due_at", flat=True))


def test_every_write_keeps_the_turn(now):
    officer = make_officer()
    by = {"actor": officer, "now": now, "via": "page"}
    commitment = make_commitment(parties=[make_party("AA")])
    assert first_due(commitment) == (NEVER, NEVER)
    line = commitment.obligations.get()
    make_deadline(line, date(2030, 1, 1))
    (end,) = ends(commitment)
    assert first_due(commitment) == (end, end)
    line.refresh_from_db()

    editing.edit_line(
        obligation=line, seen=line.version, values={"sensitivity": Sensitivity.SECRETARIAT}, **by
    )
    assert first_due(commitment) == (end, NEVER)

    line.refresh_from_db()
    services.change_status(
        obligation=line, seen=line.version, status=Status.NOT_OWED, note="Not owed.", **by
    )
    assert first_due(commitment) == (NEVER, NEVER)

    other = editing.add_line(
        commitment=commitment, party=make_party("BB"), role=Role.LEAD, sensitivity=Sensitivity.PUBLIC, **by
    )  # fmt: skip
    make_deadline(other, date(2031, 1, 1))
    commitment.refresh_from_db()
    assert first_due(commitment) == (ends(commitment)[1],) * 2

    editing.withdraw(commitment=commitment, seen=commitment.version, reason="Over.", **by)
    assert first_due(commitment) == (NEVER, NEVER)


def test_a_turn_goes_with_its_commitment():
    commitment = make_commitment(parties=[make_party("AA")])
    commitment.obligations.all().delete()
    assert first_due(commitment) == (NEVER, NEVER)
    commitment.delete()
    assert not Turn.objects.exists()


# Deep pages --------------------------------------------------------------------------------------


@pytest.fixture
def written_anew():
    """The bound stands in statements that are kept."""
    for opened in (asked.opened, asked.reports_opened):
        opened.cache_clear()
    yield
    for opened in (asked.opened, asked.reports_opened):
        opened.cache_clear()


@pytest.fixture
def long_list(monkeypatch, written_anew):
    """Sixty commitments, many of which tie; pages of 4, counted up to 20."""
    make_list(60, monkeypatch, counted=20)


@pytest.fixture
def shorter_list(monkeypatch, written_anew):
    """Twenty-four, counted up to 8."""
    make_list(24, monkeypatch, counted=8)


def make_list(length, monkeypatch, *, counted):
    monkeypatch.setattr(ListPage, "per_page", 4)
    monkeypatch.setattr(paging, "COUNTED_UP_TO", counted)
    monkeypatch.setattr(paging, "VIEWS_COUNTED_UP_TO", counted)
    report, parties = make_report(make_meeting()), [make_party("AA"), make_party("BB")]
    for n in range(length):
        make_commitment(report, parties, date(2030, 1, 1 + n % 3) if n % 4 else None)


def shown(client, path, page, sort=None):
    table = client.get(path, {"page": page, **({"sort": sort} if sort else {})}).context["table"]
    return [row.record.pk for row in table.paginated_rows]


@pytest.mark.parametrize("who", [make_officer, make_user])
@pytest.mark.parametrize(("path", "pages"), [("/commitments/", 6), ("/commitments/lines/", 12)])
def test_the_pages_show_each_row_once_and_none_twice(client, shorter_list, path, pages, who):
    client.force_login(who())
    for sort in (None, "title", "-deadline", "deadline", "meeting"):
        found = [pk for page in range(1, pages + 1) for pk in shown(client, path, page, sort)]
        assert len(found) == len(set(found)) == pages * 4, sort


@pytest.mark.parametrize("who", range(3))
def test_the_pages_of_reports_are_those_that_one_may_read(client, shorter_list, monkeypatch, who):
    """The first two are read otherwise than those behind."""
    monkeypatch.setattr(asked, "FIRST_REPORTS", 9)
    user, author = people()[who], make_user()
    lines = list(Obligation.objects.order_by("pk")[:24])
    for n, line in enumerate(lines):
        make_submitted(line, author)
        Obligation.objects.filter(pk=line.pk).update(sensitivity=list(Sensitivity)[n % 5 % 4])
    reports = ProgressReport.objects.visible_to(user, NOW).sent().newest_first()
    expected = [report.pk for report in reports]
    assert len(expected) == (24, 14, 16)[who]
    client.force_login(user)
    pages = range(1, -(-len(expected) // 4) + 1)
    assert [pk for page in pages for pk in shown(client, "/commitments/reports/", page)] == expected


def test_the_deep_pages_go_on_where_the_others_end(client, long_list):
    client.force_login(officer := make_officer())
    found = [pk for page in range(1, 16) for pk in shown(client, "/commitments/", page)]
    rows = Commitment.objects.filter(pk__in=found).in_bulk()
    assert [rows[pk].reference for pk in found] == sorted_in_python(officer)


def test_totals_are_counted_no_further_than_the_bound(client, long_list):
    client.force_login(make_officer())
    page = client.get("/commitments/").content.decode()
    assert "<b>more than 20</b> commitments" in page
    assert "1-4 of more than 20" in page
    filtered = client.get("/commitments/", {"timing": "none"}).content.decode()
    assert "<b>15</b> commitments" in filtered


def test_a_page_behind_the_bound_leads_on(client, long_list):
    client.force_login(make_officer())
    page = client.get("/commitments/", {"page": 9}).content.decode()
    assert "33-36 of more than 20" in page
    assert 'rel="next" href="?page=10"' in page
    assert 'rel="prev" href="?page=8"' in page
    last = client.get("/commitments/", {"page": 15}).content.decode()
    assert "57-60 of more than 20" in last
    assert 'rel="next"' not in last


@pytest.mark.parametrize("wrong", ["16", "999999999"])
def test_a_page_behind_the_end_is_the_last(client, long_list, wrong):
    client.force_login(make_officer())
    assert client.get("/commitments/", {"page": wrong}).context["table"].page.number == 15
    assert shown(client, "/commitments/", wrong) == shown(client, "/commitments/", 15)


@pytest.mark.parametrize("wrong", ["0", "-1", "x", "1.5", "²", "9" * 400])
def test_a_page_that_makes_no_sense_is_one_that_there_is(client, long_list, wrong):
    client.force_login(make_officer())
    answer = client.get("/commitments/", {"page": wrong})
    assert answer.status_code == 200
    assert len(answer.context["table"].paginated_rows) == 4


def test_many_views_say_no_counts_of_a_large_register(client, long_list):
    client.force_login(make_officer())
    views = client.get("/commitments/").context["views"]
    assert {view.said for view, _is_current in views} == {""}


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL has trigrams")
@pytest.mark.parametrize("word", ["терроризм", "терроризм核安全合作", "terrorism"])
def test_search_uses_its_index_in_every_script(word):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Commitment.objects.order_by().search(word).explain()
    assert "commitment_search" in plan
