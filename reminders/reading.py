"""A stored mail as its reader sees it."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from .models import Email

# The look of a mail stays inside its frame: no script, no form, no picture, no address but its own.
BODY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
# Whoever has such a link acts as the recipient: an administrator who reads the outbox must not.
_LINK = re.compile(r"(/r/[a-z])[\w.:-]+")


@dataclass(frozen=True)
class Letter:
    """The parts of a mail, its signed links cut off. `html` is empty where there is only text."""

    sender: str
    text: str
    html: str


def letter(email: Email) -> Letter | None:
    """What a mail says. None when it is not written yet, or is nobody's to read."""
    if email.is_secret or not email.frozen:
        return None
    message = message_from_bytes(bytes(email.frozen), policy=policy.default)
    return Letter(str(message["From"]), _part(message, "plain"), _part(message, "html"))


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return _LINK.sub(r"\1…", str(part.get_content())) if part else ""
