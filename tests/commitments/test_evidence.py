"""Evidence: what may come in, where it is kept, and who gets it out again."""

import io
import stat
import struct
import threading
import zipfile
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import connection
from django.test import Client

from accounts.choices import Via
from accounts.models import Event
from commitments import evidence, files, filetypes, progress
from commitments.choices import Claim
from commitments.errors import Stale
from commitments.models import Evidence, ProgressReport, StoredFile
from meetings.choices import Sensitivity
from tests.factories import (
    NOW,
    make_focal_point,
    make_obligation,
    make_officer,
    make_party,
    make_user,
)

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


# Real files ----------------------------------------------------------------------------------------


def pdf(words: bytes = b"") -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + words + b"\ntrailer\n<<>>\n%%EOF\n"
    )


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png() -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    )


def jpeg() -> bytes:
    frame = b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00"
    return (
        b"\xff\xd8\xff\xe0\x00\x04JF"
        + frame
        + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x37\xff\xd9"
    )


def archive(entries: dict[str, bytes], packed=zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packed) as writer:
        for name, content in entries.items():
            how = zipfile.ZIP_STORED if name == "mimetype" else packed
            writer.writestr(zipfile.ZipInfo(name), content, compress_type=how)
    return made.getvalue()


def docx(**more: bytes) -> bytes:
    return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>", **more})


def xlsx() -> bytes:
    return archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<w/>"})


def open_document(kind: str) -> bytes:
    mimetype = f"application/vnd.oasis.opendocument.{kind}".encode()
    return archive({"mimetype": mimetype, "content.xml": b"<c/>"})


GOOD = {
    "pdf": pdf(),
    "png": png(),
    "jpg": jpeg(),
    "jpeg": jpeg(),
    "docx": docx(),
    "xlsx": xlsx(),
    "odt": open_document("text"),
    "ods": open_document("spreadsheet"),
    "txt": "Отчёт о выполнении".encode("cp1251"),
    "csv": "名称;数量\r\n报告;1\r\n".encode("gb18030"),
}


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    made = SimpleUploadedFile("x", content)
    made._name = name  # as it comes, before Django flattens it
    return made


def add(report, called="report.pdf", content=None, actor=None, **values):
    return evidence.add_file(
        report=report,
        upload=upload(called, pdf() if content is None else content),
        **{"sensitivity": Sensitivity.MEMBERS, **values},
        actor=actor or report.author,
        now=NOW,
        via=Via.PAGE,
    )


def link(report, url, name="Decree on the web", **values):
    given = {"sensitivity": Sensitivity.MEMBERS, "actor": report.author, **values}
    return evidence.add_link(report=report, url=url, name=name, now=NOW, via=Via.PAGE, **given)


def stored_files(folder) -> list:
    return [path for path in (folder / "evidence").rglob("*") if path.is_file()]


def browser(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def code_of(person, address: str) -> int:
    response = browser(person).get(address)
    if response.streaming:
        list(response.streaming_content)  # which closes the file
    return response.status_code


# What comes in -------------------------------------------------------------------------------------


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


# The pages -----------------------------------------------------------------------------------------


def test_a_file_goes_out_as_an_attachment_that_can_do_nothing(draft, author):
    piece = add(draft, "Отчёт.pdf")
    response = browser(author).get(f"/evidence/{piece.pk}/")
    assert b"".join(response.streaming_content) == pdf()
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%D0%9E")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    policy = "sandbox; default-src 'none'; frame-ancestors 'none'"
    assert response.headers["Content-Security-Policy"] == policy
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("sensitivity", "readers"),
    [
        (Sensitivity.MEMBERS, {"author", "officer", "colleague", "reader", "other"}),
        (Sensitivity.PARTY, {"author", "officer", "colleague"}),
        (Sensitivity.SECRETARIAT, {"author", "officer"}),
    ],
)
def test_a_file_goes_out_only_to_those_who_may_read_it(draft, author, sensitivity, readers):
    people = {
        "author": author,
        "officer": make_officer(),
        "colleague": make_focal_point(make_party("KZ")).user,
        "reader": make_user(),
        "other": make_focal_point(make_party("KG")).user,
    }
    address = f"/evidence/{add(draft, sensitivity=sensitivity).pk}/"
    in_draft = {who for who, one in people.items() if code_of(one, address) == 200}
    assert in_draft == {"author"}
    progress.submit(report=draft, actor=author, now=NOW, via=Via.PAGE)
    codes = {who: code_of(one, address) for who, one in people.items()}
    assert codes == {who: 200 if who in readers else 404 for who in people}
    assert Client().get(address).status_code == 302


