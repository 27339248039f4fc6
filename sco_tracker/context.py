"""What every page knows about the site."""

from typing import Any

from django.db.models import Exists
from django.http import HttpRequest

from accounts.models import User

SAMPLE_OFFICER = "officer@example.org"


def site(request: HttpRequest) -> dict[str, Any]:
    """Whether this is the sample register: known with the person, else asked once a page, lazily."""
    return {"sample_data": lambda: _is_sample(getattr(request, "user", None))}


def sample_data() -> Exists:
    return Exists(User.objects.by_address(SAMPLE_OFFICER))


def _is_sample(user: Any) -> bool:
    known = getattr(user, "sample_data", None)
    return User.objects.by_address(SAMPLE_OFFICER).exists() if known is None else bool(known)
