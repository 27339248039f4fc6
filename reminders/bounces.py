"""Mail that came back: which mail of ours it was, and what that means for the address."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage, Message

from django.core.signing import BadSignature, Signer

from .addresses import suppress
from .choices import Ground
from .models import Email

# Longer after it was written, a mail does not come back: whoever says so guesses or replays.
LIFETIME = timedelta(days=30)
_ID = re.compile(rb"^X-Reminder-Id:[ \t]*(\S+)", re.MULTILINE | re.IGNORECASE)
# Refused for good, but not for the address: full, or what the mail says.
_NOT_THE_ADDRESS = re.compile(r"5\.(2\.[234]|3\.4|6\.|7\.)")


@dataclass(frozen=True)
class Bounce:
    """What a message from outside turned out to be. `ground` is None when it stops nothing."""

    email: Email | None
    ground: Ground | None
    words: str


def take(raw: bytes, *, now: datetime, via: str) -> Bounce:
    """Read a message that came back, and stop mail to the address where it says so."""
    bounce = read(raw, now=now)
    if bounce.email and bounce.ground:
        suppress(bounce.email.to_address, ground=bounce.ground, now=now, via=via)
    return bounce


def read(raw: bytes, *, now: datetime) -> Bounce:
    """What a message says. It counts only if it carries a number that we signed, of a recent mail."""
    email = _mail_of(raw, now)
    if email is None:
        return Bounce(None, None, "no mail of ours")
    message = message_from_bytes(raw, policy=policy.default)
    if _is_complaint(message):
        return Bounce(email, Ground.COMPLAINT, "complaint")
    status = _status(message)
    if status.startswith("5") and not _NOT_THE_ADDRESS.match(status):
        return Bounce(email, Ground.HARD_BOUNCE, status)
    return Bounce(email, None, status or "nothing that is understood")


def _mail_of(raw: bytes, now: datetime) -> Email | None:
    for signed in _ID.findall(raw):
        try:
            key = Signer(salt="reminders.email").unsign(signed.decode("ascii", "replace"))
        except BadSignature:
            continue
        return Email.objects.filter(pk=int(key), frozen_at__gt=now - LIFETIME).first()
    return None


def _status(message: EmailMessage | Message) -> str:
    """The status of a delivery report (RFC 3464): "5.1.1". Empty for what is no failure."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for fields in part.walk():
            if str(fields.get("Action", "")).strip().lower() == "failed":
                return str(fields.get("Status", "")).strip()[:10]
    return ""


def _is_complaint(message: EmailMessage | Message) -> bool:
    """A report of abuse (RFC 5965)."""
    return any(part.get_content_type() == "message/feedback-report" for part in message.walk())
