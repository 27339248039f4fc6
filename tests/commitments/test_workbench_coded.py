"""A report whose commitments are in the register before its passages are: shown as coded."""

import pytest

from accounts.choices import Via
from accounts.models import Event
from commitments.models import CandidateDecision
from commitments.services import Span
from commitments.workbench.addresses import Place
from commitments.workbench.board import Board
from commitments.workbench.coded import store_coded
from commitments.workbench.storing import store_reading
from tests.commitments.readings import TEXT, passage, reading, span
from tests.factories import (
    NOW,
    make_commitment,
    make_meeting,
    make_officer,
    make_party,
    make_report,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    for code in ("AA", "BB"):
        make_party(code)
    return make_report(make_meeting(slug="harbour-9"), TEXT)


@pytest.fixture
def commitments(report):
    both = [make_party("AA"), make_party("BB")]
    spans = [Span(*span("share tide tables"), span("agreed to")), Span(*span("dredging"))]
    return [
        make_commitment(report, both, title="Share and dredge", spans=spans, review_days=90),
        make_commitment(
            report,
            [make_party("AA")],
            contributing=[make_party("BB")],
            title="Train pilots",
            spans=[Span(*span("train young pilots by 30 June 2027"))],
        ),
    ]


def store(report, commitments, **values):
    about = {"actor": None, "now": NOW, "via": Via.COMMAND, **values}
    store_coded(report=report, reading=reading(), commitments=commitments, **about)


def test_every_passage_is_confirmed_and_nothing_is_left(report, commitments):
    store(report, commitments)
    board = Board(Place(report))
    assert board.is_coded
    assert [line.passage.function for line in board.lines] == [
        "procedure", "context", "commitment", "commitment", "acknowledgement", "position",
    ]  # fmt: skip


def test_commitments_are_decisions_that_were_registered(report, commitments):
    store(report, commitments)
    first, second = CandidateDecision.objects.in_text_order()
    assert (first.commitment, first.state, first.parties) == (commitments[0], "registered", ["all"])
    assert first.spans == [list(span("share tide tables")), list(span("dredging"))]
    assert (first.operative, first.standing) == (list(span("agreed to")), True)
    assert (second.parties, second.contributing) == (["AA"], ["BB"])
    assert second.passage == passage(3)


def test_a_person_who_loaded_it_has_confirmed_it(report, commitments):
    officer = make_officer()
    store(report, commitments, actor=officer)
    assert passage(1).confirmed_by == officer


def test_it_is_stored_once(report, commitments):
    store(report, commitments)
    store(report, commitments)
    assert report.passages.count() == 6
    assert Event.objects.filter(action="text.read").count() == 1


def test_what_was_read_and_is_being_decided_stays_as_it_is(report, commitments):
    store_reading(report=report, reading=reading(), actor=None, now=NOW, via=Via.COMMAND)
    store(report, commitments)
    assert report.passages.unconfirmed().count() == 6


def test_the_reader_of_a_stem_keeps_its_function(report, commitments):
    from dataclasses import replace

    read = reading()
    rows = list(read.passages)
    rows[1] = replace(rows[1], function="commitment")
    rows[2] = replace(rows[2], stem=1)
    about = {"actor": None, "now": NOW, "via": Via.COMMAND}
    store_coded(
        report=report, reading=replace(read, passages=tuple(rows)), commitments=commitments, **about
    )
    assert passage(2).function == "commitment"
    assert passage(6).function == "position"


def test_a_commitment_that_quotes_another_report_is_not_of_this_one(report):
    other = make_commitment(parties=[make_party("AA")])
    store(report, [other])
    assert not CandidateDecision.objects.exists()
