"""A mail server that writes down what it accepted, and misbehaves as it is told.

    relay.fails("RCPT", "550 5.1.1 No such mailbox", address="who@example.org")
    relay.fails("DOT", CUT_SAVED, times=1)

A place is a command (CONNECT is the greeting, DOT the end of the text), a fault a reply, or one of
the constants below. Any number of connections may be open at once, each by a thread of its own.
"""

import email
import email.policy
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, BinaryIO

HOST = "127.0.0.1"
CUT = "cut"  # break the connection; nothing is kept
CUT_SAVED = "cut, saved"  # keep the mail, break the connection before the reply
HANG = "hang"  # say nothing until the client goes away
HANG_SAVED = "hang, saved"  # keep the mail, never answer
SAVING = {CUT_SAVED, HANG_SAVED}

USUAL = {
    "CONNECT": "220 ready",
    "EHLO": "250-here\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
    "AUTH": "235 let in",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "RSET": "250 ok",
    "DATA": "354 go on",
    "DOT": "250 taken",
    "QUIT": "221 bye",
}


@dataclass(frozen=True)
class Accepted:
    """One message that the server took responsibility for."""

    to: str
    raw: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)  # type: ignore[return-value]

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


@dataclass
class Fault:
    """What happens at a place instead of the usual reply; `times` counts down."""

    how: str
    address: str
    times: float


class Relay:
    """The server. `stop` and `start` take it off the network and back, on the same port."""

    def __init__(self) -> None:
        self.accepted: list[Accepted] = []
        self.connections = 0
        self.port = 0
        self._faults: dict[str, list[Fault]] = {}
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None

    @property
    def options(self) -> dict[str, Any]:
        """As `settings.EMAIL_RELAY`."""
        return {"host": HOST, "port": self.port, "username": "", "password": ""}

    def fails(
        self, place: str, how: str, *, times: float = float("inf"), address: str = ""
    ) -> None:
        self._faults.setdefault(place, []).append(Fault(how, address, times))

    def recovers(self) -> None:
        """From now on it does all it should."""
        self._faults.clear()

    def start(self) -> None:
        self._listener = socket.create_server((HOST, self.port))
        self.port = self._listener.getsockname()[1]
        self._run(self._accept, self._listener)

    def stop(self) -> None:
        listener, self._listener = self._listener, None
        if listener:
            # Closing alone would not wake a thread that waits for a connection.
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._threads.clear()

    def _run(self, what: Any, *arguments: Any) -> None:
        thread = threading.Thread(target=what, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _address = listener.accept()
                self.connections += 1
                self._run(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)
        with connection, connection.makefile("rb") as lines, suppress(OSError):
            Talk(self, connection, lines).through()
        with self._lock:
            self._open.discard(connection)

    def fault(self, place: str, address: str) -> str:
        """The fault that is due at a place; empty when there is none."""
        with self._lock:
            for fault in self._faults.get(place, ()):
                if fault.times > 0 and fault.address in {"", address}:
                    fault.times -= 1
                    return fault.how
        return ""


@dataclass
class Talk:
    """One connection from greeting to end."""

    relay: Relay
    connection: socket.socket
    lines: BinaryIO
    to: str = ""
    text: bytes = b""

    def through(self) -> None:
        place = "CONNECT"
        while place and self._goes_on(place):
            place = self._next(place)

    def _goes_on(self, place: str) -> bool:
        """Answer at a place. Whether the talk continues."""
        how = self.relay.fault(place, self.to)
        if place == "DOT" and (how in SAVING or not how):
            self.relay.accepted.append(Accepted(self.to, self.text))
        if how in {HANG, HANG_SAVED}:
            self.connection.recv(1)  # returns when the client has gone
        if how in {HANG, HANG_SAVED, CUT, CUT_SAVED}:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return False
        reply = how or USUAL[place]
        self.data_follows = reply.startswith("354")
        self.connection.sendall(f"{reply}\r\n".encode())
        return place != "QUIT" and not reply.startswith("421")

    def _next(self, place: str) -> str:
        if place == "DATA" and self.data_follows:
            return self._read_text()
        line = self.lines.readline()
        verb = line[:4].decode("ascii", "replace").strip().upper()
        if verb == "RCPT" and (found := re.search(rb"<(.*?)>", line)):
            self.to = found[1].decode()
        return verb if verb in USUAL else ""

    def _read_text(self) -> str:
        """Reads up to the dot. Empty when the connection ends before it."""
        text = bytearray()
        while line := self.lines.readline():
            if line == b".\r\n":
                self.text = bytes(text)
                return "DOT"
            text += line[1:] if line.startswith(b"..") else line
        return ""


@contextmanager
def relay() -> Iterator[Relay]:
    """A server that listens while the block runs."""
    server = Relay()
    server.start()
    try:
        yield server
    finally:
        server.stop()
