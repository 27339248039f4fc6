"""What a worker can be told to do. All of it is what the ticks do."""

import time

from django.conf import settings

from reminders import tasks


def rounds() -> None:
    """Plan and send again and again for `settings.ROUNDS_FOR` seconds."""
    end = time.monotonic() + settings.ROUNDS_FOR
    while time.monotonic() < end:
        tasks.plan()
        tasks.send()


BY_NAME = {"plan": tasks.plan, "send": tasks.send, "rounds": rounds}
