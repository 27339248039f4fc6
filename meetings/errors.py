"""What can go wrong when somebody edits a meeting, a party or an instrument, or brings a document."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class Stale(ValidationError):
    """Somebody changed the entry since the person opened it. What was typed is kept by the page."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Somebody changed this entry after you opened it. Nothing of yours is saved yet: "
                "compare it with what is stored now, then save again."
            ),
            code="stale",
        )


class DocumentError(ValueError):
    """A document cannot be read. Its text is the sentence that says why, and what to do."""
