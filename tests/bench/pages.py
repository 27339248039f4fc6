"""How long the pages take on a large register, warm, next to a plain Django page on the same tables.

On PostgreSQL with 10,000 and 100,000 commitments of 2 lines, which gives how much a page grows, and
on SQLite with 10,000: one client within the process (latency.py). Then requests per second of the
sample register behind its own web server (rates.py).
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tests.postgres import server

from .figures import Figure
from .rates import rates

ROOT = Path(__file__).parent.parent.parent
SMALL, LARGE = 10_000, 100_000


def run() -> Iterator[Figure]:
    with server(careful=True) as address:
        small = yield from _measured(_database(address, "small"), SMALL)
        large = yield from _measured(_database(address, "large"), LARGE)
    yield from _growth(small, large)
    yield from _measured("", SMALL)
    yield from rates()


def _database(address: str, name: str) -> str:
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return address.replace("@/postgres?", f"@/{name}?")


def _measured(address: str, commitments: int) -> Iterator[Figure]:
    """The figures of one database; without an address, of SQLite in a file. Returns them as well."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        own = {
            "DATABASE_URL": address,
            "DATA_DIR": folder,
            "SECRET_KEY": "measures-nothing-secret" * 3,
            "SITE_URL": "http://127.0.0.1:8000",
            "REQUIRE_SECOND_FACTOR": "off",
        }
        for figure in chain(_said("fill", commitments, own), _said("ask", commitments, own)):
            found[figure.name] = figure
            yield figure
    return found


def _said(what: str, commitments: int, own: dict[str, str]) -> Iterator[Figure]:
    """The figures that a process of its own prints."""
    command = [sys.executable, "-m", "tests.bench.latency", what, str(commitments)]
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **own}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        for line in process.stdout:
            yield _figure(json.loads(line))
    if process.returncode:
        raise RuntimeError(f"Measuring {own['DATABASE_URL'] or 'SQLite'} failed: {what}.")


def _figure(row: dict) -> Figure:
    row.pop("ratio", None)
    return Figure(**row)


def _growth(small: dict[str, Figure], large: dict[str, Figure]) -> Iterator[Figure]:
    """What ten times the rows cost: 1 for nothing."""
    for name, figure in large.items():
        if name.endswith(".p50") and name in small:
            times = round(figure.value / small[name].value, 2)
            own = name.replace(".p50", ".growth")
            yield Figure(own, times, "times", database=figure.database, rows=LARGE)
