"""Setting up a second factor and signing in with it, in a real browser, with scripts and without."""

from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from tests.accounts.ways_in import code_now, recovery_codes
from tests.browser import axe
from tests.browser.test_pages import WIDTHS, scrolls
from tests.factories import PASSWORD, make_officer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def required(settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    settings.MFA_TOTP_PERIOD = 3600  # no code becomes old while the browser types it


class Person:
    """Somebody at the door, who looks at every page on the way."""

    def __init__(self, page: Page, *, with_axe: bool) -> None:
        self.page, self.with_axe = page, with_axe
        self.faults: list[str] = []

    def look(self) -> None:
        """Note what is wrong with the page, in both themes and every width."""
        if not self.with_axe:
            return
        where = self.page.url
        self.page.emulate_media(color_scheme="light")
        self.faults += axe.violations(self.page, where)
        self.page.emulate_media(color_scheme="dark")
        self.faults += axe.violations(self.page, f"{where} (dark)", axe.COLOURS)
        self.faults += [f"{where} wider than {w}" for w in WIDTHS if scrolls(self.page, w)]
        self.page.set_viewport_size({"width": 1280, "height": 900})

    def give_password(self, email: str) -> None:
        self.page.goto("/accounts/login/")
        self.look()
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()

    def set_up(self) -> str:
        """Confirm the password and enter the first code. Returns the letters of the phone."""
        expect(self.page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
        self.look()
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Confirm").click()
        expect(self.page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
        expect(self.page.get_by_role("img", name="The letters below")).to_be_visible()
        self.look()
        letters = self.page.locator("code").inner_text()
        self.page.get_by_label("Code that the app shows").fill(code_now(letters))
        self.page.get_by_role("button", name="Set it up").click()
        return letters

    def give_code(self, code: str) -> None:
        expect(self.page.get_by_role("heading", name="Enter a code")).to_be_visible()
        self.page.get_by_label("Code", exact=True).fill(code)
        self.page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize("script", [True, False])
def test_an_officer_sets_up_a_phone_and_signs_in_with_it(
    browser: Browser, live_server: Any, script: bool
) -> None:
    officer = make_officer(password=PASSWORD)
    context = browser.new_context(
        base_url=live_server.url,
        java_script_enabled=script,
        locale="en-GB",
        reduced_motion="reduce",
    )
    context.set_default_timeout(10_000)
    one = Person(context.new_page(), with_axe=script)

    one.give_password(officer.email)
    letters = one.set_up()
    expect(one.page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    one.look()
    paper = recovery_codes(officer)
    for code in paper:
        expect(one.page.get_by_text(code)).to_be_visible()
    one.page.get_by_role("link", name="They are kept: go on").click()
    expect(one.page).to_have_url(f"{live_server.url}/")

    for path in ("", "codes/new/", "remove/", "../sessions/"):
        one.page.goto(f"/accounts/second-factor/{path}")
        one.look()
    one.page.goto("/accounts/logout/")
    one.page.get_by_role("main").get_by_role("button", name="Sign out").click()

    one.give_password(officer.email)
    one.look()
    one.give_code("000000")
    expect(one.page.get_by_text("Incorrect code.")).to_be_visible()
    one.look()
    one.give_code(paper[0])
    expect(one.page).to_have_url(f"{live_server.url}/")
    assert len(recovery_codes(officer)) == 9

    other = browser.new_context(base_url=live_server.url, locale="en-GB")
    again = Person(other.new_page(), with_axe=False)
    again.give_password(officer.email)
    cache.clear()  # the code of this hour was used up when it was set up
    again.give_code(code_now(letters))
    expect(again.page).to_have_url(f"{live_server.url}/")
    again.page.goto("/accounts/sessions/")
    again.page.get_by_role("button", name="End all others").click()
    expect(again.page.get_by_text("1 session is ended.")).to_be_visible()
    one.page.goto("/")
    expect(one.page.get_by_role("heading", name="Sign in")).to_be_visible()

    assert one.faults == []
    other.close()
    context.close()
