"""A real browser over the pages, with Debian's chromium; skipped, with the reason, where there is none."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from accounts.models import User
from tests import chromium

PATIENCE = 10_000  # ms; two cores may be busy with another test


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = chromium.program()
    if program is None:
        pytest.skip("There is no chromium on this machine: apt-get install chromium")
    # Playwright runs a loop in this thread, and Django takes that for a mistake.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=chromium.OPTIONS)
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser, live_server: Any) -> Iterator[BrowserContext]:
    """A browser of one person: own cookies, English, no animations. Its pages must have no errors."""
    opened = browser.new_context(
        base_url=live_server.url, locale="en-GB", reduced_motion="reduce", timezone_id="UTC"
    )
    opened.set_default_timeout(PATIENCE)
    problems: list[str] = []
    opened.on("weberror", lambda error: problems.append(str(error.error)))
    opened.on("console", lambda said: problems.append(said.text) if _is_problem(said) else None)
    yield opened
    opened.close()
    assert problems == []


def _is_problem(said: Any) -> bool:
    """A script's error or something that the content security policy stopped; not a page with 404."""
    return said.type == "error" and "Failed to load resource" not in said.text


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of somebody who is not signed in."""
    return context.new_page()


@pytest.fixture
def page_of(context: BrowserContext, live_server: Any) -> Callable[[User], Page]:
    """`page_of(user)` is a page of somebody who has signed in already."""

    def open_page(user: User) -> Page:
        client = Client()
        client.force_login(user)
        context.add_cookies(
            [
                {"name": name, "value": cookie.value, "url": live_server.url}
                for name, cookie in client.cookies.items()
            ]
        )
        return context.new_page()

    return open_page
