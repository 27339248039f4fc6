"""The whole fault list on both databases: the counts of what was lost or came twice."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

from tests.postgres import server

from .figures import Figure

ROOT = Path(__file__).parent.parent.parent
COUNTS = ("promised", "accepted", "listed", "lost", "twice", "unflagged")


def run() -> Iterator[Figure]:
    """Both at the same time: on each, most of the time is spent in waiting."""
    with server() as address, ThreadPoolExecutor() as both:
        found = both.map(_on, ("postgresql", "sqlite"), (address, ""))
        figures = list(chain.from_iterable(found))
    yield from figures
    if any(figure.value for figure in figures if figure.name.endswith((".failed", ".error"))):
        raise SystemExit("The fault list did not pass.")


def _on(database: str, address: str) -> list[Figure]:
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
    return list(_figures(database, done.stdout, [json.loads(line) for line in lines], took))


def _figures(
    database: str, said: str, counts: list[dict[str, Any]], took: float
) -> Iterator[Figure]:
    for word in ("passed", "failed", "error", "skipped"):
        found = re.search(rf"(\d+) {word}", said.splitlines()[-1])
        yield Figure(
            f"faults.{database}.{word}", int(found[1]) if found else 0, "cases", database=database
        )
    for name in COUNTS:
        total = sum(row.get(name, 0) for row in counts)
        yield Figure(
            f"faults.{database}.{name}", total, "mails", database=database, rows=len(counts)
        )
    for row in counts:
        if row.get("twice"):
            yield Figure(f"  twice in {row['case'].split('::')[-1]}", row["twice"], "mails")
    steps = sum(row.get("steps", 0) for row in counts)
    yield Figure(f"faults.{database}.random_steps", steps, "steps", database=database)
    yield Figure(f"faults.{database}.seconds", round(took), "s", database=database)
