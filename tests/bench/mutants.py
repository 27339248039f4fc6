"""Mutants of the lines that protect: how many of them do the tests notice? (docs/security-mutants.md)

First the tests that concern them run once, to learn which come by which line. Then each mutant meets the
tests of its line. MUTANTS_SECONDS says for how long, MUTANTS_SAMPLE how many of
them, MUTANTS_SEED which, and MUTANTS_FILES which files by parts of their names; without these all.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

from coverage import CoverageData

from .figures import Figure
from .mutation.mutants import Mutant, mutants_of

ROOT = Path(__file__).parent.parent.parent
PROTECTING = (
    "accounts/access.py", "accounts/asking.py", "accounts/middleware.py", "accounts/limits.py", "accounts/querysets.py",
    "commitments/may.py", "commitments/rules.py", "meetings/rules.py", "meetings/querysets.py",
    "commitments/querysets/commitments.py", "commitments/querysets/conditions.py",
    "commitments/querysets/lines.py", "commitments/querysets/told.py", "commitments/bulk/querysets.py",
    "commitments/sheets/querysets.py", "commitments/corrections/querysets.py",
    "commitments/workbench/querysets.py", "reminders/querysets.py",
)  # fmt: skip
# Tests that ask these lines and nothing else: they come first.
DIRECT = (
    "tests/commitments/test_visible.py", "tests/meetings/test_readable.py",
    "tests/commitments/test_questions.py", "tests/commitments/test_questions_of_lines.py",
    "tests/meetings/test_questions.py",
    "tests/reminders/test_questions.py", "tests/accounts/test_questions.py",
    "tests/accounts/test_asking.py",
)  # fmt: skip
# Where else they are tested, but for what asks a browser or starts processes.
CONCERNED = (
    *DIRECT, "tests/accounts", "tests/architecture/test_addresses.py",
    "tests/architecture/test_rights.py", "tests/architecture/test_secrets.py", "tests/commitments",
    "tests/home", "tests/meetings", "tests/reminders", "tests/security",
)  # fmt: skip
MOST_TESTS = int(os.environ.get("MUTANTS_TESTS", "300"))  # of one mutant


def run() -> Iterator[Figure]:
    seed, sample = int(os.environ.get("MUTANTS_SEED", "1")), os.environ.get("MUTANTS_SAMPLE")
    asked = os.environ.get("MUTANTS_FILES", "").split(",")
    files = [file for file in PROTECTING if any(part in file for part in asked)]
    mutants = [mutant for file in files for mutant in mutants_of(ROOT / file, ROOT)]
    chosen = random.Random(seed).sample(mutants, min(len(mutants), int(sample or len(mutants))))
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        outcomes = _tried(_planned(chosen, Path(folder)), Path(folder))
    counts = Counter(outcome for _mutant, outcome, _tests in outcomes)
    judged = counts["noticed"] + counts["survived"]
    for mutant, outcome, tests in outcomes:
        if outcome != "noticed":
            print(f"{outcome} ({tests} tests): {mutant}", flush=True)
    yield Figure("mutants.possible", len(mutants), "mutants")
    yield Figure("mutants.tried", judged, "mutants")
    yield Figure("mutants.noticed", counts["noticed"], "mutants")
    yield Figure("mutants.share", round(100 * counts["noticed"] / max(judged, 1), 1), "%")


def _planned(mutants: list[Mutant], folder: Path) -> list[tuple[Mutant, list[str]]]:
    """For each mutant the tests that come by its line.

    Those that ask it directly come first, then those that promise most in a second.
    """
    seconds, data = _learned(folder)
    files = {mutant.file: _tests_of(ROOT / mutant.file, data) for mutant in mutants}
    promises = {file: _promises(lines) for file, lines in files.items()}
    plan = []
    for mutant in mutants:
        promise = promises[mutant.file]
        known = sorted(
            (name for name in _coming_by(files[mutant.file], mutant.line) if name in seconds),
            key=lambda name: (
                not name.startswith(DIRECT),
                -promise[name] / max(seconds[name], 0.01),
                name,
            ),
        )
        plan.append((mutant, known[:MOST_TESTS]))
    return plan


def _tests_of(file: Path, data: CoverageData) -> dict[int, set[str]]:
    """The tests that come by each line of a file."""
    named = data.contexts_by_lineno(str(file))
    return {line: {name.partition("|")[0] for name in names} for line, names in named.items()}


def _coming_by(lines: dict[int, set[str]], line: int) -> set[str]:
    """The tests of a line. Of an expression of several lines some may not count: those before tell then."""
    return next((tests for number in range(line, 0, -1) if (tests := lines.get(number))), set())


def _promises(lines: dict[int, set[str]]) -> dict[str, float]:
    """How much of a file a test comes by that few others do: those are about it."""
    promise: dict[str, float] = defaultdict(float)
    for tests in lines.values():
        for name in tests:
            promise[name] += 1 / len(tests)
    return promise


def _learned(folder: Path) -> tuple[dict[str, float], CoverageData]:
    """How long each test takes, and which lines it comes by."""
    kept = os.environ.get("MUTANTS_KEPT")  # a folder where this stays for the next run
    home = Path(kept) if kept else folder
    home.mkdir(exist_ok=True)
    report, data = home / "seconds", home / "lines"
    if not report.exists():
        apps = {file.partition("/")[0] for file in PROTECTING}
        options = ["-n", "2", "--cov-context=test", "--cov-report="]
        options += [f"--cov={app}" for app in sorted(apps)]
        _pytest({"report": str(report)}, folder, options, {"COVERAGE_FILE": str(data)})
    lines = CoverageData(str(data))
    lines.read()
    seconds = json.loads(report.read_text())
    if not seconds:
        raise SystemExit("No test ran: there is nothing to judge mutants by.")
    return seconds, lines


def _tried(plan: list[tuple[Mutant, list[str]]], folder: Path) -> list[tuple[str, str, int]]:
    """What became of each, by a process for each processor."""
    count = os.cpu_count() or 1
    homes = [folder / str(number) for number in range(count)]
    dealt = [plan[number::count] for number in range(count)]
    with ThreadPool(count) as pool:
        return list(chain.from_iterable(pool.starmap(_tried_here, zip(dealt, homes, strict=True))))


def _tried_here(plan: list[tuple[Mutant, list[str]]], home: Path) -> list[tuple[str, str, int]]:
    home.mkdir()
    report = home / "outcomes"
    told = {
        "plan": [(asdict(mutant), tests) for mutant, tests in plan],
        "seconds": float(os.environ.get("MUTANTS_SECONDS", "inf")),
        "report": str(report),
    }
    _pytest(told, home, ["-p", "no:cov"], {})
    return json.loads(report.read_text())


def _pytest(told: dict[str, Any], folder: Path, options: list[str], own: dict[str, str]) -> None:
    (folder / "told").write_text(json.dumps(told))
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider",
        "-p", "tests.bench.mutation.plugin", "--show-capture=no", "--tb=no",
        "-m", "not browser and not processes", "--ignore=tests/meetings/reader",
        *options, *CONCERNED,
    ]  # fmt: skip
    # Sets in one order, or two workers would collect different tests.
    same = {"PYTHONHASHSEED": "0"}
    environment = {**os.environ, **same, "MUTANTS": str(folder / "told"), **own}
    subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=False)
