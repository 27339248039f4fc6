"""The whole fault list: on PostgreSQL all of it, on SQLite too; the counts of what was lost or came twice."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.postgres import server

from .figures import Figure

ROOT = Path(__file__).parent.parent.parent
COUNTS = ("promised", "accepted", "lost", "twice", "unflagged")


def run() -> Iterator[Figure]:
    with server() as address:
        yield from _on("postgresql", address)
    yield from _on("sqlite", "")


def _on(database: str, address: str) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "counts"
        own = {
            "TEST_FAULTS": "whole",
            "TEST_FAULTS_REPORT": str(report),
            "TEST_DATABASE_URL": address,
        }
        began = time.monotonic()
        command = [sys.executable, "-m", "pytest", "tests/faults", "-q", "-p", "no:randomly"]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **own}, capture_output=True, text=True
        )
        took = time.monotonic() - began
        lines = report.read_text().splitlines() if report.exists() else []
    if done.returncode:
        sys.stderr.write(done.stdout[-20_000:])
    yield from _figures(database, done.stdout, [json.loads(line) for line in lines], took)


def _figures(
    database: str, said: str, counts: list[dict[str, int]], took: float
) -> Iterator[Figure]:
    for word in ("passed", "failed", "skipped"):
        found = re.search(rf"(\d+) {word}", said.splitlines()[-1])
        yield Figure(f"faults.{word}", int(found[1]) if found else 0, "cases", database=database)
    for name in COUNTS:
        total = sum(row.get(name, 0) for row in counts)
        yield Figure(f"faults.{name}", total, "mails", database=database, rows=len(counts))
    steps = sum(row.get("steps", 0) for row in counts)
    yield Figure("faults.random_steps", steps, "steps", database=database)
    yield Figure("faults.seconds", round(took), "s", database=database)
