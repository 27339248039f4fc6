"""Filters that stay calm whatever the address says."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django_filters.fields import ModelMultipleChoiceField

LONGEST_KEY = 18  # digits that surely fit a database's big integer


class Day(forms.DateInput):
    """The calendar of the browser."""

    input_type = "date"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class QuietChecks(forms.CheckboxSelectMultiple):
    """Boxes that the bar shows only once a link has ticked some: numbers lead there, few people do."""

    is_quiet = True


class QuietDay(Day):
    is_quiet = True


class _Choices(ModelChoiceIterator):
    field: Any

    def __iter__(self) -> Iterator[Any]:
        key = self.field.to_field_name or "pk"
        return ((str(getattr(row, key)), str(row)) for row in self.field.rows)


class RowsField(ModelMultipleChoiceField):
    """Rows by their keys. A number that no database can hold is a wrong choice, not a crash.

    The rows are read once a page: for the menu, for the check of what was chosen, and for whoever
    else needs them (`rows`).
    """

    iterator = _Choices

    @cached_property
    def rows(self) -> list[Any]:
        return list(self.queryset)

    def _check_values(self, value: Any) -> list[Any]:
        key = self.to_field_name or "pk"
        known = {str(getattr(row, key)): row for row in self.rows}
        for wrong in (one for one in value if str(one) not in known):
            raise ValidationError(
                self.error_messages["invalid_choice"],
                code="invalid_choice",
                params={"value": wrong},
            )
        return [known[one] for one in dict.fromkeys(map(str, value))]

    def clean(self, value: Any) -> Any:
        for key in value or ():
            if str(key).lstrip("-").isdigit() and len(str(key)) > LONGEST_KEY:
                raise ValidationError(
                    self.error_messages["invalid_choice"],
                    code="invalid_choice",
                    params={"value": str(key)[:LONGEST_KEY]},
                )
        return super().clean(value)


class RowsFilter(django_filters.ModelMultipleChoiceFilter):
    """Any of some rows of a table; use it for `ModelMultipleChoiceFilter`."""

    field_class = RowsField


class DayFilter(django_filters.DateFilter):
    """A day, entered with the calendar of the browser."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", Day)
        super().__init__(*args, **kwargs)
