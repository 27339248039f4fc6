"""Judging a reading by what people coded: the sentences beside this file, and the founding report.

A coded commitment is found by the candidate that overlaps it best, one to one, with an intersection
over union of at least one half, counted in characters.
"""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from meetings.reader import Candidate, Reading, read
from meetings.reader.text import canonical_text

HERE = Path(__file__).parent
FIXTURES = HERE.parent.parent.parent / "fixtures"
LANGUAGES = ("en", "ru", "zh")


@dataclass
class Score:
    """Counts over any number of texts. `misses` says in words what went wrong."""

    passages: int = 0
    functions: int = 0
    coded: int = 0
    found: int = 0
    false: int = 0
    dated: int = 0
    dates_exact: int = 0
    false_dates: int = 0
    parties: int = 0
    strengths: int = 0
    misses: list[str] = field(default_factory=list)

    def share(self, name: str) -> float:
        """A count as a share of what it counts in, in percent."""
        of = {"functions": self.passages, "found": self.coded, "dates_exact": self.dated}
        whole = of.get(name, self.found)
        return round(100 * getattr(self, name) / whole, 1) if whole else 100.0


def cases(part: str, language: str) -> list[dict[str, Any]]:
    """The coded sentences of a language: part "sentences", or "held_out", which only the bench reads."""
    return list(tomllib.loads((HERE / part / f"{language}.toml").read_text("utf-8"))["case"])


def score_cases(rows: Iterable[dict[str, Any]], language: str) -> Score:
    """Read every sentence and compare."""
    score = Score()
    for row in rows:
        members = tuple(row["members"]) if "members" in row else None
        reading = read(row["text"], date=row["date"], members=members, language=language)
        _functions(score, row, reading)
        coded = [(_span(row["text"], c["quote"]), c) for c in row.get("commitment", ())]
        _candidates(score, row["id"], row["text"], coded, reading.candidates)
    return score


def founding_report() -> tuple[str, dict[str, Any], Reading]:
    """The text of the founding report, how it was coded, and how it is read."""
    data = tomllib.loads((FIXTURES / "scs-14.toml").read_text("utf-8"))
    text = canonical_text((FIXTURES / data["report"]["file"]).read_text("utf-8"))
    return text, data, read(text, date=data["meeting"]["ends_on"])


def score_founding_report() -> Score:
    """The commitments that are marked as certain, found; those that may go either way count neither way."""
    text, data, reading = founding_report()
    rows = [(_whole(row), _coded(row)) for row in data["commitment"]]
    certain = [
        row for row, source in zip(rows, data["commitment"], strict=True) if source["certain"]
    ]
    unsure = [
        row for row, source in zip(rows, data["commitment"], strict=True) if not source["certain"]
    ]
    score = Score()
    rest = _candidates(score, "scs-14", text, certain, reading.candidates)
    score.false = sum(not _meets_any(candidate, unsure) for candidate in rest)
    return score


def _functions(score: Score, row: dict[str, Any], reading: Reading) -> None:
    got = [passage.function for passage in reading.passages]
    score.passages += len(row["functions"])
    if len(got) != len(row["functions"]):
        score.misses.append(f"{row['id']}: {len(got)} passages, not {len(row['functions'])}")
        return
    for number, (is_, should) in enumerate(zip(got, row["functions"], strict=True), 1):
        score.functions += is_ == should
        if is_ != should:
            score.misses.append(f"{row['id']}: passage {number} is {should}, read as {is_}")


def _candidates(
    score: Score, name: str, text: str, coded: Sequence[Any], candidates: Sequence[Candidate]
) -> list[Candidate]:
    """Match, count, and return the candidates that meet no coded commitment."""
    pairs = match([span for span, _row in coded], candidates)
    score.coded += len(coded)
    score.found += len(pairs)
    for number, (span, row) in enumerate(coded):
        if number not in pairs:
            score.misses.append(f"{name}: not found: {text[slice(*span)]}")
        else:
            _compare(score, name, row, candidates[pairs[number]])
    rest = [c for n, c in enumerate(candidates) if n not in pairs.values()]
    score.false += len(rest)
    score.misses += [f"{name}: none: {text[c.start : c.end]}" for c in rest]
    return rest


def _compare(score: Score, name: str, row: dict[str, Any], candidate: Candidate) -> None:
    due = (row.get("opens"), row.get("due"))
    got = (candidate.timing.opens, candidate.timing.due)
    if due != (None, None):
        score.dated += 1
        score.dates_exact += got == due
    score.false_dates += due[1] is None and got[1] is not None
    score.parties += sorted(row["parties"]) == sorted(candidate.parties)
    score.strengths += row["strength"] == candidate.strength
    wrong = [
        f"{what} {is_}, not {should}"
        for what, is_, should in (
            ("period", got, due),
            ("parties", sorted(candidate.parties), sorted(row["parties"])),
            ("strength", candidate.strength, row["strength"]),
        )
        if is_ != should
    ]
    score.misses += [f"{name}: {words}" for words in wrong]


def match(spans: Sequence[tuple[int, int]], candidates: Sequence[Candidate]) -> dict[int, int]:
    """Which span is met by which candidate, best overlap first."""
    rows = sorted(
        (
            (overlap(span, (c.start, c.end)), n, m)
            for n, span in enumerate(spans)
            for m, c in enumerate(candidates)
        ),
        reverse=True,
    )
    found: dict[int, int] = {}
    for value, n, m in rows:
        if value >= 0.5 and n not in found and m not in found.values():
            found[n] = m
    return found


def overlap(a: tuple[int, int], b: tuple[int, int]) -> float:
    """Intersection over union of two spans of characters."""
    both = max(0, min(a[1], b[1]) - max(a[0], b[0]))
    return both / (a[1] - a[0] + b[1] - b[0] - both)


def _meets_any(candidate: Candidate, rows: Sequence[Any]) -> bool:
    return any(overlap(span, (candidate.start, candidate.end)) >= 0.5 for span, _row in rows)


def _span(text: str, quotes: Sequence[str]) -> tuple[int, int]:
    return min(text.index(q) for q in quotes), max(text.index(q) + len(q) for q in quotes)


def _whole(row: dict[str, Any]) -> tuple[int, int]:
    return min(q["start"] for q in row["quotation"]), max(q["end"] for q in row["quotation"])


def _coded(row: dict[str, Any]) -> dict[str, Any]:
    """A commitment of the fixture in the shape of a coded sentence's."""
    final: dict[str, date] = next(iter(row.get("deadline", ())), {})
    lead = ["all"] if row["lead"] == "all" else row["lead"]
    known = {name: final[name] for name in ("opens", "due") if name in final}
    return {"parties": lead, "strength": row["strength"], **known}
