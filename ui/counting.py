"""Counting within another statement."""

from django.db.models import IntegerField, Subquery


class Counted(Subquery):
    """How many rows a query finds, its limit included."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


class CountedOnce(Subquery):
    """How many different values a query of one column finds."""

    template = "(SELECT COUNT(DISTINCT counted.value) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()
