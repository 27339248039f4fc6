"""What questions about commitments and what belongs to them find, and what they leave: by hand, at the edges."""

from datetime import date

import pytest

from commitments import asked
from commitments.choices import BulkState, Claim, ExtensionState, Role, Status
from commitments.models import (
    BulkEdit,
    Commitment,
    CommitmentLink,
    Evidence,
    Extension,
    Obligation,
    ProgressReport,
    Quotation,
    Recheck,
    SheetImport,
)
from commitments.services import Span
from meetings.choices import Sensitivity
from tests.factories import (
    NOW,
    days,
    make_commitment,
    make_deadline,
    make_draft,
    make_evidence,
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
    restrict,
)

from .rows import keys, settle

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


# Commitments -----------------------------------------------------------------------------------------


def test_the_first_lead_is_that_of_the_commitment_and_contributors_do_not():
    aa, bb, cc = (make_party(code, name=code) for code in ("AA", "BB", "CC"))
    two = make_commitment(parties=[cc, bb], contributing=[aa])
    one, none = make_commitment(parties=[aa]), make_commitment(parties=[aa])
    Obligation.objects.filter(commitment=none).update(role=Role.CONTRIBUTING)
    rows = Commitment.objects.first_lead(Obligation.objects.all()).in_bulk()
    assert (rows[two.pk].first_lead, rows[two.pk].leads) == ("BB", 2)
    assert (rows[one.pk].first_lead, rows[one.pk].leads) == ("AA", 1)
    assert (rows[none.pk].first_lead, rows[none.pk].leads) == (None, None)


def test_the_share_that_is_done_counts_what_counts():
    parties = [make_party(code) for code in ("AA", "BB", "CC", "DD")]
    commitment, other = make_commitment(parties=parties), make_commitment(parties=parties[:1])
    lines = {line.party.code: line for line in commitment.obligations.all()}

    def share() -> dict[int, float | None]:
        found = Commitment.objects.with_share_done(Obligation.objects.all())
        return {row.pk: row.share_done for row in found}

    assert share() == {commitment.pk: 0, other.pk: 0}
    settle(lines["AA"], Status.DONE)
    assert share() == {commitment.pk: 0.25, other.pk: 0}
    settle(lines["BB"], Status.NOT_OWED)
    assert share()[commitment.pk] == pytest.approx(1 / 3)
    make_submitted(lines["BB"])  # what is awaited is not settled, whatever its status says
    assert share()[commitment.pk] == 0.25
    settle(lines["CC"], Status.NOT_ASSESSABLE)
    settle(other.obligations.get(), Status.NOT_OWED)
    assert share() == {commitment.pk: pytest.approx(1 / 3), other.pk: None}
    ProgressReport.objects.update(obligation=lines["AA"])
    assert share()[commitment.pk] == 0, "what is awaited is not done either"


def test_earlier_meetings_are_those_of_the_series_and_of_earlier_days():
    def on(day, **values):
        return make_meeting(starts_on=day, ends_on=day, **values)

    asked = on(date(2026, 1, 15), series="S", number=5)
    before = [
        make_commitment(make_report(meeting))
        for meeting in (
            on(date(2026, 1, 14), series="T", number=9),
            on(date(2025, 1, 15), series="S", number=4),
            make_meeting(series="S", number=3, starts_on=None, ends_on=None, expected="2024"),
        )
    ]
    for meeting in (
        asked,
        on(date(2026, 1, 15), series="T", number=1),
        on(date(2027, 1, 15), series="S", number=6),
        make_meeting(series="T", number=2, starts_on=None, ends_on=None, expected="2024"),
    ):
        make_commitment(make_report(meeting))
    assert list(Commitment.objects.of_meetings_before(asked)) == before


def test_a_meeting_without_a_day_comes_after_those_of_its_series_alone():
    asked = make_meeting(series="S", number=5, starts_on=None, ends_on=None, expected="2027")
    before = make_commitment(make_report(make_meeting(series="S", number=4)))
    make_commitment(make_report(make_meeting(series="T", number=4)))
    assert list(Commitment.objects.of_meetings_before(asked)) == [before]


def test_references_are_found_in_small_letters_too_and_no_others():
    one, _other = make_commitment(reference="TST-1"), make_commitment(reference="TST-2")
    for written in ("TST-1", "tst-1"):
        assert list(Commitment.objects.of_references([written])) == [one]
        assert keys(Obligation.objects.of_references([written])) == keys(one.obligations.all())
    assert not Commitment.objects.of_references(["TST"]).exists()


