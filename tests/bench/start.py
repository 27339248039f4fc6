"""From the call of script/server to its line "Ready:", once everything is installed."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from .figures import Figure, percentile

ROOT = Path(__file__).resolve().parent.parent.parent
RUNS = 5


def run() -> Iterator[Figure]:
    """Each time the first start on an empty data folder, with its sample data, then a second one."""
    first, again = [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as data:
            first.append(_seconds(data))
            again.append(_seconds(data))
    for name, took in (("start.first", first), ("start.again", again)):
        for part in (50, 95):
            yield Figure(
                f"{name}.p{part}", round(percentile(took, part), 2), "s", database="sqlite"
            )


def _seconds(data: str) -> float:
    began = time.perf_counter()
    command = [ROOT / "script" / "server", "--port", str(_free_port()), "--data", data]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        ready = any(line.startswith("Ready: ") for line in process.stdout)
        took = time.perf_counter() - began
        process.terminate()
    if not ready:
        raise RuntimeError("The product did not start.")
    return took


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
