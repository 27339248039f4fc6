"""A mail server for tests, on this machine alone: it keeps what it gets, and fails when it is told to.

    def test_it_arrives(relay):
        ...
        assert relay.mails[0].recipients == ["officer@example.org"]

Faults: `relay.refuses["who@example.org"] = "550 5.1.1 No such mailbox"` answers a recipient,
`relay.answers = ["451 4.3.0 Later"]` answers the next messages in turn (then 250 again), and
`relay.hangs_up = True` takes the next message and breaks the connection without an answer.
"""

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Mail:
    """One message as it came: what the envelope said, and what was inside."""

    sender: str
    recipients: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)  # type: ignore[return-value]


@dataclass
class MailServer:
    """What came in, what to refuse, and where the server listens."""

    port: int
    mails: list[Mail] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    hangs_up: bool = False

    @property
    def relay(self) -> dict[str, Any]:
        """The same keys as `settings.EMAIL_RELAY`."""
        plain = {"username": "", "password": "", "use_ssl": False, "use_tls": False}
        return {"host": HOST, "port": self.port, **plain}

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2"):
            self.mails.append(Mail(envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        if self.hangs_up:
            self.hangs_up = False
            server.transport.abort()
        return answer


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server that listens while the block runs."""
    server = MailServer(_free_port())
    controller = Controller(server, hostname=HOST, port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
