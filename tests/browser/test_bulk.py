"""Changing many rows in a real browser: with the mouse, with the keyboard, and without script."""

import pytest
from playwright.sync_api import expect

from accounts.choices import Via
from commitments.bulk import kinds, services, sweep
from commitments.models import BulkEdit, Obligation
from tests.browser import axe
from tests.factories import NOW, make_done_line, make_obligation, make_officer, make_party

WIDTHS = [320, 390, 1440]


@pytest.fixture
def officer():
    return make_officer()


def lines(number: int) -> list[Obligation]:
    party = make_party("AA", name="Aland")
    return [make_obligation(party, reference=f"TST-{n}") for n in range(1, number + 1)]


def statuses() -> list[str]:
    return list(Obligation.objects.order_by("pk").values_list("status", flat=True))


def test_a_bar_says_how_many_are_chosen_and_leads_to_the_change_and_back(page_of, officer):
    lines(3)
    page = page_of(officer)
    page.goto("/commitments/lines/")
    bar = page.get_by_role("group", name="Chosen rows")
    expect(bar).to_be_hidden()
    page.get_by_role("checkbox", name="Choose TST-1 Aland").check()
    expect(bar).to_contain_text("Chosen: 1")
    page.get_by_role("checkbox", name="Choose all rows of this page").check()
    expect(bar).to_contain_text("Chosen: 3")
    page.get_by_role("checkbox", name="Choose TST-2 Aland").uncheck()
    expect(bar).to_contain_text("Chosen: 2")
    bar.get_by_role("button", name="Status").click()

    page.get_by_role("radio", name="Stalled").check()
    page.get_by_label("Reason").fill("No funds were given.")
    page.get_by_role("button", name="Show what changes").click()
    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
    page.get_by_role("button", name="Change 2 rows").click()
    expect(page.get_by_role("heading", name="2 rows changed")).to_be_visible()
    assert statuses() == ["stalled", "not_started", "stalled"]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="2 rows put back")).to_be_visible()
    assert statuses() == ["not_started"] * 3


def test_clearing_takes_the_bar_away_and_keeps_the_focus_near(page_of, officer):
    lines(2)
    page = page_of(officer)
    page.goto("/commitments/lines/")
    page.get_by_role("checkbox", name="Choose TST-1 Aland").check()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("group", name="Chosen rows")).to_be_hidden()
    expect(page.get_by_role("checkbox", name="Choose all rows of this page")).to_be_focused()


def test_the_progress_goes_on_by_itself_until_all_is_said(page_of, officer):
    edit = confirmed(lines(4), officer)
    page = page_of(officer)
    page.goto(edit.get_absolute_url())
    expect(page.get_by_text("0 of 4 done")).to_be_visible()
    sweep.sweep(clock=lambda: NOW, via=Via.WORKER, most=2)
    expect(page.get_by_text("2 of 4 done")).to_be_visible()
    sweep.sweep(clock=lambda: NOW, via=Via.WORKER)
    expect(page.get_by_role("heading", name="4 rows changed")).to_be_visible()


def confirmed(rows, officer) -> BulkEdit:
    edit = previewed(rows, officer)
    return services.confirm(edit=edit, actor=officer, now=NOW, via=Via.PAGE)


def previewed(rows, officer) -> BulkEdit:
    kind = kinds.get("status")
    return services.preview(
        kind=kind,
        rows=kind.of.visible_to(officer, NOW).filter(pk__in=[row.pk for row in rows]),
        values={"status": "stalled"},
        note="No funds were given.",
        actor=officer,
        now=NOW,
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(page_of, officer, theme):
    rows = [*lines(3), make_done_line(make_party("BB"))]
    waiting, through = confirmed(rows[:1], officer), confirmed(rows[1:], officer)
    sweep.run(through, clock=lambda: NOW, via=Via.PAGE, most=9)
    preview = previewed(rows[1:], officer)
    page = page_of(officer)
    page.emulate_media(color_scheme=theme)
    choose = f"/commitments/bulk/commitments/?row={rows[0].commitment_id}&kind="
    pages = [f"{choose}{key}" for key in ("theme", "deadline-of-all", "reminders")]
    pages += [f"/commitments/bulk/lines/?row={rows[0].pk}", "/commitments/lines/"]
    pages += [edit.get_absolute_url() for edit in (waiting, through, preview)]
    for path in pages:
        page.goto(path)
        if path == "/commitments/lines/":
            page.locator("input[name=row]").first.check()
        assert axe.violations(page, path, axe.COLOURS if theme == "dark" else None) == []
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
