"""Which kind of document it is: its first bytes tell, its name only where they leave it open."""

import re
from pathlib import PurePath
from typing import Literal

from django.utils.translation import gettext_lazy as _

from meetings.documents.archive import DAMAGED_WORD, LOCKED_WORD, OTHER_KIND, is_word
from meetings.errors import DocumentError

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# Rich text, pictures, archives, programs, sound: what is brought by mistake.
_OTHERS = (
    b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"RIFF", b"7z\xbc\xaf",
    b"Rar!", b"\x1f\x8b", b"BZh9", b"\x7fELF", b"MZ\x90\x00", b"ID3", b"OggS", b"%!PS",
    b"AT&TFORM", b"\x00\x00\x00\x0cjP", b"\xffWPC",
)  # fmt: skip
_HEAD = 4096
_BOMS = b"\xef\xbb\xbf\xff\xfe\xfe\xff\x00"
_BEFORE_HTML = rb"(?:\s|<!--.*?-->|<\?xml[^>]*>)*"
_HTML = re.compile(_BEFORE_HTML + rb"<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_FRAGMENT = re.compile(
    _BEFORE_HTML
    + rb"<(?:article|blockquote|div|h[1-6]|main|meta|ol|p|pre|section|span|table|ul)\b",
    re.I | re.S,
)
_XML = re.compile(rb"\s*<\?xml\b")

_OLD_WORD = _(
    "This is a Word document of the old kind (DOC). Open it, save it as DOCX, and send that."
)
_DAMAGED_PDF = _("The PDF is damaged and cannot be opened. Save or export it anew, and send that.")


def kind_of(raw: bytes, name: str) -> Literal["txt", "html", "docx", "pdf"]:
    """The kind of a document. Raises `DocumentError` when it is one that is not read."""
    ending = PurePath(name).suffix.lower()
    head = raw[:_HEAD].strip(_BOMS)
    if _is_pdf(head, ending):
        return "pdf"
    if raw.startswith(_ZIP):
        return _zipped(raw)
    _refuse_others(raw, head)
    if _is_html(head, ending):
        return "html"
    _refuse_what_the_name_denies(ending)
    return "txt"


def _is_pdf(head: bytes, ending: str) -> bool:
    """A PDF may have a kilobyte of anything before its mark; a text may speak of that mark."""
    return head.lstrip().startswith(b"%PDF-") or (ending == ".pdf" and b"%PDF-" in head[:1024])


def _zipped(raw: bytes) -> Literal["docx"]:
    if is_word(raw):
        return "docx"
    raise DocumentError(OTHER_KIND)


def _refuse_others(raw: bytes, head: bytes) -> None:
    if raw.startswith(_OLE):
        raise DocumentError(_why_not_ole(raw))
    is_xml = _XML.match(head) and not _HTML.match(head)
    if raw.startswith(_OTHERS) or is_xml:
        raise DocumentError(OTHER_KIND)


def _why_not_ole(raw: bytes) -> object:
    """The container of old office files, which also wraps new ones that have a password."""
    if "EncryptedPackage".encode("utf-16-le") in raw:
        return LOCKED_WORD
    others = ("Workbook", "PowerPoint Document", "__properties_version1.0")
    if any(other.encode("utf-16-le") in raw for other in others):
        return OTHER_KIND
    return _OLD_WORD


def _is_html(head: bytes, ending: str) -> bool:
    head = head.replace(b"\x00", b"")  # as much of UTF-16 as tags are written in
    if _HTML.match(head) or ending in {".html", ".htm", ".xhtml"}:
        return True
    return ending != ".txt" and _FRAGMENT.match(head) is not None


def _refuse_what_the_name_denies(ending: str) -> None:
    if ending == ".pdf":
        raise DocumentError(_DAMAGED_PDF)
    if ending in {".docx", ".docm", ".dotx"}:
        raise DocumentError(DAMAGED_WORD)
