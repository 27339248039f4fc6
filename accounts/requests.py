"""The request as our views get it, behind the middleware."""

from datetime import datetime
from typing import cast

from django.http import HttpRequest

from .models import User


class Request(HttpRequest):
    """A request with the moment that its page is true at (UTC). Behind an access rule it has a person."""

    user: User
    now: datetime


def moment(request: HttpRequest) -> datetime:
    """The moment of a page (UTC), for what is handed any request (`PersonalMiddleware` puts it there)."""
    return cast("Request", request).now


def person(request: HttpRequest) -> User:
    """Who makes a request, where only signed-in people come."""
    assert isinstance(request.user, User)
    return request.user
