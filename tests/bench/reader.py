"""How well reports are read, how fast, and in how much memory."""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date

from meetings.documents import read_document
from meetings.reader import read
from tests.meetings.pdfs import pages
from tests.meetings.reader.scoring import (
    LANGUAGES,
    Score,
    cases,
    founding_report,
    score_cases,
    score_founding_report,
)

from .figures import Figure

WORDS = (1_000, 10_000, 100_000)
PAGES = 100


def run() -> Iterator[Figure]:
    """The founding report, the sentences that were known while building, time and memory."""
    yield from _quality("reader", score_founding_report())
    for language in LANGUAGES:
        yield from _quality(
            f"reader.{language}", score_cases(cases("sentences", language), language)
        )
    yield from _times()
    yield Figure("reader.memory", _memory_of_a_long_report(), "MB")
    yield from _pdf()


def held_out() -> Iterator[Figure]:
    """The sentences that nobody looks at while building."""
    for language in LANGUAGES:
        score = score_cases(cases("held_out", language), language)
        yield from _quality(f"reader.held_out.{language}", score)


def _quality(name: str, score: Score) -> Iterator[Figure]:
    yield Figure(f"{name}.recall", score.share("found"), "%", rows=score.coded)
    yield Figure(f"{name}.false_candidates", score.false, "candidates")
    yield Figure(f"{name}.dates_exact", score.share("dates_exact"), "%", rows=score.dated)
    yield Figure(f"{name}.false_dates", score.false_dates, "dates")
    yield Figure(f"{name}.parties", score.share("parties"), "%")
    if score.passages:
        yield Figure(f"{name}.functions", score.share("functions"), "%", rows=score.passages)


def _times() -> Iterator[Figure]:
    """The founding report, repeated: cost a word must stay the same."""
    _long_text(100)
    read(_long_text(100), date=date(2019, 5, 15))
    for words in WORDS:
        text = _long_text(words)
        began = time.perf_counter()
        read(text, date=date(2019, 5, 15), language="en")
        yield Figure(
            f"reader.words_{words}", round(time.perf_counter() - began, 3), "s", rows=words
        )


def _long_text(words: int) -> str:
    text, _data, _reading = founding_report()
    parts = text.split(" ")
    return " ".join((parts * (words // len(parts) + 1))[:words])


def _memory_of_a_long_report() -> float:
    """The most memory of a process of its own that reads 10,000 words."""
    code = "from tests.bench import reader; print(reader.memory_here())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def memory_here() -> float:
    """Read 10,000 words in this process; its most memory so far, in MB."""
    read(_long_text(10_000), date=date(2019, 5, 15), language="en")
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def _pdf() -> Iterator[Figure]:
    raw = pages(PAGES)
    began = time.perf_counter()
    read_document(raw, "report.pdf")
    yield Figure(
        f"reader.pdf_{PAGES}_pages", round(time.perf_counter() - began, 2), "s", rows=PAGES
    )
