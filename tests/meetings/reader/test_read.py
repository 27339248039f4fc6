"""`read` as a function: other bodies, other languages, the same shape everywhere."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.reader import Candidate, read
from meetings.reader.parties import is_state, sco_members
from meetings.reader.text import UnknownLanguageError, canonical_text, detect_language

DAY = date(2019, 5, 15)


def candidates(text: str, *members: str, language: str = "en") -> list[Candidate]:
    return list(read(text, date=DAY, members=members or None, language=language).candidates)


def only(text: str, *members: str, language: str = "en") -> Candidate:
    (candidate,) = candidates(text, *members, language=language)
    return candidate


def test_the_members_of_the_sco_are_those_of_the_day():
    assert sco_members(date(2016, 6, 24)) == ("CN", "KG", "KZ", "RU", "TJ", "UZ")
    assert sco_members(DAY) == ("CN", "IN", "KG", "KZ", "PK", "RU", "TJ", "UZ")
    assert {"BY", "IR"} <= set(sco_members(date(2024, 7, 4)))


def test_a_state_outside_the_body_owes_nothing():
    text = "Norway will host a workshop in March 2020."
    assert candidates(text, "AU", "JP") == []
    assert only(text, "NO", "JP").parties == ("NO",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The Uzbek side undertook to print the maps.", "UZ"),
        ("Tashkent will print the maps.", "UZ"),
        ("The Republic of Uzbekistan will print the maps.", "UZ"),
        ("The ministers welcomed Uzbekistan's offer to print the maps.", "UZ"),
    ],
)
def test_a_state_is_known_by_its_name_its_adjective_and_its_capital(text, code):
    assert only(text).parties == (code,)


def test_who_speaks_for_all_members_by_name_speaks_for_all():
    assert only("Australia and Japan will sign the pact.", "AU", "JP").parties == ("all",)


def test_an_organ_of_another_body_has_no_code_of_the_sco():
    text = "The ministers tasked the RATS to print the maps."
    assert only(text).parties == ("RATS",)
    assert "RATS" not in only(text, "AU", "JP").parties


def test_a_strategy_and_its_plan_are_one_and_another_instrument_is_another():
    text = (
        "The parties stressed the importance of the Border Strategy for 2020-2024 and the action "
        "plan on its implementation, as well as the Concept on Shared Rivers."
    )
    first, second = candidates(text)
    assert (first.timing.due, second.timing.due) == (date(2024, 12, 31), None)
    assert second.instruments == ("Concept on Shared Rivers",)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "They stressed the importance of developing a code of conduct.",
            "Develop a code of conduct",
        ),
        ("They noted the need for full implementation of the treaty.", "Implement the treaty"),
        ("They agreed to set up a joint school.", "Set up a joint school"),
        ("A joint school will be established in 2020.", "Establish a joint school in 2020"),
        (
            "The next meeting will take place in India in 2020.",
            "Hold the next meeting in India in 2020",
        ),
    ],
)
def test_a_title_begins_with_a_verb(text, title):
    assert only(text).title == title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "Стороны отметили важность строгого выполнения договора.",
            "Обеспечить строгое выполнение договора",
        ),
        (
            "Они подчеркнули необходимость скорейшей ратификации Конвенции.",
            "Обеспечить скорейшую ратификацию Конвенции",
        ),
        ("Стороны договорились провести учения.", "Провести учения"),
    ],
)
def test_a_russian_title_begins_with_a_verb(text, title):
    assert only(text, language="ru").title == title


def test_a_long_title_is_cut_at_a_word():
    title = only(f"They agreed to set up {'very ' * 60}good schools.").title
    assert len(title) <= 110
    assert title.endswith("very…")


def test_a_report_without_commitments_is_a_normal_result():
    reading = read("The ministers met in Ufa. They discussed trade.", date=DAY)
    assert [p.function for p in reading.passages] == ["procedure", "procedure"]
    assert reading.candidates == ()
    assert read("", date=DAY, language="en").passages == ()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The parties agreed to act on the matter of trade in the region.", "en"),
        ("Стороны договорились продолжить работу по вопросам торговли в регионе.", "ru"),
        ("各方商定继续在本地区开展贸易合作。", "zh"),
    ],
)
def test_the_language_is_found(text, language):
    assert detect_language(text) == language
    assert read(text, date=DAY).language == language


@pytest.mark.parametrize(
    "text",
    [
        "Les parties sont convenues de poursuivre leur coopération dans la région.",
        "Сторони домовилися продовжити співпрацю в регіоні та обміні інформацією.",
        "双方は地域における協力を継続することで合意した。",
        "양측은 지역 협력을 계속하기로 합의하였다.",
        "اتفق الأطراف على مواصلة التعاون في المنطقة.",
        "1234 5678",
        "",
    ],
)
def test_a_fourth_language_is_not_read_by_the_wrong_rules(text):
    with pytest.raises(UnknownLanguageError):
        read(text, date=DAY)


@settings(deadline=None)  # the first call compiles the lexicon
@given(st.text(max_size=300), st.sampled_from(["en", "ru", "zh"]))
def test_any_text_can_be_read(raw, language):
    text = canonical_text(raw)
    reading = read(text, date=DAY, language=language)
    for candidate in reading.candidates:
        assert 0 <= candidate.start < candidate.end <= len(text)
        assert candidate.title
    assert reading.as_json()["language"] == language


def test_the_same_text_gives_the_same_reading():
    text = "The parties agreed to hold talks in Ufa by 2020, and to print maps. They met."
    assert read(text, date=DAY) == read(text, date=DAY)


def test_codes_of_states():
    assert is_state("KG")
    assert not any(map(is_state, ("EU", "XX", "kg", "KGZ", "")))
