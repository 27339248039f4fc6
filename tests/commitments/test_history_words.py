"""The history in words: every action has some, and says from what to what."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import transaction

from accounts.audit import record
from accounts.choices import Role, Via
from accounts.services import change_person
from commitments import deadlines, editing, extensions, progress
from commitments.choices import Life, Status
from commitments.history_words import WHAT
from meetings.choices import Sensitivity
from meetings.services import appoint
from tests.commitments.histories import by, change_status, draft_with_file, exported, page, told_of
from tests.factories import (
    NOW,
    make_administrator,
    make_commitment,
    make_deadline,
    make_focal_point,
    make_meeting,
    make_obligation,
    make_officer,
    make_party,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db
ROOT = Path(django_settings.BASE_DIR)


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def recorded_actions() -> set[str]:
    """Every action that the source records, read from the source."""
    found = set()
    for app in ("accounts", "meetings", "commitments"):
        for file in (ROOT / app).rglob("*.py"):
            if not file.name.startswith("history_"):
                for node in ast.walk(ast.parse(file.read_text())):
                    if isinstance(node, ast.Call):
                        found |= _actions_in(node)
    return found


def _actions_in(call: ast.Call) -> set[str]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name not in {"record", "_tell", "_live", "_set_status"}:
        return set()
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    return {
        node.value
        for value in values
        for node in ast.walk(value)
        if isinstance(node, ast.Constant) and re.fullmatch(r"[a-z_]+\.[a-z_]+", str(node.value))
    }


def test_every_action_that_is_recorded_has_words():
    found = recorded_actions()
    assert {"status.changed", "commitment.withdrawn", "evidence.added", "line.edited"} <= found
    assert found <= WHAT.keys()


def test_a_status_is_told_from_what_to_what():
    line = make_obligation(make_party("KZ", name="Kazakhstan"))
    change_status(line, actor=make_officer(name="Aigul"))
    entry = told_of(line)
    assert (entry.who, str(entry.what), entry.line) == ("Aigul", "changed the status", "Kazakhstan")
    assert (entry.change, entry.why) == ("Not started → In progress", "Work has begun.")
    assert (entry.reference, entry.url) == (line.commitment.reference, line.get_absolute_url())


def test_a_deadline_is_told_from_what_to_what():
    line = make_obligation(due=date(2026, 6, 30))
    make_deadline(line, date(2026, 12, 31))
    assert told_of(line).change.replace("\N{NO-BREAK SPACE}", " ") == "30 Jun 2026 → 31 Dec 2026"


def test_a_commitment_is_told_field_by_field_with_names_for_keys():
    commitment, officer = make_commitment(title="Old"), make_officer(name="Aigul")
    values = {
        "title": "New", "theme": make_theme("Drugs"), "officer": officer, "is_certain": False,
        "coder_note": "Why not", "review_days": 90,
    }  # fmt: skip
    editing.edit(commitment=commitment, seen=commitment.version, values=values, **by(officer))
    assert told_of(commitment).change == (
        "title: Old → New; theme: none → Drugs; certain: yes → no; "
        "why it was coded so: none → Why not; review rhythm in days: none → 90; "
        "desk officer: none → Aigul"
    )


def test_the_end_of_a_commitment_is_told_with_its_reason():
    commitment = make_commitment()
    editing.withdraw(commitment=commitment, seen=1, reason="Overtaken.", **by(make_officer()))
    entry = told_of(commitment)
    assert str(entry.what) == "withdrew the commitment"
    assert (entry.change, entry.why) == (
        f"life: {Life.ACTIVE.label} → {Life.WITHDRAWN.label}", "Overtaken.",
    )  # fmt: skip


def test_a_report_is_told_from_draft_to_decision():
    author = make_focal_point(make_party("KZ")).user
    report = draft_with_file(author, "a.txt", Sensitivity.MEMBERS)
    line = report.obligation
    assert told_of(line).change == "a.txt"
    progress.submit(report=report, **by(author))
    assert told_of(line).change == "Partly done: Half is done."
    progress.accept(
        report=report, seen=report.version, finding=Status.IN_PROGRESS, comment="Not half yet.",
        **by(make_officer()),
    )  # fmt: skip
    entry = told_of(line)
    assert (entry.change, entry.why) == ("Not started → In progress", "Not half yet.")


def test_a_request_for_more_time_is_told():
    line = make_obligation(due=date(2026, 6, 30))
    asked = extensions.ask(
        obligation=line, due=date(2026, 9, 30), reason="Parliament is late.", **by(make_user())
    )
    assert told_of(line).change.replace("\N{NO-BREAK SPACE}", " ") == "30 Jun 2026 → 30 Sep 2026"
    extensions.refuse(extension=asked, comment="No.", **by(make_officer()))
    assert str(told_of(line).what) == "refused more time"


def test_a_moved_meeting_is_told():
    meeting = make_meeting(title="15th meeting")
    deadlines.move_meeting(
        meeting=meeting, starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 2), reason="Flood.",
        **by(make_officer()),
    )  # fmt: skip
    entry = told_of(meeting)
    assert entry.change.replace("\N{NO-BREAK SPACE}", " ") == (
        "first day: 15 Jan 2026 → 1 May 2026; last day: 15 Jan 2026 → 2 May 2026"
    )
    assert (entry.title, entry.url) == ("15th meeting", meeting.get_absolute_url())


def test_people_and_terms_are_told_without_addresses():
    person = make_user(name="Aigul", email="aigul@ministry.example")
    values = {"role": Role.OFFICER, "email": "other@ministry.example"}
    change_person(user=person, values=values, **by(make_administrator()))
    assert told_of(person).change == "e-mail address: changed; role: Reader → Desk officer"
    term = appoint(
        party=make_party("KZ"), user=person, starts_on=date(2026, 1, 1), **by(make_administrator())
    )
    change = told_of(term).change.replace("\N{NO-BREAK SPACE}", " ")
    assert change == "person: Aigul; from: 1 Jan 2026; until: none; deputy: no"


def test_an_event_that_nobody_knows_is_shown_as_it_stands():
    person = make_user()
    with transaction.atomic():
        record(
            actor=None, at=NOW, via=Via.COMMAND, action="moon.landed", of=person,
            before={"odd": [1, {"a": 2}]}, after={"odd": None, "status": "gone", "due": "soon"},
        )  # fmt: skip
    entry = told_of(person)
    assert (entry.what, entry.who) == ("moon.landed", "The system")
    assert "odd" in entry.change


def test_the_words_are_in_the_language_of_the_reader_on_the_page_and_in_exports():
    """An export is written after the request, when its language is gone."""
    make_deadline(make_obligation(), date(2026, 12, 31))
    person = make_officer(language="zh-hans")
    answers = [page(person), exported(person, "csv"), exported(person, "json")]
    assert all("2026年12月31日" in answer for answer in answers)
