"""Evidence: where it is kept, and what may be done with it while its report is a draft."""

import stat
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.choices import Via
from accounts.models import Event
from commitments import evidence, files, progress
from commitments.choices import Claim
from commitments.errors import Stale
from commitments.models import Evidence, ProgressReport, StoredFile
from tests.commitments.papers import add, link, pdf, stored_files
from tests.factories import NOW, make_focal_point, make_obligation, make_officer, make_party


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def author(db):
    return make_focal_point(make_party("KZ")).user


@pytest.fixture
def draft(author):
    line = make_obligation(make_party("KZ"))
    return progress.save_draft(
        obligation=line, author=author, claimed=Claim.IN_PROGRESS, text="Begun.", now=NOW
    )


# Where it is kept ----------------------------------------------------------------------------------


def test_equal_files_are_kept_once_under_a_name_that_says_nothing(draft, data_folder):
    one, two = add(draft, "one.pdf"), add(draft, "two.pdf")
    assert one.file == two.file
    (path,) = stored_files(data_folder)
    assert path.parent.name == path.name[:2]
    assert one.file.sha256 not in str(path)
    assert "one" not in path.name


def test_only_the_product_reads_the_folder(draft, data_folder):
    add(draft)
    (path,) = stored_files(data_folder)
    modes = [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent, path.parent.parent)]
    assert modes == [0o600, 0o700, 0o700]


def test_a_file_that_was_lost_is_written_again_when_it_comes_again(draft):
    piece = add(draft)
    files.path_of(piece.file).unlink()
    add(draft)
    assert files.path_of(piece.file).read_bytes() == pdf()


def test_a_crash_while_writing_leaves_no_row(draft, data_folder, monkeypatch):
    monkeypatch.setattr(files.os, "fsync", lambda handle: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(ValidationError, match="disk of this site is full"):
        add(draft)
    assert not StoredFile.objects.exists()
    assert stored_files(data_folder) == []


def test_the_bytes_are_on_the_disk_before_the_row_is_there(draft, monkeypatch):
    def look(**values):
        assert (files.folder() / values["defaults"]["path"]).read_bytes() == pdf()
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(StoredFile.objects, "get_or_create", look)
    with pytest.raises(RuntimeError):
        add(draft)
    assert not Evidence.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_people_who_send_equal_files_at_once_leave_one(author, data_folder):
    drafts = [
        progress.save_draft(
            obligation=make_obligation(make_party("KZ")),
            author=author,
            claimed="",
            text="",
            now=NOW,
        )
        for _ in range(2)
    ]
    start, failures = threading.Barrier(2), []

    def send(report):
        try:
            start.wait(10)
            add(report)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[report]) for report in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert Evidence.objects.count() == 2
    assert len(stored_files(data_folder)) == StoredFile.objects.count() == 1


# The draft -----------------------------------------------------------------------------------------


def test_adding_and_removing_are_told_on_the_line(draft, django_capture_on_commit_callbacks):
    piece = add(draft, "from ivanov@ministry.example.pdf")
    with django_capture_on_commit_callbacks(execute=True):
        evidence.remove(evidence=piece, actor=draft.author, now=NOW, via=Via.PAGE)
    events = list(Event.objects.filter(action__startswith="evidence.").order_by("pk"))
    assert [event.action for event in events] == ["evidence.added", "evidence.removed"]
    assert {(event.object_type, event.object_id) for event in events} == {
        ("obligation", draft.obligation_id)
    }
    assert events[0].after["sha256"] == events[1].before["sha256"] == piece.file.sha256
    assert events[0].after["name"] == "from …"


def test_the_bytes_go_with_their_last_use(draft, data_folder, django_capture_on_commit_callbacks):
    one, two = add(draft), add(draft)
    for piece, left in ((one, 1), (two, 0)):
        with django_capture_on_commit_callbacks(execute=True):
            evidence.remove(evidence=piece, actor=draft.author, now=NOW, via=Via.PAGE)
        assert len(stored_files(data_folder)) == StoredFile.objects.count() == left


def test_evidence_of_a_report_that_was_sent_stays_as_it_is(draft, data_folder):
    piece = add(draft)
    progress.submit(report=draft, actor=draft.author, now=NOW, via=Via.PAGE)
    with pytest.raises(ValidationError, match="has been sent"):
        add(draft, content=pdf(b"other"))
    with pytest.raises(ValidationError, match="has been sent"):
        link(draft, "https://example.org/")
    with pytest.raises(ValidationError, match="has been sent"):
        evidence.remove(evidence=piece, actor=draft.author, now=NOW, via=Via.PAGE)
    assert Evidence.objects.get() == piece
    assert len(stored_files(data_folder)) == 1


def test_only_the_author_changes_the_evidence_of_a_draft(draft):
    piece, officer = add(draft), make_officer()
    with pytest.raises(ValidationError, match="author"):
        add(draft, actor=officer)
    with pytest.raises(ValidationError, match="author"):
        evidence.remove(evidence=piece, actor=officer, now=NOW, via=Via.PAGE)
    assert Evidence.objects.get() == piece


def test_whoever_sends_a_draft_learns_that_its_evidence_went_meanwhile(draft):
    piece = add(draft)
    seen = ProgressReport.objects.get(pk=draft.pk)  # in the other window
    evidence.remove(evidence=piece, actor=draft.author, now=NOW, via=Via.PAGE)
    with pytest.raises(Stale):
        progress.submit(report=seen, actor=draft.author, now=NOW, via=Via.PAGE)


def test_a_report_takes_no_more_than_it_can_show(draft, monkeypatch):
    monkeypatch.setattr(evidence, "MOST_PIECES", 1)
    add(draft)
    with pytest.raises(ValidationError, match="takes 1 "):
        link(draft, "https://example.org/")
