"""The charts: where things stand, what is written, and what becomes of nothing and of much."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from ui import charts
from ui.charts import Column, Far, Mark, Move, Series, drawing, plots, timelines

FIRST, TODAY, LAST = date(2026, 1, 1), date(2026, 1, 31), date(2026, 4, 30)
SAID = {"name": "c", "title": "Title <of it>", "description": "What & why"}


def timeline(marks, **values):
    return charts.timeline(
        marks,
        **{"first": FIRST, "today": TODAY, "last": LAST, "today_words": "Today", **SAID, **values},
    )


def drawn(chart):
    """The elements of a chart; what is written stands as it is read."""
    return list(ElementTree.fromstring(str(chart)).iter())


def of_look(chart, look):
    return [one for one in drawn(chart) if look in one.get("class", "").split()]


def written(chart):
    return [one.text for one in drawn(chart) if one.tag == "text" and one.text]


def every_chart():
    days = [FIRST + timedelta(days=n) for n in range(500)]
    for n in (0, 1, 500):
        yield timeline([Mark(day, "set", "Words") for day in days[:n]])
        yield timeline([], far=[Far("2030", [Mark(date(2030, 1, 1), "set", "Words")])] * min(n, 9))
        yield charts.columns([Column((n, 1), "1")] * n, ("a", "b"), **SAID)
        yield charts.panels([Series(f"S{k}", [None, 5.0]) for k in range(n)], ("a", "b"), **SAID)
        yield charts.moves([Move(f"M{k}", days[0], days[k], "+1") for k in range(n)], **SAID)


def test_each_chart_is_a_picture_with_a_title_and_a_description():
    for chart in every_chart():
        root, title, said, *rest = drawn(chart)
        assert (root.get("role"), title.text, said.text) == ("img", "Title <of it>", "What & why")
        assert (root.get("aria-labelledby"), root.get("aria-describedby")) == ("c-t", "c-d")
        assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
        assert not [one for one in (root, *rest) if one.get("style") or one.tag in ("script", "a")]


def test_nothing_stands_beside_the_paper():
    for chart in every_chart():
        for one in drawn(chart):
            for name in ("x", "x1", "x2", "cx"):
                assert 0 <= float(one.get(name, 0)) <= drawing.WIDTH
            for name in ("y", "y1", "y2", "cy"):
                assert 0 <= float(one.get(name, 0)) <= chart.height + 17


def test_a_mark_stands_at_its_day_and_looks_like_its_basis():
    chart = timeline([Mark(FIRST, "stated", "A"), Mark(date(2026, 3, 2), "set", "B")])
    (stated,), (chosen,) = of_look(chart, "k-stated"), of_look(chart, "k-set")
    assert float(stated.get("cx")) == timelines.LEFT
    share = (float(chosen.get("cx")) - timelines.LEFT) / (
        drawing.WIDTH - timelines.ROOM - timelines.LEFT
    )
    assert share == pytest.approx(60 / 119, abs=0.001)
    (derived,) = of_look(timeline([Mark(TODAY, "derived", "C")]), "k-derived")
    assert derived.tag == "rect"
    assert derived.get("transform").startswith("rotate(45 ")


def test_today_parts_the_past_from_what_comes():
    chart = timeline([])
    (past,), (today,) = of_look(chart, "past"), of_look(chart, "today")
    assert float(past.get("x")) + float(past.get("width")) == pytest.approx(
        float(today.get("x1")), abs=0.2
    )


def test_what_is_late_says_so_by_its_class():
    chart = timeline([Mark(FIRST, "set", "Late", late=True), Mark(LAST, "set", "Not")])
    assert len(of_look(chart, "is-late")) == 1
    assert len(of_look(chart, "k-set")) == 2


def test_what_lies_outside_the_days_is_not_drawn():
    chart = timeline(
        [Mark(FIRST - timedelta(days=1), "set", "A"), Mark(date(2027, 1, 1), "set", "B")]
    )
    assert not of_look(chart, "k-set")


def test_up_to_four_things_of_a_day_have_a_mark_each_and_more_have_a_number():
    four = timeline([Mark(TODAY, "set", "A", 3), Mark(TODAY, "stated", "B", 1)])
    assert len(of_look(four, "k-set")) == 3
    many = timeline([Mark(TODAY, "set", "A", 30), Mark(TODAY, "stated", "B", 1)])
    assert (len(of_look(many, "k-set")), len(of_look(many, "k-stated"))) == (1, 1)
    assert "31" in written(many)


def test_the_axis_is_broken_only_before_what_lies_far_ahead():
    assert "Later" not in written(timeline([], far_words="Later"))
    column = Far("2030", [Mark(date(2030, 1, 1), "stated", "The programme of the decade ends")])
    told = written(timeline([], far=[column], far_words="Later"))
    assert {"Later", "2030", "The programme", "of the decade…"} <= set(told)


def test_words_never_cross_a_pole_or_other_words():
    poles = [(100.0 + 37 * n, f"{n} Jan: something of some length") for n in range(20)]
    flags = [flag for flag in timelines.plant(poles, 300.0, 900.0) if flag]
    assert len(flags) >= 5
    for flag in flags:
        end = flag.x + 5 + len(flag.text) * drawing.LETTER
        for other in flags:
            if flag.x < other.x < end:
                assert other.row < flag.row


def test_what_comes_next_has_words_before_what_comes_later():
    poles = [(100.0 + 8 * n, "9 Jan: something of some length") for n in range(40)]
    flags = timelines.plant(poles, 150.0, 900.0)
    first_ahead = next(n for n, (x, _) in enumerate(poles) if x >= 150)
    assert flags[first_ahead]


@pytest.mark.parametrize(
    ("value", "found"),
    [(0, 2), (2, 2), (3, 10), (15, 20), (21, 50), (90, 100), (101, 200), (900, 1000)],
)
def test_the_scale_of_columns_is_easy_to_halve(value, found):
    assert drawing.easy(value) == found
    assert found % 2 == 0


def test_columns_stand_on_each_other_and_say_their_sum():
    chart = charts.columns(
        [Column((3, 1), "1", "Mon"), Column((0, 0), "2", is_shaded=True)], ("low", "high"), **SAID
    )
    (low,), (high,) = of_look(chart, "low"), of_look(chart, "high")
    assert float(high.get("y")) + float(high.get("height")) == pytest.approx(
        float(low.get("y")), abs=0.2
    )
    assert float(low.get("height")) == pytest.approx(3 * float(high.get("height")), abs=0.2)
    assert written(chart)[3:] == ["4", "1", "Mon", "2"]
    assert len(of_look(chart, "past")) == 1


def test_panels_draw_percentages_to_one_scale_and_say_the_last():
    chart = charts.panels(
        [Series("KZ", [None, 0.0, 100.0]), Series("RU", [None])], ("Jan", "Mar"), **SAID
    )
    (step,) = of_look(chart, "series")
    assert float(step.get("y1")) - float(step.get("y2")) == plots.PLOT
    assert "100 %" in written(chart)
    assert written(chart).count("Jan") == 2


def test_a_move_stands_between_its_two_days():
    chart = charts.moves(
        [Move("A", FIRST, LAST, "119 days later"), Move("B", LAST, TODAY, "less")], **SAID
    )
    was, now = of_look(chart, "k-was"), of_look(chart, "k-stated")
    assert float(was[0].get("cx")) < float(now[0].get("cx"))
    assert float(was[1].get("cx")) > float(now[1].get("cx"))
    assert "119 days later" in written(chart)


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (date(2026, 1, 15), date(2026, 3, 1), ["Feb 2026", "Mar"]),
        (date(2025, 12, 1), date(2026, 2, 1), ["Dec 2025", "Jan 2026", "Feb"]),
        (date(2026, 1, 2), date(2026, 1, 9), []),
    ],
)
def test_months_are_named_where_they_begin(first, last, found):
    assert [said for _, said in drawing.months(first, last)] == found


@pytest.mark.parametrize("years", [1, 3, 12, 40, 900])
def test_months_are_thinned_out(years):
    found = drawing.months(date(2000, 1, 1), date(2000 + years, 1, 1))
    assert 1 < len(found) <= 13


def test_what_is_written_cannot_become_markup():
    assert "<b>" not in str(timeline([Mark(TODAY, "set", "<b>bold</b>")]))


def test_a_share_is_filled_by_its_part():
    assert 'width="30"' in charts.share(1, 4)
    assert re.findall(r'share-done" width="(\d+)"', charts.share(0, 0)) == ["0"]
