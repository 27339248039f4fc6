"""Writing about people. Each function owns its fields and adds its event."""

from copy import copy
from datetime import datetime, timedelta
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from . import emails, sessions
from .audit import record
from .choices import Role
from .models import Event, User
from .taken import unless_taken

# Somebody who says that nothing arrived is helped twice more; then it is for the mail server to look.
INVITATIONS_A_DAY = 3


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
        after = {"role": user.role, "is_mailbox": user.is_mailbox}
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

    `seen` is the version that the form was made from; None takes the present one. Names and
    addresses are told as changed, never written into the log: it keeps them for ever.
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
        _shut_old_doors(user, changed)
    user.refresh_from_db()
    return user


def _shut_old_doors(user: User, changed: dict[str, Any]) -> None:
    """Whoever may no longer sign in is out at once, and stays out when they are let in again.

    allauth keeps addresses that it met: by an old one nobody signs in, and no new password goes there.
    """
    if changed.get("is_active") is False or changed.get("is_mailbox"):
        sessions.end_all(user)
    if "email" in changed:
        EmailAddress.objects.filter(user=user).delete()


def set_password(*, user: User, password: str, by_link: bool, now: datetime, via: str) -> None:
    """Give a person the password that they chose; sessions of the old one end by themselves.

    `by_link`: whoever chose it came by the link of a mail instead of the old password.
    """
    user.set_password(password)
    action = "person.password_reset" if by_link else "person.password_changed"
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(password=user.password)
        record(actor=user, at=now, via=via, action=action, of=user)


def invite(*, user: User, actor: User | None, now: datetime, via: str) -> None:
    """Send somebody the link that sets a first password: allauth's reset link, valid as long as that.

    Raises `ValidationError` for a mailbox, for somebody who is not active, and when they had
    `INVITATIONS_A_DAY` within a day.
    """
    if user.is_mailbox or not user.is_active:
        raise ValidationError(
            _("%(name)s cannot sign in, so there is nothing to invite to.") % {"name": user.name}
        )
    if _invited_since(user, now - timedelta(days=1)) >= INVITATIONS_A_DAY:
        raise ValidationError(
            _("%(name)s was sent %(n)d invitations within a day. Send the next one tomorrow.")
            % {"name": user.name, "n": INVITATIONS_A_DAY}
        )
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    link = f"{settings.SITE_URL}{first_password_path(key)}"
    days = settings.PASSWORD_RESET_TIMEOUT // (24 * 3600)
    with transaction.atomic():
        emails.invitation(user=user, link=link, days=days).send()
        record(actor=actor, at=now, via=via, action="person.invited", of=user)


def first_password_path(key: str) -> str:
    """Where the key of a mail, `user-token`, lets somebody choose a password."""
    return reverse("account_reset_password_from_key", args=key.split("-", 1))


def _invited_since(user: User, moment: datetime) -> int:
    """How often somebody was invited after a moment."""
    invited = Event.objects.filter(object_type="user", object_id=user.pk, action="person.invited")
    return invited.filter(at__gt=moment).count()


# Reserved: mail to it goes nowhere (RFC 6761, 6.4).
_NOWHERE = "@anonymised.invalid"


def is_emptied(user: User) -> bool:
    """Whether `empty_person` has made this person unrecognisable."""
    return user.email.endswith(_NOWHERE)


def empty_person(*, user: User) -> User:
    """Take everything out of a person's row that tells who they were; they cannot sign in any more.

    Belongs into the transaction that notes it (forgetting.py). The number keeps one person's deeds
    apart from another's.
    """
    plain = User(name=f"Former member of staff {user.pk}", email=f"former-{user.pk}{_NOWHERE}")
    plain.set_unusable_password()
    kept = {"id", "version", "is_mailbox", "date_joined"}
    values = {
        field.name: getattr(plain, field.name)
        for field in User._meta.concrete_fields
        if field.name not in kept
    }
    values["is_active"] = False
    User.objects.filter(pk=user.pk).update(**values, version=F("version") + 1)
    emptied: User = User.objects.get(pk=user.pk)
    return emptied


def _with(user: User, changed: dict[str, Any]) -> User:
    """The person as they will be, to be checked again."""
    coming = copy(user)
    for name, value in changed.items():
        setattr(coming, name, value)
    return coming


def _told(name: str, value: Any) -> Any:
    return _("changed") if name in {"email", "name"} else value
