"""Asking a virus scanner about a file before it is kept (ASVS 5.0, 5.4.3), where SCANNER_URL names one.

It speaks the INSTREAM command of clamd (ClamAV, clamd(8)): pieces with their length before them, then
one word. Without an answer nothing is taken: a scanner that is away must not open the door.
"""

import logging
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

SECONDS = 30
PORT = 3310
_LENGTH = struct.Struct("!L")
_CLEAN, _FOUND = b"stream: OK", b"FOUND"


class AwayError(Exception):
    """The scanner gave no answer that says anything."""


def words_against(upload: UploadedFile) -> str:
    """Why a file may not be kept, as a sentence to stand beside its field; empty when nothing is against it."""
    try:
        if is_clean(upload.chunks()):
            return ""
        return _("The virus scanner refuses this file. Nothing was added.")
    except AwayError:
        return _(
            "The file cannot be checked for viruses at the moment. Nothing was added; send it later."
        )
    finally:
        upload.seek(0)  # for whoever reads it next


def is_clean(pieces: Iterable[bytes]) -> bool:
    """Whether the scanner finds nothing in the bytes; True where there is none.

    Raises `AwayError` when it does not answer within half a minute, or with something else.
    """
    if not settings.SCANNER_URL:
        return True
    try:
        answer = _ask(pieces)
    except OSError as error:
        logger.error("The scanner does not answer: %s", error)
        raise AwayError from error
    if answer.startswith(_CLEAN):
        return True
    if answer.endswith(_FOUND):
        logger.warning("The scanner refused a file: %s", answer.decode(errors="replace"))
        return False
    logger.error("The scanner could not look: %s", answer.decode(errors="replace"))
    raise AwayError


def _ask(pieces: Iterable[bytes]) -> bytes:
    with _connected() as connection:
        connection.sendall(b"zINSTREAM\0")
        for piece in pieces:
            if piece:
                connection.sendall(_LENGTH.pack(len(piece)) + piece)
        connection.sendall(_LENGTH.pack(0))
        return b"".join(iter(lambda: connection.recv(4096), b"")).strip(b"\0\n ")


@contextmanager
def _connected() -> Iterator[socket.socket]:
    where = urlsplit(settings.SCANNER_URL)
    if where.scheme == "unix":
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(SECONDS)
            connection.connect(where.path)
            yield connection
    else:
        address = (where.hostname, where.port or PORT)
        with socket.create_connection(address, SECONDS) as connection:
            yield connection
