"""What axe finds on a page, its script injected once a document: it weighs half a megabyte."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# What the colours of the dark theme can break.
COLOURS = ["color-contrast"]
_SCRIPT = Axe().axe_script
_RUN = "options => axe.run(document, options).then(results => results.violations)"


def violations(page: Page, where: str, rules: list[str] | None = None) -> list[str]:
    """What is wrong with the page as it is, a line each; by some rules alone, or by all.

    `where` says in each line which page it is.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_SCRIPT)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = rules
    return [
        f"{where} {found['id']}: {node['html'][:120]}"
        for found in page.evaluate(_RUN, options)
        for node in found["nodes"]
    ]
