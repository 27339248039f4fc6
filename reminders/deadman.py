"""A sign of life to a watcher outside, which raises the alarm when none comes.

Only while every mail goes out in time: a site that runs and sends nothing must be noticed as well.
"""

import logging
import urllib.request
from collections.abc import Mapping

from django.conf import settings

logger = logging.getLogger(__name__)

PATIENCE = 10  # seconds


class _Straight(urllib.request.HTTPRedirectHandler):
    """Asks only the address that was set: nobody sends us elsewhere."""

    def redirect_request(self, *_args: object) -> None:
        return None


def ping(counts: Mapping[str, int]) -> bool:
    """Call the address, if one is set and nothing is late or stuck. Never raises."""
    if not settings.DEAD_MAN_URL or counts.get("late") or counts.get("stuck"):
        return False
    try:
        with urllib.request.build_opener(_Straight).open(settings.DEAD_MAN_URL, timeout=PATIENCE):
            return True
    except (OSError, ValueError) as error:
        # The address is a secret of its own: whoever has it could keep the watcher quiet.
        logger.warning("The dead man's address does not answer: %s", type(error).__name__)
        return False
