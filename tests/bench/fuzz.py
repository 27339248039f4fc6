"""Random requests of every role to every address, 10,000 on each database: none may break or leak."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from tests.postgres import server

from .figures import Figure

ROOT = Path(__file__).parent.parent.parent
REQUESTS = os.environ.get("TEST_FUZZ", "10000")


def run() -> Iterator[Figure]:
    with server() as address, ThreadPoolExecutor() as both:
        figures = list(chain(*both.map(_on, ("postgresql", "sqlite"), (address, ""))))
    yield from figures
    if any(figure.value for figure in figures if figure.name != "fuzz.requests"):
        raise SystemExit("A random request broke something or read what is kept back.")


def _on(database: str, address: str) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "counts"
        own = {
            "TEST_FUZZ": REQUESTS,
            "TEST_FUZZ_REPORT": str(report),
            "TEST_DATABASE_URL": address,
        }
        command = [sys.executable, "-m", "pytest", "tests/fuzz", "-q", "--show-capture=no"]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **own}, capture_output=True, text=True
        )
        if done.returncode:
            sys.stderr.write(done.stdout[-50_000:])
        counts = json.loads(report.read_text())
    for name, count in counts.items():
        yield Figure(f"fuzz.{name}", count, name, database=database)
