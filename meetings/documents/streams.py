"""The packed parts of a PDF, weighed before the file is opened."""

import re
import zlib

from django.utils.translation import gettext_lazy as _

from meetings.errors import DocumentError

# What draws one page takes a hundred times its size in memory. Text packs 10 to 1, a bomb 1000 to 1.
MOST_DRAWN = 4 * 1024 * 1024
MOST_RATIO = 50
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
_LONGEST_HEAD = 1000
_CHUNK = 64 * 1024

_TOO_MUCH_INSIDE = _(
    "The PDF unpacks to more than is taken. Save its text alone as PDF or DOCX, and send that."
)


def check_streams(raw: bytes) -> None:
    """Raise `DocumentError` if a part of a PDF unpacks to far more than it is. Pictures may."""
    for match in _STREAM.finditer(raw):
        head = raw[max(0, match.start() - _LONGEST_HEAD) : match.start()]
        if not _PICTURE.search(head[head.rfind(b" obj") + 1 :]) and _is_bomb(raw, match.end()):
            raise DocumentError(_TOO_MUCH_INSIDE)


def _is_bomb(raw: bytes, start: int) -> bool:
    """Whether what is packed from `start` on is one; what is not packed, or broken, is none."""
    packed = unpacked = 0
    unpacker = zlib.decompressobj()
    try:
        while not unpacker.eof and (chunk := raw[start + packed : start + packed + _CHUNK]):
            packed += len(chunk)
            while chunk:
                unpacked += len(unpacker.decompress(chunk, MOST_DRAWN))
                chunk = unpacker.unconsumed_tail
                if unpacked > MOST_DRAWN and unpacked > MOST_RATIO * packed:
                    return True
    except zlib.error:
        return False
    return False
