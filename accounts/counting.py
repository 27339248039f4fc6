"""Counting in one statement, and no further than anybody reads."""

from typing import Any

from django.db.models import QuerySet

from .models import User


def keys(rows: "QuerySet[Any]", most: int) -> "QuerySet[Any, Any]":
    """The keys of so many of these rows at most."""
    return rows.order_by().values("pk")[:most]


def in_one_row(user: User, asked: dict[str, Any]) -> dict[str, Any]:
    """Several questions to the database as one: each is a column of one row."""
    found: dict[str, Any] = User.objects.filter(pk=user.pk).values(**asked).get()
    return found
