"""A person's sessions: how long they last, and how they are ended.

Django's session says since when and until when it was used; allauth's list of sessions says from where.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction
from django.http import HttpRequest
from django.utils import timezone

from .audit import record
from .models import User

logger = logging.getLogger(__name__)

SINCE, SEEN = "since", "seen"  # whole seconds since 1970, as sessions keep JSON
# A session that is in use is written down so seldom: reading a page should not cost a write.
NOTED_EVERY = 300
# One person's sessions at once; allauth looks through all of them at each sign-in.
MOST = 20


def is_over(session: SessionBase, now: datetime) -> bool:
    """Whether a session is too old, or was left alone too long (ASVS 5.0, 7.3.1 and 7.3.2)."""
    moment = now.timestamp()
    idle = moment - session.get(SEEN, moment)
    return idle > settings.SESSION_IDLE_SECONDS or (
        moment - session.get(SINCE, moment) > settings.SESSION_COOKIE_AGE
    )


def note(session: SessionBase, now: datetime) -> None:
    """Write down that a session is used, unless that was done a moment ago."""
    if SINCE not in session:
        _begin(session, now)
    elif now.timestamp() - session[SEEN] > NOTED_EVERY:
        try:
            UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=now)
        except DatabaseError as error:  # pages that write nothing themselves are read all the same
            logger.warning("That a session is used cannot be written down: %s", error)
        else:
            session[SEEN] = int(now.timestamp())


def of(user: User) -> list[UserSession]:
    """Somebody's sessions that still work, the one used last first."""
    alive = UserSession.objects.purge_and_list(user)
    return sorted(alive, key=lambda session: session.last_seen_at, reverse=True)


def end(*, chosen: Iterable[UserSession], user: User, actor: User, now: datetime, via: str) -> int:
    """End some of somebody's sessions, with one event for all of them. Returns how many there were."""
    with transaction.atomic():
        count = _end(chosen)
        if count:
            record(
                actor=actor,
                at=now,
                via=via,
                action="session.ended",
                of=user,
                after={"sessions": count},
            )
    return count


def make_room(user: User) -> None:
    """Before somebody signs in: of `MOST` sessions, those that were not used for longest end."""
    _end(UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk")[MOST - 1 :])


def sweep(now: datetime) -> None:
    """Forget sessions that ended by themselves, and from where they were."""
    Session.objects.filter(expire_date__lt=now).delete()
    longest = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    UserSession.objects.filter(last_seen_at__lt=now - longest).delete()


def end_all(user: User) -> None:
    """End every session, as part of something else that leaves its event."""
    _end(UserSession.objects.filter(user=user))


def end_others(request: HttpRequest, user: User) -> None:
    """End every session but this one, likewise."""
    _end(UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key))


def _end(chosen: Iterable[UserSession]) -> int:
    count = 0
    for session in chosen:
        session.end()
        count += 1
    return count


def _begin(session: SessionBase, now: datetime) -> None:
    session[SINCE] = session[SEEN] = int(now.timestamp())


def _on_signed_in(request: HttpRequest, **kwargs: Any) -> None:
    _begin(request.session, timezone.now())


def listen() -> None:
    """Hear from Django of everybody who is signed in, whichever way."""
    user_logged_in.connect(_on_signed_in)
