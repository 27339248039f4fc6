"""Telling the log that somebody was refused (ASVS 5.0, 16.3.2), no more often than it helps anybody."""

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction

from .audit import record
from .choices import Via
from .models import Event, User

logger = logging.getLogger(__name__)

ACTION = "access.refused"
# One row for a person, an address and this long: whoever asks a thousand times fills no disk.
AT_MOST_EVERY = timedelta(hours=1)


def note(*, user: User, address: str, method: str, now: datetime) -> None:
    """Tell that `user` was refused at an address, by its name in urls.py.

    Never raises for a database that does not take it: the refusal stands all the same.
    """
    try:
        if not _is_told(user, address, now):
            with transaction.atomic():
                _tell(user, address, method, now)
    except DatabaseError:
        logger.exception("A refusal at %s could not be told to the log", address)


def _tell(user: User, address: str, method: str, now: datetime) -> None:
    # Of several at once, one tells: the others find it told.
    User.objects.select_for_update().get(pk=user.pk)
    if not _is_told(user, address, now):
        after = {"address": address, "method": method}
        record(actor=user, at=now, via=Via.PAGE, action=ACTION, of=user, after=after)


def _is_told(user: User, address: str, now: datetime) -> bool:
    since = now - AT_MOST_EVERY
    own = Event.objects.filter(object_type="user", object_id=user.pk, at__gt=since, at__lte=now)
    return own.filter(actor=user, action=ACTION, after__address=address).exists()
