"""A mail server that follows a script, for what a well-behaved one cannot be told to do."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

CUT = None  # instead of a reply: break the connection

USUAL = {
    "CONNECT": "220 ready",
    "EHLO": "250 hello",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "RSET": "250 ok",
    "DATA": "354 go on",
    "DOT": "250 taken",
    "QUIT": "221 bye",
}


class Scripted:
    """Answers each command of a session by `USUAL`, except where `script` says otherwise."""

    def __init__(self, script: dict[str, str | None]) -> None:
        self.replies: dict[str, str | None] = {**USUAL, **script}
        self.heard: list[str] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    @property
    def options(self) -> dict[str, Any]:
        """As `settings.EMAIL_RELAY`."""
        return {"host": "127.0.0.1", "port": self.port, "username": "", "password": ""}

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _address = self.socket.accept()
                # Both closed by name: a client that resets the connection must leave nothing open.
                with connection, connection.makefile("rb") as lines, suppress(OSError):
                    self._talk(connection, lines)

    def _talk(self, connection: socket.socket, lines: BinaryIO) -> None:
        verb = "CONNECT"
        while True:
            self.heard.append(verb)
            reply = self.replies[verb]
            if reply is CUT:
                connection.shutdown(socket.SHUT_RDWR)
                return
            connection.sendall(f"{reply}\r\n".encode())
            if verb == "QUIT":
                return
            verb = _text_ends(lines) if reply.startswith("354") else _next_verb(lines)
            if not verb:
                return


def _next_verb(lines: BinaryIO) -> str:
    return lines.readline()[:4].decode().strip().upper()


def _text_ends(lines: BinaryIO) -> str:
    """Reads up to the dot; empty when the connection ends before it."""
    return "DOT" if b".\r\n" in iter(lines.readline, b"") else ""


@contextmanager
def scripted(**script: str | None) -> Iterator[Scripted]:
    server = Scripted(script)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        # Closing alone would not wake a thread that waits for a connection.
        server.socket.shutdown(socket.SHUT_RDWR)
        server.socket.close()
        thread.join(5)
