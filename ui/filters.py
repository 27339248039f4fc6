"""Filters that stay calm whatever the address says."""

import copy
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django_filters.fields import ModelMultipleChoiceField

from .prepared import Prepared

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
        return ((key, str(row)) for key, row in self.field.known.items())


class RowsField(ModelMultipleChoiceField):
    """Rows by their keys. A number that no database can hold is a wrong choice, not a crash.

    The rows are read once a page: for the menu, for the check of what was chosen, and for whoever
    else needs them (`rows`). With `most`, the menu has the first so many rows and those that were
    chosen, unless it is asked for all of them (`show_all`).
    """

    iterator = _Choices

    def __init__(
        self, *args: Any, read: Prepared | None = None, most: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.read = read
        self.most = most

    @cached_property
    def rows(self) -> list[Any]:
        return self.read() if self.read else list(self.queryset)

    @cached_property
    def known(self) -> dict[str, Any]:
        """The rows of the menu by their keys."""
        rows = self.rows[: self.most] if self.is_cut else self.rows
        return self._by_key(rows)

    @property
    def is_cut(self) -> bool:
        """Whether there are rows that the menu does not have."""
        return bool(self.most) and len(self.rows) > self.most

    def show_all(self) -> None:
        """Have every row in the menu."""
        if self.is_cut:
            self.known |= self._by_key(self.queryset)

    def _by_key(self, rows: Iterable[Any]) -> dict[str, Any]:
        key = self.to_field_name or "pk"
        return {str(getattr(row, key)): row for row in rows}

    def _check_values(self, value: Any) -> list[Any]:
        beyond = [one for one in value if str(one) not in self.known]
        if beyond and self.is_cut:
            found = self.queryset.filter(**{f"{self.to_field_name or 'pk'}__in": beyond})
            self.known |= self._by_key(found)
        known = self.known
        for wrong in (one for one in value if str(one) not in known):
            raise ValidationError(
                self.error_messages["invalid_choice"],
                code="invalid_choice",
                params={"value": wrong},
            )
        return [known[one] for one in dict.fromkeys(map(str, value))]

    def clean(self, value: Any) -> Any:
        if not value and not self.required:
            return []  # for Django, a query that finds nothing, which is put together to see that
        for key in value or ():
            if str(key).lstrip("-").isdigit() and len(str(key)) > LONGEST_KEY:
                raise ValidationError(
                    self.error_messages["invalid_choice"],
                    code="invalid_choice",
                    params={"value": str(key)[:LONGEST_KEY]},
                )
        return super().clean(value)


class SameForEverybody(django_filters.FilterSet):
    """A filter set whose form has the same fields whoever asks: it is put together once.

    A page fills in its own copy of the fields. Nothing but the declaration may decide what they are.
    """

    def get_form_class(self) -> Any:
        own = type(self)
        if own not in _FORMS:
            _FORMS[own] = super().get_form_class()
        return _FORMS[own]


_FORMS: dict[type, type[forms.Form]] = {}


class SharedFilter(django_filters.Filter):
    """A filter whose copy for one page shares what it was declared with: nothing changes that."""

    def __deepcopy__(self, memo: Any) -> "SharedFilter":
        twin = copy.copy(self)
        twin.extra = dict(self.extra)
        twin.method = self.method  # found on the filter set of this copy
        return twin


class ManyFilter(SharedFilter, django_filters.MultipleChoiceFilter):
    """Any of several choices, ticked in a menu, of the row itself or one that it points to.

    What several rows have to say about one asks for a `method`, or for `distinct=True`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        kwargs.setdefault("distinct", False)  # it would sort all rows by all their columns
        super().__init__(*args, **kwargs)


class RowsFilter(SharedFilter, django_filters.ModelMultipleChoiceFilter):
    """Any of some rows of a table; use it for `ModelMultipleChoiceFilter`.

    With `most`, its menu begins with the first so many rows. A function of the request may give the
    rows instead: all of them are in the menu then. Repeats are kept as by `ManyFilter`.
    """

    field_class = RowsField

    def __init__(self, *args: Any, queryset: Any, most: int = 0, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        kwargs.setdefault("distinct", False)
        if not callable(queryset):
            shown = queryset[: most + 1] if most else queryset
            kwargs |= {"read": Prepared(lambda: shown), "most": most}
        super().__init__(*args, queryset=queryset, **kwargs)


class DayFilter(SharedFilter, django_filters.DateFilter):
    """A day, entered with the calendar of the browser."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", Day)
        super().__init__(*args, **kwargs)
