"""A process that becomes workers: `python -m tests.faults.nursery`, one JSON request a line.

Starting the product takes a second or two. This process does it once and then forks a worker for
each request: a process of its own, with connections of its own, that can be stopped or killed like
any other. {"work": ["plan", "send"], "settings": {...}} is answered by {"pid": …}; {"wait": pid,
"seconds": 10} by {"exit": code}, {"signal": number}, {"stopped": number} or {"running": true}.
"""

import json
import os
import random
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any


def main() -> None:
    import django

    django.setup()
    from tests.faults import work  # imports the product: once, before the first worker

    for line in sys.stdin:
        request = json.loads(line)
        answer = _wait(**request) if "wait" in request else _start(work.BY_NAME, **request)
        print(json.dumps(answer), flush=True)  # noqa: T201  this is how it answers


def _start(
    by_name: dict[str, Callable[[], object]], work: list[str], settings: dict[str, Any]
) -> dict[str, int]:
    pid = os.fork()
    if pid:
        return {"pid": pid}
    status = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(2, 1)
        random.seed()  # or all workers would pick the same mails
        _become(settings)
        for name in work:
            by_name[name]()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _become(values: dict[str, Any]) -> None:
    from django.conf import settings

    for name, value in values.items():
        setattr(settings, name, value)


def _wait(wait: int, seconds: float) -> dict[str, int]:
    give_up = time.monotonic() + seconds
    while True:
        pid, status = os.waitpid(wait, os.WNOHANG | os.WUNTRACED)
        if pid:
            return _ended(status)
        if time.monotonic() > give_up:
            return {"running": 1}
        time.sleep(0.005)


def _ended(status: int) -> dict[str, int]:
    if os.WIFSTOPPED(status):
        return {"stopped": os.WSTOPSIG(status)}
    if os.WIFSIGNALED(status):
        return {"signal": os.WTERMSIG(status)}
    return {"exit": os.WEXITSTATUS(status)}


if __name__ == "__main__":
    main()
