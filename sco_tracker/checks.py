"""Checks that need the database: what the settings cannot know. `migrate` runs them, and so does
`manage.py check --database default`; a web process asks for itself when it starts (wsgi.py).
"""

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)
SAMPLE = (
    "The sample accounts are in this database, and their passwords are public: a site that others "
    "reach needs a database of its own."
)


def no_sample_accounts(
    *, databases: Sequence[str] | None = None, **options: Any
) -> list[CheckMessage]:
    """Sample accounts stay on the machine of whoever tries the product."""
    found = databases and not settings.ON_LOOPBACK and _has_sample_accounts()
    return [Error(SAMPLE, id="sco_tracker.E001")] if found else []


def refuse_sample_accounts() -> None:
    """Raise `ImproperlyConfigured` for them. A database that is away is no reason to stay down."""
    if settings.ON_LOOPBACK:
        return
    try:
        if _has_sample_accounts():
            raise ImproperlyConfigured(SAMPLE)
    finally:
        connection.close()  # processes that are divided after this must not share it


def _has_sample_accounts() -> bool:
    """Not where the tables are not made yet."""
    from .sample import has_accounts

    try:
        return has_accounts()
    except DatabaseError as error:
        logger.warning("Whether sample accounts are there cannot be told: %s", error)
        return False
