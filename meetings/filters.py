"""The filters of the lists of meetings, parties and instruments."""

from typing import Any, ClassVar

import django_filters
from django.utils.translation import gettext_lazy as _

from accounts.asking import today_of
from accounts.choices import Role
from accounts.models import User
from ui.filters import ManyFilter, RowsFilter

from .choices import InstrumentKind, PartyKind
from .models import FocalPoint, Instrument, Meeting, Party
from .querysets import InstrumentQuerySet, MeetingQuerySet, PartyQuerySet, has_words


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
    kind = ManyFilter(label=_("Kind"), choices=PartyKind.choices)

    class Meta:
        model = Party
        fields: ClassVar[list[str]] = ["q", "kind"]

    def search(self, queryset: PartyQuerySet, name: str, value: str) -> PartyQuerySet:
        return queryset.search(value)


class PeopleFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search names and addresses"), method="search", max_length=200
    )
    role = ManyFilter(label=_("Role"), choices=Role.choices)
    party = RowsFilter(
        label=_("Answers for"),
        queryset=Party.objects.in_order(),
        to_field_name="code",
        method="answer_for",
    )
    is_active = django_filters.ChoiceFilter(
        label=_("Active"), choices=[("true", _("Yes")), ("false", _("No"))], method="are_active"
    )

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["q", "role", "party", "is_active"]

    def search(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(has_words(value, ("name", "email")))

    def answer_for(self, queryset: Any, name: str, value: Any) -> Any:
        request = self.request
        today = today_of(request.user, request.now)
        terms = FocalPoint.objects.running(today).filter(party__in=value)
        return queryset.filter(pk__in=terms.values("user")) if value else queryset

    def are_active(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(is_active=value == "true")


class InstrumentFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search names and places"), method="search", max_length=200
    )
    kind = ManyFilter(label=_("Kind"), choices=InstrumentKind.choices)

    class Meta:
        model = Instrument
        fields: ClassVar[list[str]] = ["q", "kind"]

    def search(self, queryset: InstrumentQuerySet, name: str, value: str) -> InstrumentQuerySet:
        return queryset.search(value)
