"""Screenshots of the pages that people live in: light and dark, wide and narrow, and on paper.

They go into var/screens/, a file for each person, page, theme and width: to be looked at.
"""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests import chromium
from tests.tour import PAGES, PASSWORD

from .figures import Figure

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "var" / "screens"
THEMES = ("light", "dark")
WIDTHS = (1440, 390)
HEIGHT = 900
PORT = 8733
BASE = f"http://127.0.0.1:{PORT}"


def run() -> Iterator[Figure]:
    """Take them all; the figures are how many there are and how many pages scroll sideways."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    taken, sideways = 0, 0
    with _product(), _browser() as browser:
        for email, pages in PAGES.items():
            page = _signed_in(browser, email)
            for name, path in pages.items():
                page.goto(BASE + path)
                for file in _looks(page, f"{email.partition('@')[0]}-{name}"):
                    taken += 1
                    sideways += _scrolls(page)
                    page.screenshot(path=FOLDER / file, full_page=True)
    yield Figure("screens.taken", taken, "files")
    yield Figure("screens.sideways", sideways, "pages")


def _looks(page: Page, name: str) -> Iterator[str]:
    """Put the page into each theme and width; the name of each picture."""
    for theme in THEMES:
        for width in WIDTHS:
            page.emulate_media(color_scheme=theme, media="screen")
            page.set_viewport_size({"width": width, "height": HEIGHT})
            yield f"{name}-{theme}-{width}.png"
    page.emulate_media(color_scheme="light", media="print")
    page.set_viewport_size({"width": 1123, "height": HEIGHT})  # A4, landscape, at 96 dpi
    yield f"{name}-print.png"
    page.emulate_media(media="screen")


def _scrolls(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def _signed_in(browser: Browser, email: str) -> Page:
    page = browser.new_context(locale="en-GB", reduced_motion="reduce").new_page()
    page.goto(f"{BASE}/accounts/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main [type=submit]").click()
    page.wait_for_url(f"{BASE}/")
    return page


@contextlib.contextmanager
def _product() -> Iterator[None]:
    """The product on its sample register."""
    with tempfile.TemporaryDirectory() as data:
        command = [ROOT / "script" / "server", "--port", str(PORT), "--data", data]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout
                if not any(line.startswith("Ready:") for line in process.stdout):
                    raise RuntimeError("The product did not start.")
                yield
            finally:
                process.terminate()


@contextlib.contextmanager
def _browser() -> Iterator[Browser]:
    program = chromium.program()
    if program is None:
        raise RuntimeError("There is no chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=chromium.OPTIONS)
        yield browser
        browser.close()
