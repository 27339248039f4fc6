"""The pytest plug-in that runs, for each mutant, the tests that come by its line until one notices.

Tests are collected and the database is made once. Each mutant lives in a process of its own that is forked
from there, so that nothing of it stays. A test that does not come to an end notices it; when the time for
all tests of a mutant is over, none of them has.
"""

import importlib
import json
import os
import signal
import time
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from django.db import connections

from .mutants import Mutant, mutated

ROOT = Path(__file__).parent.parent.parent.parent
SLOWEST = 60  # seconds for one test
LONGEST = 60  # seconds after which no further test of a mutant begins


class Mutating:
    """Takes the place of running each test once. `plan` names mutants and the tests of each."""

    def __init__(self, plan: list[tuple[Mutant, list[str]]], seconds: float, report: Path) -> None:
        self.plan, self.seconds, self.report = plan, seconds, report
        self.failed = False
        self.sound: dict[str, bool] = {}  # whether a test passes in such a process without a mutant

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        self.outcomes: list[tuple[str, str, int]] = []
        first = next(i for i in session.items if i.get_closest_marker("django_db"))
        # What comes next decides what is torn down: all but what the session keeps, so the database.
        self.following = next(i for i in session.items if i.path.parent != first.path.parent), first
        self._run(first)  # makes the database
        assert not self.failed
        began = time.monotonic()
        for mutant, names in self.plan:
            if time.monotonic() - began > self.seconds:
                break
            tests = [items[name] for name in names if name in items]
            self.outcomes.append((str(mutant), self._outcome(mutant, tests), len(tests)))
            self.report.write_text(json.dumps(self.outcomes))
        return True

    def _outcome(self, mutant: Mutant, tests: list[pytest.Item]) -> str:
        """What became of a mutant. A test that fails in such a process anyway has noticed nothing."""
        while True:
            outcome, number = self._apart(tests, mutant)
            if outcome != "noticed" or self._passes(tests[number]):
                return outcome
            tests = tests[number + 1 :]

    def _passes(self, test: pytest.Item) -> bool:
        if test.nodeid not in self.sound:
            self.sound[test.nodeid] = self._apart([test], None)[0] == "survived"
        return self.sound[test.nodeid]

    def _apart(self, tests: list[pytest.Item], mutant: Mutant | None) -> tuple[str, int]:
        """Run tests in a process of their own until one fails: what came of it, and the last one's number."""
        connections.close_all()
        told, tell = os.pipe()
        if not (child := os.fork()):
            self._silence()
            os._exit(self._in_child(tests, mutant, tell))
        os.close(tell)
        with os.fdopen(told, "rb") as begun:
            last = len(begun.read()) - 1
        _pid, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            return "noticed", last
        return {0: "survived", 1: "noticed"}.get(os.WEXITSTATUS(status), "unfit"), last

    @staticmethod
    def _silence() -> None:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)

    def _in_child(self, tests: list[pytest.Item], mutant: Mutant | None, tell: int) -> int:
        try:
            if mutant:
                put_in(mutant)
        except ValueError:
            return 2  # what it changes is bound elsewhere
        began = time.monotonic()
        try:
            for test in tests:
                if time.monotonic() - began > LONGEST:
                    break
                os.write(tell, b".")
                signal.alarm(SLOWEST)
                self._run(test)
                if self.failed:
                    return 1
        except BaseException:
            return 1
        return 0

    def _run(self, item: Any) -> None:
        following = next(i for i in self.following if i.path.parent != item.path.parent)
        item._initrequest()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or report.failed


def put_in(mutant: Mutant) -> None:
    """Give the function that is there the code with the mutant."""
    module = importlib.import_module(mutant.file.removesuffix(".py").replace("/", "."))
    found: Any = module
    for name in mutant.function.split("."):
        found = found.__dict__[name] if isinstance(found, type) else getattr(found, name)
    found = getattr(found, "fget", found)
    found = getattr(found, "__func__", found)
    found = getattr(found, "__wrapped__", found)
    assert isinstance(found, FunctionType), mutant
    found.__code__ = mutated(ROOT / mutant.file, mutant)[mutant.function]


def write_anew() -> None:
    """Let every test put together its own questions, or only the first would come by their lines."""
    from accounts.asking import ByDay
    from commitments import asked
    from ui.prepared import Prepared

    call = Prepared.__call__

    def anew(self: Prepared, **values: Any) -> list[Any]:
        self._written.clear()
        self.__dict__.pop("_queryset", None)
        return call(self, **values)

    Prepared.__call__ = anew
    ByDay.__call__ = lambda self, user, now: self.make(user, now)
    for name in ("opened", "reports_opened", "counts_by_timing"):
        own = getattr(asked, name).__wrapped__
        own.cache_clear = lambda: None  # which tests ask of it
        setattr(asked, name, own)


class Timed:
    """Writes down how long each test takes, and whether it passes."""

    def __init__(self, report: Path) -> None:
        self.report, self.seconds, self.bad = report, {}, set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.bad.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        good = {name: took for name, took in self.seconds.items() if name not in self.bad}
        self.report.write_text(json.dumps(good))


def pytest_configure(config: pytest.Config) -> None:
    """What to do stands in MUTANTS, a file: without a plan, time is taken."""
    told = json.loads(Path(os.environ["MUTANTS"]).read_text())
    report = Path(told["report"])
    if "plan" not in told:
        write_anew()
        if not hasattr(config, "workerinput"):  # workers tell it to the one that started them
            config.pluginmanager.register(Timed(report))
        return
    plan = [(Mutant(**mutant), tests) for mutant, tests in told["plan"]]
    config.pluginmanager.register(Mutating(plan, told["seconds"], report))
