"""Django's own mail (a forgotten password, an invitation) goes through the outbox like all other."""

import copy
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from accounts.models import User

from . import emails, items
from .choices import Kind, Reason, State
from .models import Email

ACCOUNT_MAILS_A_DAY = 5


class OutboxBackend(BaseEmailBackend):
    """`settings.EMAIL_BACKEND`: writes each mail as a row of the outbox, finished and one a person.

    Nothing is sent here, so the page that asks for a mail is as quick for an address that exists as
    for one that does not, and never fails for the mail server.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Returns how many messages were taken into the outbox."""
        taken = 0
        for message in email_messages:
            for address in message.recipients():
                put(message, address)
            taken += bool(message.recipients())
        return taken


def put(
    message: EmailMessage, address: str, *, kind: Kind = Kind.ACCOUNT, now: datetime | None = None
) -> Email:
    """Write one mail to one address into the outbox, its bytes final.

    Whoever has had too many mails about their account within a day gets no more of them: the row
    says so, and holds no secret.
    """
    now = now or timezone.now()
    with transaction.atomic():
        email = Email.objects.create(
            kind=kind,
            recipient=User.objects.by_address(address).first(),
            to_address=address,
            subject=items.one_line(str(message.subject))[: emails.LONGEST_SUBJECT],
            created_at=now,
            not_before=now,
            # Its links are of no use afterwards.
            expires_at=now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
            frozen_at=now,
            **_too_many(address, kind, now),
        )
        email.message_id = emails.message_id(email)
        if email.state == State.WAITING:
            email.frozen = emails.as_bytes(_addressed(message, email))
        email.save(update_fields=["message_id", "frozen"])
    return email


def url(path: str) -> str:
    """A path of this site as mails name it."""
    return f"{settings.SITE_URL}{path}"


def _too_many(address: str, kind: Kind, now: datetime) -> dict[str, Any]:
    had = Email.objects.account_mail_since(address, now - timedelta(days=1))
    if kind != Kind.ACCOUNT or had < ACCOUNT_MAILS_A_DAY:
        return {}
    return {"state": State.CANCELLED, "error": Reason.CAP}


def _addressed(message: EmailMessage, email: Email) -> EmailMessage:
    """The message to this one person alone, with our headers."""
    own = copy.copy(message)
    own.subject = email.subject
    own.to, own.cc, own.bcc = [email.to_address], [], []
    own.extra_headers = {**message.extra_headers, **emails.headers(email)}
    return own
