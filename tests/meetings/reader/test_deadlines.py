"""Words of time: which set a deadline, and which only look like it (coding manual §6)."""

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.reader.deadlines import TimeWords, find

DAY = date(2024, 5, 15)
LANGUAGES = ("en", "ru", "zh")
TABLES = Path(__file__).parent / "time_words"


def rows():
    """One parameter a line of the tables: language, day, text, and what is to be found in it."""
    for language in LANGUAGES:
        for line in (TABLES / f"{language}.txt").read_text("utf-8").splitlines():
            if line and not line.startswith("#"):
                day, text, *expected = (cell.strip() for cell in line.split(" | "))
                name = f"{language}: {text}"
                yield pytest.param(language, date.fromisoformat(day), text, expected, id=name)


def found(text: str, day: date = DAY, language: str = "en") -> list[TimeWords]:
    return find(text, 0, len(text), day=day, language=language)


def cells(words: TimeWords) -> list[str]:
    opens, due = words.timing.opens, words.timing.due
    return [words.kind, str(opens or "-"), str(due or "-"), words.timing.wording]


def kinds(text: str, **more) -> list[tuple[str, str]]:
    return [(words.kind, words.timing.wording) for words in found(text, **more)]


@pytest.mark.parametrize(("language", "day", "text", "expected"), list(rows()))
def test_words_of_time_say_when(language, day, text, expected):
    wanted = [] if expected == ["none"] else [expected]
    assert [cells(words) for words in found(text, day, language)] == wanted


@pytest.mark.parametrize(("language", "at_least"), [("en", 120), ("ru", 50), ("zh", 50)])
def test_each_language_has_its_table(language, at_least):
    assert sum(row.values[0] == language for row in rows()) >= at_least


@pytest.mark.parametrize(
    ("text", "basis"),
    [
        ("to weigh anchor by 1 June 2024", "stated"),
        ("to carry out the plan for 2023-2026", "stated"),
        ("to weigh anchor by the next meeting", "derived"),
        ("to weigh anchor as soon as possible", ""),
        ("to weigh anchor every year", ""),
        ("the ship that was built in 1996", ""),
    ],
)
def test_the_basis_tells_the_reports_words_from_what_hangs_on_another_meeting(text, basis):
    assert [words.timing.basis for words in found(text)] == [basis]


def test_only_recurring_acts_are_standing():
    [often, once] = found("to meet regularly and to report by 1 July 2024")
    assert (often.timing.standing, once.timing.standing) == (True, False)


def test_each_act_keeps_its_own_date():
    text = "to draft the code by March 2025, test it during the second half of 2025 and adopt it in 2026"
    assert [str(words.timing.due) for words in found(text)] == [
        "2025-03-31",
        "2025-12-31",
        "2026-12-31",
    ]


def test_a_date_of_the_document_does_not_hide_that_of_the_act():
    text = "to finish by 2026 the work on the charter signed in Quito on 4 March 2020"
    assert kinds(text) == [("deadline", "by 2026"), ("reference", "on 4 March 2020")]


def test_a_date_that_is_over_is_none_however_it_is_worded():
    assert kinds("to hold a fair in 2022 and report by June 2023") == [
        ("reference", "in 2022"),
        ("reference", "by June 2023"),
    ]


def test_the_words_before_a_stretch_are_read_but_not_quoted():
    text = "The code adopted in Lima in May. The parties will meet in May."
    place = text.index("in May")
    [words] = find(text, place, place + 6, day=DAY, language="en")
    assert (words.kind, words.timing.where) == ("reference", (place, place + 6))
    place = text.rindex("in May")
    [words] = find(text, place, place + 6, day=DAY, language="en")
    assert words.kind == "deadline"


def test_a_stretch_ends_where_it_ends():
    text = "to build a dam by 2030"
    assert find(text, 0, len("to build a dam by"), day=DAY, language="en") == []


def test_the_figures_of_a_line_break_hold_together():
    assert kinds("to build a dam by the end\nof 2030") == [("deadline", "by the end\nof 2030")]


def test_letters_that_grow_in_lower_case_shift_nothing():
    text = "İİİİ will build a dam by 2030"
    [words] = found(text)
    assert words.timing.wording == "by 2030"


# What holds of any text.

BITS = {
    "en": "by|before|in|the end of|mid-|2030|2019-2021|15|31|May|June|next|two|years|year|month"
    "|regular|Plan|for|of|held|will|first half|quarter|.|,|;|“|”|(|)|-|/|within|until|fiscal",
    "ru": "до|к|в|конца|2030|2019-2021|15|мая|июне|году|года|следующем|два|лет|месяца|на|с|по|г."
    "|регулярно|План|состоялось|полугодии|первом|квартале|,|.|«|»|-|течение|ближайшие",
    "zh": "到|在|2030|年|月|日|前|底|内|至|15|3|六|个|二〇二六|未来|两|今|明|上半年|季度|定期"
    "|《|》|规划|签署|的|，|。|-|下次|会议|继续",
}


def phrases(language: str) -> st.SearchStrategy[str]:
    glue = "" if language == "zh" else " "
    return st.lists(st.sampled_from(BITS[language].split("|")), max_size=14).map(glue.join)


texts = st.sampled_from(LANGUAGES).flatmap(
    lambda language: st.tuples(
        st.just(language), st.one_of(phrases(language), st.text(max_size=60))
    )
)


@settings(max_examples=600, deadline=None)
@given(texts, st.dates(), st.data())
def test_whatever_is_read_is_quoted_exactly_in_order_and_apart(written, day, data):
    language, text = written
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    last = start
    for words in find(text, start, end, day=day, language=language):
        timing = words.timing
        assert timing.where is not None
        a, b = timing.where
        assert last <= a < b <= end
        last = b
        assert text[a:b] == timing.wording
        assert not (timing.opens and timing.due) or timing.opens <= timing.due
        assert timing.standing == (words.kind == "standing")
        assert words.kind in ("deadline", "open", "standing", "instrument", "reference")


ORDINARY = {
    "en": "the|parties|may|march|on|to|agreed|second|sea|by|before|until|trust|of|and|Plan|port|,|.",
    "ru": "стороны|на|к|до|в|с|договорились|порт|план|о|и|доверие|море|от|по|,|.",
    "zh": "各方|同意|前|内|到|在|于|加强|港口|规划|的|和|，|。|《|》",
}


@given(
    st.sampled_from(LANGUAGES).flatmap(
        lambda code: st.tuples(
            st.just(code), st.lists(st.sampled_from(ORDINARY[code].split("|"))).map(" ".join)
        )
    )
)
def test_without_figures_or_words_of_time_there_is_nothing(written):
    language, text = written
    assert found(text, language=language) == []


def test_twenty_thousand_words_take_a_moment():
    sentence = (
        "The parties agreed to widen the work of the coast guards of the member states against"
        " smuggling at sea, and to hold drills during the second half of 2025 in the port of one of them."
    )
    text = " ".join([sentence] * 600)
    step = len(text) // 500
    found("warm up by 2030")
    begun = time.process_time()
    for start in range(0, len(text), step):
        find(text, start, min(start + step, len(text)), day=DAY, language="en")
    assert time.process_time() - begun < 1  # 0.15 s on an idle machine
