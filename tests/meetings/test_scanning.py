"""The scanner of files: asked before one is kept, and without its answer nothing is taken."""

import struct
import threading
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from commitments import files
from commitments.models import StoredFile
from meetings.models import Report
from tests.commitments.test_evidence import pdf
from tests.factories import make_meeting, make_officer
from tests.meetings.bringing import TEXT, post

WORDS = b"It was done. " * 20_000  # more than one piece


@contextmanager
def clamd(settings, folder, answer: bytes | None):
    """A scanner that answers so, or hangs up; yields what it was shown."""
    shown: list[bytes] = []

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            assert self.rfile.read(10) == b"zINSTREAM\0"
            seen = b""
            while length := struct.unpack("!L", self.rfile.read(4))[0]:
                seen += self.rfile.read(length)
            shown.append(seen)
            if answer is not None:
                self.wfile.write(answer)

    with ThreadingUnixStreamServer(str(folder / "clamd"), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.SCANNER_URL = f"unix://{folder}/clamd"
        try:
            yield shown
        finally:
            server.shutdown()


def check(content: bytes = WORDS, name: str = "proof.txt") -> str:
    return files.check(SimpleUploadedFile(name, content))


def test_a_clean_file_is_taken_after_the_scanner_saw_every_byte(settings, tmp_path):
    with clamd(settings, tmp_path, b"stream: OK\0") as shown:
        assert check() == "txt"
    assert shown == [WORDS]


def test_what_the_scanner_finds_is_refused(settings, tmp_path, caplog):
    answer = b"stream: Win.Test.EICAR_HDB-1 FOUND\0"
    with clamd(settings, tmp_path, answer), pytest.raises(ValidationError) as refused:
        check()
    assert "scanner refuses this file" in refused.value.message_dict["file"][0]
    assert "EICAR" in caplog.text


@pytest.mark.parametrize(
    "answer", [None, b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: NOT OK\0", b"UNKNOWN COMMAND\0"]
)  # fmt: skip
def test_an_answer_that_says_nothing_opens_no_door(settings, tmp_path, answer):
    with clamd(settings, tmp_path, answer), pytest.raises(ValidationError) as refused:
        check()
    assert "cannot be checked for viruses" in refused.value.message_dict["file"][0]


@pytest.mark.parametrize("address", ["unix:///nowhere/clamd", "tcp://127.0.0.1:9"])
def test_a_scanner_that_is_away_opens_no_door(settings, address):
    settings.SCANNER_URL = address
    with pytest.raises(ValidationError) as refused:
        check()
    assert "cannot be checked for viruses" in refused.value.message_dict["file"][0]


def test_a_file_that_is_not_what_it_says_is_not_even_shown(settings, tmp_path):
    with clamd(settings, tmp_path, b"stream: OK\0") as shown:
        for content in (b"", b"MZ\x90", b"words\0words"):
            with pytest.raises(ValidationError):
                check(content)
    assert shown == []


def test_without_a_scanner_the_other_checks_stand(settings):
    assert settings.SCANNER_URL == ""
    assert check(pdf(), "report.pdf") == "pdf"


@pytest.mark.django_db
def test_what_was_scanned_is_kept_byte_for_byte(settings, tmp_path, now):
    settings.DATA_DIR = tmp_path
    upload = SimpleUploadedFile("proof.txt", WORDS)
    with clamd(settings, tmp_path, b"stream: OK\0"):
        extension = files.check(upload)
    stored = files.store(upload, extension, now)
    assert files.path_of(stored).read_bytes() == WORDS
    assert StoredFile.objects.get() == stored


@pytest.mark.django_db
def test_a_report_that_the_scanner_refuses_is_not_stored(client, settings, tmp_path):
    make_meeting(slug="m")
    client.force_login(make_officer())
    with clamd(settings, tmp_path, b"stream: Win.Test.EICAR_HDB-1 FOUND\0") as shown:
        page = post(client, file=("report.txt", TEXT.encode())).content.decode()
    assert shown == [TEXT.encode()]
    assert "The virus scanner refuses this file. Nothing was added." in page
    assert not Report.objects.exists()


@pytest.mark.django_db
def test_a_report_that_was_scanned_is_read_whole(client, settings, tmp_path):
    make_meeting(slug="m")
    client.force_login(make_officer())
    with clamd(settings, tmp_path, b"stream: OK\0"):
        assert post(client, file=("report.txt", TEXT.encode())).status_code == 302
    assert Report.objects.get().text == TEXT


@pytest.mark.django_db
def test_without_the_scanner_s_answer_no_report_comes_in_but_pasted_words_do(client, settings):
    make_meeting(slug="m")
    client.force_login(make_officer())
    settings.SCANNER_URL = "unix:///nowhere/clamd"
    page = post(client, file=("report.txt", TEXT.encode())).content.decode()
    assert "cannot be checked for viruses" in page
    assert not Report.objects.exists()
    assert post(client, text=TEXT).status_code == 302
