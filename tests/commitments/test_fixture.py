"""The file of the 14th meeting: every word is the report's, every hard case is decided as the manual says."""

import hashlib
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from commitments.choices import Basis, Strength
from meetings.choices import InstrumentKind, PartyKind
from meetings.reader.text import canonical_text

FILE = Path(settings.BASE_DIR) / "fixtures" / "scs-14.toml"
DATA = tomllib.loads(FILE.read_text(encoding="utf-8"))
RAW = (FILE.parent / DATA["report"]["file"]).read_bytes()
TEXT = canonical_text(RAW.decode())
COMMITMENTS = DATA["commitment"]
MEMBERS = ["CN", "IN", "KZ", "KG", "PK", "RU", "TJ", "UZ"]
# What leaves a report without saying something to be done.
FUNCTIONS = {"call", "position", "acknowledgement", "context", "procedure"}


def by_reference(row) -> str:
    return row["reference"]


each = pytest.mark.parametrize("row", COMMITMENTS, ids=by_reference)


def quoted(row) -> str:
    return " ".join(quotation["text"] for quotation in row["quotation"])


def one(words: str) -> dict:
    """The only commitment that quotes these words."""
    (found,) = [row for row in COMMITMENTS if words in quoted(row)]
    return found


def deadline(row) -> dict | None:
    (found,) = row.get("deadline") or [None]
    return found


# The text ----------------------------------------------------------------------------------------


def test_the_report_is_the_one_that_was_coded():
    assert hashlib.sha256(RAW).hexdigest() == DATA["report"]["raw_sha256"]
    assert hashlib.sha256(TEXT.encode()).hexdigest() == DATA["report"]["sha256"]


@each
def test_a_quotation_is_the_text_at_its_offsets(row):
    assert row["quotation"]
    for quotation in row["quotation"]:
        assert TEXT[quotation["start"] : quotation["end"]] == quotation["text"]
        assert quotation["text"] == quotation["text"].strip()


@each
def test_a_quotation_starts_and_ends_with_whole_words(row):
    for quotation in row["quotation"]:
        around = TEXT[quotation["start"] - 1] + TEXT[quotation["end"]]
        assert not any(c.isalnum() for c in around)
        assert "\n" not in quotation["text"]


@each
def test_the_operative_words_stand_before_the_quotation_or_inside_it(row):
    for quotation in row["quotation"]:
        start, end = quotation["operative"]
        assert start < end <= quotation["end"]
        assert end <= quotation["start"] or start > quotation["start"]
        assert not TEXT[start - 1].isalnum()
        assert not TEXT[end].isalnum()
        # Of the same paragraph: what governs a quotation is not taken from elsewhere.
        assert "\n" not in TEXT[start : quotation["start"]]


def test_operative_words_in_the_file_are_those_of_the_text():
    told = re.findall(r"operative = \[(\d+), (\d+)\] # (.+)", FILE.read_text(encoding="utf-8"))
    assert len(told) == sum(len(row["quotation"]) for row in COMMITMENTS)
    for start, end, words in told:
        assert TEXT[int(start) : int(end)].startswith(words.split(" … ")[0])


@pytest.mark.parametrize("row", [r for r in COMMITMENTS if r.get("deadline")], ids=by_reference)
def test_the_wording_of_a_deadline_stands_where_the_file_says(row):
    found = deadline(row)
    start, end = found["where"]
    assert TEXT[start:end] == found["wording"]
    assert found["basis"] == Basis.STATED
    assert found["opens"] is None or found["opens"] <= found["due"]


def test_quotations_do_not_overlap():
    spans = sorted((q["start"], q["end"]) for row in COMMITMENTS for q in row["quotation"])
    assert all(before[1] <= after[0] for before, after in zip(spans, spans[1:], strict=False))


def test_commitments_stand_in_the_order_of_the_text():
    starts = [row["quotation"][0]["start"] for row in COMMITMENTS]
    assert starts == sorted(starts)


# The register ------------------------------------------------------------------------------------


def test_references_are_consecutive():
    expected = [f"SCS14-{number:02}" for number in range(1, len(COMMITMENTS) + 1)]
    assert [row["reference"] for row in COMMITMENTS] == expected


