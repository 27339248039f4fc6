"""What the lists of the ledger and the outbox can be filtered by."""

from datetime import date
from typing import Any, ClassVar

import django_filters
from django.utils.translation import gettext_lazy as _

from ui.filters import DayFilter, ManyFilter
from ui.words import start_of_day

from .choices import Capacity, Kind, Outcome, Reason, State
from .models import Email, Reminder
from .rules import OFFSETS, occasion
from .words import step_words

LONGEST_SEARCH = 200


def since(queryset: Any, name: str, value: date) -> Any:
    """From the beginning of a day on, in the zone of the page."""
    return queryset.filter(**{f"{name}__gte": start_of_day(value)})


def _steps() -> list[tuple[str, str]]:
    """Asked for at each request: the words are in the reader's language."""
    steps = [occasion(offset) for offset in OFFSETS]
    return [(name, step_words(name)) for name in (*steps, "E1", "E2", "E3")]


class ReminderFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of the ledger."""

    q = django_filters.CharFilter(
        label=_("Recipient or commitment"), method="search", max_length=LONGEST_SEARCH
    )
    outcome = ManyFilter(label=_("Result"), choices=Outcome.choices)
    mail = ManyFilter(label=_("Mail"), field_name="email__state", choices=State.choices)
    step = ManyFilter(label=_("Step"), field_name="occasion", choices=_steps)
    capacity = ManyFilter(label=_("Told as"), choices=Capacity.choices)
    reason = ManyFilter(label=_("Why not sent"), choices=Reason.choices)
    since = DayFilter(label=_("Since"), field_name="planned_at", method=since)

    class Meta:
        model = Reminder
        fields: ClassVar[list[str]] = [
            "q", "outcome", "mail", "step", "capacity", "reason", "since",
        ]  # fmt: skip

    def search(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.search(value)


class OwnReminderFilter(ReminderFilter):
    """Filters of one's own part of the ledger."""

    q = django_filters.CharFilter(label=_("Commitment"), method="search", max_length=LONGEST_SEARCH)


class EmailFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of the outbox."""

    q = django_filters.CharFilter(
        label=_("Recipient or subject"), method="search", max_length=LONGEST_SEARCH
    )
    state = ManyFilter(label=_("State"), choices=State.choices)
    kind = ManyFilter(label=_("Kind"), choices=Kind.choices)
    maybe_dup = django_filters.ChoiceFilter(
        label=_("Doubt"), choices=[("True", _("it may have arrived twice"))]
    )
    day = DayFilter(label=_("Day"), field_name="slot")
    since = DayFilter(label=_("Since"), field_name="created_at", method=since)

    class Meta:
        model = Email
        fields: ClassVar[list[str]] = ["q", "state", "kind", "maybe_dup", "day", "since"]

    def search(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.search(value)
