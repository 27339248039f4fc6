"""From an uploaded or pasted document to its text: kinds, plain text, and what is refused."""

import dataclasses
import io
import struct
import zipfile
import zlib

import docx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meetings.documents import DOCUMENT_MAX_BYTES, Document, DocumentError, read_document
from meetings.reader.text import canonical_text
from tests.meetings import pdfs

ENGLISH = "The parties \u201cagreed\u201d \u2013 at the caf\u00e9 \u2013 to hold a meeting in 2025."
RUSSIAN = "Участники договорились провести совместные учения в 2025 году."
CHINESE = "各方同意加强在打击恐怖主义方面的合作，并于2025年举行联合反恐演习。"
TRADITIONAL = "各方同意加強在打擊恐怖主義方面的合作，並於2025年舉行聯合反恐演習。"
NAMES = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
DOCUMENT_WITHOUT_BODY = f"<w:document {NAMES}/>".encode()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def text_of(raw, name="report.txt"):
    return read_document(raw, name).text


def complaint(raw, name):
    """The sentence that a person is shown; always one that ends, and says what to do."""
    with pytest.raises(DocumentError) as caught:
        read_document(raw, name)
    words = str(caught.value)
    assert words.endswith(".")
    assert words.count(". ") == 1
    return words


def word(*paragraphs):
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def archive(files, packing=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as container:
        for name, content in files.items():
            container.writestr(name, content)
    return file.getvalue()


# Which kind it is --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"\n<!-- saved -->\n<!DOCTYPE html><p>They agreed.</p>", "html"),
        ("<html><body>They agreed.".encode("utf-16"), "html"),
        (word("They agreed."), "docx"),
        (pdfs.pdf([pdfs.Words("They agreed.")]), "pdf"),
    ],
)
@pytest.mark.parametrize("name", ["", "report", "report.txt", "report.pdf.docx", "отчёт.html"])
def test_the_content_tells_the_kind_whatever_the_name_says(raw, kind, name):
    assert read_document(raw, name) == Document(kind, "They agreed.")


def test_words_alone_are_plain_text():
    for name in ("", "report", "report.txt", "report.md", "report.doc"):
        assert read_document(b"They agreed.", name) == Document("txt", "They agreed.")


def test_where_the_content_leaves_it_open_the_name_tells_the_kind():
    assert read_document(b"a &amp; b", "report.htm") == read_document(b"<p>a & b", "")
    assert read_document(b"a &amp; b", "report.txt").text == "a &amp; b"
    assert read_document(b"<p>5 < 6", "formula.txt").kind == "txt"


def test_a_text_that_speaks_of_pdf_is_a_text():
    assert read_document(b"A file that begins with %PDF- is a PDF.", "").kind == "txt"


def test_a_pdf_may_have_something_before_its_mark():
    raw = b"From the fax machine\r\n" + pdfs.pdf([pdfs.Words("They agreed.")])
    assert read_document(raw, "report.pdf").text == "They agreed."


def test_a_document_cannot_be_changed():
    document = read_document(b"They agreed.", "")
    with pytest.raises(dataclasses.FrozenInstanceError):
        document.text = "They refused."


# Plain text --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((text, "utf-8") for text in (ENGLISH, RUSSIAN, CHINESE, TRADITIONAL)),
        *((text, "utf-8-sig") for text in (ENGLISH, RUSSIAN, CHINESE)),
        *((text, "utf-16") for text in (ENGLISH, RUSSIAN, CHINESE)),
        (RUSSIAN, "utf-32"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp866"),
        (RUSSIAN, "iso8859-5"),
        (CHINESE, "gb18030"),
        (TRADITIONAL, "big5"),
        (ENGLISH, "cp1252"),
        (ENGLISH.translate({0x201C: '"', 0x201D: '"', 0x2013: "-"}), "latin-1"),
    ],
)
@pytest.mark.parametrize("times", [1, 40])
def test_text_is_read_in_the_encoding_that_it_was_written_in(text, encoding, times):
    text = "\n".join([text] * times)
    assert text_of(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [ENGLISH, RUSSIAN, f"{CHINESE}\n{CHINESE}\n"])
