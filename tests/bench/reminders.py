"""Planning and sending on PostgreSQL that waits for the disk, next to a bare loop in the same run.

The bare loop is what one writes in an afternoon: one query, a mail a person, a durable row that says
"sent", one SMTP connection. It promises nothing: killed, it loses or repeats.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.faults.relay import Relay, relay
from tests.postgres import server

from .figures import Figure, percentile

ROOT = Path(__file__).parent.parent.parent
PEOPLE, LINES, MORE_LINES = 2_000, 10_000, 90_000
OLD_ROWS = 1_000_000
SENDERS = 2


def run() -> Iterator[Figure]:
    with server(careful=True) as database, relay() as mails:
        for figure in _measured(Steps(database, mails), mails):
            yield Figure(**{"database": "postgresql", **figure})


class Steps:
    """Runs steps of `reminders_steps.py`, each in a process of its own, as the product does."""

    def __init__(self, database: str, mails: Relay) -> None:
        own = {
            "TEST_DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "BENCH_RELAY": str(mails.port),
        }
        self.environment = {**os.environ, **own}

    def start(self, step: str, *arguments: object) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "tests.bench.reminders_steps", step]
        return subprocess.Popen(
            [*command, *map(str, arguments)],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, step: str, *arguments: object) -> dict[str, float]:
        return _answer(self.start(step, *arguments))


def _answer(process: "subprocess.Popen[str]") -> dict[str, float]:
    said, _ = process.communicate()
    if process.returncode:
        raise RuntimeError("A step of the measurement failed.")
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    return found


def _measured(steps: Steps, mails: Relay) -> Iterator[dict[str, object]]:
    steps.do("prepare", LINES, PEOPLE)
    bare = steps.do("bare")
    assert len(mails.accepted) == PEOPLE
    mails.accepted.clear()

    first = steps.do("plan")
    sizes = {"rows": LINES}
    yield {"name": "reminders.plan.first", "value": first["seconds"], "unit": "s", **sizes}
    alone = steps.do("send", PEOPLE // 2)
    half = len(mails.accepted)
    yield from _with_two(steps, mails, PEOPLE - half)
    nothing = steps.do("plan")
    yield {"name": "reminders.plan.nothing", "value": nothing["seconds"], "unit": "s", **sizes}

    cost = first["seconds"] + alone["seconds"] * PEOPLE / half
    yield {
        "name": "reminders.cost",
        "value": round(cost * 1000 / PEOPLE, 2),
        "unit": "ms/mail",
        "baseline": round(bare["seconds"] * 1000 / PEOPLE, 2),
    }
    memory = max(step["mib"] for step in (first, alone, nothing))
    yield {"name": "reminders.memory", "value": memory, "unit": "MiB"}
    window = steps.do("window")
    yield {"name": "reminders.window.p50", "value": window["p50"], "unit": "ms"}

    steps.do("more", MORE_LINES, PEOPLE)
    steps.do("plan")
    many = steps.do("plan")
    rows = {"rows": LINES + MORE_LINES}
    yield {"name": "reminders.plan.nothing.many", "value": many["seconds"], "unit": "s", **rows}
    claimed = steps.do("claim", OLD_ROWS)
    for part in ("p50", "p95"):
        yield {
            "name": f"reminders.claim.{part}",
            "value": claimed[part],
            "unit": "ms",
            "rows": OLD_ROWS,
        }


def _with_two(steps: Steps, mails: Relay, left: int) -> Iterator[dict[str, object]]:
    """Mails a second by two senders, from their first mail to their last."""
    mails.accepted.clear()
    before = mails.connections
    senders = [steps.start("send", left) for _ in range(SENDERS)]
    for sender in senders:
        _answer(sender)
    times = sorted(mail.at for mail in mails.accepted)
    assert len(times) == left, f"{len(times)} of {left} mails came"
    rate = len(times) / (times[-1] - times[0])
    yield {"name": "reminders.send.two", "value": round(rate, 1), "unit": "mails/s"}
    opened = mails.connections - before
    yield {"name": "reminders.connections", "value": opened, "unit": "for two senders"}
    gaps = [after - one for one, after in zip(times, times[1:], strict=False)]
    yield {
        "name": "reminders.send.gap.p99",
        "value": round(percentile(gaps, 99) * 1000, 1),
        "unit": "ms",
    }