@each
def test_a_title_is_short_and_begins_with_what_is_to_be_done(row):
    title = row["title"]
    assert re.match(r"[A-Z][a-z]+ ", title)
    assert len(title) <= 90
    assert not title.endswith(".")
    assert title.split()[0] not in {"The", "A", "An", "Continued", "Cooperation", "Implementation"}
    assert not title.split()[0].endswith("ion")


def test_no_two_commitments_have_one_title():
    titles = [row["title"].casefold() for row in COMMITMENTS]
    assert len(titles) == len(set(titles))


@each
def test_what_a_commitment_names_is_in_the_file(row):
    assert row["strength"] in Strength.values
    assert row["theme"] in {theme["slug"] for theme in DATA["theme"]}
    assert set(row["instruments"]) <= {known["slug"] for known in DATA["instrument"]}
    codes = {party["code"] for party in DATA["party"]}
    assert row["lead"] == "all" or (row["lead"] and set(row["lead"]) <= codes)
    assert set(row["contributing"]) <= codes
    assert row["lead"] == "all" or not set(row["lead"]) & set(row["contributing"])


@each
def test_a_coder_who_was_not_certain_says_what_was_chosen(row):
    assert row["certain"] is not row.get("choice", "").strip().endswith(".")


@each
def test_a_commitment_has_a_deadline_or_a_review_but_not_both(row):
    assert not (row.get("deadline") and row.get("review"))


@each
def test_the_strength_is_that_of_the_operative_words(row):
    start, end = row["quotation"][0]["operative"]
    marks = {
        "agreed": ("agreed", "commitment", "will", "decided"),
        "intends": ("intention",),
        "supports": ("support", "welcomed"),
        "stresses": ("importance", "important", "need"),
    }
    assert any(mark in TEXT[start:end] for mark in marks[row["strength"]])


def test_every_theme_is_used():
    assert {row["theme"] for row in COMMITMENTS} == {theme["slug"] for theme in DATA["theme"]}


def test_the_parties_are_the_eight_member_states_of_2019_and_two_organs():
    kinds = {party["code"]: party["kind"] for party in DATA["party"]}
    assert [code for code, kind in kinds.items() if kind == PartyKind.MEMBER] == MEMBERS
    assert [code for code, kind in kinds.items() if kind == PartyKind.ORGAN] == ["SEC", "RATS"]
    joined = {party["code"]: party.get("joined") for party in DATA["party"]}
    assert all(joined[code] <= DATA["meeting"]["starts_on"] for code in MEMBERS)
    assert joined["IN"] == joined["PK"] == date(2017, 6, 9)


@pytest.mark.parametrize("row", DATA["instrument"], ids=lambda row: row["slug"])
def test_an_instrument_is_of_a_kind_and_its_years_stand_in_the_report(row):
    assert row["kind"] in InstrumentKind.values
    if "year" in row:
        assert str(row["year"]) in TEXT
    for day in (row.get("opens"), row.get("ends")):
        assert day is None or re.search(rf"{day.year % 10000}", TEXT)


@pytest.mark.parametrize("row", DATA["not_tracked"], ids=lambda row: str(row["start"]))
def test_what_is_not_tracked_is_quoted_with_a_reason_and_apart_from_commitments(row):
    assert TEXT[row["start"] : row["end"]] == row["text"]
    assert row["function"] in FUNCTIONS
    assert row["why"]
    for commitment in COMMITMENTS:
        for quotation in commitment["quotation"]:
            assert quotation["end"] <= row["start"] or quotation["start"] >= row["end"]


def test_every_number_of_a_day_in_the_report_is_a_deadline_or_known_not_to_be_one():
    """15 May is the meeting's own day; signatures and past meetings are references (manual, section 6)."""
    dates = re.findall(r"\b\d{1,2} (?:April|May|June|February)\b", TEXT)
    assert dates == ["15 May", "10 June", "19 April", "12 February", "14 June"]
    wordings = [deadline(row)["wording"] for row in COMMITMENTS if row.get("deadline")]
    assert [day for day in dates if any(day in words for words in wordings)] == ["14 June"]


