"""The filters of the register's lists. Party, status and timing speak of the same line of a commitment."""

from datetime import date
from typing import Any, ClassVar

import django_filters
from django.utils.translation import gettext_lazy as _

from meetings.models import Meeting, Party
from ui.filters import DayFilter, ManyFilter, QuietChecks, QuietDay, RowsFilter, SameForEverybody
from ui.words import start_of_day

from .choices import (
    Basis,
    Claim,
    Life,
    RecheckState,
    Reporting,
    ReportState,
    Status,
    Strength,
    Timing,
    Urgency,
)
from .models import Commitment, Obligation, ProgressReport, Theme

LONGEST_SEARCH = 200
# The menu begins with the last of hundreds.
MEETINGS_IN_MENU = 30


class LineConditions(SameForEverybody):
    """What can be asked of a line."""

    party = RowsFilter(
        label=_("State or organ"),
        queryset=Party.objects.in_order(),
        to_field_name="code",
        method="keep",
    )
    status = ManyFilter(label=_("Status"), choices=Status.choices, method="keep")
    timing = ManyFilter(label=_("Timing"), choices=Timing.choices, method="keep")
    reporting = ManyFilter(label=_("Reports"), choices=Reporting.choices, method="keep")
    basis = ManyFilter(label=_("Deadline basis"), choices=Basis.choices, method="keep")
    owed = ManyFilter(label=_("Owed by"), choices=[("me", _("By me"))], method="keep")
    urgency = ManyFilter(
        label=_("To do"), choices=Urgency.choices, method="keep", widget=QuietChecks
    )
    due_from = DayFilter(label=_("Due from"), method="keep")
    due_to = DayFilter(label=_("Due to"), method="keep")

    def keep(self, queryset: Any, name: str, value: Any) -> Any:
        """Line conditions are applied together, by `lines`."""
        return queryset

    def asked(self) -> dict[str, Any]:
        """What the address asks for; nothing when it asks for nothing at all."""
        return self.form.cleaned_data if self.is_bound else {}

    def lines(self, lines: Any) -> Any:
        """The lines that meet every condition asked for; None when there is no condition."""
        asked = {
            name: value
            for name, value in self.asked().items()
            if value and name in LineConditions.base_filters
        }
        if not asked:
            return None
        if "party" in asked:
            lines = lines.filter(party__in=asked["party"])
        if "status" in asked:
            lines = lines.filter(status__in=asked["status"])
        if "timing" in asked:
            lines = lines.in_timing(asked["timing"], self.request.now)
        if "reporting" in asked:
            lines = lines.in_reporting(asked["reporting"], self.request.now)
        if "basis" in asked:
            lines = lines.filter(next_deadline__basis__in=asked["basis"])
        if "owed" in asked:
            lines = lines.owed_by(self.request.user, self.request.now)
        if "urgency" in asked:
            lines = lines.in_urgency(asked["urgency"], self.request.now)
        return lines.due_between(asked.get("due_from"), asked.get("due_to"))


class PromiseFilter(LineConditions):
    """Commitments by what they say, where they were made and what their lines are like."""

    q = django_filters.CharFilter(
        label=_("Search titles, quotes and notes"), method="search", max_length=LONGEST_SEARCH
    )
    meeting = RowsFilter(
        label=_("Meeting"),
        field_name="meeting__slug",
        queryset=Meeting.objects.latest_first().only("slug", "title"),
        to_field_name="slug",
        most=MEETINGS_IN_MENU,
    )
    theme = RowsFilter(
        label=_("Theme"),
        field_name="theme__slug",
        queryset=Theme.objects.order_by("name", "pk"),
        to_field_name="slug",
    )

    def search(self, queryset: Any, name: str, value: str) -> Any:
        request = self.request
        return queryset.search(value, Obligation.objects.visible_lines(request.user, request.now))

    def filter_queryset(self, queryset: Any) -> Any:
        found = super().filter_queryset(queryset)
        visible = Obligation.objects.visible_lines(self.request.user, self.request.now)
        lines = self.lines(visible)
        return found if lines is None else found.having_line(lines)


