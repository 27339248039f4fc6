"""A report is stored as the next version in its language, and read, with nothing half stored."""

import hashlib
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError

from accounts.choices import Via
from accounts.models import Event
from commitments import intake, tasks
from commitments.models import CandidateDecision
from meetings import services
from meetings.models import Passage, Report
from tests.commitments.lines import read_lines
from tests.factories import NOW, make_commitment, make_meeting, make_officer, make_party
from tests.meetings.bringing import RUSSIAN, TEXT, add

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting():
    return make_meeting(slug="m")


@pytest.fixture
def officer(client):
    user = make_officer()
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def simple_reader(monkeypatch):
    monkeypatch.setattr(intake, "read", lambda report, now: read_lines(report.text))


# The service ------------------------------------------------------------------------------------


def test_a_text_is_stored_with_its_bytes_and_what_tells_them_from_others(meeting):
    report = add(meeting, title="Of the harbour masters")
    assert (report.version, report.language, report.kind) == (1, "en", "txt")
    assert bytes(report.raw) == TEXT.encode()
    assert report.raw_sha256 == report.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert (report.stored_at, report.read_at) == (NOW, None)
    event = Event.objects.get(action="text.stored")
    assert event.after["sha256"] == report.sha256


def test_a_report_without_a_title_is_called_by_its_first_line(meeting):
    assert add(meeting).title == "Report of the meeting of the harbour masters"
    long = add(meeting, text="word " * 100 + "\nThe parties agreed to go on.").title
    assert len(long) <= 250
    assert long.endswith("word …")


def test_another_text_in_the_language_is_the_next_version(meeting):
    first = add(meeting)
    second = add(meeting, text=f"{TEXT}\nOne more.")
    assert (first.version, second.version) == (1, 2)
    assert list(Report.objects.current()) == [second]


def test_a_text_in_another_language_is_a_report_of_its_own(meeting):
    add(meeting)
    other = add(meeting, text=RUSSIAN, language="")
    assert (other.language, other.version) == ("ru", 1)
    assert Report.objects.current().count() == 2


def test_the_language_is_found_out(meeting):
    assert add(meeting, language="").language == "en"


def test_a_language_that_the_text_is_not_in_is_refused(meeting):
    with pytest.raises(ValidationError, match="another language: Russian"):
        add(meeting, text=RUSSIAN, language="en")


def test_a_language_that_is_not_read_is_refused(meeting):
    french = (
        "Les participants ont souligné que la sécurité de la région est dans l'intérêt de tous."
    )
    with pytest.raises(ValidationError) as said:
        add(meeting, text=french, language="")
    assert list(said.value.message_dict) == ["language"]


def test_words_that_leave_the_language_open_are_taken_as_said(meeting):
    assert add(meeting, text="Tides, tables.", language="en").language == "en"


def test_the_same_text_again_is_no_new_version(meeting):
    add(meeting)
    with pytest.raises(ValidationError, match="the text of version 1 already"):
        add(meeting)


def test_a_text_that_was_corrected_may_come_back(meeting):
    add(meeting)
    add(meeting, text=f"{TEXT}\nOne more.")
    assert add(meeting).version == 3


def test_whoever_stores_second_is_told(meeting):
    first = add(meeting, seen=0)
    with pytest.raises(ValidationError) as said:
        add(meeting, text=f"{TEXT}\nOne more.", seen=0)
    assert said.value.code == "stale"
    assert add(meeting, text=f"{TEXT}\nOne more.", seen=first.pk).version == 2


def test_a_text_in_another_language_comes_between_nothing(meeting):
    add(meeting, text=RUSSIAN, language="ru", seen=0)
    assert add(meeting, seen=0).version == 1


def test_two_at_the_same_moment_do_not_both_become_the_version(meeting, monkeypatch):
    add(meeting)
    # Both have looked before either stored.
    monkeypatch.setattr(services, "_current", lambda meeting, language, seen: None)
    with pytest.raises(ValidationError) as said:
        add(meeting, text=f"{TEXT}\nOne more.")
    assert said.value.code == "stale"
    assert Report.objects.count() == 1


