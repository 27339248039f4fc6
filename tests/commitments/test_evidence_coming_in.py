"""Evidence: which files and links may come in, and under which names."""

import io
import struct
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import TemporaryUploadedFile

from accounts.choices import Via
from accounts.models import Event
from commitments import evidence, files, progress
from commitments.choices import Claim
from commitments.models import Evidence, StoredFile
from tests.commitments.papers import (
    GOOD,
    add,
    archive,
    docx,
    jpeg,
    link,
    open_document,
    pdf,
    png,
    stored_files,
    upload,
)
from tests.factories import NOW, make_focal_point, make_obligation, make_party

RLO = "\N{RIGHT-TO-LEFT OVERRIDE}"


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


@pytest.mark.parametrize("extension", GOOD)
def test_a_file_of_each_kind_is_kept_byte_for_byte(draft, data_folder, extension):
    piece = add(draft, f"Report.{extension}", GOOD[extension])
    assert files.path_of(piece.file).read_bytes() == GOOD[extension]
    assert (piece.name, piece.file.size) == (f"Report.{extension}", len(GOOD[extension]))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_russian_text_is_taken_in_the_encodings_that_are_used(draft, encoding):
    assert add(draft, "a.txt", ("Сделано. " * 20_000).encode(encoding)).pk


BOMB = archive({"[Content_Types].xml": b"<T/>", "word/document.xml": b"\0" * 30_000_000})
MANY = archive(
    {"[Content_Types].xml": b"", "word/document.xml": b"", **{str(n): b"" for n in range(2000)}}
)
LOCKED = docx().replace(
    b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"
)
DAMAGED = archive(
    {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"words"}, zipfile.ZIP_STORED
).replace(b"words", b"wordz", 1)
BAD = {
    "a program": ("report.pdf", b"MZ\x90\x00\x03" + b"\0" * 200, "content"),
    "a page": ("report.pdf", b"<html><script>alert(1)</script></html>", "content"),
    "a drawing": ("picture.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "content"),
    "a page as picture": ("picture.jpg", b"<html></html>", "content"),
    "nothing": ("report.pdf", b"", "empty"),
    "no extension": ("report", pdf(), "kind"),
    "a program by name": ("report.exe", b"MZ", "kind"),
    "a program behind": ("report.pdf.exe", pdf(), "kind"),
    "two extensions": ("report.exe.pdf", pdf(), "two extensions"),
    "two extensions apart": ("report.html .txt", b"words", "two extensions"),
    "a turned name": (f"report{RLO}fdp.exe", pdf(), "kind"),
    "html": ("report.html", b"<html></html>", "kind"),
    "svg": ("picture.svg", b"<svg/>", "kind"),
    "a document as sheet": ("table.xlsx", docx(), "content"),
    "a text as sheet": ("table.ods", open_document("text"), "content"),
    "any archive": ("report.docx", archive({"a.txt": b"words"}), "content"),
    "PDF and archive": ("report.pdf", pdf() + docx() + b"%%EOF", "content"),
    "PDF with an archive inside": ("report.pdf", pdf(docx()), "content"),
    "picture and archive": ("picture.png", png() + docx(), "content"),
    "photo and archive": ("picture.jpg", jpeg() + docx(), "content"),
    "page and archive": ("report.docx", b"<script></script>" + docx(), "content"),
    "program and archive": ("report.docx", docx() + b"MZ", "content"),
    "a cut PDF": ("report.pdf", pdf()[:-8], "content"),
    "a cut picture": ("picture.png", png()[:-6], "content"),
    "a bomb": ("report.docx", BOMB, "unpacks"),
    "too many entries": ("report.docx", MANY, "unpacks"),
    "a way out": ("report.docx", docx(**{"../../etc/passwd": b"x"}), "content"),
    "another way out": ("report.docx", docx(**{"/etc/passwd": b"x"}), "content"),
    "a drive": ("report.docx", docx(**{"C:x": b"x"}), "content"),
    "macros": ("report.docx", docx(**{"word/vbaProject.bin": b"x"}), "macros"),
    "locked": ("report.docx", LOCKED, "password"),
    "an old document": ("report.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "password"),
    "damaged": ("report.docx", DAMAGED, "damaged"),
    "cut": ("report.docx", docx()[:-30], "content"),
    "text with NUL": ("a.txt", b"words\0words", "plain text"),
    "a program as text": ("a.csv", b"\x7fELF\x02\x01\x01", "content"),
    "a picture as text": ("a.txt", png(), "content"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_taken_is_refused_with_a_reason_and_leaves_nothing(draft, data_folder, case):
    name, content, reason = BAD[case]
    with pytest.raises(ValidationError) as refused:
        add(draft, name, content)
    assert list(refused.value.message_dict) == ["file"]
    assert reason in refused.value.messages[0]
    assert not Evidence.objects.exists()
    assert not StoredFile.objects.exists()
    assert stored_files(data_folder) == []
    assert not Event.objects.filter(action__startswith="evidence.").exists()


def test_entries_that_share_bytes_are_no_document(draft):
    """A small file unpacks to a huge one when an entry is the content of another one as well."""
    inner = archive({"word/inner.xml": b"words"}, zipfile.ZIP_STORED)
    entry = zipfile.ZipFile(io.BytesIO(inner)).infolist()[0]
    made = io.BytesIO(docx())
    with zipfile.ZipFile(made, "a") as writer:
        writer.writestr("word/outer.xml", inner)
        entry.header_offset = made.getvalue().index(inner)
        writer.filelist.append(entry)
    assert zipfile.ZipFile(made).read("word/inner.xml") == b"words"
    with pytest.raises(ValidationError, match="content"):
        add(draft, "report.docx", made.getvalue())


def test_a_lie_about_the_size_inside_is_found(draft):
    content = b"words " * 1000
    made = docx(**{"word/more.xml": content})
    small = made.replace(struct.pack("<L", len(content)), struct.pack("<L", 6))
    with pytest.raises(ValidationError, match="damaged"):
        add(draft, "report.docx", small)


def test_a_file_over_the_limit_is_refused_before_it_is_read(draft, settings):
    settings.EVIDENCE_MAX_MB = 1
    large = upload("report.pdf", b"")
    large.size = 1024 * 1024 + 1
    large.file = None  # reading it would fail
    with pytest.raises(ValidationError, match="larger than 1 MB"):
        evidence.add_file(
            report=draft, upload=large, sensitivity="members", actor=draft.author, now=NOW, via=Via.PAGE
        )  # fmt: skip


def test_a_file_of_exactly_the_limit_is_taken(draft, settings):
    settings.EVIDENCE_MAX_MB = 1
    content = pdf(b" " * (1024 * 1024 - len(pdf())))
    assert add(draft, "report.pdf", content).file.size == 1024 * 1024


def test_a_file_that_lies_on_the_disk_is_taken(draft):
    big = TemporaryUploadedFile("report.pdf", "application/pdf", len(pdf()), None)
    big.write(pdf())
    made = evidence.add_file(
        report=draft, upload=big, sensitivity="members", actor=draft.author, now=NOW, via=Via.PAGE
    )
    assert files.path_of(made.file).read_bytes() == pdf()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\me\\report.pdf", "report.pdf"),
        (f"re{RLO}port\x00\r\n.pdf", "report.pdf"),
        ("Отчёт за 2026 год.pdf", "Отчёт за 2026 год.pdf"),
        ("中期报告.PDF", "中期报告.PDF"),
        ("a" * 300 + ".pdf", "a" * 196 + ".pdf"),
        ('what "is": <this>?.pdf', "what _is__ _this__.pdf"),
        (".pdf.pdf", "pdf.pdf"),
        ("Report 1.2.2026.pdf", "Report 1.2.2026.pdf"),
    ],
)
def test_a_name_is_flattened_and_keeps_what_people_write(draft, given, kept):
    assert add(draft, given).name == kept


def test_a_name_of_ones_own_gets_the_extension_of_the_file(draft):
    assert add(draft, "scan0001.pdf", name="Указ президента").name == "Указ президента.pdf"


def test_only_known_sensitivities_are_taken(draft):
    with pytest.raises(ValidationError) as refused:
        add(draft, sensitivity="everybody")
    assert list(refused.value.message_dict) == ["sensitivity"]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "ftp://example.org/a", "file:///etc/passwd",
        "example.org/a", "https://", "", "https://exa mple.org/", "//example.org/a",
        "https://example.org/a\nb", f"https://example.org/{RLO}a", "https://[::1",
    ],
)  # fmt: skip
def test_a_link_that_is_no_address_of_the_web_is_refused(draft, url):
    with pytest.raises(ValidationError) as refused:
        link(draft, url)
    assert list(refused.value.message_dict) == ["url"]
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    "url", ["https://me:word@example.org/", "https://example.org@evil.example/"]
)
def test_a_link_with_a_user_name_is_refused(draft, url):
    with pytest.raises(ValidationError) as refused:
        link(draft, url)
    assert list(refused.value.message_dict) == ["url"]


def test_a_link_of_another_alphabet_is_kept(draft):
    made = link(draft, " https://пример.рф/указ?n=5#конец ")
    assert (made.kind, made.url, made.file) == ("link", "https://пример.рф/указ?n=5#конец", None)


def test_a_link_says_what_it_shows(draft):
    with pytest.raises(ValidationError) as refused:
        link(draft, "https://example.org/", name=f" {RLO} ")
    assert list(refused.value.message_dict) == ["name"]
