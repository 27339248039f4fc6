"""The first administrator of an empty site, by a one-time address that the start command prints."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth import password_validation
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Role, Via
from accounts.models import User
from accounts.services import add_person

SALT = "first-administrator"
VALID_FOR = 24 * 3600  # seconds


def first_administrator_address() -> str:
    """The address for the person who starts an empty site. It works for a day, and only while nobody has an account."""
    token = signing.dumps(settings.INSTALLATION_ID, salt=SALT)
    return f"{settings.SITE_URL}{reverse('first-administrator', args=[token])}"


def is_open(token: str) -> bool:
    """Whether the address still works."""
    try:
        signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        return False
    return not User.objects.people().exists()


def make_administrator(*, name: str, email: str, password: str, now: datetime) -> User:
    """Make the first administrator. Raises `ValidationError` by field, or when somebody was quicker."""
    try:
        password_validation.validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from None
    with transaction.atomic():
        user = add_person(
            email=email,
            name=name,
            role=Role.ADMINISTRATOR,
            password=password,
            now=now,
            via=Via.PAGE,
        )
        # Two people on the address at once: the second one finds the first and leaves no trace.
        if User.objects.people().exclude(pk=user.pk).exists():
            raise ValidationError(_("This site has an administrator by now. Sign in instead."))
    user.backend = settings.AUTHENTICATION_BACKENDS[0]
    return user
