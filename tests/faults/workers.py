"""Worker processes from the nursery: started, waited for, stopped, killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from django.conf import settings
from django.db import connection

PATIENCE = 60.0


@dataclass
class Worker:
    """One process. `ended` says how: ("exit", 0), ("signal", 9), ("stopped", 19)."""

    nursery: "Nursery"
    pid: int

    def wait(self, seconds: float = PATIENCE) -> tuple[str, int]:
        """Wait until it ends or stops itself. One that does neither is a failure of the test."""
        found = self.nursery.ask(wait=self.pid, seconds=seconds)
        assert "running" not in found, f"The worker did not end:\n{self.nursery.said()}"
        [ended] = found.items()
        if ended[0] != "stopped":
            self.nursery.alive.discard(self.pid)
        return ended

    def is_busy(self, seconds: float) -> bool:
        """Whether it has neither ended nor stopped after so long."""
        return "running" in self.nursery.ask(wait=self.pid, seconds=seconds)

    def succeeds(self, seconds: float = PATIENCE) -> None:
        assert self.wait(seconds) == ("exit", 0), self.nursery.said()

    def stops_itself(self) -> None:
        assert self.wait() == ("stopped", signal.SIGSTOP), self.nursery.said()

    def dies_by(self, number: int) -> None:
        assert self.wait() == ("signal", number), self.nursery.said()

    def goes_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def kill(self, number: int = signal.SIGKILL) -> None:
        os.kill(self.pid, number)


@dataclass
class Nursery:
    """The process that forks workers, and which of them have not been seen to end."""

    process: "subprocess.Popen[str]"
    log: Path
    common: dict[str, Any] = field(default_factory=dict)
    alive: set[int] = field(default_factory=set)
    earlier: int = 0  # bytes in the log that are of the cases before

    def start(self, *work: str, **values: Any) -> Worker:
        """Start a worker. `values` are settings, such as FAIL_POINT and REMINDER_SCALE."""
        pid = self.ask(work=work, settings={**self.common, **values})["pid"]
        self.alive.add(pid)
        return Worker(self, pid)

    def does(self, *work: str, **values: Any) -> None:
        """Let one worker do something, and see it succeed."""
        self.start(*work, **values).succeeds()

    def ask(self, **request: Any) -> dict[str, int]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer: dict[str, int] = json.loads(self.process.stdout.readline())
        return answer

    def end_all(self) -> None:
        """Kill what a failed test has left behind."""
        for pid in list(self.alive):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with suppress(AssertionError):
                Worker(self, pid).wait(5)
        self.common.clear()
        self.earlier = self.log.stat().st_size

    def said(self, most: int = 6000) -> str:
        """What the workers of this case wrote last."""
        return self.log.read_bytes()[self.earlier :].decode(errors="replace")[-most:]


@contextmanager
def nursery(folder: Path) -> Iterator[Nursery]:
    """A nursery for the database that the tests use."""
    log = folder / "workers.log"
    with (
        log.open("wb") as errors,
        _process(errors) as process,
    ):
        made = Nursery(process, log)
        try:
            yield made
        finally:
            made.end_all()
            process.kill()


def _process(errors: BinaryIO) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.nursery"],
        cwd=settings.BASE_DIR,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )


def environment(**values: str) -> dict[str, str]:
    """For a process that works on the tests' database with the tests' settings."""
    own = {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DATABASE_URL": database_address()}
    return {**os.environ, **own, **values}


def database_address() -> str:
    """The address of the database that the tests made for themselves."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite://{quote(str(given['NAME']))}"
    where = f"{given['HOST']}:{given['PORT']}" if given["PORT"] else ""
    host = given["OPTIONS"].get("host") or given["HOST"]
    if str(host).startswith("/") or not where:
        return f"postgresql://{given['USER']}@/{given['NAME']}?host={quote(str(host), safe='')}"
    return f"postgresql://{given['USER']}:{given['PASSWORD']}@{where}/{given['NAME']}"
