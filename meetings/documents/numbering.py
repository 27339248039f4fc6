"""The numbers and bullets that Word puts before paragraphs: they stand in no text, but are read."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from meetings.documents.word import W, number, value

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement as Element

_MOST_STYLES = 20  # that may be based one on another
_RUSSIAN = "абвгдежзиклмнопрстуфхцчшщэюя"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_CHINESE = "〇一二三四五六七八九"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


@dataclass(frozen=True)
class _Level:
    """How one level of a list is numbered; in `text`, %1 stands for the number of the first level."""

    form: str
    text: str
    start: int
    gap: str


@dataclass
class _List:
    """A kind of list, and how far each of its levels has been counted."""

    levels: dict[int, _Level]
    of_style: dict[str, int]  # the level that a style stands for
    counts: dict[int, int] = field(default_factory=dict)


@dataclass
class _Use:
    """A list that paragraphs name. It may start anew: `starts` are the numbers still to be taken."""

    kind: _List
    starts: dict[int, int]


class Numbering:
    """Counts through a document: ask for each paragraph once, in their order."""

    def __init__(self, numbering: "Element | None", styles: "Element") -> None:
        self._uses = {} if numbering is None else _uses(numbering)
        self._styles = {style.get(W + "styleId"): style for style in styles.iter(W + "style")}
        self._default = next(
            (name for name, s in self._styles.items() if _is_default_paragraph(s)), None
        )

    def label(self, paragraph: "Element") -> str:
        """What stands before the text of a paragraph: "a) ", "2.1 ", "• ", mostly nothing."""
        number_id, level = self._place(paragraph)
        use = self._uses.get(number_id or 0)
        if use is None or level not in use.kind.levels:
            return ""
        _count(use, level)
        return _written(use.kind, level)

    def _place(self, paragraph: "Element") -> tuple[int | None, int]:
        """Which list, and which level of it: said by the paragraph, else by its style."""
        number_id = number(paragraph, "pPr/numPr/numId")
        level = number(paragraph, "pPr/numPr/ilvl")
        style = value(paragraph, "pPr/pStyle") or self._default
        if number_id is not None:
            return number_id, level or 0
        for _ in range(_MOST_STYLES):
            found = self._styles.get(style)
            number_id = number(found, "pPr/numPr/numId")
            if number_id is not None:
                return number_id, self._level_of(number_id, found, style, level)
            style = value(found, "basedOn")
        return None, 0

    def _level_of(
        self, number_id: int, found: "Element | None", style: str | None, level: int | None
    ) -> int:
        use = self._uses.get(number_id)
        by_style = use.kind.of_style.get(style or "") if use else None
        said = [level, number(found, "pPr/numPr/ilvl"), by_style]
        return next((one for one in said if one is not None), 0)


def _is_default_paragraph(style: "Element") -> bool:
    return style.get(W + "type") == "paragraph" and style.get(W + "default") in {"1", "true"}


def _uses(numbering: "Element") -> dict[int, _Use]:
    kinds = {
        kind.get(W + "abstractNumId"): _list(kind) for kind in numbering.iter(W + "abstractNum")
    }
    uses = {}
    for num in numbering.iter(W + "num"):
        name, kind = num.get(W + "numId") or "", kinds.get(value(num, "abstractNumId"))
        if name.isdigit() and kind is not None:
            uses[int(name)] = _Use(kind, _starts(num))
    return uses


def _list(kind: "Element") -> _List:
    levels, of_style = {}, {}
    for level in kind.iter(W + "lvl"):
        place = int(level.get(W + "ilvl") or 0)
        levels[place] = _level(level)
        if style := value(level, "pStyle"):
            of_style[style] = place
    return _List(levels, of_style)


def _level(level: "Element") -> _Level:
    start = number(level, "start")
    return _Level(
        form=value(level, "numFmt") or "decimal",
        text=value(level, "lvlText") or "",
        start=1 if start is None else start,
        gap="" if value(level, "suff") == "nothing" else " ",
    )


def _starts(num: "Element") -> dict[int, int]:
    starts = {}
    for override in num.iter(W + "lvlOverride"):
        start = number(override, "startOverride")
        if start is not None:
            starts[int(override.get(W + "ilvl") or 0)] = start
    return starts


def _count(use: _Use, level: int) -> None:
    """One further on this level; the levels below it begin again."""
    counts = use.kind.counts
    if level in use.starts:
        counts[level] = use.starts.pop(level)
    else:
        counts[level] = counts.get(level, use.kind.levels[level].start - 1) + 1
    for deeper in [one for one in counts if one > level]:
        del counts[deeper]


def _written(kind: _List, level: int) -> str:
    shape = kind.levels[level]
    if shape.form == "bullet":
        text = shape.text if shape.text in {"-", "–", "—"} else "•"
    else:
        text = re.sub(r"%(\d)", lambda match: _number(kind, int(match[1]) - 1), shape.text).strip()
    return text + shape.gap if text else ""


def _number(kind: _List, level: int) -> str:
    shape = kind.levels.get(level)
    if shape is None:
        return ""
    return _FORMS.get(shape.form, str)(kind.counts.get(level, shape.start))


def _letter(count: int, letters: str) -> str:
    """After z comes aa, then bb, as Word counts."""
    if not 1 <= count <= 20 * len(letters):
        return str(count)
    times, place = divmod(count - 1, len(letters))
    return letters[place] * (times + 1)


def _roman(count: int) -> str:
    if not 1 <= count < 4000:
        return str(count)
    text = ""
    for worth, sign in _ROMAN:
        times, count = divmod(count, worth)
        text += sign * times
    return text


def _chinese(count: int) -> str:
    if not 1 <= count <= 99:
        return str(count)
    tens, ones = divmod(count, 10)
    text = _CHINESE[tens] if tens > 1 else ""
    return text + ("十" if tens else "") + (_CHINESE[ones] if ones else "")


# Forms that are not here are written in digits.
_FORMS: dict[str, Callable[[int], str]] = {
    "none": lambda count: "",
    "bullet": lambda count: "",
    "decimalZero": lambda count: f"{count:02}",
    "lowerLetter": lambda count: _letter(count, _LATIN),
    "upperLetter": lambda count: _letter(count, _LATIN).upper(),
    "russianLower": lambda count: _letter(count, _RUSSIAN),
    "russianUpper": lambda count: _letter(count, _RUSSIAN).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda count: _roman(count).upper(),
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
}
