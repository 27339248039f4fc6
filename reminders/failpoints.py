"""Where tests let a process die. In the product `settings.FAIL_POINT` is empty, and nothing happens.

    here("claimed")

`FAIL_POINT` is a name, or "name:action" with kill (the default), term, quit, stop or raise, or
"name:action:3" for the third time that a process comes there. The names follow the crash points of
the design: what may be lost or sent twice when a process ends there.
"""

import os
import signal
from collections import Counter

from django.conf import settings

POINTS = (
    "tick",  # 0: before the task does anything
    "planning",  # 1: before a person's rows are written
    "plan mail",  # 1: after the mail's row, before the reminders'
    "plan rows",  # 1: all written, not committed
    "planned",  # 2: committed
    "claiming",  # 3: before the claim
    "claim",  # 3: inside its transaction
    "claimed",  # 4: committed
    "frozen",  # 4: bytes written
    "connected",  # 4: the server let us in
    "marked",  # 5: transmission begins
    "body",  # 5: the text is handed over, the dot is not
    "dot",  # 6: the dot is out, the answer not read
    "accepted",  # 7: the answer is read
    "record",  # 7: inside the transaction that stores it
    "recorded",  # 8: stored
)
SIGNALS = {"kill": "SIGKILL", "term": "SIGTERM", "quit": "SIGQUIT", "stop": "SIGSTOP"}
_passed: Counter[str] = Counter()


class FailPointError(Exception):
    """What `raise` raises."""


def here(name: str) -> None:
    """A test may end the process at this line."""
    if settings.FAIL_POINT:
        _fail(name, *settings.FAIL_POINT.split(":"))


def _fail(name: str, wanted: str, action: str = "kill", time: str = "1") -> None:
    assert wanted in POINTS, wanted
    if name != wanted:
        return
    _passed[name] += 1
    if _passed[name] != int(time):
        return
    if action == "raise":
        raise FailPointError(name)
    os.kill(os.getpid(), getattr(signal, SIGNALS[action]))
