"""Loading a meeting file: whole or not at all, and once."""

import hashlib
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from accounts.choices import Via
from accounts.models import Event
from commitments.choices import Basis, Purpose, Role, Status
from commitments.loading import load_meeting
from commitments.models import (
    CandidateDecision,
    Commitment,
    Deadline,
    Obligation,
    ProgressReport,
    Quotation,
)
from meetings.models import Meeting, Party, Report
from sco_tracker import sample
from tests.factories import make_officer

FILE = Path(settings.BASE_DIR) / "fixtures" / "scs-14.toml"
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def loaded():
    return load_meeting(FILE, now=NOW, via=Via.COMMAND)


def everything() -> dict[str, list]:
    """Every row of every table of ours, with all its values."""
    models = [
        m
        for app in ("accounts", "meetings", "commitments")
        for m in apps.get_app_config(app).get_models()
    ]
    return {
        model.__name__: sorted(map(repr, model._base_manager.values_list())) for model in models
    }


def test_the_register_of_the_14th_meeting_is_whole(loaded):
    assert (loaded.slug, loaded.number, loaded.starts_on) == ("scs-14", 14, date(2019, 5, 15))
    assert loaded.chair.code == "KG"
    assert loaded.attended.count() == 10
    assert Commitment.objects.count() == 32
    # 28 of all eight states, one of an organ with eight contributing, one of eight, two of one state.
    assert Obligation.objects.count() == 28 * 8 + 9 + 8 + 2
    assert Quotation.objects.count() == 32


def test_the_report_is_kept_as_bytes_and_as_text(loaded):
    report = Report.objects.get()
    raw = FILE.with_suffix(".txt").read_bytes()
    assert bytes(report.raw) == raw
    assert report.raw_sha256 == hashlib.sha256(raw).hexdigest()
    assert report.sha256 == hashlib.sha256(report.text.encode()).hexdigest()


def test_the_next_meeting_is_linked_and_its_day_is_not_known(loaded):
    coming = loaded.next_meeting
    assert (coming.slug, coming.number, coming.starts_on, coming.expected) == (
        "scs-15",
        15,
        None,
        "2020",
    )
    assert coming.series == loaded.series
    assert coming.previous_meeting == loaded


def test_nothing_is_started_when_a_file_is_loaded(loaded):
    assert set(Obligation.objects.values_list("status", flat=True)) == {Status.NOT_STARTED}
    assert not ProgressReport.objects.exists()


def test_a_line_of_all_is_led_by_every_member_state_of_that_day(loaded):
    lines = Commitment.objects.get(reference="SCS14-01").obligations.select_related("party")
    assert {line.party.code for line in lines} == {"CN", "IN", "KZ", "KG", "PK", "RU", "TJ", "UZ"}
    assert {line.role for line in lines} == {Role.LEAD}


def test_those_who_support_contribute(loaded):
    lines = Commitment.objects.get(reference="SCS14-06").obligations.select_related("party")
    assert [line.party.code for line in lines if line.role == Role.LEAD] == ["RATS"]
    assert lines.filter(role=Role.CONTRIBUTING).count() == 8


def test_a_stated_deadline_ends_each_line_in_the_zone_of_its_party(loaded):
    line = Obligation.objects.get(commitment__reference="SCS14-12", party__code="KG")
    assert line.next_deadline.due == date(2023, 12, 31)
    assert line.due_at == datetime(2023, 12, 31, 18, 0, tzinfo=UTC)
    assert {d.basis for d in Deadline.objects.filter(purpose=Purpose.FINAL)} == {Basis.STATED}


def test_a_standing_commitment_has_a_review_that_says_it_is_a_sample(loaded):
    standing = Commitment.objects.exclude(review_days=None)
    assert standing.count() == 23
    for commitment in standing.prefetch_related("deadlines"):
        (review,) = commitment.deadlines.all()
        assert (review.purpose, review.basis) == (Purpose.REVIEW, Basis.SET)
        assert review.reason.startswith("Sample")
        assert review.due == NOW.date() + timedelta(days=commitment.review_days)


def test_what_has_neither_date_nor_rhythm_is_never_due(loaded):
    for reference in ("SCS14-05", "SCS14-11", "SCS14-19", "SCS14-26"):
        lines = Obligation.objects.filter(commitment__reference=reference)
        assert not lines.exclude(due_at=None).exists()


def test_each_commitment_leaves_one_event(loaded):
    events = Event.objects.filter(action="commitment.registered")
    assert events.count() == Commitment.objects.count()
    assert set(events.values_list("object_id", flat=True)) == set(
        Commitment.objects.values_list("pk", flat=True)
    )


def test_loading_twice_changes_nothing(loaded):
    before = everything()
    load_meeting(FILE, now=NOW + timedelta(days=400), via=Via.COMMAND)
    assert everything() == before


def test_loading_again_leaves_what_was_changed_since(loaded):
    Commitment.objects.filter(reference="SCS14-01").update(title="Renamed by an officer")
    Party.objects.filter(code="KG").update(name="Kyrgyz Republic")
    before = everything()
    load_meeting(FILE, now=NOW, via=Via.COMMAND)
    assert everything() == before


def test_the_report_is_read_and_coded_at_once(loaded, client):
    report = Report.objects.get()
    assert report.read_at == NOW
    assert not report.passages.unconfirmed().exists()
    candidates = CandidateDecision.objects.of(report)
    assert set(candidates.values_list("commitment", flat=True)) == set(
        Commitment.objects.values_list("pk", flat=True)
    )
    client.force_login(make_officer())
    page = client.get(reverse("meetings:workbench", args=["scs-14"]))
    assert page.context["board"].is_coded
    assert "Coded: nothing is left" in page.content.decode()


