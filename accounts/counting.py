"""Counting in one statement, and no further than anybody reads."""

from typing import Any

from django.db.models import QuerySet

from .asking import Somebody
from .models import User


def keys(rows: "QuerySet[Any]", most: int) -> "QuerySet[Any, Any]":
    """The keys of so many of these rows at most."""
    return rows.order_by().values("pk")[:most]


def in_one_row(user: User | Somebody, asked: dict[str, Any]) -> "QuerySet[User, dict[str, Any]]":
    """Several questions to the database as one: each is a column of the only row."""
    person = user if isinstance(user, Somebody) else user.pk
    return User.objects.filter(pk=person).order_by().values(**asked)
