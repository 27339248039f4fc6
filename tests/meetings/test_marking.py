"""Cutting a text where marks begin and end."""

from hypothesis import given
from hypothesis import strategies as st

from meetings.marking import Mark, around, paragraphs, segments

TEXT = "The parties agreed to hold joint operations and to report."


@st.composite
def marked_texts(draw):
    """A text, a part of it, and marks that may overlap, touch, nest or lie outside the part."""
    text = draw(st.text(st.sampled_from("ab \n\u0434\u4e2d"), min_size=1, max_size=30))
    place = st.integers(0, len(text))
    start = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(start + 1, len(text)))
    spans = draw(st.lists(st.tuples(place, place).filter(lambda s: s[0] < s[1]), max_size=5))
    kinds = st.sampled_from(["quote", "operative", "other"])
    return text, start, end, [Mark(a, b, draw(kinds), of=n) for n, (a, b) in enumerate(spans)]


@given(marked_texts())
def test_joined_segments_give_the_text_back(given):
    text, start, end, marks = given
    cut = segments(text, start, end, marks)
    assert "".join(segment.text for segment in cut) == text[start:end]
    assert all(segment.text for segment in cut)


@given(marked_texts())
def test_a_mark_covers_exactly_its_characters(given):
    text, start, end, marks = given
    cut = segments(text, start, end, marks)
    for mark in marks:
        covered = {
            segment.start + offset
            for segment in cut
            if mark in segment.marks
            for offset in range(len(segment.text))
        }
        assert covered == set(range(max(mark.start, start), min(mark.end, end)))


@given(marked_texts())
def test_segments_say_where_they_stand(given):
    text, start, end, marks = given
    for segment in segments(text, start, end, marks):
        assert text[segment.start : segment.start + len(segment.text)] == segment.text


def test_a_text_without_marks_is_one_segment():
    (only,) = segments(TEXT, 0, len(TEXT), [])
    assert (only.text, only.marks, only.quote) == (TEXT, (), None)


def test_operative_words_inside_a_quotation_are_both():
    quote, operative = Mark(4, 43, "quote", of="SCS-1"), Mark(12, 18, "operative")
    cut = segments(TEXT, 0, len(TEXT), [quote, operative])
    assert [(s.text, s.kinds) for s in cut] == [
        ("The ", set()),
        ("parties ", {"quote"}),
        ("agreed", {"quote", "operative"}),
        (" to hold joint operations", {"quote"}),
        (" and to report.", set()),
    ]
    assert cut[2].quote is quote
    assert cut[2].first("operative") is operative
    assert cut[0].first("quote") is None


def test_a_mark_that_only_touches_the_part_is_no_mark_of_it():
    (only,) = segments(TEXT, 4, 11, [Mark(0, 4, "quote"), Mark(11, 20, "quote")])
    assert only.marks == ()


def test_paragraphs_are_the_lines_that_say_something():
    text = "One.\n\n  \nTwo three.\nFour"
    assert [text[a:b] for a, b in paragraphs(text)] == ["One.", "Two three.", "Four"]


@given(st.text(st.sampled_from("ab \n"), max_size=40))
def test_paragraphs_leave_out_nothing_but_space(text):
    shown = {place for a, b in paragraphs(text) for place in range(a, b)}
    assert all(c.isspace() for place, c in enumerate(text) if place not in shown)


def test_around_names_the_spans_touched_and_their_neighbours():
    spans = [(0, 5), (6, 10), (12, 20), (21, 30)]
    assert around(spans, 7, 13) == ([1, 2], [0, 3])
    assert around(spans, 0, 3) == ([0], [1])
    assert around(spans, 25, 26) == ([3], [2])
    assert around(spans, 10, 12) == ([], [])
