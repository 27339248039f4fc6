"""What a worker can be told to do. All of it is what the ticks do."""

import os
import signal
import time
import traceback
from typing import Any

from django.conf import settings
from django.db import Error, connection

from reminders import emails, tasks
from reminders.models import Email


def rounds() -> None:
    """Plan and send again and again for `settings.ROUNDS_FOR` seconds, as a worker's tasks do.

    One that fails is as good as a lost tick.
    """
    end = time.monotonic() + settings.ROUNDS_FOR
    while time.monotonic() < end:
        for tick in (tasks.plan, tasks.send):
            try:
                tick()
            except Error:
                traceback.print_exc()
                connection.close()
                time.sleep(0.05)


def send() -> None:
    """Send; the mail that `settings.POISON` names kills its worker while it is written."""
    if poison := getattr(settings, "POISON", None):
        write = emails.digest_message

        def deadly(email: Email, *rest: Any) -> Any:
            if email.pk == poison:
                os.kill(os.getpid(), signal.SIGKILL)
            return write(email, *rest)

        emails.digest_message = deadly
    tasks.send()


BY_NAME = {"plan": tasks.plan, "send": send, "rounds": rounds}