class CommitmentFilter(PromiseFilter):
    strength = ManyFilter(label=_("Strength"), choices=Strength.choices)
    life = ManyFilter(label=_("In force"), choices=Life.choices, widget=QuietChecks)
    recheck = ManyFilter(
        label=_("Corrected report"),
        choices=[(RecheckState.OPEN, RecheckState.OPEN.label)],
        method="to_recheck",
    )

    class Meta:
        model = Commitment
        fields: ClassVar[list[str]] = [
            "q",
            "party",
            "meeting",
            "theme",
            "status",
            "timing",
            "reporting",
            "basis",
            "owed",
            "urgency",
            "due_from",
            "due_to",
            "strength",
            "life",
            "recheck",
        ]

    def to_recheck(self, queryset: Any, name: str, value: list[str]) -> Any:
        request = self.request
        return queryset.to_recheck(request.user, request.now) if value else queryset


class GridFilter(PromiseFilter):
    """What the grid can be narrowed to. The list of lines takes each of these as well."""

    class Meta:
        model = Commitment
        fields: ClassVar[list[str]] = [
            "q",
            "meeting",
            "theme",
            "party",
            "status",
            "timing",
            "reporting",
            "basis",
            "due_from",
            "due_to",
        ]


class LineFilter(LineConditions):
    q = django_filters.CharFilter(
        label=_("Search titles, quotes and notes"), method="search", max_length=LONGEST_SEARCH
    )
    meeting = RowsFilter(
        label=_("Meeting"),
        field_name="commitment__meeting__slug",
        queryset=Meeting.objects.latest_first().only("slug", "title"),
        to_field_name="slug",
        most=MEETINGS_IN_MENU,
    )
    theme = RowsFilter(
        label=_("Theme"),
        field_name="commitment__theme__slug",
        queryset=Theme.objects.order_by("name", "pk"),
        to_field_name="slug",
    )
    reference = django_filters.CharFilter(
        label=_("Reference"), field_name="commitment__reference", max_length=20
    )
    life = ManyFilter(
        label=_("In force"),
        field_name="commitment__life",
        choices=Life.choices,
        widget=QuietChecks,
    )
    reminded = DayFilter(label=_("Reminded since"), method="since", widget=QuietDay)
    answered = DayFilter(label=_("Reminded and answered since"), method="since", widget=QuietDay)

    class Meta:
        model = Obligation
        fields: ClassVar[list[str]] = [
            "q",
            "party",
            "meeting",
            "theme",
            "reference",
            "status",
            "timing",
            "reporting",
            "basis",
            "owed",
            "urgency",
            "due_from",
            "due_to",
            "life",
            "reminded",
            "answered",
        ]

    def since(self, queryset: Any, name: str, value: date) -> Any:
        """`reminded` and `answered` name the questions that querysets answer."""
        return getattr(queryset, name)(start_of_day(value))

    def search(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.search(value)

    def filter_queryset(self, queryset: Any) -> Any:
        found = super().filter_queryset(queryset)
        lines = self.lines(found)
        return found if lines is None else lines


class ReportFilter(SameForEverybody):
    q = django_filters.CharFilter(
        label=_("Search what was reported"), method="search", max_length=LONGEST_SEARCH
    )
    party = RowsFilter(
        label=_("State or organ"),
        field_name="obligation__party__code",
        queryset=Party.objects.in_order(),
        to_field_name="code",
    )
    state = ManyFilter(
        label=_("State"),
        choices=[choice for choice in ReportState.choices if choice[0] != ReportState.DRAFT],
    )
    claim = ManyFilter(label=_("Claimed"), choices=Claim.choices)
    meeting = RowsFilter(
        label=_("Meeting"),
        field_name="obligation__commitment__meeting__slug",
        queryset=Meeting.objects.latest_first().only("slug", "title"),
        to_field_name="slug",
        most=MEETINGS_IN_MENU,
    )
    theme = RowsFilter(
        label=_("Theme"),
        field_name="obligation__commitment__theme__slug",
        queryset=Theme.objects.order_by("name", "pk"),
        to_field_name="slug",
    )
    sent = DayFilter(label=_("Sent since"), method="sent_since")

    class Meta:
        model = ProgressReport
        fields: ClassVar[list[str]] = ["q", "party", "state", "claim", "meeting", "theme", "sent"]

    def sent_since(self, queryset: Any, name: str, value: date) -> Any:
        return queryset.filter(submitted_at__gte=start_of_day(value))

    def search(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.search(value)
