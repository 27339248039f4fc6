"""Mail about accounts: assembled here, sent through the outbox like all mail."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from .models import User


def invitation(*, user: User, link: str, days: int) -> EmailMessage:
    """The mail that gives somebody a first password. `link` sets it; it works for `days` days."""
    context = {"user": user, "link": link, "days": days, "site": settings.SITE_URL}
    with translation.override(user.language):
        subject = render_to_string("accounts/emails/invitation.subject.txt", context)
        body = render_to_string("accounts/emails/invitation.txt", context)
    return EmailMessage(subject=" ".join(subject.split()), body=body, to=[user.email])
