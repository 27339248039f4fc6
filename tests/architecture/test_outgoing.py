"""The product asks no address that somebody typed (S19), and writes no link that lets people in into its log (S7)."""

import ast
import logging
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from sco_tracker.logs import HideLinks

ROOT = Path(settings.BASE_DIR)
APPS = ("ui", "accounts", "meetings", "commitments", "reminders", "sco_tracker")
FETCHING = {"urllib.request", "http.client", "requests", "httpx", "aiohttp", "urllib3", "ftplib"}
# What fetches: the watcher's address, which the operator sets and which sends nobody elsewhere; and
# script/server, which waits for the site on this machine.
KNOWN = {"reminders/deadman.py", "sco_tracker/stack.py"}


def imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


def test_nothing_else_fetches_an_address():
    files = [file for app in APPS for file in (ROOT / app).rglob("*.py")]
    fetching = {str(f.relative_to(ROOT)) for f in files if imported(f) & FETCHING}
    assert fetching == KNOWN


@pytest.mark.django_db
@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/", "https://evil.example/", "\\\\evil.example", "/\\evil.example", "javascript:alert(1)",
        "evil", "commitments", "h\u00e9", "http:evil.example", "///evil.example", " //evil.example", "\t//evil.example",
        "https:///evil.example", "http://testserver@evil.example/",
    ],
)  # fmt: skip
def test_the_change_of_language_leads_to_this_site_alone(target):
    answer = Client().post("/accounts/language/", {"language": "ru", "next": target})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


@pytest.mark.parametrize(
    "path",
    ["/r/s1.2.3:x", "/setup/token", "/calendar/token.ics", "/accounts/password/reset/key/1-x/"],
)
def test_no_link_that_lets_people_in_is_in_the_log(path):
    said = logging.makeLogRecord({"msg": "%s answered 404", "args": (path,)})
    HideLinks().filter(said)
    secret = path.rstrip("/").rpartition("/")[2]
    assert secret not in said.getMessage()
    assert "answered 404" in said.getMessage()