def test_utf16_is_known_without_its_mark(text, encoding):
    assert text_of(text.encode(encoding)) == text


def test_a_byte_order_mark_of_big_endian_text_is_heeded():
    assert text_of(b"\xfe\xff" + RUSSIAN.encode("utf-16-be")) == RUSSIAN


def test_one_accent_far_behind_is_enough_for_the_old_encoding():
    text = "The parties agreed.\n" * 5000 + "S\u00e3o Paulo"
    assert text_of(text.encode("cp1252")) == text


def test_lines_that_were_broken_by_hand_stay_as_they_are():
    raw = b"  The parties agreed to hold\r\nregular operations.\r\n\r\n\tThey met.\n"
    assert text_of(raw) == "  The parties agreed to hold\nregular operations.\n\n They met.\n"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip))
@example("\ufeffe\u0301")
def test_utf8_comes_out_as_canonical_text(text):
    wanted = canonical_text(text)
    raw = text.encode()
    if not wanted.strip() or text.lstrip("\ufeff \n").startswith(("<", "%PDF-", "{")):
        return
    if {"\ufffe", "\uffff"} & set(text) or raw.startswith((b"PK", b"II", b"MM")):
        return
    assert text_of(raw) == wanted


# What is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [b"", b" \r\n\t ", "\u00a0\u3000\n".encode(), b"\xef\xbb\xbf \n"])
def test_nothing_is_no_document(raw):
    assert complaint(raw, "report.txt").startswith("There is no text in it.")


@pytest.mark.parametrize("raw", [b"<html><nav>Menu</nav></html>", word(""), word("\u200b")])
def test_a_document_without_text_is_none(raw):
    assert complaint(raw, "report").startswith("There is no text in it.")


def test_a_file_over_the_limit_is_not_even_looked_at(monkeypatch):
    monkeypatch.setattr("meetings.documents.kinds.kind_of", None)
    words = complaint(b"%PDF-1.7" + bytes(50 * 1024 * 1024), "report.pdf")
    assert words.startswith("The file is larger than 25 MB.")
    assert complaint(bytes(DOCUMENT_MAX_BYTES + 1), "") == words


def test_a_text_that_nobody_reads_is_too_long():
    assert len(text_of(b"a " * 1_000_000)) == 2_000_000
    words = complaint(b"a " * 1_000_000 + b"b", "report.txt")
    assert words.startswith("The text is longer than 2\u00a0000\u00a0000 characters.")


def test_nul_characters_are_named():
    assert "NUL" in complaint(b"The parties agreed\x00 to meet.", "report.txt")
    assert "NUL" in complaint(b"The parties agreed to meet\x00", "report.txt")


@pytest.mark.parametrize(
    "raw",
    [
        bytes(range(256)) * 20,
        b"\x00\x01\x02\x03 agreed",
        b"agreed \x1b[31m",
        b"\xff\xfe\x00\xd8\x20",
        zlib.compress(ENGLISH.encode() * 9),
    ],
)
def test_binary_content_is_no_text(raw):
    assert complaint(raw, "report.txt").startswith("This is not readable as text.")


@pytest.mark.parametrize(
    "raw",
    [
        b"{\\rtf1\\ansi They agreed.}",
        b"\x89PNG\r\n\x1a\n" + bytes(30),
        b"\xff\xd8\xff\xe0" + bytes(30),
        b"GIF89a" + bytes(30),
        b"II*\x00" + bytes(30),
        archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}),
        archive({"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}),
        archive({}),
        b"<?xml version='1.0'?><FictionBook>They agreed.</FictionBook>",
        OLE + "Workbook".encode("utf-16-le"),
    ],
)
@pytest.mark.parametrize("name", ["report.docx", "report"])
def test_of_other_kinds_the_person_is_told_which_ones_are_read(raw, name):
    words = complaint(raw, name)
    assert words.startswith("Files of this kind are not read.")
    assert "PDF with text, DOCX, HTML or plain text" in words


def test_an_old_word_document_is_to_be_saved_as_docx():
    raw = OLE + "WordDocument".encode("utf-16-le")
    assert "save it as DOCX" in complaint(raw, "report.doc")


