"""Which rows somebody chose: by their keys, or all that the address of a list shows."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.requests import Request
from commitments.filters import CommitmentFilter, LineFilter
from ui.selection import Chosen

from .kinds import Kind

_FILTERS: dict[str, Any] = {"lines": LineFilter, "commitments": CommitmentFilter}


def rows_of(kind: Kind, chosen: Chosen, request: Request) -> Any:
    """The chosen rows as far as the person may see them.

    Raises `ValidationError` when the address of the list has a filter that cannot be used.
    """
    visible = kind.of.visible_to(request.user, request.now)
    if not chosen.is_all:
        return kind.of.in_order(visible.filter(pk__in=chosen.keys))
    found = _FILTERS[kind.of.name](QueryDict(chosen.query), queryset=visible, request=request)
    if not found.is_valid():
        raise ValidationError(
            _(
                "A filter of this list has a value that cannot be used. Correct it, then choose again."
            )
        )
    return kind.of.in_order(found.qs)
