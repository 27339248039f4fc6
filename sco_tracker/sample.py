"""The sample register: the real report of the 14th meeting, and one account for each kind of person.

Only for trying the product on one's own machine: the password is public.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.choices import Role, Via
from accounts.models import User
from accounts.services import add_person
from commitments.loading import load_meeting
from meetings.models import Meeting, Party
from meetings.services import appoint

PASSWORD = "sample-register"
FILE = settings.BASE_DIR / "fixtures" / "scs-14.toml"
STAFF = {
    "admin@example.org": ("Sample administrator", Role.ADMINISTRATOR),
    "officer@example.org": ("Sample desk officer", Role.OFFICER),
    "reader@example.org": ("Sample reader", Role.READER),
}
FOCAL_POINTS = {
    "CN": "china@example.org",
    "IN": "india@example.org",
    "KZ": "kazakhstan@example.org",
    "KG": "kyrgyzstan@example.org",
    "PK": "pakistan@example.org",
    "RU": "russia@example.org",
    "TJ": "tajikistan@example.org",
    "UZ": "uzbekistan@example.org",
    "SEC": "secretariat@example.org",
    "RATS": "rats@example.org",
}
ADDRESSES = [*STAFF, *FOCAL_POINTS.values()]


def load_sample(*, now: datetime) -> None:
    """Fill an empty register, whole or not at all. On one that has people or meetings it does nothing."""
    with transaction.atomic():
        if User.objects.exists() or Meeting.objects.exists():
            return
        officer = _add_staff(now)
        meeting = load_meeting(FILE, now=now, via=Via.COMMAND, actor=officer)
        meeting.officer = officer
        meeting.save(update_fields=["officer"])
        for code, email in FOCAL_POINTS.items():
            _add_focal_point(code, email, now)
        # One hash for all: the password is the same and public, and hashing is slow on purpose.
        User.objects.filter(email__in=ADDRESSES).update(password=make_password(PASSWORD))


def has_accounts() -> bool:
    """Whether an account of the sample is in the database, however little else is left of it."""
    return bool(User.objects.filter(email__in=ADDRESSES).exists())


def _add_staff(now: datetime) -> User:
    for email, (name, role) in STAFF.items():
        add_person(email=email, name=name, role=role, now=now, via=Via.COMMAND)
    return User.objects.get(role=Role.OFFICER)


def _add_focal_point(code: str, email: str, now: datetime) -> None:
    party = Party.objects.get(code=code)
    name = f"Focal point, {party.name}"
    user = add_person(email=email, name=name, time_zone=party.time_zone, now=now, via=Via.COMMAND)
    # From yesterday on: then the term has begun in every time zone that somebody may choose.
    yesterday = now.date() - timedelta(days=1)
    appoint(party=party, user=user, starts_on=yesterday, now=now, via=Via.COMMAND)
