"""Files of evidence: what may come in, under which name, and where the bytes are kept.

The bytes of equal files are kept once, outside of what the web server can reach, under a name that
says nothing. They are on the disk before the row that names them is committed: a crash in between
leaves a file that nobody names, never a row without its file.
"""

import hashlib
import logging
import os
import secrets
import unicodedata
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.db import transaction
from django.utils.translation import gettext as _

from meetings import scanning

from . import filetypes
from .models import StoredFile

logger = logging.getLogger(__name__)

LONGEST_NAME = 200
MEGABYTE = 1024 * 1024
EXTENSIONS = tuple(filetypes.TYPES)
_ALSO_CALLED = {"jpeg": "jpg"}
# What a careless program may run when it takes the inner ending for the true one.
_ACTIVE = frozenset(
    {"bat", "bin", "cmd", "com", "cpl", "dll", "exe", "hta", "htm", "html", "iso", "jar", "js",
     "jse", "lnk", "msi", "php", "pif", "ps1", "py", "reg", "scr", "sh", "svg", "url", "vbe", "vbs",
     "wsf", "xhtml", "xml"}
)  # fmt: skip
_RESERVED = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
# Joiners belong to the spelling of several languages; all other invisible characters go.
_JOINERS = frozenset("\u200c\u200d")
_DROPPED = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})


class LargestUpload(FileUploadHandler):
    """Stops keeping an upload as soon as it is larger than any file may be; leaves `request.too_large`.

    The first of FILE_UPLOAD_HANDLERS, so that no disk fills up with what is refused in the end.
    """

    chunk_size = 64 * 2**10

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > most_bytes():
            self.request.too_large = True  # type: ignore[union-attr]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""


def most_bytes() -> int:
    return int(settings.EVIDENCE_MAX_MB) * MEGABYTE


def folder() -> Path:
    return Path(settings.DATA_DIR) / "evidence"


def path_of(stored: StoredFile) -> Path:
    """Where the bytes are. They may be missing: whoever opens them has to say so in words."""
    return folder() / stored.path


def check(upload: UploadedFile) -> str:
    """The extension of an upload that may be kept. Raises `ValidationError` for `file`, saying why not.

    The size is looked at first: nothing is read of a file that is empty or too large.
    """
    size = upload.size or 0
    if size <= 0:
        raise refusal(_("The file is empty. Choose the file that shows what was done."))
    if size > most_bytes():
        raise refusal(too_large_words())
    extension = _extension(flat_name(upload.name or ""))
    assert upload.file
    try:
        filetypes.check(upload.file, size, extension)
    except filetypes.Refused as error:
        raise refusal(str(error.words)) from None
    if words := scanning.words_against(upload):
        raise refusal(words)
    return extension


def refusal(words: str) -> ValidationError:
    return ValidationError({"file": words})


def too_large_words() -> str:
    words = _("The file is larger than %(most)d MB. Make it smaller or split it, or add a link.")
    return words % {"most": settings.EVIDENCE_MAX_MB}


def _no_room_words() -> str:
    return _(
        "The file could not be kept: the disk of this site is full or cannot be written to. Nothing "
        "was added. Tell an administrator, and send the file again later."
    )


def flat_name(name: str) -> str:
    """A name without folders, control characters and tricks of direction, at most 200 characters long.

    What people write in stays: Russian, Chinese, spaces. The extension survives the cut.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in last if _may_stay(char))
    flat = " ".join(kept.translate(_RESERVED).split()).strip(" .")
    stem, dot, ending = flat.rpartition(".")
    if dot and len(ending) < 10:
        return stem[: LONGEST_NAME - len(ending) - 1].rstrip() + dot + ending
    return flat[:LONGEST_NAME].rstrip()


def named(name: str, extension: str) -> str:
    """A name for people, with the extension of its file."""
    flat = flat_name(name)
    if _ending(flat) == extension:
        return flat
    return flat_name(f"{flat}.{extension}")


def store(upload: UploadedFile, extension: str, now: datetime) -> StoredFile:
    """Keep the bytes of a checked upload, once. Belongs into the transaction that uses the row.

    The row comes back locked: nobody throws it away as unused before the use is committed.
    """
    digest = _sha256(upload)
    held = _held(digest)
    if held is None:
        path = _write(upload, _random_path())
        values = {
            "path": path,
            "size": upload.size,
            "content_type": filetypes.TYPES[extension].content_type,
            "stored_at": now,
        }
        held, is_new = StoredFile.objects.get_or_create(sha256=digest, defaults=values)
        if not is_new:  # somebody stored the same bytes at this moment
            (folder() / path).unlink(missing_ok=True)
            held = StoredFile.objects.select_for_update().get(pk=held.pk)
    if not path_of(held).exists():
        _write(upload, held.path)
    return held


def drop_unused(stored: StoredFile) -> None:
    """Throw the bytes away when nothing names them any more: at the end of this transaction."""
    locked = StoredFile.objects.select_for_update().filter(pk=stored.pk).first()
    if locked and not locked.uses.exists():
        path = path_of(locked)
        locked.delete()
        transaction.on_commit(lambda: path.unlink(missing_ok=True))


def _held(digest: str) -> StoredFile | None:
    return StoredFile.objects.select_for_update().filter(sha256=digest).first()


def _extension(name: str) -> str:
    extension = _ending(name)
    if extension not in EXTENSIONS:
        words = _("Files of this kind are not taken. Send one of: %(kinds)s.")
        raise refusal(words % {"kinds": ", ".join(EXTENSIONS)})
    inner = [part.strip().lower() for part in name.split(".")[1:-1]]
    if any(part in _ACTIVE for part in inner):
        raise refusal(
            _(
                "The name has two extensions. Rename the file so that it ends once, and send it again."
            )
        )
    return extension


def _ending(name: str) -> str:
    _stem, dot, ending = name.rpartition(".")
    return _ALSO_CALLED.get(ending.lower(), ending.lower()) if dot else ""


def _may_stay(char: str) -> bool:
    return char in _JOINERS or char.isspace() or unicodedata.category(char) not in _DROPPED


def _random_path() -> str:
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name}"


def _sha256(upload: UploadedFile) -> str:
    found = hashlib.sha256()
    for chunk in upload.chunks():
        found.update(chunk)
    return found.hexdigest()


def _write(upload: UploadedFile, path: str) -> str:
    """Write all of a file or none of it: under another name first, then safely on the disk, then named.

    Raises `ValidationError` for `file` when the disk does not take it.
    """
    goal = folder() / path
    part = goal.with_name(f".{goal.name}.{secrets.token_hex(4)}.part")
    try:
        _make_folder(goal.parent)
        with os.fdopen(_open_new(part), "wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        part.replace(goal)
        _sync_folder(goal.parent)
    except OSError as error:
        logger.error("A file of evidence could not be kept: %s", error)
        raise refusal(_no_room_words()) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return path


def _make_folder(inner: Path) -> None:
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    inner.mkdir(mode=0o700, exist_ok=True)


def _open_new(path: Path) -> Any:
    return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)


def _sync_folder(path: Path) -> None:
    """The name, too, has to be on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
