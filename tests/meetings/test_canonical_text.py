"""The text that offsets count in (coding manual, section 1)."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from meetings.reader.text import canonical_text

SPACES = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) == "Zs"]
LINE_ENDS = ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"]
INVISIBLE = ["\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u200e", "\u202a"]
# Letters that compose, and everything that the rules speak of, more often than chance would have it.
tricky = st.text(
    st.one_of(
        st.sampled_from(
            [*SPACES, *LINE_ENDS[1:], *INVISIBLE, "\t", "e", "\u0301", "\u0327", "\u1100"]
        ),
        st.characters(exclude_categories=["Cs"]),
    )
)


def test_letters_are_composed():
    assert canonical_text("cafe\u0301 \u0438\u0306") == "caf\u00e9 \u0439"


@pytest.mark.parametrize("space", [*SPACES, "\t"])
def test_every_kind_of_space_becomes_the_plain_one(space):
    assert canonical_text(f"15{space}May") == "15 May"


def test_spaces_are_folded_one_by_one_and_none_is_dropped():
    assert canonical_text(" a \u00a0\tb ") == " a   b "


@pytest.mark.parametrize("end", LINE_ENDS)
def test_every_kind_of_line_end_becomes_a_line_feed(end):
    assert canonical_text(f"one{end}two") == "one\ntwo"


def test_an_empty_line_stays_one_empty_line():
    assert canonical_text("one\r\n\r\ntwo\r\rthree\n\nfour") == "one\n\ntwo\n\nthree\n\nfour"


@pytest.mark.parametrize("character", INVISIBLE)
def test_invisible_format_characters_are_dropped(character):
    assert canonical_text(f"ter{character}rorism") == "terrorism"


def test_a_format_character_between_a_letter_and_its_accent_hides_no_pair():
    assert canonical_text("e\u200b\u0301") == "\u00e9"


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert canonical_text("\ufeffReport") == "Report"


@pytest.mark.parametrize(
    "text",
    [
        "The parties agreed \u2013 \u201cat once\u201d \u2014 to act\u2026",
        "Участники договорились о\xa0мерах".replace("\xa0", " "),
        "各方同意加强合作。",
        "Case Is Kept, and so is  double  spacing.\n",
        "ﬁ \u00bd \u2460",
    ],
)
def test_nothing_else_changes(text):
    assert canonical_text(text) == text


@given(tricky)
@example("e\u200b\u0301")
@example("\r\u200b\n")
@example("\u1100\u200d\u1161")
def test_doing_it_twice_changes_nothing(raw):
    once = canonical_text(raw)
    assert canonical_text(once) == once


@given(tricky)
def test_the_result_holds_no_other_space_line_end_or_format_character(raw):
    text = canonical_text(raw)
    assert unicodedata.is_normalized("NFC", text)
    assert not {"\t", "\r", "\x0b", "\x0c", "\x85"} & set(text)
    assert not {"Zl", "Zp", "Cf"} & {unicodedata.category(c) for c in text}
    assert {c for c in text if unicodedata.category(c) == "Zs"} <= {" "}
