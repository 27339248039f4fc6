"""The main pages in a browser: nothing for axe to find, no sideways scrolling, and no need of script."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from sco_tracker.sample import load_sample
from tests import tour
from tests.architecture.addresses import all_addresses
from tests.browser import axe
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

# What stands for the arguments of addresses in the sample.
SAMPLE = {"reference": "SCS14-04", "party": "KZ", "slug": "scs-14", "code": "KZ"}
NOT_OURS = ("/admin/", "/accounts/logout")


WIDTHS = (2560, 1440, 320)
# The pages of one kind of person are looked at by several tests side by side.
PARTS = 4


@pytest.fixture
def sample(live_server: Any, settings: Any) -> None:
    settings.PUBLIC_VIEW = True
    load_sample(now=NOW)


# Cells of a stacked table whose words stand on those of another.
ONE_OVER_ANOTHER = """() => {
  const box = (cell) => {
    const words = document.createRange()
    words.selectNodeContents(cell)
    return words.getBoundingClientRect()
  }
  const cross = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4
  const found = []
  for (const row of document.querySelectorAll(".tbl--stack tbody tr")) {
    const cells = [...row.children].filter((cell) => cell.offsetParent)
    const pairs = cells.flatMap((cell, n) => cells.slice(n + 1).map((other) => [cell, other]))
    const over = pairs.find(([cell, other]) => cross(box(cell), box(other)))
    if (over) found.push(over.map((cell) => cell.innerText.slice(0, 30)).join(" over "))
  }
  return found
}"""


def person(email: str) -> User:
    return User.objects.get(email=email)


@pytest.mark.parametrize("part", range(PARTS))
def test_axe_finds_nothing_and_nothing_scrolls_sideways_on_any_address(
    page_of: Any, sample: None, part: int
) -> None:
    """Every address that there is, as an administrator, who may open all."""
    paths = [*every_page(tour.ADMINISTRATOR), *(p for p in main_pages(tour.OFFICER) if "?" in p)]
    assert len(paths) > 50
    assert faults(page_of(person(tour.ADMINISTRATOR)), paths[part::PARTS]) == []


@pytest.mark.parametrize("email", [tour.FOCAL_POINT, tour.READER])
def test_axe_finds_nothing_on_the_pages_of_those_who_report_and_read(
    page_of: Any, sample: None, email: str
) -> None:
    assert faults(page_of(person(email)), main_pages(email)) == []


def faults(page: Page, paths: list[str]) -> list[str]:
    """What is wrong with pages, in both themes, from the widest screen to the narrowest."""
    found = []
    for path in paths:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(path)
        found += axe.violations(page, path)
        page.emulate_media(color_scheme="dark")
        found += axe.violations(page, f"{path} (dark)", axe.COLOURS)
        found += [f"{path} is wider than {width} px" for width in WIDTHS if scrolls(page, width)]
        found += [f"{path}: {cells}" for cells in page.evaluate(ONE_OVER_ANOTHER)]  # narrow now
    return found


def every_page(email: str) -> Iterator[str]:
    """Every address that answers this person with a page, found by walking the resolver."""
    client = Client()
    client.force_login(User.objects.get(email=email))
    for path in sorted({address.path(SAMPLE) for address in all_addresses()}):
        if path.startswith(NOT_OURS):
            continue
        answer = client.get(path)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            yield path


def main_pages(email: str) -> list[str]:
    return list(tour.PAGES[email].values())


def scrolls(page: Page, width: int) -> bool:
    page.set_viewport_size({"width": width, "height": 900})
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def test_a_filter_changes_the_list_and_the_address_without_loading_the_page_anew(
    page_of: Any, sample: None
) -> None:
    page = page_of(person("officer@example.org"))
    page.goto("/commitments/")
    page.evaluate("window.sameDocument = true")
    page.get_by_role("searchbox", name="Search titles, quotes and notes").fill("joint operations")
    page.keyboard.press("Enter")
    counted = page.locator("#results [data-focus]")
    expect(counted).to_have_text("1 commitment")
    assert page.url.endswith(("?q=joint+operations", "?q=joint%20operations"))
    assert page.evaluate("window.sameDocument")
    # The focus is on what changed, so that a screen reader goes on from there.
    expect(counted).to_be_focused()

    page.go_back()
    expect(counted).to_have_text("32 commitments")


def test_reading_and_updating_work_without_script(
    browser: Browser, live_server: Any, sample: None
) -> None:
    client = Client()
    client.force_login(person("officer@example.org"))
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    cookie = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page = context.new_page()

    page.goto("/commitments/?q=joint+operations")
    page.get_by_role("link", name="Hold regular joint operations against drug trafficking").click()
    page.get_by_text("Kazakhstan: not started").click()
    fold = page.locator("#update-KZ")
    fold.get_by_role("radio", name="In progress").check()
    fold.get_by_label("Reason").first.fill("A note of the ministry.")
    fold.get_by_role("button", name="Save status").click()
    expect(page.get_by_text("Kazakhstan: Status saved: in progress.")).to_be_visible()
    expect(page.locator(".lead")).to_contain_text("In progress")
    context.close()
