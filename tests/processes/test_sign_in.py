"""Signing in to the running product: several web processes and the cache that they share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.bench.rates import Browser
from tests.processes.server import Server, free_port, started

pytestmark = pytest.mark.processes
LOGIN = "/accounts/login/"
FIRST = {"name": "Aigerim", "email": "aigerim@example.org", "password": "a wholly new sentence"}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: Any) -> Iterator[Server]:
    """The product on an empty register, where a second factor is required."""
    with started(tmp_path_factory.mktemp("signin") / "data", "--no-sample") as server:
        yield server


@contextmanager
def browser_at(port: int, source: str = "") -> Iterator[Browser]:
    browser = Browser(port, source)
    try:
        yield browser
    finally:
        browser.connection.close()


def attempt(browser: Browser, email: str, password: str) -> int:
    return browser.ask("POST", LOGIN, {"login": email, "password": password})[0]


def test_the_first_administrator_is_led_to_a_second_factor(empty: Server) -> None:
    [address] = [line.strip() for line in empty.lines if "/setup/" in line]
    path = "/setup/" + address.partition("/setup/")[2]
    with browser_at(empty.port) as browser:
        browser.ask("GET", path)
        assert browser.ask("POST", path, FIRST)[0] == 302
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        browser.connection.request("GET", "/", headers={"Cookie": cookies})
        answer = browser.connection.getresponse()
        answer.read()
    assert (answer.status, answer.headers["Location"]) == (302, "/accounts/second-factor/set/")


def test_all_web_processes_count_together(empty: Server) -> None:
    """Every guess by a connection of its own, which any process may take."""
    source, answers = "127.200.0.1", []
    for number in range(20):
        with browser_at(empty.port, source) as browser:
            browser.ask("GET", LOGIN)
            answers.append(attempt(browser, "nobody@example.org", f"wrong {number}"))
    assert answers == [200] * 5 + [429] * 15


def test_where_the_cache_does_not_answer_nobody_comes_in_and_the_page_says_why(
    tmp_path: Any,
) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    with (
        started(tmp_path / "data", CACHE_URL=nowhere) as server,
        browser_at(server.port) as browser,
    ):
        browser.ask("GET", LOGIN)
        form = {"login": "officer@example.org", "password": "sample-register"}
        status, text = browser.ask("POST", LOGIN, form)
        assert status == 503
        assert "without it nobody is let in" in text
        assert "sessionid" not in browser.cookies
        assert browser.ask("GET", "/healthz/ready")[0] == 200