def test_a_commitment_has_the_lines_that_are_its_own():
    one, other = make_obligation(), make_obligation()
    found = Commitment.objects.having_line(Obligation.objects.filter(pk=one.pk))
    assert list(found) == [one.commitment]
    counted = Commitment.objects.with_line_count().in_bulk()
    assert [counted[line.commitment_id].line_count for line in (one, other)] == [1, 1]


def test_what_more_there_is_to_read_is_told_of_the_commitment_that_has_it():
    linked, later, alone = make_commitment(), make_commitment(), make_commitment()
    CommitmentLink.objects.create(
        earlier=linked, later=later, kind="reaffirms", added_at=NOW, added_by=make_officer()
    )
    Recheck.objects.create(commitment=linked, report=make_report(), before="Before")
    found = Commitment.objects.for_detail().in_bulk()
    assert [found[row.pk].is_linked for row in (linked, later, alone)] == [True, True, False]
    assert [found[row.pk].is_rechecked for row in (linked, later, alone)] == [True, False, False]
    assert {row.line_count for row in found.values()} == {1}


def test_the_counts_beside_the_views_are_of_what_the_person_may_read():
    shown = make_obligation(due=date(2020, 1, 1)).commitment
    hidden = make_obligation(due=date(2020, 1, 1)).commitment
    restrict(hidden)
    quiet = make_obligation(due=TODAY + days(9), now=NOW - days(200)).commitment

    def counts(rows, user, most=20):
        return rows.visible_to(user, NOW).counts_by_timing(user, NOW, most=most).get()

    every, reader, officer = Commitment.objects.all(), make_user(), make_officer()
    assert counts(every, officer) == {
        "all": 3, "overdue": 2, "soon": 1, "none": 0, "awaiting": 0, "silent": 1,
    }  # fmt: skip
    assert counts(every, reader) == {
        "all": 2, "overdue": 1, "soon": 1, "none": 0, "awaiting": 0, "silent": 1,
    }  # fmt: skip
    some = every.filter(pk__in=[shown.pk, hidden.pk])
    assert counts(some, officer)["silent"] == 0
    assert counts(every.exclude(pk=quiet.pk), reader)["overdue"] == 1
    assert counts(every, officer, most=3)["overdue"] == 2
    assert counts(every, officer, most=1)["all"] == 2, "one more than that, however many there are"
    assert counts(every, officer, most=2) == {
        "all": 3, "overdue": None, "soon": None, "none": None, "awaiting": None, "silent": None,
    }  # fmt: skip


def test_the_counts_that_are_put_together_once_are_those_of_each_moment():
    make_obligation(due=TODAY + days(9), now=NOW - days(80))
    restrict(make_obligation(due=TODAY + days(40)).commitment)
    seen = set()
    for user in (make_officer(), make_user()):
        for later in (0, 9, 10, 11, 50):
            now = NOW + days(later)
            rows = Commitment.objects.visible_to(user, now)
            (found,) = asked.counts_by_timing(20)(user, now)
            assert found == rows.counts_by_timing(user, now, most=20).get()
            seen.add(tuple(found.values()))
    assert len(seen) > 4


def test_bulk_edits_are_the_secretariat_s_and_a_preview_its_author_s():
    officer, other = make_officer(), make_officer()
    preview, saved = (
        BulkEdit.objects.create(
            author=officer, state=state, kind="status", values={}, created_at=NOW, confirmed_at=at
        )
        for state, at in [(BulkState.PREVIEW, None), (BulkState.DONE, NOW)]
    )
    assert set(BulkEdit.objects.visible_to(officer)) == {preview, saved}
    assert set(BulkEdit.objects.visible_to(other)) == {saved}
    assert set(BulkEdit.objects.visible_to(make_user())) == set()


def test_sheets_that_come_in_are_the_secretariat_s():
    made = SheetImport.objects.create(
        name="lines.csv", kind="lines", cells={}, actor=make_officer(), at=NOW
    )
    assert list(SheetImport.objects.visible_to(make_officer())) == [made]
    assert list(SheetImport.objects.visible_to(make_user())) == []


def test_the_sweep_has_what_is_moving_and_only_previews_are_abandoned():
    author = make_officer()
    edits = {
        state: BulkEdit.objects.create(
            author=author, state=state, kind="status", values={}, created_at=NOW - days(1),
            confirmed_at=None if state == BulkState.PREVIEW else NOW,
        )
        for state in (BulkState.PREVIEW, BulkState.APPLYING, BulkState.DONE)
    }  # fmt: skip
    assert list(BulkEdit.objects.moving()) == [edits[BulkState.APPLYING]]
    assert list(BulkEdit.objects.abandoned(NOW)) == [edits[BulkState.PREVIEW]]
    assert list(BulkEdit.objects.abandoned(NOW - days(1))) == []


