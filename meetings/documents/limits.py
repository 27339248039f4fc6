"""How much is taken."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from meetings.errors import DocumentError

DOCUMENT_MAX_BYTES = 25 * 1024 * 1024
MOST_CHARACTERS = 2_000_000

TOO_LONG = format_lazy(
    _("The text is longer than {limit} characters. Split it, and send the parts one by one."),
    limit=f"{MOST_CHARACTERS:,}".replace(",", "\u00a0"),
)


def check_length(characters: int) -> None:
    """Raise `DocumentError` when that many are more than anybody reads."""
    if characters > MOST_CHARACTERS:
        raise DocumentError(TOO_LONG)
