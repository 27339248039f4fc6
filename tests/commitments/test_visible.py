"""Who may read what: every combination of levels and people, beside the rule in plain words.

What a report, a commitment and a line allow counts together, and the strictest of them decides
(PRODUCT.md, sensitivity).
"""

from datetime import date, timedelta
from itertools import product

import pytest
from django.db import connection

from commitments import progress
from commitments.choices import LinkKind
from commitments.models import (
    Commitment,
    CommitmentLink,
    Evidence,
    Extension,
    Obligation,
    ProgressReport,
    Quotation,
)
from meetings.choices import Sensitivity
from meetings.models import Report
from meetings.querysets import hidden
from tests.factories import (
    NOW,
    make_administrator,
    make_commitment,
    make_draft,
    make_evidence,
    make_extension,
    make_focal_point,
    make_meeting,
    make_officer,
    make_party,
    make_report,
    make_submitted,
    make_user,
)

pytestmark = pytest.mark.django_db
LEVELS = list(Sensitivity)
SECRETARIAT = {"officer", "administrator"}
OWN = {"own", "deputy", "last day", "first day"}  # who answer for the party today
TODAY, DAY = NOW.date(), timedelta(days=1)


def may_read(who: str, *levels: str) -> bool:
    """The rule: all for the secretariat; nothing of its own for others; a party's for the party."""
    if who in SECRETARIAT:
        return True
    open_to = {Sensitivity.PUBLIC, Sensitivity.MEMBERS} | (
        {Sensitivity.PARTY} if who in OWN else set()
    )
    return set(levels) <= open_to


@pytest.fixture
def people():
    party = make_party("AA")
    return {
        "officer": make_officer(),
        "administrator": make_administrator(),
        "own": make_focal_point(party).user,
        "deputy": make_focal_point(party, is_deputy=True).user,
        "last day": make_focal_point(party, ends_on=TODAY).user,
        "first day": make_focal_point(party, starts_on=TODAY).user,
        "former": make_focal_point(party, ends_on=TODAY - DAY).user,
        "coming": make_focal_point(party, starts_on=TODAY + DAY).user,
        "other": make_focal_point(make_party("BB")).user,
        "reader": make_user(),
    }


@pytest.fixture
def levels(people):
    """A commitment with one line of each combination; what its report, itself and the line are, by key."""
    party, meeting, found = make_party("AA"), make_meeting(), {}
    for version, of_report in enumerate(LEVELS, 1):
        report = make_report(meeting, version=version)
        for of_commitment, of_line in product(LEVELS, LEVELS):
            commitment = make_commitment(report, [party], due=date(2030, 6, 30))
            set_level(Commitment, commitment.pk, of_commitment, party)
            Obligation.objects.filter(commitment=commitment).update(sensitivity=of_line)
            found[commitment.pk] = of_report, of_commitment, of_line
        set_level(Report, report.pk, of_report, party)
    return found


def set_level(model, pk, level, party) -> None:
    restricted_to = party if level == Sensitivity.PARTY else None
    model.objects.filter(pk=pk).update(sensitivity=level, restricted_to=restricted_to)


def test_commitments(people, levels):
    for who, person in people.items():
        found = set(Commitment.objects.visible_to(person, NOW).values_list("pk", flat=True))
        assert found == {pk for pk, own in levels.items() if may_read(who, *own[:2])}, who


def test_lines(people, levels):
    for who, person in people.items():
        shown = Obligation.objects.visible_to(person, NOW)
        found = set(shown.values_list("commitment", flat=True))
        assert found == {pk for pk, own in levels.items() if may_read(who, *own)}, who


def test_lines_of_commitments_that_are_visible(people, levels):
    """The line's own part alone, and what it leaves out."""
    for who, person in people.items():
        shown = Obligation.objects.visible_lines(person, NOW)
        hidden = Obligation.objects.hidden_from(person, NOW)
        expected = {pk for pk, own in levels.items() if may_read(who, own[2])}
        assert set(shown.values_list("commitment", flat=True)) == expected, who
        assert set(hidden.values_list("commitment", flat=True)) == levels.keys() - expected, who


def test_closed_lines_are_those_that_not_every_member_may_see(levels):
    closed = set(Obligation.objects.closed().values_list("commitment", flat=True))
    assert closed == {pk for pk, own in levels.items() if not may_read("reader", own[2])}


def test_quotations(people, levels):
    for who, person in people.items():
        shown = Quotation.objects.visible_to(person, NOW)
        found = set(shown.values_list("commitment", flat=True))
        assert found == {pk for pk, own in levels.items() if may_read(who, *own[:2])}, who


