"""Django's own mail (a forgotten password, an invitation) goes through the outbox like all other."""

import copy
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from accounts.models import User

from . import emails
from .choices import Kind
from .models import Email


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


def put(message: EmailMessage, address: str) -> Email:
    """Write one mail to one address into the outbox, its bytes final."""
    now = timezone.now()
    with transaction.atomic():
        email = Email.objects.create(
            kind=Kind.ACCOUNT,
            recipient=User.objects.by_address(address).first(),
            to_address=address,
            subject=emails.one_line(str(message.subject))[: emails.LONGEST_SUBJECT],
            created_at=now,
            not_before=now,
            # Its links are of no use afterwards.
            expires_at=now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
            frozen_at=now,
        )
        email.message_id = emails.message_id(email)
        email.frozen = emails.as_bytes(_addressed(message, email))
        email.save(update_fields=["message_id", "frozen"])
    return email


def _addressed(message: EmailMessage, email: Email) -> EmailMessage:
    """The message to this one person alone, with our headers."""
    own = copy.copy(message)
    own.subject = email.subject
    own.to, own.cc, own.bcc = [email.to_address], [], []
    own.extra_headers = {**message.extra_headers, **emails.headers(email)}
    return own
