"""Passages cover a report; sentences, headings and lists are cut where a person would cut them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.reader.passages import cut
from meetings.reader.text import canonical_text


def pieces(text: str, language: str = "en") -> list[str]:
    return [text[p.start : p.end] for p in cut(text, language)]


def kinds(text: str, language: str = "en") -> list[str]:
    return [p.kind for p in cut(text, language)]


LIKELY = st.sampled_from(
    [
        "The parties agreed to act.",
        "a) to go;",
        "We will:",
        "\n",
        "\n\n",
        " ",
        "(INF)",
        "15 May, 2019",
        "1.",
        "«",
        "“",
        "各方商定：",
        "（一）加强合作；",
        "。",
        "т.е.",
        "HEADING",
        "- ",
        "…",
        "?!",
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(LIKELY, max_size=25).map("".join))


@given(TEXTS, st.sampled_from(["en", "ru", "zh"]))
def test_every_character_that_is_no_space_lies_in_exactly_one_passage(raw, language):
    text = canonical_text(raw)
    found = cut(text, language)
    assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False))
    covered = {i for p in found for i in range(p.start, p.end)}
    assert [c for i, c in enumerate(text) if i not in covered and not c.isspace()] == []
    assert all(p.start <= p.body <= p.end and p.start < p.end for p in found)
    assert all(p.stem is None or p.stem < n for n, p in enumerate(found))


@pytest.mark.parametrize(
    "sentence",
    [
        "The talks were held on 15 May, 2019 in Ufa.",
        "They discussed the Treaty (INF) at length.",
        "Mr. J. K. Lee of St. Kitts spoke.",
        "It covers trade, i.e. goods and services.",
        "The ministers, e.g. those of finance, met at No. 10.",
        'The envoy said: "We will act. Others must follow." and left.',
    ],
)
def test_a_sentence_stays_whole(sentence):
    assert pieces(f"{sentence} They met again.") == [sentence, "They met again."]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ru", "Заседание провёл А. Б. Вгдеев в г. Ош."),
        ("ru", "В 2019 г. товарооборот вырос, т.е. удвоился."),
        ("zh", "各方指出，会议于2019年5月15日举行；双方表示满意。"),
    ],
)
def test_a_sentence_stays_whole_in_other_languages(language, sentence):
    assert pieces(sentence, language) == [sentence]


def test_a_heading_is_a_passage_of_its_own():
    text = "Joint Statement of the Ministers\n\nThe ministers met. They agreed to work."
    assert kinds(text) == ["heading", "sentence", "sentence"]


@pytest.mark.parametrize(
    "mark", ["a) {}", "(a) {}", "1. {}", "1) {}", "(i) {}", "• {}", "- {}", "— {}"]
)
def test_the_items_of_a_list_know_their_stem(mark):
    rows = [
        mark.format("hold talks;"),
        mark.replace("a", "b").replace("1", "2").format("build a bridge."),
    ]
    text = "The parties agreed to:\n" + "\n".join(rows) + "\nThey parted as friends."
    found = cut(text, "en")
    assert [p.kind for p in found] == ["stem", "item", "item", "sentence"]
    assert [p.stem for p in found] == [None, 0, 0, None]
    assert text[found[1].body : found[1].end] == "hold talks;"


def test_a_list_may_run_on_in_one_paragraph():
    text = "We will: a) hold talks; b) build a bridge. The meeting ended."
    assert kinds(text) == ["stem", "item", "item", "sentence"]
    assert pieces(text)[1:3] == ["a) hold talks;", "b) build a bridge."]


def test_a_chinese_list():
    text = "各方商定：\n（一）加强合作；\n（二）举行会议。\n会议于5月举行。"
    assert [(p.kind, p.stem) for p in cut(text, "zh")] == [
        ("stem", None),
        ("item", 0),
        ("item", 0),
        ("sentence", None),
    ]


def test_a_list_goes_on_over_headings_and_over_a_list_inside_it():
    text = (
        "The Council DECIDES TO:\nOn trade\n1. open the border;\n2. task the experts:\n"
        "(a) to write a law;\n(b) to print it;\nOn health\n3. train nurses."
    )
    assert [(p.kind, p.stem) for p in cut(text, "en")] == [
        ("stem", None),
        ("heading", None),
        ("item", 0),
        ("stem", 0),
        ("item", 3),
        ("item", 3),
        ("heading", None),
        ("item", 0),
    ]


def test_the_paragraphs_of_a_resolution_are_passages():
    text = "The Assembly,\nRECALLING its earlier work,\nNOTING the report,\n1. DECIDES to meet;\n2. THANKS the host."
    assert pieces(text) == [
        "The Assembly,",
        "RECALLING its earlier work,",
        "NOTING the report,",
        "1. DECIDES to meet;",
        "2. THANKS the host.",
    ]


def test_lines_that_were_broken_to_fit_a_width_are_one_paragraph():
    text = (
        "The ministers of the four littoral states met in the old town hall on\n"
        "Friday and agreed to survey every lighthouse along the northern coast\n"
        "before winter.\n\nThey also agreed to publish the survey in the four languages of the\nregion."
    )
    assert len(pieces(text)) == 2
