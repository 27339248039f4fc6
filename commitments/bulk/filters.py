"""The filters of the list of changes of many rows."""

from typing import ClassVar

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from commitments.choices import BulkState
from commitments.models import BulkEdit


class BulkFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=BulkState.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = BulkEdit
        fields: ClassVar[list[str]] = ["state"]
