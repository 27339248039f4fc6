"""Stands between workers and their broker, and swallows what passes when it is told to.

A half-open connection: both ends think that it is there, and nothing arrives any more.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HOST = "127.0.0.1"


class Proxy:
    """Forwards connections to a socket in a folder."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._listener = socket.create_server((HOST, 0))
        self._ends: list[socket.socket] = []
        self._swallowed: set[socket.socket] = set()

    @property
    def address(self) -> str:
        return f"redis://{HOST}:{self._listener.getsockname()[1]}/0"

    def swallows(self) -> None:
        """From now on nothing arrives by the connections that are open. New ones work."""
        self._swallowed |= set(self._ends)

    def start(self) -> None:
        self._run(self._accept)

    def stop(self) -> None:
        for end in (self._listener, *self._ends):
            # Closing alone would not wake a thread that waits for it.
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _address = self._listener.accept()
                there = socket.socket(socket.AF_UNIX)
                self._ends += (here, there)
                try:
                    there.connect(str(self._target))
                except OSError:
                    here.close()
                    continue
                self._run(self._pass_on, here, there)
                self._run(self._pass_on, there, here)

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        """Ends when one end does; who is at the other is not told of it in a swallowed one."""
        with suppress(OSError):
            while data := source.recv(65536):
                if source not in self._swallowed:
                    target.sendall(data)
        if source not in self._swallowed:
            with suppress(OSError):
                target.shutdown(socket.SHUT_RDWR)

    def _run(self, what: Callable[..., None], *arguments: object) -> None:
        threading.Thread(target=what, args=arguments, daemon=True).start()


@contextmanager
def proxy(target: Path) -> Iterator[Proxy]:
    made = Proxy(target)
    made.start()
    try:
        yield made
    finally:
        made.stop()