def test_a_link_has_no_file(draft, author):
    piece = link(draft, "https://example.org/")
    assert browser(author).get(f"/evidence/{piece.pk}/").status_code == 404


def test_a_file_that_is_missing_on_the_disk_says_so(draft, author):
    piece = add(draft)
    files.path_of(piece.file).unlink()
    response = browser(author).get(f"/evidence/{piece.pk}/")
    assert response.status_code == 404
    assert "“report.pdf” is missing" in response.content.decode()


def send(person, report, content=None, name="report.pdf", **values):
    file = SimpleUploadedFile(name, pdf() if content is None else content)
    return browser(person).post(
        f"/evidence/add-file/{report.pk}/", {"file": file, "sensitivity": "members", **values}
    )


def test_the_author_adds_and_removes_by_the_page(draft, author):
    line = draft.obligation
    assert send(author, draft).headers["Location"] == line.get_page_url()
    given = {"url": "https://example.org/", "name": "Decree", "sensitivity": "party"}
    client = browser(author)
    response = client.post(f"/evidence/add-link/{draft.pk}/", given)
    assert response.headers["Location"] == line.get_page_url()
    file, address = Evidence.objects.order_by("pk")
    assert (file.name, address.url, address.sensitivity) == (
        "report.pdf", "https://example.org/", "party",
    )  # fmt: skip
    client.post(f"/evidence/{file.pk}/remove/")
    assert Evidence.objects.get() == address


def test_what_is_wrong_stands_beside_the_field_and_what_was_typed_is_kept(draft, author):
    response = send(author, draft, b"MZ", name="report.pdf", sensitivity="party")
    page = response.content.decode()
    assert response.status_code == 200
    assert "The content is not that of such a file." in page
    assert '<option value="party" selected>' in page
    assert 'enctype="multipart/form-data"' in page


def test_an_upload_over_the_limit_is_not_kept_while_it_comes_in(
    draft, author, settings, monkeypatch
):
    settings.EVIDENCE_MAX_MB = 1
    kept = []
    monkeypatch.setattr(filetypes, "check", lambda *args: kept.append(args))
    response = send(author, draft, pdf(b" " * 4 * 1024 * 1024))
    assert "The file is larger than 1 MB." in response.content.decode()
    assert kept == []
    assert not Evidence.objects.exists()


def test_an_empty_upload_says_what_to_do(draft, author):
    assert "The file is empty." in send(author, draft, b"").content.decode()


@pytest.mark.parametrize("who", ["officer", "colleague", "reader"])
def test_another_persons_draft_does_not_exist(draft, who):
    people = {
        "officer": make_officer,
        "colleague": lambda: make_focal_point(make_party("KZ")).user,
        "reader": make_user,
    }
    piece, person = add(draft), people[who]()
    given = {"url": "https://example.org/", "name": "Decree", "sensitivity": "members"}
    client = browser(person)
    codes = [
        send(person, draft).status_code,
        client.post(f"/evidence/add-link/{draft.pk}/", given).status_code,
        client.post(f"/evidence/{piece.pk}/remove/").status_code,
    ]
    assert codes == [404, 404, 404]
    assert Evidence.objects.get() == piece


def test_an_author_whose_term_has_ended_adds_nothing(draft, author):
    author.terms.update(ends_on="2020-02-01")
    assert send(author, draft).status_code == 404
    assert not Evidence.objects.exists()


def test_reading_an_address_that_writes_does_nothing(draft, author):
    piece = add(draft)
    assert browser(author).get(f"/evidence/{piece.pk}/remove/").status_code == 405
    assert Evidence.objects.exists()
