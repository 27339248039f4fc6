"""Comparing two versions of a text: passages that go together, and words that differ."""

import random
import time

import pytest

from meetings.comparing import (
    GONE,
    NEW,
    SAME,
    Change,
    Match,
    changes,
    closest,
    counterpart,
    match,
    pieces,
)

OLD = [
    "Information report",
    "The parties agreed to hold regular exercises by 2020.",
    "They noted that the weather was fine.",
    "They praised the host.",
    "The next meeting will take place in Russia.",
]


def places(earlier, later):
    return [held and held.index for held in match(earlier, later)]


def test_equal_texts_match_passage_by_passage():
    assert match(OLD, OLD) == [Match(n, is_same=True) for n in range(5)]


def test_a_passage_put_in_moves_those_behind_it():
    assert places(OLD, [*OLD[:2], "A sentence of its own.", *OLD[2:]]) == [0, 1, 3, 4, 5]


def test_a_passage_that_is_gone_matches_nothing():
    assert places(OLD, [*OLD[:2], *OLD[3:]]) == [0, 1, None, 2, 3]


def test_a_passage_with_other_words_is_found_in_its_place_and_is_not_the_same():
    later = [*OLD]
    later[1] = "The parties agreed to hold regular joint exercises by 2021."
    assert match(OLD, later)[1] == Match(1, is_same=False)


def test_spaces_and_line_ends_do_not_make_other_words():
    assert match(["to hold\nregular  exercises"], ["to hold regular exercises"]) == [
        Match(0, is_same=True)
    ]


def test_a_passage_that_was_moved_is_found():
    later = [OLD[0], OLD[2], OLD[3], OLD[1], OLD[4]]
    assert places(OLD, later) == [0, 3, 1, 2, 4]
    assert all(held.is_same for held in match(OLD, later))


def test_no_passage_is_matched_twice():
    assert match(["Regards.", "Regards."], ["Regards."]) == [Match(0, is_same=True), None]
    alike = ["The parties agreed to meet in May.", "The parties agreed to meet in June."]
    assert len({held.index for held in match(alike, ["The parties agreed to meet in July."]) if held}) == 1  # fmt: skip


def test_a_sentence_of_the_same_formula_that_says_something_else_is_not_the_same_sentence():
    earlier = ["They stressed the importance of reading each report twice."]
    later = ["They stressed the importance of an early end to the conflict in the region."]
    assert match(earlier, later) == [None]


def test_changed_passages_keep_their_order():
    earlier = ["We agreed to send ten ships in spring.", "We agreed to send six ships in autumn."]
    later = ["We agreed to send ten boats in spring.", "We agreed to send six boats in autumn."]
    assert places(earlier, later) == [0, 1]


@pytest.mark.parametrize(
    ("earlier", "later", "said"),
    [
        ("by 2020.", "by 2021.", [(SAME, "by "), (GONE, "2020"), (NEW, "2021"), (SAME, ".")]),
        ("hold exercises", "hold joint exercises", [(SAME, "hold "), (NEW, "joint "), (SAME, "exercises")]),
        ("举行演习", "举行联合演习", [(SAME, "举行"), (NEW, "联合"), (SAME, "演习")]),
        ("провести учения", "провести переговоры", [(SAME, "провести "), (GONE, "учения"), (NEW, "переговоры")]),
        ("some words", "", [(GONE, "some words")]),
        ("", "some words", [(NEW, "some words")]),
        ("two old words here", "three new words here", [(GONE, "two old"), (NEW, "three new"), (SAME, " words here")]),
    ],
)  # fmt: skip
def test_the_difference_is_told_word_by_word(earlier, later, said):
    assert [(piece.kind, piece.text) for piece in pieces(earlier, later)] == said


def test_the_pieces_give_both_texts_back():
    earlier, later = OLD[1], "The parties did not agree to hold exercises by the end of 2020."
    found = pieces(earlier, later)
    assert "".join(piece.text for piece in found if piece.kind != NEW) == earlier
    assert "".join(piece.text for piece in found if piece.kind != GONE) == later


@pytest.mark.parametrize(
    ("later", "found"),
    [
        ("to hold exercises by 2020", []),
        ("to  hold\nexercises by 2020", []),
        ("to hold exercises by 2021", [Change(21, 25)]),
        ("to hold joint exercises by 2020", [Change(8, 8)]),
        ("not to hold exercises by 2020", [Change(0, 0)]),
        ("to hold exercises", [Change(18, 25)]),
        ("to hold exercises by 2020 in May", [Change(25, 25)]),
    ],
)
def test_where_a_text_was_changed(later, found):
    assert changes("to hold exercises by 2020", later) == found


def test_a_change_touches_a_span_when_it_alters_words_inside_it():
    assert Change(5, 9).touches(0, 6)
    assert not Change(5, 9).touches(9, 12)
    assert Change(5, 5).touches(0, 6)
    assert not Change(5, 5).touches(5, 12)


def test_the_closest_of_some_texts():
    assert closest("We agreed to meet in May.", ["They left.", "We agreed to meet in June."]) == 1
    assert closest("We agreed to meet in May.", ["They left."]) is None
    assert closest("We agreed to meet in May.", []) is None


def test_three_thousand_passages_that_are_all_alike_are_matched_in_seconds():
    words = [f"word{n}" for n in range(300)]
    chosen = random.Random(1)
    earlier = [
        f"The parties agreed to {' '.join(chosen.choices(words, k=3))}." for _ in range(3000)
    ]
    later = [f"{text} Indeed." for text in earlier]
    began = time.monotonic()
    assert sum(held is not None for held in match(earlier, later)) > 2900
    assert time.monotonic() - began < 15


def found_in(words, earlier, later):
    start = earlier.index(words)
    place = counterpart(start, start + len(words), earlier, later)
    return place and (later[place.start : place.end], place.is_same)


def test_a_span_is_found_again_where_its_words_are_the_same():
    later = "As before, they agreed to hold\nexercises by 2020."
    assert found_in("hold exercises", "They agreed to hold exercises by 2020.", later) == (
        "hold\nexercises",
        True,
    )


def test_a_span_of_other_words_reaches_from_its_first_word_to_its_last():
    earlier, later = "to hold exercises by 2020.", "to hold joint exercises by 2021."
    assert found_in("hold exercises by 2020", earlier, later) == (
        "hold joint exercises by 2021",
        False,
    )


def test_a_span_that_begins_and_ends_inside_words_keeps_its_letters():
    assert found_in("ld exer", "to hold exercises", "We will try to hold exercises") == (
        "ld exer",
        True,
    )


def test_of_a_span_that_is_gone_nothing_is_found():
    assert found_in("by 2020", "hold exercises by 2020", "hold exercises") is None


def test_a_span_of_a_chinese_text_is_found_again():
    assert found_in("举行演习", "双方同意举行演习。", "双方一致同意举行演习。") == (
        "举行演习",
        True,
    )
