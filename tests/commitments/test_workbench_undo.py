"""Taking back what was done on the workbench: everything as it was, and nothing that others did."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Event
from commitments.choices import CandidateState
from commitments.models import CandidateDecision
from commitments.workbench import services
from commitments.workbench.services import as_labelled
from commitments.workbench.undo import undo
from tests.commitments.deciding import accept, dismiss, merge_two, waiting
from tests.commitments.readings import by, candidate, make_read_report, passage, span
from tests.factories import make_officer, make_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    return make_read_report()


def state_of(report):
    """Everything about the report's passages and shown candidates but their versions."""
    return (
        list(report.passages.in_text_order().values_list("number", "function", "confirmed_by")),
        list(
            CandidateDecision.objects.of(report).shown().in_text_order()
            .values_list("spans", "title", "state", "reason", "decided_by", "link_kind", "passage")
        ),
    )  # fmt: skip


def split_one(report, who):
    row = candidate("Dredging")
    parts = [[span("dredging")], [span("channel")]]
    services.split(candidate=row, seen=row.version, parts=parts, by=who)


def edit_one(report, who):
    row = candidate("The sea belongs")
    values = {"spans": [span("thanked the city")], "title": "Thank"}
    services.edit(candidate=row, seen=row.version, values=values, by=who)


def confirm_every(report, who):
    services.confirm_all(report=report, seen=as_labelled(waiting(report)), by=who)


DEEDS = {
    "accept": lambda report, who: accept("Dredging", who),
    "dismiss": lambda report, who: dismiss("The sea belongs", who, function="context"),
    "edit": edit_one,
    "split": split_one,
    "merge": merge_two,
    "mark": lambda report, who: services.mark(
        passage=passage(1),
        seen=passage(1).version,
        values={"spans": [span("ninth gathering")], "title": "Gather", "strength": "agreed"},
        by=who,
    ),
    "confirm": lambda report, who: services.confirm(
        passage=passage(2), seen=passage(2).version, function="call", by=who
    ),
    "confirm all": confirm_every,
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_taken_back_leaves_everything_as_it_was(report, deed):
    who, was = by(), state_of(report)
    DEEDS[deed](report, who)
    assert state_of(report) != was
    undo(report=report, by=who)
    assert state_of(report) == was


def test_deeds_are_taken_back_one_after_another(report):
    who, was = by(), [state_of(report)]
    for deed in ("mark", "accept", "confirm", "dismiss"):
        DEEDS[deed](report, who)
        was.append(state_of(report))
    row = accept("Share tide tables", who)
    was.append(state_of(report))
    services.reopen(candidate=row, seen=row.version, by=who)
    for before in reversed(was):
        undo(report=report, by=who)
        assert state_of(report) == before
    with pytest.raises(ValidationError, match="nothing of yours"):
        undo(report=report, by=who)


def test_what_another_did_is_not_taken_back(report):
    accept("Dredging")
    with pytest.raises(ValidationError, match="nothing of yours"):
        undo(report=report, by=by())


def test_what_another_has_built_on_is_not_taken_back(report):
    who = by()
    row = accept("Dredging", who)
    services.reopen(candidate=row, seen=row.version, by=by(make_officer(name="Olga Ortiz")))
    with pytest.raises(
        ValidationError, match="Olga Ortiz has built on it .*opened a candidate again"
    ):
        undo(report=report, by=who)
    row.refresh_from_db()
    assert row.state == "open"


def test_undo_of_one_candidate_unsettles_the_passage_that_another_settled(report):
    who = by()
    accept("Share tide tables", who)
    accept("Train young pilots", by())
    undo(report=report, by=who)
    assert passage(3).confirmed_at is None
    assert candidate("Train young pilots").state == CandidateState.ACCEPTED


def test_undo_is_told_in_the_log(report):
    who = by()
    accept("Dredging", who)
    undo(report=report, by=who)
    told = Event.objects.get(action="text.undone")
    assert (told.actor, told.after) == (who.actor, {"undone": "accept"})


def test_deeds_on_one_report_say_nothing_about_another(report):
    other = make_report(language="ru", meeting=report.meeting)
    accept("Dredging", who := by())
    with pytest.raises(ValidationError, match="nothing of yours"):
        undo(report=other, by=who)


# The log ----------------------------------------------------------------------------------------


def test_every_deed_has_words_in_the_history(report, client):
    who = by()
    for deed in DEEDS:
        DEEDS[deed](report, who)
        undo(report=report, by=who)
    row = accept("Dredging", who)
    services.reopen(candidate=row, seen=row.version, by=who)
    client.force_login(who.actor)
    page = client.get("/history/").content.decode()
    for words in ("accepted the candidate", "split the candidate", "confirmed the passage",
                  "took back what was done", "opened the candidate again", "read the report"):  # fmt: skip
        assert words in page
    assert "passage 4: Dredging the northern channel" in page
    assert f"{row.get_absolute_url()}".replace("&", "&amp;") in page
