"""The keys: they go where /shortcuts/ says, stay out of fields, and can be switched off."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from sco_tracker.sample import load_sample
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(page_of: Any, live_server: Any) -> Page:
    load_sample(now=NOW)
    return page_of(User.objects.get(email="officer@example.org"))


def press(page: Page, keys: str) -> None:
    page.wait_for_load_state()
    for key in keys.split():
        page.keyboard.press(key)


def test_from_the_home_page_to_a_commitment_and_to_the_keys_without_a_mouse(page: Page) -> None:
    page.goto("/")
    press(page, "g c")
    expect(page.get_by_role("heading", name="Commitments", level=1)).to_be_visible()
    press(page, "n")
    expect(page.locator(".pager [aria-current]")).to_have_text("2")
    press(page, "p")
    expect(page.locator(".pager [aria-current]")).to_have_text("1")
    heads = page.locator(".tbl tbody th a")
    press(page, "j j k")
    expect(heads.first).to_be_focused()
    press(page, "j")
    title = heads.nth(1).inner_text()
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    press(page, "?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()


def test_a_key_in_a_field_is_a_letter(page: Page) -> None:
    page.goto("/commitments/")
    press(page, "/")
    search = page.get_by_role("searchbox", name="Search titles, quotes and notes")
    expect(search).to_be_focused()
    press(page, "g c n ?")
    expect(search).to_have_value("gcn?")


def test_the_keys_can_be_switched_off_and_on(page: Page) -> None:
    page.goto("/shortcuts/")
    page.get_by_role("button", name="Switch the keys off").click()
    press(page, "g c")
    page.goto("/commitments/")
    press(page, "?")
    expect(page.get_by_role("heading", name="Commitments", level=1)).to_be_visible()
    page.goto("/shortcuts/")
    page.get_by_role("button", name="Switch the keys on").click()
    press(page, "g c")
    expect(page.get_by_role("heading", name="Commitments", level=1)).to_be_visible()
