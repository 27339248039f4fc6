"""The archive that a Word document is, looked through before anything in it is opened."""

import io
import re
import struct
import zipfile
import zlib

from django.utils.translation import gettext_lazy as _

from meetings.errors import DocumentError

MAIN_PART = "word/document.xml"
MOST_ENTRIES = 5000
MOST_UNPACKED = 200 * 1024 * 1024
MOST_XML = 60 * 1024 * 1024
# A long document of equal lines packs 50 to 1, a bomb 1000 to 1. What is small unpacked harms nobody.
MOST_RATIO = 100
SMALL_UNPACKED = 10 * 1024 * 1024
_LONGEST_DIRECTORY = 2 * 1024 * 1024
_ENCRYPTED = 0x1
_END = b"PK\x05\x06"
BROKEN = (
    EOFError, IndexError, KeyError, NotImplementedError, OSError, OverflowError, RuntimeError,
    ValueError, struct.error, zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error,
)  # fmt: skip

OTHER_KIND = _(
    "Files of this kind are not read. Save it as PDF with text, DOCX, HTML or plain text, "
    "and send that."
)
LOCKED_WORD = _(
    "The document is protected by a password. Save it without a password, and send that."
)
DAMAGED_WORD = _(
    "The Word document is damaged and cannot be opened. Save it anew as DOCX, and send that."
)
_TOO_MUCH_INSIDE = _(
    "The document unpacks to more than is taken. Save its text alone as DOCX, and send that."
)


def is_word(raw: bytes) -> bool:
    """Whether an archive holds a Word document. Raises `DocumentError` when it cannot be listed."""
    return MAIN_PART in _opened(raw).namelist()


def check_archive(raw: bytes) -> None:
    """Raise `DocumentError` unless all that is inside can be unpacked without harm.

    Sizes are what the archive says of itself; whoever unpacks reads no more than that.
    """
    entries = _opened(raw).infolist()
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise DocumentError(LOCKED_WORD)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > min(MOST_UNPACKED, max(SMALL_UNPACKED, MOST_RATIO * len(raw))):
        raise DocumentError(_TOO_MUCH_INSIDE)
    if sum(e.file_size for e in entries if re.search(r"\.(xml|rels)$", e.filename)) > MOST_XML:
        raise DocumentError(_TOO_MUCH_INSIDE)
    if len({entry.filename for entry in entries}) < len(entries):
        raise DocumentError(DAMAGED_WORD)


def _opened(raw: bytes) -> zipfile.ZipFile:
    _check_directory(raw)
    try:
        return zipfile.ZipFile(io.BytesIO(raw))
    except BROKEN:
        raise DocumentError(DAMAGED_WORD) from None


def _check_directory(raw: bytes) -> None:
    """The list of what is inside, weighed before it is read: each entry of it takes memory."""
    place = raw.rfind(_END)
    if place < 0 or len(raw) < place + 22:
        raise DocumentError(DAMAGED_WORD)
    entries, length = struct.unpack("<HL", raw[place + 10 : place + 16])
    if entries > MOST_ENTRIES or length > _LONGEST_DIRECTORY:
        raise DocumentError(_TOO_MUCH_INSIDE)