# What belongs to them --------------------------------------------------------------------------------


def test_quotations_within_two_places_reach_in_there():
    words = "0123456789" * 6
    report = make_report(text=words)
    spans = {(start, end): make_commitment(report, spans=[Span(start, end)]) for start, end in
             [(0, 10), (5, 11), (12, 18), (19, 30), (20, 30), (0, 60)]}  # fmt: skip
    found = Quotation.objects.filter(report=report).within(10, 20)
    assert {(row.start, row.end) for row in found} == set(spans) - {(0, 10), (20, 30)}


def test_reports_count_their_own_evidence():
    one, none = make_draft(make_obligation()), make_draft(make_obligation())
    make_evidence(one)
    make_evidence(one, url="https://example.org/other")
    rows = ProgressReport.objects.for_list().in_bulk()
    assert (rows[one.pk].pieces, rows[none.pk].pieces) == (2, 0)


def test_the_last_report_of_a_party_is_one_that_was_sent():
    aa, bb = make_party("AA"), make_party("BB")
    line = make_obligation(aa)
    author = make_focal_point(aa).user
    make_returned(line, author, now=NOW - days(4))
    make_submitted(line, author, now=NOW - days(1), claimed=Claim.IN_PROGRESS)
    make_draft(make_obligation(bb))
    assert ProgressReport.objects.last_by_party() == {"AA": NOW - days(1)}


def test_drafts_are_read_by_their_authors_alone_and_with_them_their_evidence():
    line = make_obligation()
    draft = make_draft(line)
    piece = make_evidence(draft)
    for user, may in [(draft.author, True), (make_officer(), False), (make_user(), False)]:
        assert ProgressReport.objects.visible_to(user, NOW).exists() is may
        assert Evidence.objects.visible_to(user, NOW).exists() is may
    Evidence.objects.filter(pk=piece.pk).update(sensitivity=Sensitivity.SECRETARIAT)
    assert Evidence.objects.visible_to(draft.author, NOW).exists(), "one's own is one's own"


def test_a_draft_is_one_that_was_not_sent():
    line = make_obligation()
    author = make_focal_point(line.party).user
    make_submitted(line, author)
    assert ProgressReport.objects.draft_of(author, line) is None
    draft = make_draft(make_obligation(line.party), author)
    assert ProgressReport.objects.draft_of(author, draft.obligation) == draft


def test_a_request_that_was_answered_is_not_asked_any_more():
    asked = make_extension(make_obligation(due=TODAY + days(9)), TODAY + days(90))
    other = make_extension(make_obligation(due=TODAY + days(9)), TODAY + days(90))
    Extension.objects.filter(pk=other.pk).update(
        state=ExtensionState.GRANTED, decided_at=NOW, decided_by=other.asked_by
    )
    assert list(Extension.objects.asked()) == [asked]


# When a commitment falls due, for whoever asks -------------------------------------------------------


def next_due(commitment: Commitment, user) -> object:
    return Commitment.objects.with_timing(user, NOW).get(pk=commitment.pk).next_due_at


def test_a_line_for_one_party_moves_its_commitment_ahead_for_that_party_alone():
    aa, bb = make_party("AA"), make_party("BB")
    commitment = make_commitment(parties=[aa, bb], due=TODAY + days(20))
    own, shared = (commitment.obligations.get(party=party) for party in (aa, bb))
    Obligation.objects.filter(pk=own.pk).update(sensitivity=Sensitivity.PARTY)
    make_deadline(own, TODAY + days(10))
    own.refresh_from_db()
    focal, other = make_focal_point(aa).user, make_focal_point(bb).user
    assert next_due(commitment, focal) == next_due(commitment, make_officer()) == own.due_at
    assert next_due(commitment, other) == next_due(commitment, make_user()) == shared.due_at
    make_deadline(own, TODAY + days(30))
    assert next_due(commitment, focal) == shared.due_at
    make_deadline(own, TODAY + days(10))
    settle(own, Status.NOT_OWED)
    assert next_due(commitment, focal) == shared.due_at


def test_a_line_for_one_party_without_a_date_moves_nothing():
    aa, bb = make_party("AA"), make_party("BB")
    commitment = make_commitment(parties=[aa, bb])
    own, shared = (commitment.obligations.get(party=party) for party in (aa, bb))
    Obligation.objects.filter(pk=own.pk).update(sensitivity=Sensitivity.PARTY)
    make_deadline(shared, TODAY + days(10))
    shared.refresh_from_db()
    assert next_due(commitment, make_focal_point(aa).user) == shared.due_at
