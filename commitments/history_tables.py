"""The list of the history: its table and its filters."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

import django_filters
import django_tables2 as tables
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.dateformat import format as date_words
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Event, User
from ui import words
from ui.filters import DayFilter, ManyFilter, RowsFilter
from ui.tables import BaseTable

from .history import Entry, told, visible
from .history_names import MODELS
from .history_words import OF_THE_REGISTER, WHAT
from .models import Commitment, Obligation
from .values import HistoryValues

LONGEST_SEARCH = 200
_DAYS = [
    MinValueValidator(date(1990, 1, 1), _("Enter a day from 1990 on.")),
    MaxValueValidator(date(2100, 12, 31), _("Enter a day up to 2100.")),
]


# On small screens a row becomes a list: these cells take its whole width.
_WIDE = {"td": {"class": "wide"}}


class HistoryTable(HistoryValues, BaseTable):
    """One event a row. The words of a page's events are put together at once, before it is shown."""

    row_head: ClassVar[str] = "what"

    at = tables.Column(_("Time"), attrs={"td": {"class": "nw", "data-label": ""}})
    who = tables.Column(
        _("Who"), empty_values=(), order_by=("actor__name",), attrs={"td": {"class": "nw"}}
    )
    what = tables.Column(_("What"), empty_values=(), order_by=("action",))
    about = tables.Column(_("Commitment or line"), empty_values=(), orderable=False, attrs=_WIDE)
    change = tables.Column(_("From what to what"), empty_values=(), orderable=False, attrs=_WIDE)
    why = tables.Column(_("Why"), orderable=False, attrs={"td": {"class": "sec2 wide"}})

    class Meta(BaseTable.Meta):
        model = Event
        fields: ClassVar[tuple[str, ...]] = ()
        sequence: ClassVar[tuple[str, ...]] = ("at", "who", "what", "about", "change", "why")

    def __init__(self, *args: Any, user: User, now: datetime, **kwargs: Any) -> None:
        self.user, self.now = user, now
        self.entries: dict[int, Entry] = {}
        super().__init__(*args, **kwargs)

    def prepare(self, records: list[Event]) -> None:
        entries = told(records, user=self.user, now=self.now)
        self.entries = {event.pk: entry for event, entry in zip(records, entries, strict=True)}

    def render_at(self, value: datetime) -> SafeString:
        local = timezone.localtime(value)
        said = f"{words.day_words(local)}, {date_words(local, 'H:i')}"
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), said)

    def render_who(self, record: Event) -> str:
        return self.entries[record.pk].who

    def render_what(self, record: Event) -> str:
        return str(self.entries[record.pk].what)

    def render_about(self, record: Event) -> str:
        entry = self.entries[record.pk]
        about = ", ".join(filter(None, [entry.reference or entry.title, entry.line]))
        if not entry.url:
            return f"{entry.kind}: {about}" if about else entry.kind
        return format_html(
            '<a href="{}">{}</a> <span class="sub">{}</span>',
            entry.url,
            about,
            entry.title if entry.reference else "",
        )

    def render_change(self, record: Event) -> str:
        return self.entries[record.pk].change


def _actors(request: Any) -> QuerySet[User]:
    """Those who did anything that the person may read."""
    events = visible(request.user, request.now).filter(actor=OuterRef("pk"))
    return User.objects.filter(Exists(events)).order_by("name", "pk")


def _actions() -> list[tuple[str, str]]:
    """Asked for at each request: the words are in the reader's language."""
    return [(action, capfirst(str(said))) for action, said in WHAT.items()]


def _kinds() -> list[tuple[str, str]]:
    return [(name, capfirst(str(model._meta.verbose_name))) for name, model in MODELS.items()]


class HistoryFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search the reasons"), method="search", max_length=LONGEST_SEARCH
    )
    who = RowsFilter(
        label=_("Who"),
        field_name="actor",
        queryset=_actors,
    )
    action = ManyFilter(label=_("What"), choices=_actions)
    kind = ManyFilter(label=_("Kind"), field_name="object_type", choices=_kinds)
    commitment = django_filters.CharFilter(
        label=_("Commitment"), method="of_commitment", max_length=20
    )
    since = DayFilter(label=_("From"), method="from_day", validators=_DAYS)
    until = DayFilter(label=_("Until"), method="until_day", validators=_DAYS)

    class Meta:
        model = Event
        fields: ClassVar[list[str]] = [
            "q", "who", "action", "kind", "commitment", "since", "until",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.request.user.is_secretariat:
            self._offer_the_register_alone()

    def search(self, queryset: Any, name: str, value: str) -> Any:
        """Every word must occur. By regular expression: SQLite's LIKE knows capitals of ASCII only."""
        for word in value.split():
            queryset = queryset.filter(why__iregex=re.escape(word))
        return queryset

    def of_commitment(self, queryset: Any, name: str, value: str) -> Any:
        """Events of a commitment and of its lines, by its reference."""
        found = Commitment.objects.filter(reference__iexact=value.strip())
        lines = Obligation.objects.filter(commitment__in=found)
        return queryset.filter(
            Q(object_type="commitment", object_id__in=found.values("pk"))
            | Q(object_type="obligation", object_id__in=lines.values("pk"))
        )

    def from_day(self, queryset: Any, name: str, value: date) -> Any:
        return queryset.filter(at__gte=_start_of(value))

    def until_day(self, queryset: Any, name: str, value: date) -> Any:
        return queryset.filter(at__lt=_start_of(value + timedelta(days=1)))

    def _offer_the_register_alone(self) -> None:
        actions = [pair for pair in _actions() if pair[0].startswith(OF_THE_REGISTER)]
        self.filters["action"].extra["choices"] = actions
        register = {"commitment", "obligation"}
        self.filters["kind"].extra["choices"] = [pair for pair in _kinds() if pair[0] in register]


def _start_of(day: date) -> datetime:
    """The first instant of a day for the person who reads the page."""
    return timezone.make_aware(datetime.combine(day, time.min))
