"""What kinds of files may be evidence, and whether a file is what its name says.

Nothing is opened by a program that could be fooled: only leading bytes, the structure of the
container, and the encoding of text are looked at. No XML is ever parsed.
"""

import codecs
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import IO

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHUNK = 64 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
MOST_ENTRIES = 2000
_MOST_CHUNKS = 100_000
# A long sheet of equal cells packs 50 to 1, a bomb 1000 to 1. What is small unpacked harms nobody.
MOST_RATIO = 100
SMALL_UNPACKED = 10 * 1024 * 1024
_LONGEST_DIRECTORY = 2 * 1024 * 1024
_ENCRYPTED = 0x1
_END = struct.Struct("<4s4H2LH")
_BROKEN = (
    EOFError, IndexError, KeyError, NotImplementedError, OSError, OverflowError, RuntimeError,
    ValueError, struct.error, zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error,
)  # fmt: skip
# Characters that text has no use for, NUL among them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_ENCODINGS = ("utf-8-sig", "cp1251", "gb18030")
_NOT_TEXT = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"MZ", b"\x7fELF", b"{\\rtf")


class Refused(Exception):
    """A file is not what its name says. Carries the sentence that says what to do."""

    def __init__(self, words: str | Promise) -> None:
        super().__init__(words)
        self.words = words


NOT_WHAT_IT_SAYS = _(
    "The content is not that of such a file. Open it in the program that it comes from, "
    "save it anew, and send that."
)
_LOCKED = _(
    "The file is protected by a password, or of an old format. Save it without a password in the "
    "present format, and send that."
)
_TOO_MUCH_INSIDE = _("The file unpacks to more than is taken. Split it, or send it as PDF instead.")
_DAMAGED = _("The file is damaged and cannot be unpacked. Save it anew, and send that.")


@dataclass(frozen=True)
class FileType:
    """One kind of file: the type it is served as, and what looks at its content."""

    content_type: str
    check: Callable[[IO[bytes], int], None]


def check(file: IO[bytes], size: int, extension: str) -> None:
    """Raise `Refused` unless the content is what the extension says. Leaves the file at its start."""
    try:
        TYPES[extension].check(file, size)
    finally:
        file.seek(0)


# One check a kind --------------------------------------------------------------------------------


def _pdf(file: IO[bytes], size: int) -> None:
    _demand(_at(file, 0, 5) == b"%PDF-")
    _demand(b"%%EOF" in _at(file, max(0, size - 1024), 1024))
    _demand(not zipfile.is_zipfile(file))


def _png(file: IO[bytes], size: int) -> None:
    """A picture is a row of chunks from the first byte to the last; nothing may hang on behind."""
    _demand(_at(file, 0, 8) == b"\x89PNG\r\n\x1a\n")
    kinds: list[bytes] = []
    place = 8
    while place < size and kinds[-1:] != [b"IEND"]:
        head = _at(file, place, 8)
        _demand(len(head) == 8 and len(kinds) < _MOST_CHUNKS)
        kinds.append(head[4:])
        place += 12 + int.from_bytes(head[:4], "big")
    _demand(place == size and kinds[:1] == [b"IHDR"] and kinds[-1:] == [b"IEND"])
    _demand(b"IDAT" in kinds)


def _jpeg(file: IO[bytes], size: int) -> None:
    """Segments up to the picture itself. Cameras write things of their own behind it: those may stay."""
    _demand(_at(file, 0, 2) == b"\xff\xd8")
    place, framed = 2, False
    while True:
        head = _at(file, place, 4)
        _demand(len(head) == 4 and head[0] == 0xFF)
        if head[1] == 0xFF:  # a fill byte
            place += 1
            continue
        if head[1] == 0xDA:
            break
        framed = framed or (0xC0 <= head[1] <= 0xCF and head[1] not in {0xC4, 0xC8, 0xCC})
        length = int.from_bytes(head[2:], "big")
        _demand(length >= 2)
        place += 2 + length
    _demand(framed and b"\xff\xd9" in _tail_of(file, size) and not zipfile.is_zipfile(file))


def _docx(file: IO[bytes], size: int) -> None:
    _office(file, size, "word/document.xml")


def _xlsx(file: IO[bytes], size: int) -> None:
    _office(file, size, "xl/workbook.xml")


def _office(file: IO[bytes], size: int, main: str) -> None:
    names = set(_unpacked(file, size).namelist())
    _demand({"[Content_Types].xml", main} <= names)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused(_("The file holds macros. Save it without them, and send that."))


def _odt(file: IO[bytes], size: int) -> None:
    _open_document(file, size, b"application/vnd.oasis.opendocument.text")


