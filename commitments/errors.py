"""What can go wrong in the register, in words that a person can act on."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class Stale(ValidationError):
    """Somebody changed the row since the person looked at it. What was typed is kept by the page."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Somebody changed this after you opened it. Nothing of yours is saved yet: "
                "read what changed, then send again."
            ),
            code="stale",
        )
