"""The filters of the lists of meetings, parties and instruments."""

from typing import ClassVar

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from .choices import InstrumentKind, PartyKind
from .models import Instrument, Meeting, Party
from .querysets import InstrumentQuerySet, MeetingQuerySet, PartyQuerySet


class MeetingFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search titles and places"), method="search", max_length=200
    )

    class Meta:
        model = Meeting
        fields: ClassVar[list[str]] = ["q"]

    def search(self, queryset: MeetingQuerySet, name: str, value: str) -> MeetingQuerySet:
        return queryset.search(value)


class PartyFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search names and codes"), method="search", max_length=200
    )
    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind"), choices=PartyKind.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Party
        fields: ClassVar[list[str]] = ["q", "kind"]

    def search(self, queryset: PartyQuerySet, name: str, value: str) -> PartyQuerySet:
        return queryset.search(value)


class InstrumentFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search names and places"), method="search", max_length=200
    )
    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind"), choices=InstrumentKind.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Instrument
        fields: ClassVar[list[str]] = ["q", "kind"]

    def search(self, queryset: InstrumentQuerySet, name: str, value: str) -> InstrumentQuerySet:
        return queryset.search(value)
