"""The filters of the list of changes of many rows."""

from typing import ClassVar

import django_filters
from django.utils.translation import gettext_lazy as _

from commitments.choices import BulkState
from commitments.models import BulkEdit
from ui.filters import ManyFilter


class BulkFilter(django_filters.FilterSet):
    state = ManyFilter(label=_("State"), choices=BulkState.choices)

    class Meta:
        model = BulkEdit
        fields: ClassVar[list[str]] = ["state"]
