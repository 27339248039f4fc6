"""Handing one mail to the mail server, or to a folder where none is set. Knows nothing of the outbox.

What counts is whether the outcome is certain. A reply with a code is. A connection that breaks
before the final dot is: nothing was sent. One that breaks after the dot is not.
"""

import os
import re
import smtplib
import socket
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from . import durations
from .choices import Stage
from .failpoints import here

LONGEST_REPLY = 1000


class Verdict(Enum):
    """What an attempt came to."""

    SENT = "sent"
    LATER = "refused for now"
    NEVER = "refused for good"
    TROUBLE = "no relay"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """The outcome of one attempt: `stage` is how far it came, `code` and `text` the server's words."""

    verdict: Verdict
    stage: Stage
    code: int | None = None
    text: str = ""


class NoRelayError(Exception):
    """The mail server cannot be reached or lets us not in. Nothing was sent."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.text)
        self.answer = answer


class Relay(Protocol):
    """A way out. `open` is called before each mail and reuses what is open."""

    def open(self) -> None:
        """Be ready to send. Raises `NoRelayError`."""

    def send(self, *, name: str, to: str, content: bytes) -> Answer:
        """Hand over one mail of CRLF lines. Never raises for what the other side does."""

    def close(self) -> None: ...


def from_settings() -> Relay:
    if settings.EMAIL_RELAY:
        return SmtpRelay(settings.EMAIL_RELAY, sender=parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    return FolderRelay(Path(settings.MAIL_DIR))


class SmtpRelay:
    """One connection for a whole round. `options` are those of Django's SMTP backend."""

    def __init__(self, options: Mapping[str, Any], *, sender: str) -> None:
        self.options = options
        self.sender = sender
        self._smtp: smtplib.SMTP | None = None

    def open(self) -> None:
        if self._smtp and self._is_alive(self._smtp):
            return
        self.close()
        backend = EmailBackend(**{"timeout": durations.CONNECT.seconds(), **self.options})
        try:
            backend.open()
            self._smtp = _greeted(backend.connection)
        except OSError as error:  # smtplib's own errors are among them
            # Also what Django opened and did not finish: a wrong password leaves a connection behind.
            with suppress(OSError):
                backend.close()
            raise NoRelayError(_broken(Stage.CONNECT, error)) from error

    def send(self, *, name: str, to: str, content: bytes) -> Answer:
        assert self._smtp, "open() first"
        smtp = self._smtp
        talk: tuple[tuple[Stage, Callable[[], tuple[int, bytes]], set[int]], ...] = (
            (Stage.SENDER, lambda: self._name_sender(smtp), {250}),
            (Stage.RECIPIENT, lambda: self._name_recipient(smtp, to), {250, 251}),
            (Stage.BODY, lambda: self._hand_over(smtp, content), {354}),
            (Stage.DOT, lambda: self._end(smtp), {250}),
        )
        code, text = 0, b""
        for stage, say, good in talk:
            try:
                code, text = say()
            except OSError as error:
                self.close()
                return _broken(stage, error)
            if code not in good:
                return _refused(stage, code, text)
        return Answer(Verdict.SENT, Stage.DONE, code, _words(text))

    def close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp:
            with suppress(OSError):
                smtp.quit()
            smtp.close()

    def _is_alive(self, smtp: smtplib.SMTP) -> bool:
        """Whether the connection is still good; also forgets what a refused mail left behind."""
        try:
            return smtp.rset()[0] == 250
        except OSError:
            return False

    def _name_sender(self, smtp: smtplib.SMTP) -> tuple[int, bytes]:
        options = ["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else []
        return smtp.mail(self.sender, options)

    def _name_recipient(self, smtp: Any, to: str) -> tuple[int, bytes]:
        code, text = smtp.rcpt(to)
        return int(code), bytes(text)

    def _hand_over(self, smtp: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
        """Everything but the dot: whatever breaks here, the mail is certainly not sent."""
        code, text = smtp.docmd("DATA")
        if code == 354:
            smtp.send(_dotted(content))
            here("body")
        return code, text

    def _end(self, smtp: smtplib.SMTP) -> tuple[int, bytes]:
        assert smtp.sock
        # The server may think about a whole mail for minutes; the lease outlives that.
        smtp.sock.settimeout(durations.DOT.seconds())
        smtp.send(b".\r\n")
        here("dot")
        reply = smtp.getreply()
        smtp.sock.settimeout(durations.COMMAND.seconds())
        return reply


class FolderRelay:
    """Writes mails as files, each at once or not at all. A mail sent twice is the same file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise NoRelayError(_broken(Stage.CONNECT, error)) from error

    def send(self, *, name: str, to: str, content: bytes) -> Answer:
        try:
            self._write(self.folder / f"{name}.eml", content)
        except OSError as error:
            return Answer(Verdict.TROUBLE, Stage.BODY, text=_words(str(error)))
        return Answer(Verdict.SENT, Stage.DONE, text=f"{name}.eml")

    def close(self) -> None:
        pass

    def _write(self, path: Path, content: bytes) -> None:
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise


def _greeted(smtp: Any) -> smtplib.SMTP:
    """A fresh connection that knows what the server can do, and is patient for the rest of the talk."""
    smtp.sock.settimeout(durations.COMMAND.seconds())
    # The dot is a packet of its own: it must not wait until the one before is acknowledged.
    smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    smtp.ehlo_or_helo_if_needed()
    connection: smtplib.SMTP = smtp
    return connection


def _dotted(content: bytes) -> bytes:
    """The body as SMTP wants it: a dot at the start of a line is doubled, the last line is ended."""
    ended = content if content.endswith(b"\r\n") else content + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended)


def _broken(stage: Stage, error: OSError) -> Answer:
    """The connection failed at a stage."""
    code = getattr(error, "smtp_code", None)
    text = getattr(error, "smtp_error", None) or str(error) or type(error).__name__
    return Answer(
        _verdict_of_break(stage), stage, code if code and code > 0 else None, _words(text)
    )


def _verdict_of_break(stage: Stage) -> Verdict:
    if stage is Stage.DOT:
        return Verdict.UNKNOWN
    # At the recipient's name or in the text the mail itself may be the cause: such a try counts.
    return Verdict.LATER if stage in {Stage.RECIPIENT, Stage.BODY} else Verdict.TROUBLE


def _refused(stage: Stage, code: int, text: bytes) -> Answer:
    """The server said no. Before the recipient's name, and with 421, it does not mean this mail."""
    if code == 421 or stage is Stage.SENDER:
        verdict = Verdict.TROUBLE
    elif 400 <= code < 500:
        verdict = Verdict.LATER
    elif 500 <= code < 600:
        verdict = Verdict.NEVER
    else:
        verdict = _verdict_of_break(stage)
    return Answer(verdict, stage, code if code > 0 else None, _words(text))


def _words(text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(said.replace("\0", "").split())[:LONGEST_REPLY]
