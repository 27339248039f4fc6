"""The filters of a list page as its bar shows them: a search, menus of choices, chips."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext

from . import words

SEARCH = "q"
# What is not a filter: the page, the order of the rows, the columns, the export, a longer menu.
PAGE, SORT, COLS, EXPORT = "page", "sort", "cols", "export"
ALL = "all"  # the menu that is to have all its choices
OLD_EXPORT = "format"  # what the address of an export was; understood until the next release
NO_VIEW = frozenset({PAGE, EXPORT, OLD_EXPORT, ALL})
NO_FILTERS = NO_VIEW | {SORT, COLS}
LONGEST_CHIP = 60
IN_THE_BAR = 6


class Choice(NamedTuple):
    """One line of a menu."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Menu:
    """One filter as a menu: boxes to tick, or an input when the filter has no choices."""

    field: BoundField
    choices: list[Choice]
    many: bool
    is_open: bool = False
    all: str = ""  # the address of the same list with all choices in this menu

    @property
    def name(self) -> str:
        return self.field.html_name

    @property
    def shows(self) -> tuple[Any, ...]:
        """Everything that the menu shows: one that shows the same is not drawn anew."""
        field = self.field
        typed = None if self.choices else field.value()
        return (
            self.name,
            field.label,
            self.choices,
            self.many,
            self.is_open,
            self.all,
            typed,
            field.errors,
        )

    @property
    def said(self) -> str:
        """What is chosen, in a word: the only choice, or how many there are."""
        chosen = [choice.label for choice in self.choices if choice.chosen]
        return chosen[0] if len(chosen) == 1 else str(len(chosen) or "")


@dataclass(frozen=True)
class Chip:
    """One active filter and the address of the same list without it."""

    label: str
    value: str
    remove: str


class FilterBar:
    """What the bar of a list page needs to know, from its filter form and the address."""

    def __init__(self, form: forms.Form, params: QueryDict) -> None:
        self.form = form
        self.params = params
        self.kept = [(name, value) for name in (SORT, COLS) for value in params.getlist(name)]
        self.cleared = f"?{only(params, SORT, COLS)}"
        self.search = form[SEARCH] if SEARCH in form.fields else None
        shown = [self._menu(field) for field in form.visible_fields() if self._shows(field)]
        # The first stand in the bar, and whichever is used; the rest behind "More filters".
        rest = [menu for menu in shown[IN_THE_BAR:] if not self._is_used(menu.field)]
        self.more = rest if len(rest) > 1 else []
        self.menus = [menu for menu in shown if menu not in self.more]
        self.chips = list(self._chips())

    @property
    def refused(self) -> list[BoundField]:
        """The filters whose value makes no sense."""
        return [field for field in self.form.visible_fields() if field.errors]

    def _shows(self, field: BoundField) -> bool:
        """The search is no menu; a quiet filter shows once it is used."""
        is_quiet = getattr(field.field.widget, "is_quiet", False)
        return field.name != SEARCH and (self._is_used(field) or not is_quiet)

    def _is_used(self, field: BoundField) -> bool:
        return any(self.params.getlist(field.html_name))

    def _menu(self, field: BoundField) -> Menu:
        name = field.html_name
        chosen = set(self.params.getlist(name))
        whole = name in self.params.getlist(ALL)
        if whole and hasattr(field.field, "show_all"):
            field.field.show_all()
        choices = [Choice(value, label, value in chosen) for value, label in choices_of(field)]
        many = getattr(field.field.widget, "allow_multiple_selected", False)
        is_cut = not whole and getattr(field.field, "is_cut", False)
        return Menu(field, choices, many, whole, self._all(name) if is_cut else "")

    def _all(self, name: str) -> str:
        left = self.params.copy()
        left[ALL] = name
        return f"?{left.urlencode()}"

    def _chips(self) -> Iterator[Chip]:
        if self.search:
            yield from self._chips_of(self.search, {})
        for menu in self.menus:
            labels = {choice.value: choice.label for choice in menu.choices}
            yield from self._chips_of(menu.field, labels)

    def _chips_of(self, field: BoundField, labels: dict[str, str]) -> Iterator[Chip]:
        name = field.html_name
        # Twice the same value is one filter.
        for value in dict.fromkeys(self.params.getlist(name)):
            # What the form takes for "any" filters nothing; what it refuses must be removable.
            ignored = labels and value not in labels and not field.errors
            if value.strip() and not ignored:
                said = labels.get(value) or self._said(field, value)
                label = gettext("Search") if field.name == SEARCH else str(field.label)
                yield Chip(label, said, without(self.params, name, value))

    def _said(self, field: BoundField, value: str) -> str:
        clean = getattr(self.form, "cleaned_data", {}).get(field.name)
        if isinstance(clean, date):
            return words.day_words(clean)
        return "" if clean is True else value[:LONGEST_CHIP]


def choices_of(field: BoundField) -> Iterator[tuple[str, str]]:
    """The choices of a filter; none when it takes a word, a number or a date."""
    widget = field.field.widget
    choices = flat_choices(getattr(widget, "choices", ()))
    if isinstance(widget, forms.NullBooleanSelect):
        return (choice for choice in choices if choice[0] != "unknown")
    return choices


def flat_choices(choices: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """Values and labels without groups and without the empty choice."""
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from flat_choices(label)
        elif str(value):
            yield str(value), str(label)


def without(params: QueryDict, name: str, value: str) -> str:
    """The address of the same list without one filter, from its first page."""
    left = params.copy()
    left.pop(PAGE, None)
    left.setlist(name, [other for other in left.getlist(name) if other != value])
    return f"?{left.urlencode()}"


def only(params: QueryDict, *names: str) -> str:
    """The query of an address without everything else."""
    left = QueryDict(mutable=True)
    for name in names:
        if values := params.getlist(name):
            left.setlist(name, values)
    return left.urlencode()


def same_filters(params: QueryDict, query: str) -> bool:
    """Whether two addresses show the same rows, whatever their page and order."""
    return filters_of(params) == filters_of(QueryDict(query))


def filters_of(params: QueryDict) -> dict[str, list[str]]:
    """What decides which rows an address shows."""
    return _without(params, NO_FILTERS)


def same_view(params: QueryDict, query: str) -> bool:
    """Whether two addresses show the same rows in the same order and columns, whatever their page."""
    return _without(params, NO_VIEW) == _without(QueryDict(query), NO_VIEW)


def _without(params: QueryDict, names: frozenset[str]) -> dict[str, list[str]]:
    kept = {name: sorted(filter(None, values)) for name, values in params.lists()}
    return {name: values for name, values in kept.items() if values and name not in names}
