"""Cutting a report into passages: sentences, headings, the stem of a list and its items (coding manual §1).

Every character that is no space lies in exactly one passage, in order.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from sentencex import segment

from meetings.reader.text import lines
from meetings.reader.types import Span

WRAP = 100  # characters: a text whose longest line is no longer was wrapped by hand
_HEADING_WORDS = 30  # a line without a full stop and with more words is a sentence

_ENDS = ".!?;:,…。！？；：，"
_CLOSERS = "\"'”’»)]）」』"
_MARKER = re.compile(
    r"\s*(?:[•●▪◦·‣○■*–—-]\s+|——\s*|\(?(?:\d{1,2}|[a-zа-я]|[ivx]{1,5}|[IVX]{1,5}|[A-Z])[.)]\s+|\d{1,2}(?:\.\d{1,2})+\.?\s+"
    r"|（[一二三四五六七八九十0-9]{1,3}）\s*|[一二三四五六七八九十]{1,3}、\s*|\d{1,2}、\s*|[①-⑳]\s*)"
)
_INLINE = re.compile(
    r"(?:(?<=[\s:;,])\(?(?P<latin>[a-zа-я]|[ivx]{1,4}|\d{1,2})\)\s+"
    r"|（(?P<han>[一二三四五六七八九十]|\d{1,2})）|(?P<ring>[①-⑳]))"
)
_FIRST = {"a", "i", "1", "а", "一", "①"}
# What stands before a full stop that ends no sentence: an initial, or a short form of a name, number or title.
_SHORT = re.compile(
    r"(?:^|[\s(«“\"])(?:[A-ZА-ЯЁ]\.(?:\s?[A-ZА-ЯЁ]\.)*|(?:No|Nos|Art|Arts|Res|St|Dr|Mr|Mrs|Ms|Gen|Amb|Prof|Hon"
    r"|Lt|Col|Sec|Vol|para|paras|approx|cf|vs|e\.g|i\.e|т\.е|т\.д|т\.п|см|ст|им|г|гг|пп?|тов|акад|ген|проф)\.)\s*$"
)
_CAPITALS = re.compile(r"\s*[A-ZА-ЯЁ]{4,}\b")  # RECALLING, DECIDES: a paragraph of a resolution
_RECITAL = re.compile(
    r"\s*[A-Z][a-z]+(?:ing|s|ed|ly)\b"
)  # Reaffirming, Decides, Deeply: another one
_LOWER_START = re.compile(r"\s*[\"'“«(]?[a-zа-яё]")


@dataclass(frozen=True)
class Piece:
    """A passage as the page shows it.

    `kind` is "sentence", "heading", "stem" or "item"; `body` is where the words begin, after the mark
    of a list; `stem` is the index of the piece that governs an item; `ends_open` says that no full
    stop ends it, as in the recitals of a resolution; `loose` says that it is an item by its mark alone.
    """

    start: int
    end: int
    kind: str
    body: int
    stem: int | None = None
    ends_open: bool = False
    loose: bool = False


def cut(text: str, language: str) -> list[Piece]:
    """The passages of a canonical text, in order."""
    found: list[Piece] = []
    lists = _Lists()
    for start, end in blocks(text):
        for piece in _pieces(text, start, end, language, lists, len(found)):
            found.append(piece)
    return found


def blocks(text: str) -> list[Span]:
    """The paragraphs of a text: its lines, joined where a sentence was broken to fit a width."""
    spans: list[Span] = []
    rows = lines(text)
    wrapped = _is_wrapped([b - a for a, b in rows if b > a])
    gap, in_list = True, False
    for start, end in rows:
        line = text[start:end]
        if not line.strip():
            gap = True
            continue
        before = text[slice(*spans[-1])] if spans else ""
        in_list = not wrapped and (in_list and not gap or before.rstrip()[-1:] in (":", "："))
        if spans and not gap and not in_list and _goes_on(before, line, wrapped):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
        gap = False
    return [_tight(text, a, b) for a, b in spans]


def _is_wrapped(lengths: list[int]) -> bool:
    """Whether lines were broken to fit a width: none is long, and most come near the longest."""
    longest = max(lengths, default=0)
    near = sum(length > longest * 0.7 for length in lengths)
    return 40 < longest <= WRAP and near * 2 >= len(lengths)


def _goes_on(before: str, line: str, wrapped: bool) -> bool:
    """Whether a line goes on with the sentence of the lines before it."""
    if _MARKER.match(line) or _CAPITALS.match(line):
        return False
    if before.rstrip()[-1:] in (",", ";") and (not wrapped or _RECITAL.match(line)):
        return False
    last = before.rstrip().rstrip(_CLOSERS)[-1:]
    if last and last in ".!?…;:。！？；：":
        return wrapped and last in ".!?…" and len(before.rsplit("\n", 1)[-1]) > WRAP * 0.55
    if _LOWER_START.match(line):
        return True
    return wrapped and len(before.rsplit("\n", 1)[-1]) > WRAP * 0.55


def _tight(text: str, start: int, end: int) -> Span:
    """The span without the spaces at its ends."""
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())


class _Lists:
    """The stems that are open, innermost last, each with the style of its items' marks.

    A list goes on over headings and over lists inside it. It ends with the first paragraph that is
    neither marked nor a heading; one without marks ends with a full stop or a longer paragraph.
    """

    def __init__(self) -> None:
        self._open: list[list[Any]] = []  # [stem, style or None before the first item]

    def open(self, stem: int) -> None:
        self._open.append([stem, None])

    def takes(self, block: str, mark: str) -> tuple[int | None, bool]:
        """The stem of a paragraph that is an item, and whether only its mark speaks for that."""
        if not self._open:
            return None, False
        style = _style(mark)
        if _is_heading(block, mark) and not (mark and self._open[-1][1] in (None, style)):
            return None, False
        for depth in range(len(self._open) - 1, -1, -1):
            if self._open[depth][1] in (None, style) and (mark or not _is_text(block)):
                self._open[depth][1] = style
                del self._open[depth + 1 :]
                return self._open[depth][0], False
        if mark:
            return self._open[0][0], True
        self._open.clear()
        return None, False

    def ends_with(self, block: str) -> None:
        """Close a list without marks behind an item that ends with a full stop."""
        if self._open and self._open[-1][1] == "" and block.rstrip()[-1:] in (".", "。"):
            self._open.pop()


def _is_heading(block: str, mark: str) -> bool:
    """Whether a paragraph looks like a heading: short, begun like a sentence, ended by nothing."""
    words = block[len(mark) :].strip()
    if words[-1:] in f"{_ENDS})）":
        return False
    if "一" <= words[:1] <= "龥":
        return bool(mark) and len(words) <= 20
    return words[:1].isupper() and len(words.split()) <= 12 and len(words) <= 90


def _is_text(block: str) -> bool:
    """Whether a paragraph has more than one sentence."""
    return len(re.findall(r"[.!?。！？](?:\s|$)", block)) > 1


def _style(mark: str) -> str:
    """How a list marks its items: "(a)", "1." and "A." are three styles, "(b)" and "(c)" one."""
    style = re.sub(r"\d+(?:\.\d+)*", "1", mark.strip())
    style = re.sub(r"[①-⑳]", "①", re.sub(r"[一二三四五六七八九十]+", "一", style))
    return re.sub(r"[A-ZА-ЯЁ]+", "A", re.sub(r"[a-zа-яё]+", "a", style))


def _pieces(
    text: str, start: int, end: int, language: str, lists: _Lists, index: int
) -> Iterator[Piece]:
    """The passages of one paragraph, which may be an item of an open list or hold a list of its own."""
    block = text[start:end]
    mark = _MARKER.match(block)
    body = start + mark.end() if mark else start
    stem, loose = lists.takes(block, mark[0] if mark else "")
    items = _inline_items(text, body, end)
    (_, first), *rest = _sentences(text, body, min([end, *items]), language) or [(start, end)]
    head = [replace(_piece(text, start, first, stem, body), loose=loose)]
    head += [_piece(text, s, e, None, s) for s, e in rest]
    if items:
        head[-1] = replace(head[-1], kind="stem", ends_open=True)
    elif head[-1].kind == "stem":
        lists.open(index + len(head) - 1)
    yield from head
    yield from _inline_pieces(text, [*items, end], language, index + len(head) - 1)
    lists.ends_with(block)


def _inline_pieces(text: str, cuts: list[int], language: str, stem: int) -> Iterator[Piece]:
    """The items of a list inside a paragraph; what follows the first sentence of one is no item."""
    for start, end in pairwise(cuts):
        mark = _INLINE.match(text, start)
        first, *rest = _sentences(text, start, end, language)
        yield Piece(*first, "item", mark.end() if mark else start, stem, True)
        for span in rest:
            yield _piece(text, *span, None, span[0])


def _piece(text: str, start: int, end: int, stem: int | None, body: int) -> Piece:
    words = text[start:end]
    last = words.rstrip(_CLOSERS)[-1:]
    open_end = last not in ".!?。！？…"
    if last in ":：":
        return Piece(start, end, "stem", body, stem, True)
    if stem is not None:
        return Piece(start, end, "item", body, stem, open_end)
    if last not in _ENDS and len(words.split()) <= _HEADING_WORDS:
        return Piece(start, end, "heading", body, None, True)
    return Piece(start, end, "sentence", body, None, open_end)


def _inline_items(text: str, start: int, end: int) -> list[int]:
    """Where the items of a list begin that runs on in one paragraph: at least two marks, in order."""
    marks = list(_INLINE.finditer(text, start, end))
    if not marks or text[start : marks[0].start()].rstrip()[-1:] not in (":", "："):
        return []
    for first, mark in enumerate(marks):
        if _sign(mark) in _FIRST:
            run = _in_order(marks[first:])
            if len(run) > 1:
                return [m.start() for m in run if text[start : m.start()].strip()]
    return []


def _in_order(marks: list[re.Match[str]]) -> list[re.Match[str]]:
    run = [marks[0]]
    for mark in marks[1:]:
        if _follows(_sign(run[-1]), _sign(mark)):
            run.append(mark)
    return run


def _sign(mark: re.Match[str]) -> str:
    return mark["latin"] or mark["han"] or mark["ring"]


_ROMAN = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"]
_HAN = list("一二三四五六七八九十")


def _follows(before: str, sign: str) -> bool:
    for row in (_ROMAN, _HAN):
        if before in row and sign in row:
            return row.index(sign) == row.index(before) + 1
    if before.isdigit() and sign.isdigit():
        return int(sign) == int(before) + 1
    return len(before) == len(sign) == 1 and ord(sign) == ord(before) + 1


def _sentences(text: str, start: int, end: int, language: str) -> list[Span]:
    """The sentences of a stretch. Pieces that the segmenter cut off after a short form are joined again."""
    found: list[Span] = []
    at = start
    for part in segment(language, text[start:end].replace("\n", " ")):
        if found and _belongs(text[found[-1][0] : at], part):
            found[-1] = (found[-1][0], at + len(part))
        else:
            found.append((at, at + len(part)))
        at += len(part)
    if at < end:  # never seen; what the segmenter leaves out must not be lost
        found.append((at, end))
    return [_tight(text, a, b) for a, b in found if text[a:b].strip()]


def _belongs(before: str, part: str) -> bool:
    """Whether a piece goes on with the sentence before it."""
    if not part.strip() or not re.search(r"\w", part):
        return True
    return bool(_LOWER_START.match(part) or _SHORT.search(before))
