"""Plain text in whatever encoding it comes."""

import codecs
import re

from charset_normalizer import from_bytes
from django.utils.translation import gettext_lazy as _

from meetings.errors import DocumentError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# Those that the parties' reports come in. More of them make the guess worse, not better.
_GUESSED = ("cp1251", "koi8_r", "gb18030", "big5", "cp1252", "cp866", "iso8859_5")
_CONTROL = re.compile(r"[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
# ASCII, Latin, Cyrillic, general punctuation, Chinese and its punctuation.
_USUAL = re.compile(
    r"[\t-\r -~\xa0-\u024f\u0400-\u052f\u2000-\u22ff\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
)
_SAMPLE = 10_000  # characters
_MOST_NULS_IN_UTF8 = 0.25  # English in UTF-16 is half NULs

_NOT_TEXT = _(
    "This is not readable as text. Save it as PDF, DOCX, HTML or plain text in UTF-8, and send that."
)
_NULS = _(
    "The text holds NUL characters, so that parts of it may be damaged. Save it anew as plain text "
    "in UTF-8, and send that."
)


def read(raw: bytes) -> str:
    """The text, as it stands: lines that were broken at a width stay broken."""
    text = decoded(raw)
    if "\x00" in text:
        raise DocumentError(_NOT_TEXT if _CONTROL.search(text) else _NULS)
    if _CONTROL.search(text):
        raise DocumentError(_NOT_TEXT)
    return text


def decoded(raw: bytes) -> str:
    """Bytes as characters: by their mark, else as UTF-8 if they are that, else by a guess."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _by_mark(raw, encoding)
    wide = _without_mark(raw) if b"\x00" in raw else None
    return wide or _as_utf8(raw) or _guessed(raw)


def _by_mark(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeError:
        raise DocumentError(_NOT_TEXT) from None


def _as_utf8(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeError:
        return None


def _without_mark(raw: bytes) -> str | None:
    """UTF-16 whose mark is missing, if it reads as text in one of the two orders."""
    utf8 = _as_utf8(raw)
    if utf8 and not _CONTROL.search(utf8) and raw.count(0) < _MOST_NULS_IN_UTF8 * len(raw):
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = raw.decode(encoding)
        except UnicodeError:
            continue
        sample = text[:_SAMPLE]
        if len(_USUAL.findall(sample)) > 0.97 * len(sample):
            return text
    return None


def _guessed(raw: bytes) -> str:
    if (best := from_bytes(raw, cp_isolation=list(_GUESSED)).best()) is None:
        raise DocumentError(_NOT_TEXT)
    for encoding in (best.encoding, *_GUESSED):
        try:
            return raw.decode(encoding)
        except UnicodeError:
            continue
    raise DocumentError(_NOT_TEXT)
