"""Finding words of a report again, and cutting them into parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.workbench.quoting import (
    NotQuoted,
    joined,
    locate,
    parts_of,
    quoted,
    title_of,
    touches,
)

TEXT = "They agreed to mend\n nets and to mend  boats; they sang."
ALL = [(0, len(TEXT))]


def test_space_counts_as_any_space():
    assert quoted(TEXT, locate(TEXT, ALL, ["to mend nets"])) == ["to mend nets"]


def test_of_several_places_the_near_one_is_meant():
    second = TEXT.rindex("mend")
    assert locate(TEXT, ALL, ["mend"]) == [(TEXT.index("mend"), TEXT.index("mend") + 4)]
    assert locate(TEXT, ALL, ["mend"], near=[(second, second + 9)]) == [(second, second + 4)]


def test_words_outside_the_ranges_are_not_found():
    with pytest.raises(NotQuoted, match="they sang"):
        locate(TEXT, [(0, 10)], ["they  sang"])


def test_a_search_for_signs_is_no_pattern():
    assert locate("a (b) c", [(0, 7)], ["(b)"]) == [(2, 5)]


def test_pieces_stand_in_the_order_of_the_text_and_overlap_is_one():
    spans = locate(TEXT, ALL, ["boats", "nets and", "and to"])
    assert quoted(TEXT, spans) == ["nets and to", "boats"]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("mend the nets and to paint the boats", ["mend the nets", "paint the boats"]),
        ("draw up a plan, as well as a budget", ["draw up a plan", "a budget"]),
        ("расширить обмен данными и проводить учения", ["расширить обмен данными", "проводить учения"]),
        ("加强港口合作，并举行联合演习", ["加强港口合作", "举行联合演习"]),
        ("mend the nets", ["mend the nets"]),
    ],
)  # fmt: skip
def test_parts_are_proposed_where_acts_are_joined(words, parts):
    assert parts_of(words, [(0, len(words))]) == parts


def test_several_spans_are_the_parts():
    assert parts_of(TEXT, [(0, 4), (5, 11)]) == ["They", "agreed"]


def test_a_title_begins_with_a_capital_and_ends_between_words():
    assert title_of("mend\nthe nets.") == "Mend the nets"
    long = title_of("word " * 60)
    assert len(long) <= 200
    assert long.endswith("word…")


spans = st.tuples(st.integers(0, 60), st.integers(1, 10)).map(lambda pair: (pair[0], sum(pair)))


@given(st.lists(spans, max_size=8))
def test_joined_spans_cover_the_same_and_do_not_overlap(some):
    found = joined(some)
    covered = {n for start, end in some for n in range(start, end)}
    assert {n for start, end in found for n in range(start, end)} == covered
    assert all(a[1] <= b[0] for a, b in zip(found, found[1:], strict=False))
    assert all(touches(span, found) for span in some)


@given(st.text(alphabet="ab \n", min_size=1, max_size=30), st.data())
def test_words_that_stand_in_a_text_are_found(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    words = text[start:end]
    if words.strip():
        found = locate(text, [(0, len(text))], [words])
        assert quoted(text, found) == [" ".join(words.split())]