def test_a_word_document_with_a_password_is_to_be_saved_without():
    raw = OLE + "EncryptedPackage".encode("utf-16-le")
    assert "without a password" in complaint(raw, "report.docx")


@pytest.mark.parametrize("raw", [word("They agreed.")[:-60], b"PK\x03\x04 and no more", b"words"])
def test_a_broken_word_document_is_damaged(raw):
    assert complaint(raw, "r.docx").startswith("The Word document is damaged")


def test_a_word_document_whose_parts_do_not_fit_is_damaged():
    raw = archive({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"})
    assert complaint(raw, "report.docx").startswith("The Word document is damaged")
    raw = word("They agreed.")
    place = raw.index(b"word/document.xml") + 40
    broken = raw[:place] + bytes(20) + raw[place + 20 :]
    assert complaint(broken, "report.docx").startswith("The Word document is damaged")


def test_an_archive_with_a_password_is_named():
    raw = bytearray(word("They agreed."))
    place = raw.index(b"PK\x01\x02")
    raw[place + 8 : place + 10] = struct.pack("<H", 1)
    assert "without a password" in complaint(bytes(raw), "report.docx")


def _with(raw, name, content):
    """The same archive with one part exchanged or added."""
    with zipfile.ZipFile(io.BytesIO(raw)) as container:
        parts = {each: container.read(each) for each in container.namelist()}
    return archive({**parts, name: content})


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "word/numbering.xml"])
@pytest.mark.parametrize("content", [b"", b"<x/>", b"\xff\xfe", b"<x>", DOCUMENT_WITHOUT_BODY])
def test_a_word_document_with_a_part_that_is_none_raises_nothing_else(part, content):
    raw = _with(word("They agreed."), part, content)
    words = _text_or_complaint(raw)
    assert words == "They agreed." or words.startswith("The Word document is damaged")


def _text_or_complaint(raw):
    try:
        return text_of(raw, "report.docx")
    except DocumentError as error:
        return str(error)


@pytest.mark.parametrize("name", ["word/document.xml", "word/media/image1.png"])
def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_opened(name, monkeypatch):
    monkeypatch.setattr("meetings.documents.docx.open_word", None)
    bomb = _with(word("They agreed."), name, b" " * (60 * 1024 * 1024))
    assert len(bomb) < 120_000
    assert complaint(bomb, "report.docx").startswith("The document unpacks to more")


def test_an_archive_of_endless_parts_is_refused_before_they_are_listed(monkeypatch):
    raw = archive({f"{i}": "" for i in range(6000)} | {"word/document.xml": ""})
    monkeypatch.setattr("meetings.documents.archive.zipfile.ZipFile", None)
    assert complaint(raw, "report.docx").startswith("The document unpacks to more")


def test_an_archive_that_lies_about_its_sizes_is_damaged():
    raw = bytearray(_with(word("They agreed."), "word/document.xml", b"<x>" + b" " * 9_000_000))
    place = raw.rindex(b"word/document.xml") - 46
    assert raw[place : place + 4] == b"PK\x01\x02"
    raw[place + 24 : place + 28] = struct.pack("<L", 1000)
    assert complaint(bytes(raw), "report.docx").startswith("The Word document is damaged")


def test_entities_that_multiply_do_no_harm():
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    xml = (
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "ha">{laughs}]>'
        f"<w:document {NAMES}>"
        "<w:body><w:p><w:r><w:t>They agreed. &l11;</w:t></w:r></w:p></w:body></w:document>"
    )
    raw = _with(word(), "word/document.xml", xml)
    assert complaint(raw, "r.docx").startswith("The Word document is damaged")
    raw = _with(word(), "word/document.xml", xml.replace("&l11;</w:t>", "&l2;</w:t>"))
    assert text_of(raw, "r.docx") == "They agreed."


def test_entities_that_name_a_file_bring_nothing_in(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the key")
    xml = (
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY f SYSTEM "{secret.as_uri()}">]>'
        f"<w:document {NAMES}>"
        "<w:body><w:p><w:r><w:t>They agreed. &f;</w:t></w:r></w:p></w:body></w:document>"
    )
    assert text_of(_with(word(), "word/document.xml", xml), "r.docx") == "They agreed."
