"""The text of a page, as a browser would show it.

Numbers and bullets of lists are not added: what is shown there, style sheets decide, which are not
read.
"""

import codecs
import re

from django.utils.translation import gettext_lazy as _
from selectolax.lexbor import LexborHTMLParser, LexborNode

from meetings.documents import plain
from meetings.documents.lines import Lines
from meetings.errors import DocumentError

_CHARSET = re.compile(rb"""<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([\w.:-]+)""", re.I)
_HEAD = 4096
# What pages call a smaller set of characters, they mean the larger one that holds it.
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
_BLOCKS = frozenset({
    "address", "article", "blockquote", "body", "caption", "center", "dd", "details",
    "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "legend", "li", "main",
    "menu", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr",
    "ul",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_DROPPED = frozenset({
    "applet", "area", "aside", "audio", "button", "canvas", "datalist", "embed", "footer",
    "head", "iframe", "input", "map", "math", "nav", "noframes", "noscript", "object",
    "script", "select", "style", "svg", "template", "textarea", "title", "video",
})  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_FOLDED = re.compile(r"[ \t\r\n\f]+")
# The parser looks through all open elements at each new block: time grows with the depth squared.
_MOST_OPEN = 1000
_MOST_TAGS = 400_000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_CLOSED_BY_OTHERS = frozenset({
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link",
    "meta", "option", "p", "param", "rb", "rp", "rt", "source", "tbody", "td", "tfoot", "th",
    "thead", "tr", "track", "wbr",
})  # fmt: skip
_REFERENCE = re.compile(r"\s*[\[(]?(\d{1,3}|\*{1,3})[\])]?\s*")

_TOO_LARGE = _("The page is built of more parts than are read. Copy its text, and paste that.")


def read(raw: bytes) -> str:
    """The text of the body: a block or a row of a table a line, in their order."""
    html = _decoded(raw)
    _check_size(html)
    root = LexborHTMLParser(html).body
    lines = _walked(root) if root is not None else []
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _decoded(raw: bytes) -> str:
    """Few pages that are UTF-8 by chance are anything else, whatever they say of themselves."""
    named = _CHARSET.search(raw[:_HEAD])
    if named is None or raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return plain.decoded(raw)
    try:
        return raw.decode("utf-8")
    except UnicodeError:
        return _as_named(raw, named[1].decode("ascii"))


def _as_named(raw: bytes, label: str) -> str:
    try:
        name = codecs.lookup(label).name
        return raw.decode(_MEANT.get(name, name))
    except (LookupError, UnicodeError, ValueError):
        return plain.decoded(raw)


def _check_size(html: str) -> None:
    """Raise `DocumentError` when a page has more tags, or deeper ones, than can be read in seconds."""
    open_now = 0
    for count, match in enumerate(_TAG.finditer(html)):
        if match[2].lower() not in _CLOSED_BY_OTHERS:
            open_now = max(0, open_now - 1) if match[1] else open_now + 1
        if open_now > _MOST_OPEN or count > _MOST_TAGS:
            raise DocumentError(_TOO_LARGE)


def _walked(root: LexborNode) -> list[str]:
    """All lines below a node. Without recursion: pages may be nested deeper than Python goes."""
    walk = _Walk()
    node: LexborNode | None = root
    while node is not None:
        if walk.enter(node) and (child := node.child) is not None:
            node = child
            continue
        node = _next(node, root, walk)
    return walk.finished()


def _next(node: LexborNode, root: LexborNode, walk: "_Walk") -> LexborNode | None:
    """Leave a node, and those that end with it, for the one that follows."""
    current: LexborNode | None = node
    while current is not None:
        walk.leave(current)
        if current.mem_id == root.mem_id:
            return None
        if current.next is not None:
            return current.next
        current = current.parent
    return None


class _Walk:
    """Where the walk through a page has come to."""

    def __init__(self) -> None:
        self._stack = [Lines()]
        self._space = True  # the line so far ends with a space, or is empty
        self._pre = 0
        self._articles = 0

    def enter(self, node: LexborNode) -> bool:
        """Take a node up. False: what is below it is left out."""
        tag = node.tag or ""
        if tag == "-text":
            self._text(node.text_content or "")
        elif tag == "br":
            self._lines.end_line()
            self._space = True
        elif self._is_dropped(node, tag):
            return False
        elif tag in _CELLS:
            self._stack.append(Lines())
            self._space = True
        elif tag in _BLOCKS:
            self._end_block()
            self._count(tag, 1)
        return True

    def leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _CELLS and len(self._stack) > 1:
            self._end_block()
            cell = self._stack.pop()
            self._lines.add_cell(cell.done)
            self._space = True
        elif tag in _BLOCKS and not self._is_dropped(node, tag):
            self._end_block()
            self._count(tag, -1)

    def finished(self) -> list[str]:
        self._end_block()
        return self._lines.done

    def _count(self, tag: str, step: int) -> None:
        self._pre += step * (tag == "pre")
        self._articles += step * (tag in {"article", "main"})

    def _is_dropped(self, node: LexborNode, tag: str) -> bool:
        """The header of an article is its title, that of the page belongs to the site."""
        return _is_dropped(node, tag) or (tag == "header" and not self._articles)

    @property
    def _lines(self) -> Lines:
        return self._stack[-1]

    def _end_block(self) -> None:
        self._lines.end_block()
        self._space = True

    def _text(self, text: str) -> None:
        if self._pre:
            self._preformatted(text)
            return
        folded = _FOLDED.sub(" ", text)
        if self._space:
            folded = folded.removeprefix(" ")
        if folded:
            self._lines.add(folded)
            self._space = folded.endswith(" ")

    def _preformatted(self, text: str) -> None:
        *ended, rest = text.replace("\r\n", "\n").split("\n")
        for line in ended:
            self._lines.add(line)
            self._lines.end_line()
        self._lines.add(rest)


def _is_dropped(node: LexborNode, tag: str) -> bool:
    if tag in _DROPPED or tag.startswith(("-", "!")) and tag != "-text":
        return True
    if tag == "sup":
        return _is_reference(node)
    attributes = node.attributes
    return "hidden" in attributes or _HIDDEN.search(attributes.get("style") or "") is not None


def _is_reference(node: LexborNode) -> bool:
    """A raised number that leads to a note. One without a link may be an exponent."""
    if not _REFERENCE.fullmatch(node.text()):
        return False
    parent = node.parent
    return node.css_first("a") is not None or (parent is not None and parent.tag == "a")
