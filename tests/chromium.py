"""The distribution's chromium, for tests of pages and for screenshots."""

import shutil

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# Root has no sandbox; the rest keeps the browser from the network and from first-run pages.
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def program() -> str | None:
    """Where it is; None where there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)