def _ods(file: IO[bytes], size: int) -> None:
    _open_document(file, size, b"application/vnd.oasis.opendocument.spreadsheet")


def _open_document(file: IO[bytes], size: int, mimetype: bytes) -> None:
    archive = _unpacked(file, size)
    first = archive.infolist()[0]
    _demand(first.filename == "mimetype" and first.file_size == len(mimetype))
    _demand(archive.read(first) == mimetype and "content.xml" in archive.namelist())


def _text(file: IO[bytes], size: int) -> None:
    """Words in an encoding that is used where the parties write."""
    start = _at(file, 0, 8)
    _demand(not start.startswith(_NOT_TEXT))
    marked = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encodings = ("utf-16",) if marked else _ENCODINGS
    if not any(_is_text(file, encoding) for encoding in encodings):
        raise Refused(_("The file is not plain text. Save it as text in UTF-8, and send that."))


def _is_text(file: IO[bytes], encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        parts = (decoder.decode(chunk, final=not chunk) for chunk in _chunks(file))
        return not any(_CONTROL.search(part) for part in parts)
    except UnicodeError:
        return False


# Containers --------------------------------------------------------------------------------------


def _unpacked(file: IO[bytes], size: int) -> zipfile.ZipFile:
    """The archive, after every entry of it has been unpacked once within the limits."""
    _check_frame(file, size)
    try:
        archive = zipfile.ZipFile(file)
        _check_entries(archive.infolist(), size)
        for entry in archive.infolist():
            # Reads what the entry says that it holds and no more; if that was a lie, the checksum fails.
            with archive.open(entry) as content:
                while content.read(CHUNK):
                    pass
    except _BROKEN:
        raise Refused(_DAMAGED) from None
    return archive


def _check_frame(file: IO[bytes], size: int) -> None:
    """From its first byte to its last the file is one archive; looked at before any library reads it."""
    if _at(file, 0, 8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise Refused(_LOCKED)
    _demand(_at(file, 0, 4) == b"PK\x03\x04" and size > _END.size)
    end = _at(file, size - _END.size, _END.size)
    signature, _disk, _first, _here, entries, directory, offset, comment = _END.unpack(end)
    _demand(signature == b"PK\x05\x06" and comment == 0)
    # The longer form of the end takes 76 bytes more; entries that need it are over every limit.
    _demand(size - _END.size - directory - offset in {0, 76})
    if entries > MOST_ENTRIES or directory > _LONGEST_DIRECTORY:
        raise Refused(_TOO_MUCH_INSIDE)


def _check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    allowed = min(MOST_UNPACKED, max(SMALL_UNPACKED, MOST_RATIO * size))
    if len(entries) > MOST_ENTRIES or unpacked > allowed:
        raise Refused(_TOO_MUCH_INSIDE)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Refused(_LOCKED)
    _demand(entries != [] and all(_is_plain(entry) for entry in entries))
    _demand(len({entry.filename for entry in entries}) == len(entries))
    # Entries that share bytes are how a small file unpacks to a huge one.
    in_order = sorted(entries, key=lambda entry: entry.header_offset)
    for one, next_one in pairwise(in_order):
        _demand(one.header_offset + one.compress_size < next_one.header_offset)


def _is_plain(entry: zipfile.ZipInfo) -> bool:
    """Packed in the usual way, under a name that stays inside the archive."""
    name = entry.orig_filename
    inside = not name.startswith("/") and ".." not in name.split("/")
    usual = entry.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    return inside and usual and not re.search(r"[\\\x00]|^\w:", name)


# Small things ------------------------------------------------------------------------------------


def _demand(holds: bool) -> None:
    if not holds:
        raise Refused(NOT_WHAT_IT_SAYS)


def _at(file: IO[bytes], place: int, length: int) -> bytes:
    file.seek(place)
    return file.read(length)


def _tail_of(file: IO[bytes], size: int) -> bytes:
    return _at(file, max(0, size - 4 * 1024 * 1024), 4 * 1024 * 1024)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    """The file in pieces, and an empty one at its end."""
    while chunk := file.read(CHUNK):
        yield chunk
    yield b""


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
TYPES: dict[str, FileType] = {
    "pdf": FileType("application/pdf", _pdf),
    "png": FileType("image/png", _png),
    "jpg": FileType("image/jpeg", _jpeg),
    "docx": FileType(f"{_OFFICE}.wordprocessingml.document", _docx),
    "xlsx": FileType(f"{_OFFICE}.spreadsheetml.sheet", _xlsx),
    "odt": FileType(f"{_OPEN}.text", _odt),
    "ods": FileType(f"{_OPEN}.spreadsheet", _ods),
    "txt": FileType("text/plain", _text),
    "csv": FileType("text/csv", _text),
}