def test_links(people, levels):
    """Between the first commitment, which all may read, and each of the others, either way round."""
    officer = people["officer"]
    first, *others = sorted(levels)
    for n, other in enumerate(others):
        earlier, later = (first, other) if n % 2 else (other, first)
        CommitmentLink.objects.create(
            earlier_id=earlier,
            later_id=later,
            kind=LinkKind.values[0],
            added_by=officer,
            added_at=NOW,
        )
    for who, person in people.items():
        shown = CommitmentLink.objects.visible_to(person, NOW).about(first)
        found = {({link.earlier_id, link.later_id} - {first}).pop() for link in shown}
        assert found == {pk for pk in others if may_read(who, *levels[pk][:2])}, who


def test_only_links_of_a_commitment_are_about_it(people):
    a, b, c = (make_commitment() for _ in range(3))
    for earlier, later in ((a, b), (b, c)):
        CommitmentLink.objects.create(
            earlier=earlier,
            later=later,
            kind=LinkKind.values[0],
            added_by=people["officer"],
            added_at=NOW,
        )
    about = CommitmentLink.objects.about
    assert [about(one).count() for one in (a, b, c)] == [1, 2, 1]


@pytest.fixture
def of_lines(levels):
    """The lines of the combinations that differ in one place from what members may read, with reports."""
    usual = (Sensitivity.MEMBERS,) * 3
    keys = [
        pk for pk, own in levels.items() if sum(a != b for a, b in zip(own, usual, strict=True)) < 2
    ]
    lines = Obligation.objects.filter(commitment__in=keys).select_related("party", "commitment")
    return {line: levels[line.commitment_id] for line in lines}


@pytest.mark.parametrize("way", ["visible_to", "each_visible_to"])
def test_progress_reports(people, of_lines, way):
    author = people["own"]
    for line in of_lines:
        make_submitted(line, author)
        make_draft(line, author)
    for who, person in people.items():
        shown = getattr(ProgressReport.objects, way)(person, NOW)
        sent = {report.obligation_id for report in shown if report.submitted_at}
        assert sent == {line.pk for line, own in of_lines.items() if may_read(who, *own)}, who
        drafts = {report.obligation_id for report in shown if not report.submitted_at}
        mine = {line.pk for line, own in of_lines.items() if may_read(who, *own)}
        assert drafts == (mine if who == "own" else set()), who
        assert set(ProgressReport.objects.sent()) == set(ProgressReport.objects.submitted())
        assert not shown.sent().filter(submitted_at=None).exists()


def test_a_draft_is_found_for_its_author_on_its_line_alone(people, of_lines):
    line, other, *_rest = of_lines
    author = people["own"]
    make_submitted(line, author)
    draft = make_draft(line, author)
    drafts = ProgressReport.objects
    assert drafts.draft_of(author, line) == draft
    assert drafts.draft_of(author, other) is None
    assert drafts.draft_of(people["deputy"], line) is None


def test_extensions(people, of_lines):
    for line in of_lines:
        make_extension(line, date(2030, 12, 31), people["own"])
    for who, person in people.items():
        shown = Extension.objects.visible_to(person, NOW)
        found = {extension.obligation_id for extension in shown}
        assert found == {line.pk for line, own in of_lines.items() if may_read(who, *own)}, who


def test_evidence(people, of_lines):
    """As far as its own level and that of everything above it allow; on drafts for their author alone."""
    author = people["own"]
    for line in of_lines:
        for send in (True, False):
            report = make_draft(line, author)
            for level in LEVELS:
                make_evidence(report, sensitivity=level, name=level)
            if send:
                progress.submit(report=report, actor=author, now=NOW, via="page")
    levels = {line.pk: own for line, own in of_lines.items()}
    for who, person in people.items():
        shown = Evidence.objects.visible_to(person, NOW).select_related("report")
        found = {
            (piece.report.obligation_id, piece.sensitivity, piece.report.submitted_at is not None)
            for piece in shown
        }
        expected = {
            (pk, level, is_sent)
            for pk, own in levels.items()
            for level, is_sent in product(LEVELS, (True, False))
            if may_read(who, *own) and (who == "own" or (is_sent and may_read(who, level)))
        }
        assert found == expected, who


def test_a_day_is_that_of_the_person(people):
    """On the evening of its last day in UTC a term is over for whoever is in Kamchatka already."""
    party = make_party("AA")
    late = NOW.replace(hour=20)
    commitment = make_commitment(make_report(), [party])
    set_level(Commitment, commitment.pk, Sensitivity.PARTY, party)
    there = make_user(time_zone="Asia/Kamchatka")
    here = make_user(time_zone="UTC")
    for person in (there, here):
        make_focal_point(party, person, ends_on=late.date())
    visible = Commitment.objects.visible_to
    assert not visible(there, late).exists()
    assert visible(here, late).exists()


def test_the_few_that_are_hidden_are_found_by_their_index(people):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads small tables whole")
    reader = people["reader"]
    for rows, index in [
        (Report.objects.filter(hidden(reader, TODAY)), "report_restricted"),
        (Commitment.objects.hidden_from(reader, NOW)[0], "commitment_restricted"),
        (Obligation.objects.closed(), "obligation_restricted"),
    ]:
        assert index in rows.order_by().explain()
