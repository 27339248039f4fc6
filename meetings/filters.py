"""The filters of the list of meetings."""

from typing import ClassVar

import django_filters
from django.utils.translation import gettext_lazy as _

from .models import Meeting
from .querysets import MeetingQuerySet


class MeetingFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search titles and places"), method="search", max_length=200
    )

    class Meta:
        model = Meeting
        fields: ClassVar[list[str]] = ["q"]

    def search(self, queryset: MeetingQuerySet, name: str, value: str) -> MeetingQuerySet:
        return queryset.search(value)