def test_another_trouble_of_the_database_is_no_collision(meeting, monkeypatch):
    def fail(self, *args, **kwargs):
        raise IntegrityError("something else")

    monkeypatch.setattr(Report, "save", fail)
    with pytest.raises(IntegrityError):
        add(meeting)


# Reading ----------------------------------------------------------------------------------------


def test_a_stored_report_is_read_with_all_that_is_found(meeting, officer):
    report = add(meeting)
    assert intake.read_report(report=report, actor=officer, now=NOW, via=Via.PAGE)
    report.refresh_from_db()
    assert report.read_at == NOW
    assert (report.passages.count(), CandidateDecision.objects.of(report).count()) == (3, 1)


def test_a_report_is_read_once(meeting, officer):
    report = add(meeting)
    by = {"actor": officer, "now": NOW, "via": Via.PAGE}
    assert intake.read_report(report=report, **by)
    assert not intake.read_report(report=report, **by)
    assert report.passages.count() == 3


@pytest.mark.parametrize("where", ["store_reading", "carry_over"])
def test_a_reading_that_fails_leaves_the_text_stored_and_nothing_of_itself(
    meeting, monkeypatch, where
):
    report = add(meeting)
    real = getattr(intake, where)

    def fail(**given):
        real(**given)
        raise RuntimeError("The process died.")

    monkeypatch.setattr(intake, where, fail)
    with pytest.raises(RuntimeError):
        intake.read_report(report=report, actor=None, now=NOW, via=Via.WORKER)
    report.refresh_from_db()
    assert report.read_at is None
    assert not Passage.objects.exists()
    assert not CandidateDecision.objects.exists()
    assert not Event.objects.filter(action="text.read").exists()


def test_a_text_that_came_with_its_commitments_is_kept_as_coded(meeting):
    report = add(meeting)
    made = make_commitment(report, [make_party("AA")])
    intake.read_waiting(clock=lambda: NOW)
    (row,) = CandidateDecision.objects.of(report)
    assert (row.commitment, row.state) == (made, "registered")
    assert not report.passages.unconfirmed().exists()


def test_the_versions_before_it_are_read_first(meeting):
    first = add(meeting)
    second = add(meeting, text=f"{TEXT}\nOne more.")
    intake.read_report(report=second, actor=None, now=NOW, via=Via.WORKER)
    first.refresh_from_db()
    assert first.read_at == NOW


def test_the_tick_reads_what_waits_and_goes_on_past_what_fails(meeting, monkeypatch, caplog):
    bad, good = add(meeting), add(make_meeting())

    def read(report, now):
        if report.pk == bad.pk:
            raise ValueError("odd words")
        return read_lines(report.text)

    monkeypatch.setattr(intake, "read", read)
    assert intake.read_waiting(clock=lambda: NOW) == 1
    assert list(Report.objects.unread()) == [bad]
    assert good.passages.count() == 3
    assert "could not be read" in caplog.text


def test_the_task_and_the_command_read_what_waits(meeting, capsys):
    add(meeting)
    tasks.read()
    assert not Report.objects.unread().exists()
    add(meeting, text=f"{TEXT}\nOne more.")
    call_command("read_waiting")
    assert capsys.readouterr().out == "Reports read: 1\n"
    call_command("read_waiting")
    assert capsys.readouterr().out == "Reports read: 0\n"


def test_members_of_another_body_are_named_to_the_reader(meeting):
    make_party("KZ")
    assert intake._members(meeting.ends_on) is None
    make_party("FR", name="France")
    assert intake._members(meeting.ends_on) == ["FR", "KZ"]


def test_a_report_that_was_stored_a_year_ago_is_still_read(meeting):
    add(meeting)
    assert intake.read_waiting(clock=lambda: NOW + timedelta(days=365)) == 1