# The hard cases of the manual, section 8 ---------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "opens", "due", "wording"),
    [
        ("programme against terrorism", date(2019, 1, 1), date(2021, 12, 31), "for 2019-2021"),
        ("Anti-Drug Strategy", date(2018, 1, 1), date(2023, 12, 31), "for 2018-2023"),
        ("RECCA VIII", date(2019, 7, 1), date(2019, 12, 31), "in the second half of 2019"),
        ("held in Bishkek on 14 June", date(2019, 6, 14), date(2019, 6, 14), "on 14 June"),
        ("in Russia next year", date(2020, 1, 1), date(2020, 12, 31), "next year"),
    ],
)  # fmt: skip
def test_a_date_of_the_report_is_the_deadline_that_the_manual_gives(words, opens, due, wording):
    found = deadline(one(words))
    assert (found["opens"], found["due"], found["wording"]) == (opens, due, wording)
    assert found["purpose"] == "final"


def test_no_other_commitment_has_a_deadline():
    days = sorted(deadline(row)["due"] for row in COMMITMENTS if row.get("deadline"))
    assert [str(day) for day in days] == [
        "2019-06-14", "2019-12-31", "2020-12-31", "2021-12-31", "2023-12-31",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "lead", "contributing"),
    [
        ("Uzbekistan's proposal to host", ["UZ"], []),
        ("held in Bishkek on 14 June", ["KG"], [code for code in MEMBERS if code != "KG"]),
        ("will take place in Russia", ["RU"], []),
        ("Regional Anti-Terrorist Structure and the UN Office", ["RATS"], MEMBERS),
        ("Joint Comprehensive Plan of Action", "all", []),
    ],
)
def test_a_named_party_owes_what_is_said_of_it(words, lead, contributing):
    row = one(words)
    assert row["lead"] == lead
    assert sorted(row["contributing"]) == sorted(contributing)


@pytest.mark.parametrize(
    ("words", "strength"),
    [
        ("promulgation of the SCO Convention on Countering Extremism", "stresses"),
        ("practical measures to prevent an arms race in space", "supports"),
        ("consistently implement the Joint Comprehensive Plan of Action", "stresses"),
        ("Uzbekistan's proposal to host", "supports"),
        ("intensify coordinated efforts", "intends"),
        ("hold regular joint operations", "agreed"),
    ],
)
def test_a_hard_case_is_as_strong_as_the_manual_says(words, strength):
    assert one(words)["strength"] == strength


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("the SCO Anti-Drug Strategy for 2018-2023 and the action plan", "the Concept to Prevent the Abuse"),
        ("comply with the UN Security Council resolutions", "continue to support the Geneva process"),
        ("continue improving cooperation", "hold regular joint operations"),
        ("comprehensive implementation of the SCO cooperation programme", "promulgation of the SCO Convention"),
        ("strict compliance", "the early entry into force"),
        ("countering illegal migration", "creating conditions"),
    ],
)  # fmt: skip
def test_what_can_be_judged_apart_is_two_commitments(first, second):
    assert one(first)["reference"] != one(second)["reference"]


def test_the_strategy_and_its_plan_are_one_commitment():
    assert one("Anti-Drug Strategy")["instruments"] == [
        "drug-strategy-2018-2023",
        "drug-strategy-plan",
    ]


@pytest.mark.parametrize(
    "words",
    [
        "Convention on Countering Extremism",
        "the Concept to Prevent the Abuse",
        "convention",
        "early entry into force",
    ],
)
def test_no_date_is_made_up_where_the_report_gives_none(words):
    assert deadline(next(row for row in COMMITMENTS if words in quoted(row))) is None


@pytest.mark.parametrize(
    ("words", "function"),
    [
        ("preservation of the Treaty", "call"),
        ("settlement of the crisis in Ukraine", "position"),
        ("keeping outer space free of weapons", "position"),
        ("took under advisement", "acknowledgement"),
        ("positive role of the Astana process", "position"),
        ("the important role of RATS", "position"),
    ],
)
def test_what_the_manual_does_not_track_is_listed_and_not_quoted(words, function):
    (found,) = [row for row in DATA["not_tracked"] if words in row["text"]]
    assert found["function"] == function
    assert not any(words in quoted(row) for row in COMMITMENTS)
