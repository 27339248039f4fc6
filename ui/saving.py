"""Saving what a form says through a service, and putting what it answers beside the fields."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import Form
from django.utils.translation import gettext_lazy as _

STALE = "stale"

# What to do, where Django says what is wrong. A field with words of its own keeps them.
_TAKEN = _("Another entry has this already. Choose a different one.")
_LENGTH = {"max_length": _("Shorten this to %(limit_value)d characters; it has %(show_value)d.")}
_CHOICE = {"required": _("Choose one."), "invalid_choice": _("Choose one of those shown.")}
_WORDS: list[tuple[type[forms.Field], dict[str, Any]]] = [
    (forms.IntegerField, {"min_value": _("Enter %(limit_value)s or more.")}),
    (forms.IntegerField, {"max_value": _("Enter %(limit_value)s or less.")}),
    (forms.SlugField, {"invalid": _("Use only the letters a to z, digits and hyphens.")}),
    (forms.CharField, _LENGTH),
    (forms.ChoiceField, _CHOICE),
    (forms.ModelMultipleChoiceField, {"required": _("Choose at least one.")}),
    (forms.ModelChoiceField, _CHOICE),
    (forms.Field, {"required": _("Fill this in.")}),
]


def attempt(form: Form, save: Callable[[dict[str, Any]], str]) -> str | None:
    """Hand the clean values to `save`, which returns what the person is told.

    None means that nothing was saved and the form says why: show it again, it keeps what was typed.
    `form.is_stale` tells the page that somebody else was quicker (a `ValidationError` with that code).
    """
    form.is_stale = False  # type: ignore[attr-defined]
    say_what_to_do(form)
    if not form.is_valid():
        return None
    try:
        return save(form.cleaned_data)
    except ValidationError as error:
        form.is_stale = getattr(error, "code", "") == STALE  # type: ignore[attr-defined]
        _add(form, error)
        return None


def status_of(form: Form) -> int:
    """The HTTP status of a page that shows a form again: 409 when somebody else was quicker."""
    return 409 if getattr(form, "is_stale", False) else 200


def see_anew(form: Form, version: int) -> None:
    """Give the form the version that the page shows from now on, so that sending again can succeed."""
    typed: Any = form.data
    form.data = typed.copy()  # with every value of a field that takes several
    form.data["version"] = version  # type: ignore[index]


def say_what_to_do(form: Form) -> None:
    """Give the fields sentences that say what to do, in place of Django's that say what is wrong."""
    for field in form.fields.values():
        usual = _usual(type(field))
        for kind, words in _WORDS:
            if not isinstance(field, kind):
                continue
            for code, said in words.items():
                if field.error_messages.get(code) == usual.get(code):
                    field.error_messages[code] = said


def _usual(kind: type[forms.Field]) -> dict[str, Any]:
    """What Django says of such a field, whatever the form says."""
    said: dict[str, Any] = {}
    for parent in reversed(kind.__mro__):
        said |= getattr(parent, "default_error_messages", {})
    return said


def _add(form: Form, error: ValidationError) -> None:
    """Errors about fields that the form does not have are about the form as a whole."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        for one in errors:
            if getattr(one, "code", "") == "unique":
                one = ValidationError(_TAKEN, code="unique")
            form.add_error(name if name in form.fields else None, one)
