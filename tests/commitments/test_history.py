"""The history: who may read which event, and what came between."""

from datetime import date, timedelta

import pytest

from accounts.models import Event
from commitments import editing, evidence, history, progress
from commitments.choices import LinkKind
from commitments.models import Evidence, Obligation
from meetings.choices import Sensitivity
from tests.commitments.histories import (
    actions,
    by,
    change_status,
    draft_with_file,
    exported,
    page,
    rows,
)
from tests.factories import (
    NOW,
    make_administrator,
    make_commitment,
    make_deadline,
    make_focal_point,
    make_obligation,
    make_officer,
    make_party,
    make_user,
    restrict,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


# Who may read what ------------------------------------------------------------------------------


def test_officers_and_administrators_read_every_event():
    restrict(make_commitment())
    for person in (make_officer(), make_administrator()):
        assert history.visible(person, NOW).count() == Event.objects.count() > 0


def test_others_read_only_what_happens_to_commitments_and_lines_that_they_see():
    seen, unseen = make_obligation(), make_obligation()
    restrict(unseen.commitment)
    own = make_party("KZ")
    hidden_line = make_obligation(make_party("KG"), reference="TST-HIDDEN")
    Obligation.objects.filter(pk=hidden_line.pk).update(sensitivity=Sensitivity.PARTY)
    for line in (seen, unseen, hidden_line):
        change_status(line)
    for person in (make_user(), make_focal_point(own).user):
        keys = set(history.visible(person, NOW).values_list("object_type", "object_id"))
        assert keys == {
            ("commitment", seen.commitment_id),
            ("obligation", seen.pk),
            ("commitment", hidden_line.commitment_id),
        }


def test_a_restricted_commitment_stands_nowhere_for_a_reader():
    line = make_obligation(reference="TST-SECRET", title="Nobody reads this title")
    change_status(line, note="Nobody reads this reason.")
    restrict(line.commitment)
    reader = make_user()
    answers = [
        page(reader), page(reader, "?commitment=TST-SECRET"), page(reader, "?q=reason"),
        exported(reader, "csv"), exported(reader, "json"),
    ]  # fmt: skip
    for answer in answers:
        assert "Nobody reads" not in answer
    assert not any("TST-SECRET" in answer for answer in answers if "<" not in answer)
    assert "<b>0</b> entries" in page(reader)
    assert "Nobody reads this reason." in page(make_officer(), "?commitment=TST-SECRET")


@pytest.mark.parametrize(
    ("sensitivity", "readers"),
    [
        (Sensitivity.MEMBERS, {"author", "officer", "colleague", "reader"}),
        (Sensitivity.PARTY, {"author", "officer", "colleague"}),
        (Sensitivity.SECRETARIAT, {"author", "officer"}),
    ],
)
def test_evidence_is_told_to_those_who_may_read_it(sensitivity, readers):
    people = {
        "author": make_focal_point(make_party("KZ")).user,
        "officer": make_officer(),
        "colleague": make_focal_point(make_party("KZ")).user,
        "reader": make_user(),
    }
    report = draft_with_file(people["author"], "Secret plan.txt", sensitivity)
    line = report.obligation

    def told() -> set[str]:
        in_list = {who for who, one in people.items() if "Secret plan" in exported(one, "json")}
        beside = {
            who for who, one in people.items()
            if any("Secret" in entry.change
                   for entry in history.entries(line.commitment, [line], user=one, now=NOW))
        }  # fmt: skip
        assert in_list == beside
        return in_list

    assert told() == {"author", "officer"}  # the draft is nobody else's
    progress.submit(report=report, **by(people["author"]))
    assert told() == readers
    without_reader = history.entries(line.commitment, [line])
    assert not any(entry.action.startswith("evidence.") for entry in without_reader)


def test_evidence_that_was_taken_off_a_draft_is_told_to_its_author_and_the_secretariat():
    author = make_focal_point(make_party("KZ")).user
    draft_with_file(author, "Secret plan.txt", Sensitivity.PUBLIC)
    evidence.remove(evidence=Evidence.objects.get(), **by(author))
    assert "evidence.removed" in actions(author)
    assert "evidence.removed" in actions(make_officer())
    assert not any(action.startswith("evidence.") for action in actions(make_user()))


def test_a_link_does_not_tell_of_a_commitment_that_the_reader_may_not_see():
    earlier, later = make_commitment(reference="TST-OLD"), make_commitment(reference="TST-NEW")
    editing.link(earlier=earlier, later=later, kind=LinkKind.WIDENS, **by(make_officer()))
    restrict(earlier)
    (change,) = [row["change"] for row in rows(make_user()) if row["action"] == "commitment.linked"]
    assert change == "TST-NEW: Widens another commitment"
    changes = [row["change"] for row in rows(make_officer(), "&action=commitment.linked")]
    assert changes == ["TST-NEW: Widens TST-OLD"] * 2


# A person who came too late ---------------------------------------------------------------------


def test_whoever_lost_a_race_is_told_what_changed_since():
    line = make_obligation(due=date(2026, 6, 30))
    seen = line.version
    change_status(line, minutes=1)
    make_deadline(line, date(2026, 12, 31), now=NOW + timedelta(minutes=2))
    change_status(make_obligation(), minutes=3)
    line.refresh_from_db()
    assert [entry.action for entry in history.since(line, seen)] == [
        "deadline.moved", "status.changed",
    ]  # fmt: skip
    assert [entry.action for entry in history.since(line, seen + 1)] == ["deadline.moved"]
    assert history.since(line, line.version) == []


def test_versions_are_compared_as_numbers():
    line = make_obligation()
    Obligation.objects.filter(pk=line.pk).update(version=9)
    change_status(line)  # version 10
    assert len(history.since(line, 9)) == 1
    assert history.since(line, 10**30) == []
