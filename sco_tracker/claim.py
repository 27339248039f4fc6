"""One run at a time in a data folder, and on a port of its own."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from . import bootstrap

# The longest path of a Unix socket is 103 characters on macOS, 107 on Linux.
LONGEST_SOCKET = 103
PREFIX = "sco-tracker-"
# How long the children of a killed run may keep the port.
AFTER_A_KILL = 8.0
# Words by which a program that a killed run left is known as one of its own.
OURS = ("celery", "gunicorn", "valkey-server", "redis-server", "reminders run --loop")


@contextmanager
def claimed(data: Path, port: int) -> Iterator[Path]:
    """Have the data folder and the port for oneself; gives a private folder for sockets.

    The lock goes with the process, whatever ends it. The words beside it are for whoever comes next:
    where this run answers, its process, its folder. A run that was killed leaves them behind.
    """
    run = data / "run"
    bootstrap.make_folder(run)
    with (run / "lock").open("w") as lock, _locked(lock.fileno(), data, run / "holder"):
        left_over = _words(run / "holder")
        _clear_away(left_over, run / "children")
        _wait_for_port(port, patience=AFTER_A_KILL if left_over else 0)
        folder = _private_folder()
        holder = (bootstrap.address(port), str(os.getpid()), str(folder))
        (run / "holder").write_text("\n".join(holder), encoding="utf-8")
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            (run / "holder").unlink(missing_ok=True)


@contextmanager
def _locked(lock: int, data: Path, holder: Path) -> Iterator[None]:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        where, process, *_ = [*_words(holder), "another start", "unknown"]
        raise ImproperlyConfigured(
            f"The data folder {data} is in use by {where} (process {process}). "
            "Stop it first, or choose another folder with --data."
        ) from None
    yield


def _words(holder: Path) -> list[str]:
    try:
        return holder.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _wait_for_port(port: int, *, patience: float) -> None:
    give_up = time.monotonic() + patience
    while problem := _why_not(port):
        if time.monotonic() >= give_up:
            raise ImproperlyConfigured(
                f"Port {port} of {bootstrap.HOST} cannot be used: {problem}. Choose another with --port."
            )
        time.sleep(0.1)


def _why_not(port: int) -> str:
    """Why the port cannot be listened on; empty when it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bootstrap.HOST, port))
        except OSError as error:
            return os.strerror(error.errno or 0).lower()
    return ""


def _private_folder() -> Path:
    """A folder for the owner alone whose path leaves room for the name of a socket."""
    folder = tempfile.mkdtemp(prefix=PREFIX)
    if len(f"{folder}/broker.sock") > LONGEST_SOCKET:
        os.rmdir(folder)
        folder = tempfile.mkdtemp(prefix=PREFIX, dir="/tmp")
    return Path(folder)


def _clear_away(left_over: list[str], children: Path) -> None:
    """Remove what a killed run left: its folder, and on macOS its processes."""
    for folder in map(Path, left_over[2:]):
        if folder.name.startswith(PREFIX):
            shutil.rmtree(folder, ignore_errors=True)
    # On Linux the kernel ended them with their parent.
    if left_over and sys.platform != "linux":
        for process in _words(children):
            end_left_over(int(process))


def end_left_over(process: int) -> None:
    """End a child of a killed run, unless its number belongs to another program by now."""
    asked = ["ps", "-o", "command=", "-p", str(process)]
    command = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    if any(ours in command for ours in OURS):
        with suppress(ProcessLookupError):
            os.killpg(process, signal.SIGTERM)
