"""Requests per second and percentiles of the main pages, next to an empty Django page.

The product runs as `script/server` runs it, on its sample register; the empty page is served by the
same server with as many processes and threads, in the same run.
"""

import contextlib
import http.client
import itertools
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from .figures import Figure, percentile

ROOT = Path(__file__).parent.parent.parent
CLIENTS, SECONDS, WARM_UP = 4, 4.0, 0.5
PORT, EMPTY_PORT = 8731, 8732
Request = Callable[[], None]
_lock = threading.Lock()


def rates() -> Iterator[Figure]:
    """Measure every page in turn, the empty one first."""
    with _empty_page(), product():
        empty = _measure([_get(Browser(EMPTY_PORT), "/") for _ in range(CLIENTS)])
        yield from _figures("empty", empty, None)
        for name, make in PAGES.items():
            yield from _figures(name, _measure([make() for _ in range(CLIENTS)]), empty)


# Sign-ins are limited by address, so every browser comes from one of its own in the loopback range.
_addresses = (f"127.{a}.{b}.{c}" for a in range(1, 255) for b in range(256) for c in range(1, 255))


class Browser:
    """A connection that keeps its cookies, from an address of its own unless `source` names one."""

    def __init__(self, port: int, source: str = "") -> None:
        with _lock:
            self.source = source or next(_addresses)
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=30, source_address=(self.source, 0)
        )
        self.token = ""
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        body = urlencode({**form, "csrfmiddlewaretoken": self.token}) if form is not None else None
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        text = answer.read().decode()
        if found := re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text):
            self.token = found[1]
        return answer.status, text

    def sign_in(self, email: str = "officer@example.org") -> "Browser":
        self.ask("GET", "/accounts/login/")
        form = {"login": email, "password": "sample-register"}
        status, _ = self.ask("POST", "/accounts/login/", form)
        if status != 302:
            raise RuntimeError(f"Signing in answered {status}.")
        return self


def _get(browser: Browser, path: str) -> Request:
    def request() -> None:
        status, _ = browser.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}.")

    return request


def _signing_in() -> Request:
    def request() -> None:
        browser = Browser(PORT).sign_in()
        browser.connection.close()

    return request


_lines = itertools.cycle(
    f"/commitments/SCS14-{number:02}/{party}/"
    for number in (2, 3, 5, 7)
    for party in ("CN", "IN", "KZ", "KG", "PK", "RU", "TJ", "UZ")
)


def _changing_status() -> Request:
    """Change the status of one line for ever; each client has a line of its own."""
    browser = Browser(PORT).sign_in()
    with _lock:
        line = next(_lines)
    reference, party = line.split("/")[2:4]
    _, text = browser.ask("GET", f"/commitments/{reference}/?line={party}")
    version = itertools.count(int(re.search(r'name="version" value="(\d+)"', text)[1]))  # type: ignore[index]
    statuses = itertools.cycle(["in_progress", "partly_done"])

    def request() -> None:
        form = {"status": next(statuses), "note": "Measured.", "version": str(next(version))}
        status, _ = browser.ask("POST", f"{line}status/", form)
        if status != 302:
            raise RuntimeError(f"Changing a status answered {status}.")

    return request


PAGES: dict[str, Callable[[], Request]] = {
    "sign_in": _signing_in,
    "home": lambda: _get(Browser(PORT).sign_in(), "/"),
    "list": lambda: _get(Browser(PORT).sign_in(), "/commitments/"),
    "item": lambda: _get(Browser(PORT).sign_in(), "/commitments/SCS14-04/"),
    "status_change": _changing_status,
}


def _measure(requests: list[Request]) -> tuple[float, list[float]]:
    """Let every client ask for `SECONDS`: requests per second, and how long each took in ms."""
    took: list[float] = []
    failures: list[BaseException] = []
    begin = time.perf_counter() + WARM_UP
    end = begin + SECONDS

    def client(request: Request) -> None:
        try:
            while (started := time.perf_counter()) < end:
                request()
                if started >= begin:
                    took.append((time.perf_counter() - started) * 1000)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=client, args=[request]) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return len(took) / SECONDS, took


def _figures(
    name: str, measured: tuple[float, list[float]], empty: tuple[float, list[float]] | None
) -> Iterator[Figure]:
    rate, took = measured
    beside = round(empty[0], 1) if empty else None
    yield Figure(f"pages.{name}.rate", round(rate, 1), "requests/s", beside, "sqlite")
    for part in (50, 95, 99):
        beside = round(percentile(empty[1], part), 2) if empty else None
        value = round(percentile(took, part), 2)
        yield Figure(f"pages.{name}.p{part}", value, "ms", beside, "sqlite")


@contextlib.contextmanager
def product() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as data:
        command = [str(ROOT / "script" / "server"), "--port", str(PORT), "--data", data]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout
                if not any(line.startswith("Ready:") for line in process.stdout):
                    raise RuntimeError("The product did not start.")
                yield
            finally:
                process.terminate()


@contextlib.contextmanager
def _empty_page() -> Iterator[None]:
    options = ["-w", "2", "--threads", "4", "--no-control-socket", "--log-level", "error"]
    where = ["-b", f"127.0.0.1:{EMPTY_PORT}", "tests.bench.empty"]
    command = [sys.executable, "-m", "gunicorn", *options, *where]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            _wait_for(EMPTY_PORT)
            yield
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError):
            Browser(port).ask("GET", "/")
            return
        time.sleep(0.05)
    raise RuntimeError(f"Nothing answers on port {port}.")
