"""Child processes that never outlive what started them."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

PR_SET_PDEATHSIG = 1  # from <sys/prctl.h>
BROKER = "broker"
_C = ctypes.CDLL(None)


def end_with_parent(parent: int) -> None:
    """Called in a fresh child: when `parent` dies, however it dies, the child is asked to end.

    The kernel does it, on Linux; elsewhere the next start ends what is left (claim.py).
    """
    if sys.platform == "linux":
        _C.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


@dataclass(frozen=True)
class Child:
    """A running program and where it writes to."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def how_it_ended(self) -> str:
        code = self.process.poll() or 0
        return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"

    def last_lines(self, number: int = 15) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return "\n".join(lines[-number:])


class Children:
    """The programs of one run, in the order of their start."""

    def __init__(self, *, logs: Path, numbers: Path) -> None:
        self.logs = logs
        self.numbers = numbers
        self.all: list[Child] = []

    def start(
        self, name: str, command: Sequence[str | Path], environment: Mapping[str, str]
    ) -> None:
        """Start a program in a session of its own: Ctrl-C reaches the parent alone, which passes it on."""
        log = self.logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_name(f"{name}.log.1"))
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=partial(end_with_parent, os.getpid()),
            )
        self.all.append(Child(name, process, log))
        self.numbers.write_text("\n".join(str(child.process.pid) for child in self.all))

    def ended(self) -> Child | None:
        """The first child that is no longer there."""
        return next((child for child in self.all if child.process.poll() is not None), None)

    def stop(self) -> None:
        """End all within eight seconds: the broker last, so that nobody misses it."""
        _end([child for child in self.all if child.name != BROKER], patience=6)
        _end([child for child in self.all if child.name == BROKER], patience=2)
        self.numbers.unlink(missing_ok=True)


def _end(children: list[Child], *, patience: float) -> None:
    """Ask, wait, then end by force what remains, with all that it started itself."""
    for child in children:
        child.process.terminate()
    give_up = time.monotonic() + patience
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0, give_up - time.monotonic()))
    for child in children:
        # PermissionError is macOS's word for a group whose last process has just ended.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
