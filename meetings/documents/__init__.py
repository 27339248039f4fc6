"""Documents that people bring, turned into the text that is read.

`read_document` takes what was uploaded or pasted. Which kind it is, its first bytes tell
(`kinds.py`); one module reads each kind, and no two of them know of each other. In what language the
text is written is not asked here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from meetings.documents import docx, html, kinds, pdf, plain
from meetings.documents.limits import DOCUMENT_MAX_BYTES, check_length
from meetings.errors import DocumentError
from meetings.reader.text import canonical_text

__all__ = ["DOCUMENT_MAX_BYTES", "Document", "DocumentError", "read_document"]

Kind = Literal["txt", "html", "docx", "pdf"]

_READERS: dict[Kind, Callable[[bytes], str]] = {
    "txt": plain.read,
    "html": html.read,
    "docx": docx.read,
    "pdf": pdf.read,
}
# Characters that no text has a use for; PostgreSQL refuses the first of them.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")

_TOO_LARGE = format_lazy(
    _("The file is larger than {limit} MB. Leave out its pictures, or send its text alone."),
    limit=DOCUMENT_MAX_BYTES // 1024 // 1024,
)
_EMPTY = _("There is no text in it. Choose the file that holds the report, or paste its text.")


@dataclass(frozen=True)
class Document:
    """What somebody can read in a file, as canonical text (coding manual §1)."""

    kind: Kind
    text: str


def read_document(raw: bytes, name: str) -> Document:
    """The text of a file, or of a pasted text (then `name` may be empty).

    Raises `DocumentError` with the sentence to show when there is nothing in it that can be read.
    """
    if len(raw) > DOCUMENT_MAX_BYTES:
        raise DocumentError(_TOO_LARGE)
    if not raw.strip():
        raise DocumentError(_EMPTY)
    kind = kinds.kind_of(raw, name)
    text = _READERS[kind](raw)
    check_length(len(text))
    text = _CONTROL.sub("", canonical_text(text))
    if not text.strip():
        raise DocumentError(_EMPTY)
    return Document(kind, text)
