"""What every page knows about the site."""

from typing import Any

from django.http import HttpRequest

from accounts.models import User

SAMPLE_OFFICER = "officer@example.org"


def site(request: HttpRequest) -> dict[str, Any]:
    """Whether this is the sample register. Asked of the database once a page, lazily."""
    return {"sample_data": lambda: User.objects.by_address(SAMPLE_OFFICER).exists()}
