"""Counting in one statement, and no further than anybody reads."""

from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery

from .models import User


class Counted(Subquery):
    """How many rows a query finds, its limit included."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


class CountedOnce(Subquery):
    """How many different values a query of one column finds."""

    template = "(SELECT COUNT(DISTINCT counted.value) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def keys(rows: "QuerySet[Any]", most: int) -> "QuerySet[Any, Any]":
    """The keys of so many of these rows at most."""
    return rows.order_by().values("pk")[:most]


def in_one_row(user: User, asked: dict[str, Any]) -> dict[str, Any]:
    """Several questions to the database as one: each is a column of one row."""
    found: dict[str, Any] = User.objects.filter(pk=user.pk).values(**asked).get()
    return found
