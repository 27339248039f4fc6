"""Small things about the XML of Word."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement as Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
# Signs of the fonts Symbol and Wingdings that have a place of their own among the characters.
_SYMBOLS = {0xF0B7: "•", 0xF0A7: "•", 0xF0D8: "•", 0xF0FC: "✓", 0xF02D: "-"}


def value(parent: "Element | None", path: str) -> str | None:
    """The `w:val` of an element further down, if it is there."""
    found = None if parent is None else parent.find("/".join(W + tag for tag in path.split("/")))
    return None if found is None else found.get(W + "val")


def number(parent: "Element | None", path: str) -> int | None:
    """The same, as a number; what is none counts as missing."""
    text = value(parent, path)
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def is_on(switch: "Element | None") -> bool:
    """Whether a property that is on or off is on."""
    return switch is not None and switch.get(W + "val") not in {"0", "false", "off", "none"}


def symbol(element: "Element") -> str:
    """A sign that is named by its place in a font; only those that mean something elsewhere too."""
    try:
        code = int(element.get(W + "char") or "", 16)
    except ValueError:
        return ""
    if 0xE000 <= code <= 0xF8FF or code > 0xFFFF:
        return _SYMBOLS.get(code, "")
    return chr(code) if chr(code).isprintable() else ""
