"""What the tests of evidence share: real files of each kind, and how they come in and go out."""

import io
import struct
import zipfile
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.choices import Via
from commitments import evidence
from meetings.choices import Sensitivity
from tests.factories import NOW


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


def send(person, report, content=None, name="report.pdf", **values):
    file = SimpleUploadedFile(name, pdf() if content is None else content)
    return browser(person).post(
        f"/evidence/add-file/{report.pk}/", {"file": file, "sensitivity": "members", **values}
    )
