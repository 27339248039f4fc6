"""What a list offers to do with chosen rows."""

from django.urls import reverse

from accounts.models import User
from ui.selection import Selection

from . import kinds


def offered(user: User, rows: str) -> Selection | None:
    """To the secretariat alone; `rows` is "lines" or "commitments"."""
    if not user.is_secretariat:
        return None
    acts = [(kind.key, kind.label) for kind in kinds.of_rows(rows)]
    earlier = reverse("commitments:bulk-list")
    return Selection(reverse(f"commitments:bulk-{rows}"), acts, earlier)
