"""Links in mails that act without signing in: signed, for one person, one line, one purpose, some days.

A link says who it is for, which line, until when, and carries a stamp of the person's address and
password: whoever changes one of these makes older links worthless. Each purpose has a salt of its own,
so that a link is of no use for anything else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.core.signing import BadSignature, Signer
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User

# Hexadecimal digits: 96 bits, beside the signature that nobody can forge.
_STAMP = 24


class Purpose(Enum):
    """What a link is for: the letter after `/r/`, and for how many days it works."""

    OPEN = ("o", 90)
    SNOOZE = ("s", 14)
    ANSWER = ("a", 14)
    # Mail programs offer this one for as long as the mail lies there.
    UNSUBSCRIBE = ("u", 365)

    @property
    def letter(self) -> str:
        return self.value[0]

    @property
    def lasts(self) -> timedelta:
        return timedelta(days=self.value[1])


@dataclass(frozen=True)
class Claim:
    """What a link that is signed well says. Whether it still holds, `person` answers."""

    purpose: Purpose
    user: int
    line: int
    ends: datetime
    stamp: str


class BadLinkError(Exception):
    """A link that is not ours, was changed, is over, or is of somebody whose entries changed."""


def path(purpose: Purpose, user: User, line: int, now: datetime) -> str:
    """The address that a mail of this moment carries. `line` is the key of a line, 0 for none."""
    ends = int((now + purpose.lasts).timestamp())
    said = f"{user.pk}.{line}.{ends}.{_stamp(purpose, user)}"
    return f"/r/{purpose.letter}{_signer(purpose).sign(said)}"


def read(purpose: Purpose, token: str, now: datetime) -> Claim:
    """What a token says, without asking the database. Raises `BadLinkError`."""
    try:
        user, line, ends, stamp = _signer(purpose).unsign(token).split(".")
        claim = Claim(purpose, int(user), int(line), _moment(int(ends), now), stamp)
    except (BadSignature, ValueError, OverflowError) as error:
        raise BadLinkError from error
    if claim.ends <= now:
        raise BadLinkError
    return claim


def person(claim: Claim) -> User:
    """Whose link it is. Raises `BadLinkError` when they are gone, or when it was made for other entries."""
    user: User | None = User.objects.active().filter(pk=claim.user).first()
    if user is None or not constant_time_compare(claim.stamp, _stamp(claim.purpose, user)):
        raise BadLinkError
    return user


def _moment(seconds: int, now: datetime) -> datetime:
    return datetime.fromtimestamp(seconds, tz=now.tzinfo)


def _signer(purpose: Purpose) -> Signer:
    return Signer(salt=f"reminders.link.{purpose.name.lower()}", sep=".")


def _stamp(purpose: Purpose, user: User) -> str:
    """Of what makes old links worthless: a new address, or for all that shows something a new password."""
    secret = "" if purpose is Purpose.UNSUBSCRIBE else user.password
    said = f"{user.email.casefold()}\n{secret}"
    return salted_hmac("reminders.link.stamp", said, algorithm="sha256").hexdigest()[:_STAMP]
