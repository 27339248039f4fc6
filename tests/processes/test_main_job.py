"""The main job from end to end: signing in, a status, a deadline, and the one mail that follows.

Real processes as `script/server` starts them: gunicorn, Celery with beat, Valkey; a mail server of
the test's own. Only the tick is faster.
"""

import http.client
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import psutil
import pytest

from tests.processes.server import Server, started
from tests.smtp import MailServer, mail_server

pytestmark = pytest.mark.processes

LONG_AGO = datetime.min.replace(tzinfo=UTC)
KAZAKHSTAN = "kazakhstan@example.org"
# Whole-hour zones of places, so that it is day in one of them at any moment.
PLACES = (
    "Asia/Almaty",
    "Europe/London",
    "America/New_York",
    "Pacific/Honolulu",
    "Pacific/Auckland",
)


class Browser:
    """A person's browser without script: cookies, the token of the last form, redirects not followed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.token = ""

    def get(self, path: str) -> str:
        status, text, _where = self._ask("GET", path)
        assert status == 200, f"{path} answered {status}"
        return text

    def post(self, path: str, **form: str | list[str]) -> str:
        """Send a form and return where the answer leads."""
        body = urlencode({**form, "csrfmiddlewaretoken": self.token}, doseq=True)
        status, text, where = self._ask("POST", path, body)
        assert status == 302, f"{path} answered {status}: {text[:2000]}"
        return where

    def sign_in(self, email: str) -> "Browser":
        self.get("/accounts/login/")
        assert self.post("/accounts/login/", login=email, password="sample-register") == "/"
        return self

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        text = answer.read().decode()
        connection.close()
        if found := re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text):
            self.token = found[1]
        return answer.status, text, answer.headers.get("Location", "")


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def site(tmp_path: Path, mails: MailServer) -> Iterator[Server]:
    relay = f"smtp://127.0.0.1:{mails.port}"
    with started(tmp_path / "data", EMAIL_URL=relay, TICK_SECONDS="1") as running:
        yield running


def test_a_status_is_changed_and_a_deadline_set_for_tomorrow_brings_exactly_one_mail(
    site: Server, mails: MailServer
) -> None:
    zone = a_zone_where_it_is_day()
    receive_mail_in(zone, Browser(site.port).sign_in(KAZAKHSTAN))
    officer = Browser(site.port).sign_in("officer@example.org")

    officer.get("/commitments/SCS14-05/")
    note = "Note of the ministry, No. 17."
    officer.post("/commitments/SCS14-05/KZ/status/", status="in_progress", note=note, version="1")
    page = officer.get("/commitments/SCS14-05/KZ/")
    assert note in page
    assert "Not started → In progress" in page

    due = tomorrow_in(zone)
    reason = "Asked for by the chair."
    officer.post(
        "/commitments/SCS14-05/KZ/deadline/", due=due.isoformat(), reason=reason, version="2"
    )

    wait_for(lambda: mails.mails, seconds=60)
    time.sleep(4)  # four more ticks, each of which could send it again
    [mail] = mails.mails
    assert mail.recipients == [KAZAKHSTAN]
    text = mail.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Promulgate the SCO Convention on Countering Extremism" in text
    assert "/commitments/SCS14-05/" in text


def test_a_start_is_a_tick(tmp_path: Path) -> None:
    """Nobody waits a minute to see whether reminders run."""
    with started(tmp_path / "data", TICK_SECONDS="3600") as site:
        wait_for(lambda: answer_of(site, "/healthz/reminders") == 200, seconds=20)


def test_reminders_go_on_by_the_second_clock_while_the_first_gets_no_tick(tmp_path: Path) -> None:
    """A broker that lives but carries nothing, which no supervisor notices."""
    data = tmp_path / "data"
    with started(data, TICK_SECONDS="1") as site:
        wait_for(lambda: heard_of("loop", data), seconds=30)
        broker = psutil.Process(int((data / "run" / "children").read_text().splitlines()[0]))
        broker.suspend()
        # What was under way may still come to its end.
        after = datetime.now(UTC) + timedelta(seconds=3)
        try:
            wait_for(lambda: heard_of("plan", data, after), seconds=20)
            wait_for(lambda: heard_of("send", data, after), seconds=20)
            assert not heard_of("beat", data, after)
            assert answer_of(site, "/healthz/reminders") == 200
        finally:
            broker.resume()


def heard_of(name: str, data: Path, since: datetime = LONG_AGO) -> bool:
    """Whether a heartbeat was written since a moment, read from the database of the run."""
    asked = "SELECT finished FROM reminders_pulse WHERE name = ?"
    with closing(sqlite3.connect(data / "tracker.sqlite3")) as database:
        found = database.execute(asked, [name]).fetchone()
    return bool(found) and datetime.fromisoformat(found[0]).replace(tzinfo=UTC) > since


def answer_of(site: Server, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def a_zone_where_it_is_day() -> ZoneInfo:
    """A place where mail may come now: after the chosen hour and long before the evening."""
    now = datetime.now(UTC)
    return next(zone for zone in map(ZoneInfo, PLACES) if 7 <= now.astimezone(zone).hour <= 18)


def tomorrow_in(zone: ZoneInfo) -> date:
    return datetime.now(zone).date() + timedelta(days=1)


def receive_mail_in(zone: ZoneInfo, person: Browser) -> None:
    version = re.search(r'name="version" value="(\d+)"', person.get("/accounts/preferences/"))
    assert version
    person.post(
        "/accounts/preferences/",
        name="Focal point, Kazakhstan",
        language="en",
        time_zone=zone.key,
        delivery_hour="6",
        delivery_days=[str(day) for day in range(1, 8)],
        theme="",
        version=version[1],
    )


def wait_for(condition, *, seconds: float) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "Nothing came in time."
        time.sleep(0.1)
