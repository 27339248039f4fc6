"""Filters that stay calm whatever the address says."""

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django_filters.fields import ModelMultipleChoiceField

LONGEST_KEY = 18  # digits that surely fit a database's big integer


class RowsField(ModelMultipleChoiceField):
    """Rows by their keys. A number that no database can hold is a wrong choice, not a crash."""

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
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(*args, **kwargs)
