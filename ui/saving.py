"""Saving what a form says through a service, and putting what it answers beside the fields."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Form

STALE = "stale"


def attempt(form: Form, save: Callable[[dict[str, Any]], str]) -> str | None:
    """Hand the clean values to `save`, which returns what the person is told.

    None means that nothing was saved and the form says why: show it again, it keeps what was typed.
    `form.is_stale` tells the page that somebody else was quicker (a `ValidationError` with that code).
    """
    form.is_stale = False  # type: ignore[attr-defined]
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


def _add(form: Form, error: ValidationError) -> None:
    """Errors about fields that the form does not have are about the form as a whole."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        for one in errors:
            form.add_error(name if name in form.fields else None, one)