def test_a_commitment_that_the_file_has_got_since_is_on_the_workbench_too(copy):
    whole = copy.read_text()
    copy.write_text(whole[: whole.rindex("[[commitment]]")])
    load_meeting(copy, now=NOW, via=Via.COMMAND)
    assert CandidateDecision.objects.count() == 31
    copy.write_text(whole)
    load_meeting(copy, now=NOW, via=Via.COMMAND)
    assert CandidateDecision.objects.filter(commitment__isnull=False).count() == 32


def test_the_command_says_what_is_in_the_register(capsys):
    call_command("load_meeting", FILE)
    assert not Obligation.objects.filter(remind_backlog=True).exists()
    assert "32 commitments in the register" in capsys.readouterr().out


def test_the_command_can_ask_for_the_backlog():
    call_command("load_meeting", FILE, "--remind-backlog")
    assert not Obligation.objects.filter(remind_backlog=False).exists()


def test_the_sample_is_loaded_into_an_empty_register_alone():
    sample.load_sample(now=NOW)
    before = everything()
    sample.load_sample(now=NOW + timedelta(days=1))
    assert everything() == before


# Files that cannot be used -----------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path):
    """The file and its report, to break."""
    for file in (FILE, FILE.with_suffix(".txt")):
        shutil.copy(file, tmp_path / file.name)
    return tmp_path / FILE.name


def broken(file: Path, old: str, new: str) -> Path:
    source = file.read_text(encoding="utf-8")
    assert old in source
    file.write_text(source.replace(old, new, 1), encoding="utf-8")
    return file


def refusal(file: Path) -> str:
    """The one sentence that says why a file is not loaded."""
    before = everything()
    with pytest.raises(ValidationError) as refused:
        load_meeting(file, now=NOW, via=Via.COMMAND)
    assert everything() == before
    (sentence,) = refused.value.messages
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("start = 2411", "start = 2412", "SCS14-01"),
        ("start = 2411", "start = -5", "SCS14-01"),
        ("start = 2411", 'start = "here"', "scs-14.toml"),
        ("start = 2411", "", "start"),
        ('raw_sha256 = "a1', 'raw_sha256 = "b1', "raw_sha256"),
        ('\nsha256 = "9', '\nsha256 = "8', "sha256"),
        ('theme = "terrorism"', 'theme = "tourism"', "tourism"),
        ('lead = ["RATS"]', 'lead = ["NATO"]', "NATO"),
        ('lead = ["RATS"]', "lead = []", "SCS14-06"),
        ('lead = ["RATS"]', 'lead = ["CN"]', "SCS14-06"),
        ('lead = ["RATS"]', "lead = 7", "scs-14.toml"),
        ('chair = "KG"', 'chair = "XX"', "XX"),
        ('instruments = ["jcpoa"]', 'instruments = ["other"]', "other"),
        ('strength = "intends"', 'strength = "hopes"', "hopes"),
        ('kind = "organ"', 'kind = "club"', "club"),
        ('time_zone = "Asia/Bishkek"', 'time_zone = "Asia/Nowhere"', "Asia/Nowhere"),
        ("starts_on = 2019-05-15", 'starts_on = "in May"', "in May"),
        ("joined = 2017-06-09", "", "India"),
        ("due = 2021-12-31", 'due = "2021-13-45"', "2021-13-45"),
        ("due = 2021-12-31", "due = 2018-12-31", "SCS14-04"),
        ("due = 2021-12-31", "", "due"),
        ('wording = "for 2019-2021"', 'wording = ""', "SCS14-04"),
        ("days = 180", "days = -1", "SCS14-01"),
        ("days = 180", 'days = "often"', "scs-14.toml"),
        ("number = 14", "number = -1", "scs-14.toml"),
        ('sensitivity = "public"', 'sensitivity = "nobody"', "nobody"),
        ('title = "Carry out the 2019', f'title = "{"x" * 300}', "SCS14-04"),
        ("[meeting]", "[gathering]", "slug"),
        ("[meeting]", "[[meeting]]", "scs-14.toml"),
        ("[report]", "[text]", "report"),
        ('file = "scs-14.txt"', "file = 3", "scs-14.toml"),
        ('file = "scs-14.txt"', 'file = "nowhere.txt"', "scs-14.toml"),
        ('file = "scs-14.txt"', 'file = "."', "scs-14.toml"),
        ("[meeting]", "[meeting", "scs-14.toml"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_in_one_sentence_and_leaves_nothing(copy, old, new, says):
    assert says in refusal(broken(copy, old, new))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "nowhere.toml" in refusal(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"", b"name = 1", b"[report]\nfile = 'scs-14.toml'"]
)
def test_a_file_that_is_no_meeting_is_refused(copy, content):
    copy.write_bytes(content)
    assert "scs-14.toml" in refusal(copy)


def test_a_report_that_is_not_text_is_refused(copy):
    copy.with_suffix(".txt").write_bytes(b"\xff\xfe\x00")
    assert "scs-14.t" in refusal(copy)


def test_a_report_with_one_other_letter_is_refused(copy):
    broken(copy.with_suffix(".txt"), "denounced terrorism", "denounced Terrorism")
    assert "sha256" in refusal(copy)


def test_a_second_commitment_of_a_broken_file_takes_the_first_with_it(copy):
    refusal(broken(copy, "start = 9769", "start = 9770"))
    assert not Meeting.objects.exists()
    assert not Event.objects.exists()


def test_the_command_gives_the_sentence_and_no_trace(copy):
    with pytest.raises(CommandError, match="SCS14-01"):
        call_command("load_meeting", broken(copy, "start = 2411", "start = 2412"))
