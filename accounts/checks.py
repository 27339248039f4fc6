"""What `manage.py check --deploy` looks for besides Django's own."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning

IN_ONE_PROCESS = "django.core.cache.backends.locmem.LocMemCache"


def attempts_are_counted_together(**kwargs: Any) -> list[CheckMessage]:
    """Without a shared cache each web process has a count of wrong passwords of its own."""
    if settings.CACHES["default"]["BACKEND"] != IN_ONE_PROCESS:
        return []
    return [
        Warning(
            "CACHE_URL is empty: every web process counts wrong passwords by itself.",
            hint="Name a Redis or Valkey in CACHE_URL.",
            id="accounts.W001",
        )
    ]


def second_factor_is_required(**kwargs: Any) -> list[CheckMessage]:
    """A password alone opens the register to whoever learns it (ASVS 5.0, 6.3.3)."""
    if settings.REQUIRE_SECOND_FACTOR:
        return []
    return [
        Warning(
            "REQUIRE_SECOND_FACTOR is off: officers and administrators need nothing but a password.",
            hint="Turn it on; they are asked to set up their phone when they sign in.",
            id="accounts.W002",
        )
    ]
