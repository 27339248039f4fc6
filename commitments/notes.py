"""What people write to explain a change: there, and not endless."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .choices import NOTE_LENGTH


def checked(field: str, words: str, *, missing: str = "") -> str:
    """The words without space around them.

    Raises `ValidationError` for the field: with `missing` when there are none and some are needed,
    and when they are longer than `NOTE_LENGTH` characters.
    """
    said = words.strip()
    if missing and not said:
        raise ValidationError({field: missing})
    if len(said) > NOTE_LENGTH:
        sizes = {"most": NOTE_LENGTH, "has": len(said)}
        raise ValidationError(
            {field: _("Shorten this to %(most)d characters; it has %(has)d.") % sizes}
        )
    return said


def reason(field: str, words: str) -> str:
    """The reason of a change, which the history keeps."""
    return checked(field, words, missing=_("Give a reason: it is kept in the history."))
