"""Running the product as script/server does, for tests of whole processes."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# What a test run has set for itself must not reach the processes.
OWN = (
    "DATABASE_URL",
    "SECRET_KEY",
    "DATA_DIR",
    "SITE_URL",
    "DJANGO_SETTINGS_MODULE",
    "REQUIRE_SECOND_FACTOR",
)


@dataclass
class Server:
    """One run of `manage.py start`: its process, its port and what it has printed so far."""

    process: "subprocess.Popen[str]"
    port: int
    lines: list[str] = field(default_factory=list)

    def read_until_ready(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("Ready:"):
                return
        raise AssertionError("It did not get ready:\n" + "\n".join(self.lines))


@contextmanager
def started(data: Path, *arguments: str, **environment: str) -> Iterator[Server]:
    """Start everything on a free port and a data folder; end it with SIGTERM when the block ends."""
    port = free_port()
    command = [sys.executable, "manage.py", "start", "--port", str(port), "--data", str(data)]
    with subprocess.Popen(
        [*command, *arguments],
        cwd=ROOT,
        env=clean_environment() | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        server = Server(process, port)
        try:
            server.read_until_ready()
            yield server
        finally:
            process.terminate()
            try:
                process.wait(15)
            finally:
                process.kill()


@cache
def _ran_once() -> Path:
    folder = Path(settings.DATA_DIR) / "ran-once"  # goes with what else tests keep
    with started(folder):
        pass
    return folder


def used_folder(data: Path) -> Path:
    """A data folder as a first run on the sample leaves it, for tests of what comes later.

    Most of a first start goes into making the tables; one run does it for all of these tests.
    """
    return Path(shutil.copytree(_ran_once(), data))


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OWN}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
