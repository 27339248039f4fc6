"""The main pages in a browser: nothing for axe to find, no sideways scrolling, and no need of script."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from sco_tracker.sample import load_sample
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = {
    "officer@example.org": (
        "/",
        "/commitments/",
        "/commitments/lines/?timing=overdue",
        "/commitments/reports/",
        "/commitments/SCS14-04/",
        "/commitments/SCS14-04/KZ/",
        "/commitments/SCS14-04/edit/",
        "/meetings/scs-14/",
        "/meetings/scs-14/report/",
        "/parties/KZ/",
        "/instruments/",
        "/history/",
        "/reminders/health/",
    ),
    "kazakhstan@example.org": (
        "/",
        "/commitments/SCS14-04/KZ/",
        "/reminders/",
        "/accounts/preferences/",
    ),
}
WIDTHS = (1440, 320)


@pytest.fixture
def sample(live_server: Any) -> None:
    load_sample(now=NOW)


def person(email: str) -> User:
    return User.objects.get(email=email)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("email", PAGES)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    page_of: Any, sample: None, email: str, theme: str
) -> None:
    page = page_of(person(email))
    page.emulate_media(color_scheme=theme)
    found = []
    for path in PAGES[email]:
        page.goto(path)
        for broken in Axe().run(page).response["violations"]:
            found += [f"{path} {broken['id']}: {node['html'][:120]}" for node in broken["nodes"]]
        found += [f"{path} is wider than {width} px" for width in WIDTHS if scrolls(page, width)]
    assert found == []


def scrolls(page: Page, width: int) -> bool:
    page.set_viewport_size({"width": width, "height": 900})
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def test_a_filter_changes_the_list_and_the_address_without_loading_the_page_anew(
    page_of: Any, sample: None
) -> None:
    page = page_of(person("officer@example.org"))
    page.goto("/commitments/")
    page.evaluate("window.sameDocument = true")
    page.get_by_role("searchbox", name="Search titles and quotes").fill("joint operations")
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
