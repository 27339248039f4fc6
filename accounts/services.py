"""Writing about people. Each function owns its fields and adds its event."""

from copy import copy
from datetime import datetime
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from . import emails
from .audit import record
from .choices import Role
from .models import User
from .taken import unless_taken


def add_person(
    *,
    email: str,
    name: str,
    now: datetime,
    via: str,
    actor: User | None = None,
    role: str = Role.READER,
    password: str | None = None,
    is_mailbox: bool = False,
    language: str = "en",
    time_zone: str = "UTC",
) -> User:
    """Give somebody an account, or enter a mailbox. Without a password nobody can sign in yet.

    Raises `ValidationError` by field, for instance when somebody has the address already.
    """
    user = User(
        email=User.normalize_username(email),
        name=name.strip(),
        role=role,
        is_mailbox=is_mailbox,
        language=language,
        time_zone=time_zone,
        date_joined=now,
    )
    return save_new_person(user=user, password=password, actor=actor, now=now, via=via)


def save_new_person(
    *, user: User, actor: User | None, now: datetime, via: str, password: str | None = None
) -> User:
    """Store somebody who is filled in already, with or without a first password."""
    user.set_password(password)
    user.full_clean()
    with unless_taken(user):
        user.save()
        after = {"name": user.name, "role": user.role, "is_mailbox": user.is_mailbox}
        record(actor=actor, at=now, via=via, action="person.added", of=user, after=after)
    return user


def change_person(
    *,
    user: User,
    values: dict[str, Any],
    actor: User | None,
    now: datetime,
    via: str,
    seen: int | None = None,
) -> User:
    """Change what is known of a person: only the named fields, noticing if somebody was quicker.

    `seen` is the version that the form was made from; None takes the present one. Addresses are
    told as changed, never written into the log.
    """
    if "email" in values:
        values = {**values, "email": User.normalize_username(values["email"])}
    changed = {name: value for name, value in values.items() if getattr(user, name) != value}
    if not changed:
        return user
    before = {name: _told(name, getattr(user, name)) for name in changed}
    with unless_taken(_with(user, changed)):
        mine = User.objects.filter(pk=user.pk, version=seen if seen is not None else user.version)
        if not mine.update(**changed, version=F("version") + 1):
            raise ValidationError(
                _(
                    "Somebody changed these entries after you opened them. Look at them again, then save."
                ),
                code="stale",
            )
        after = {name: _told(name, value) for name, value in changed.items()}
        record(
            actor=actor,
            at=now,
            via=via,
            action="person.changed",
            of=user,
            before=before,
            after=after,
        )
    user.refresh_from_db()
    return user


def invite(*, user: User, actor: User | None, now: datetime, via: str) -> None:
    """Send somebody the link that sets a first password: allauth's reset link, valid as long as that.

    Raises `ValidationError` for a mailbox or somebody who is not active.
    """
    if user.is_mailbox or not user.is_active:
        raise ValidationError(
            _("%(name)s cannot sign in, so there is nothing to invite to.") % {"name": user.name}
        )
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    path = reverse("account_reset_password_from_key", args=key.split("-", 1))
    days = settings.PASSWORD_RESET_TIMEOUT // (24 * 3600)
    with transaction.atomic():
        emails.invitation(user=user, link=f"{settings.SITE_URL}{path}", days=days).send()
        record(actor=actor, at=now, via=via, action="person.invited", of=user)


def _with(user: User, changed: dict[str, Any]) -> User:
    """The person as they will be, to be checked again."""
    coming = copy(user)
    for name, value in changed.items():
        setattr(coming, name, value)
    return coming


def _told(name: str, value: Any) -> Any:
    return _("changed") if name == "email" else value
