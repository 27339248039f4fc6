"""What several models refuse alike."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_free(slug: str) -> None:
    """Refuse a name that stands for the page that makes a new entry."""
    if slug == "new":
        raise ValidationError(_("“new” is taken. Choose another word."))


def is_before(day: Any, other: Any) -> bool:
    """Whether one day lies before another. What is no day at all is refused by its field."""
    return isinstance(day, date) and isinstance(other, date) and day < other
