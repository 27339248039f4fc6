"""Sentences in the genre, coded by the manual: English, Russian and Chinese. Half of them are held out.

The held-out half is read by `script/bench reader --held-out` alone.
"""

import pytest

from .scoring import LANGUAGES, cases, score_cases

LEAST = {"functions": 97, "found": 97, "dates_exact": 97, "parties": 97, "strengths": 97}


@pytest.fixture(scope="module", params=LANGUAGES)
def score(request):
    return score_cases(cases("sentences", request.param), request.param)


@pytest.mark.parametrize("what", LEAST)
def test_nearly_all_of_it_is_read_as_people_coded_it(score, what):
    assert score.share(what) >= LEAST[what], score.misses


def test_hardly_anything_is_invented(score):
    assert score.false <= score.coded / 50, score.misses
    assert score.false_dates == 0, score.misses


@pytest.mark.parametrize(("language", "least"), [("en", 150), ("ru", 60), ("zh", 60)])
def test_there_are_enough_sentences_in_both_halves(language, least):
    halves = [len(cases(part, language)) for part in ("sentences", "held_out")]
    assert sum(halves) >= least
    assert abs(halves[0] - halves[1]) <= 1


def test_no_sentence_stands_in_both_halves():
    for language in LANGUAGES:
        known = {row["text"] for row in cases("sentences", language)}
        assert known.isdisjoint(row["text"] for row in cases("held_out", language))
