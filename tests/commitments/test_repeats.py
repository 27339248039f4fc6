"""What an earlier meeting promised already: found when it is near, left alone when it only sounds alike."""

from datetime import date

import pytest

from commitments.repeats import ENOUGH, guess, likeness, offers
from commitments.services import Span
from tests.factories import make_commitment, make_meeting, make_party, make_report

# A later text, an earlier one, and what the later one does to it.
NEAR = [
    ("dredge the northern channel every spring", "dredge the northern channel every spring", "reaffirms"),
    ("to dredge every spring the northern channel", "dredge the northern channel every spring", "reaffirms"),
    (
        "exchange tide tables, storm warnings and pilot lists",
        "exchange tide tables and storm warnings",
        "widens",
    ),
    (
        "train young harbour pilots",
        "train young harbour pilots, divers, crane drivers and cooks",
        "narrows",
    ),
    (
        "carry out the Harbour Safety Programme for 2028-2030",
        "carry out the Harbour Safety Programme for 2025-2027",
        "replaces",
    ),
    ("provide joint training of rescue crews at sea", "provide joint training of rescue crews on the sea", "reaffirms"),
    ("углубить обмен данными о приливах и штормах", "углубить обмен данными о приливах", "reaffirms"),
    ("углубить обмен данными о приливах, штормах, льдах и течениях", "углубить обмен данными о приливах", "widens"),
    ("加强港口之间的潮汐数据交换", "加强港口之间的潮汐数据交换", "reaffirms"),
]  # fmt: skip
FAR = [
    ("strengthen cooperation", "strengthen cooperation"),
    (
        "strengthen cooperation in the training of pilots",
        "strengthen cooperation against smuggling",
    ),
    ("dredge the northern channel", "train young harbour pilots"),
    ("hold the next meeting in Port Basalt", "hold regular exercises of rescue crews"),
    ("exchange tide tables", "exchange views on the law of the sea"),
    ("углубить обмен данными о приливах", "провести учения спасателей"),
    ("加强港口之间的潮汐数据交换", "培训年轻的引航员"),
]


@pytest.mark.parametrize(("new", "old", "kind"), NEAR)
def test_what_is_near_is_found_with_what_it_does(new, old, kind):
    assert likeness(new, old) >= ENOUGH
    assert guess(new, old) == kind


@pytest.mark.parametrize(("new", "old"), FAR)
def test_what_only_sounds_alike_is_left_alone(new, old):
    assert likeness(new, old) < ENOUGH


@pytest.fixture
def meetings(db):
    return [
        make_meeting(series="Harbour masters", number=n, starts_on=date(2020 + n, 5, 1), ends_on=date(2020 + n, 5, 1))
        for n in (1, 2, 3)
    ]  # fmt: skip


def promise(meeting, title, words="They agreed to something else entirely.", **values):
    report = make_report(meeting, words, **values)
    return make_commitment(report, [make_party("AA")], title=title, spans=[Span(0, len(words))])


def test_earlier_meetings_are_searched_and_no_later_ones(meetings):
    first = promise(meetings[0], "Dredge the northern channel every spring")
    promise(meetings[1], "Dredge the northern channel every spring")
    promise(meetings[2], "Dredge the northern channel every spring")
    found = offers(meetings[1], {7: ["dredge the northern channel every spring"]})
    assert [(offer.earlier, offer.kind) for offer in found[7]] == [(first, "reaffirms")]


def test_quotations_are_compared_too(meetings):
    first = promise(meetings[0], "Keep ships safe", "dredge the northern channel every spring")
    found = offers(meetings[1], {7: ["Dredge the northern channel every spring"]})
    assert [offer.earlier for offer in found[7]] == [first]


def test_meetings_of_another_series_count_by_their_day(meetings):
    other = make_meeting(starts_on=date(2019, 1, 1), ends_on=date(2019, 1, 1), number=99)
    found = promise(other, "Dredge the northern channel every spring")
    assert [
        o.earlier for o in offers(meetings[0], {1: ["Dredge the northern channel in spring"]})[1]
    ] == [found]


def test_a_smaller_number_of_another_series_is_not_earlier(meetings):
    later = make_meeting(number=1, starts_on=date(2024, 1, 1), ends_on=date(2024, 1, 1))
    promise(later, "Dredge the northern channel every spring")
    assert offers(meetings[2], {1: ["Dredge the northern channel every spring"]}) == {1: []}


def test_the_register_is_read_once_however_many_are_sought(meetings, django_assert_num_queries):
    for number in range(5):
        promise(
            meetings[0],
            f"Dredge the northern channel of port {number} every spring",
            version=number,
        )
    sought = {n: ["dredge the northern channel every spring"] for n in range(20)}
    with django_assert_num_queries(1):
        found = offers(meetings[1], sought)
    assert {len(some) for some in found.values()} == {3}


def test_nothing_sought_asks_nothing(meetings, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert offers(meetings[1], {}) == {}
