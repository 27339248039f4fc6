"""The founding report is the first and permanent test of the reader."""

import re
from pathlib import Path

import pytest

from meetings.reader import FUNCTIONS, STRENGTHS
from meetings.reader.parties import ORGANS, is_state

from .scoring import founding_report, score_founding_report

ROOT = Path(__file__).parents[3]
RUN = 5  # words


@pytest.fixture(scope="module")
def read_once():
    return founding_report()


@pytest.fixture(scope="module")
def score():
    return score_founding_report()


def test_every_character_that_is_no_space_lies_in_one_passage(read_once):
    text, _data, reading = read_once
    covered = [i for p in reading.passages for i in range(p.start, p.end)]
    assert len(covered) == len(set(covered))
    assert [i for i, c in enumerate(text) if not c.isspace() and i not in set(covered)] == []


def test_at_least_93_percent_of_the_certain_commitments_are_found(score):
    assert score.share("found") >= 93, score.misses


def test_at_most_five_candidates_are_none(score):
    assert score.false <= 5, score.misses


def test_every_stated_deadline_is_exact_and_no_date_is_false(score):
    assert (score.dates_exact, score.false_dates) == (score.dated, 0), score.misses
    assert score.dated == 5


def test_the_parties_are_right(score):
    assert score.share("parties") >= 90, score.misses


@pytest.mark.parametrize("part", ["not_tracked"])
def test_what_is_listed_as_not_tracked_has_its_function(read_once, part):
    text, data, reading = read_once
    wrong = []
    for row in data[part]:
        passage = next(p for p in reading.passages if p.start <= row["start"] < p.end)
        alone = text[passage.start : passage.end] == row["text"]
        if alone and passage.function not in (row["function"], "commitment"):
            wrong.append((row["text"], row["function"], passage.function))
        inside = [c for c in reading.candidates if c.start >= row["start"] and c.end <= row["end"]]
        wrong += [(row["text"], "no candidate", text[c.start : c.end]) for c in inside]
    assert wrong == []


def test_spans_titles_and_codes_can_be_used(read_once):
    text, _data, reading = read_once
    for candidate in reading.candidates:
        passage = reading.passages[candidate.passage]
        assert passage.function == "commitment"
        assert all(passage.start <= a < b <= passage.end for a, b in candidate.spans)
        assert (
            text[candidate.start : candidate.end].strip() == text[candidate.start : candidate.end]
        )
        assert candidate.title[0].isupper()
        assert candidate.strength in STRENGTHS
        assert candidate.parties == ("all",) or all(
            is_state(c) or c in ORGANS for c in candidate.parties
        )
        assert 0 < candidate.confidence < 1
        assert candidate.why
        if candidate.timing.where:
            assert text[slice(*candidate.timing.where)] == candidate.timing.wording
    assert {p.function for p in reading.passages} <= set(FUNCTIONS)


def test_who_prepares_the_next_meeting_leads_and_the_others_contribute(read_once):
    text, _data, reading = read_once
    kyrgyz = next(c for c in reading.candidates if c.parties == ("KG",))
    assert kyrgyz.contributing == ("CN", "IN", "KZ", "PK", "RU", "TJ", "UZ")


def words(text: str) -> list[str]:
    """The words of a text, as they are compared: without case and marks."""
    return re.findall(r"[^\W\d_]+", text.lower())


def test_the_reader_does_not_know_this_report(read_once):
    text, _data, _reading = read_once
    report = words(text)
    runs = {tuple(report[i : i + RUN]) for i in range(len(report) - RUN + 1)}
    files = [
        *(ROOT / "meetings" / "reader").rglob("*.py"),
        *(ROOT / "meetings" / "reader").rglob("*.toml"),
        *Path(__file__).parent.rglob("*.toml"),
        *Path(__file__).parent.rglob("*.txt"),
    ]
    assert len(files) > 20
    shared = {}
    for file in files:
        known = words(file.read_text("utf-8"))
        found = {tuple(known[i : i + RUN]) for i in range(len(known) - RUN + 1)} & runs
        if found:
            shared[file.name] = found
    assert shared == {}
