"""A clock that a case sets, for days and months that nobody waits for.

    clock.ticks(hours=24)                  # plan and send every quarter of an hour
    clock.is_off_by(days(-2))              # the machine's clock alone; the database's stays right

The product asks two clocks: its own, an argument, and the database's, in SQL. Both come from here.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import DateTimeField, Value
from django.db.models.functions import Cast, Now

from reminders import engine

QUARTER = timedelta(minutes=15)


class Clock:
    """`now` is the truth, which the database knows; `off` is by how much our machine is wrong."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.off = timedelta()

    def __call__(self) -> datetime:
        """What the machine's clock says."""
        return self.now + self.off

    def rule(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """From now on the database's clock is this one."""

        def as_sql(_self: Now, compiler: Any, connection: Any, **_context: Any) -> Any:
            return compiler.compile(Cast(Value(self.now), DateTimeField()))

        for name in ("as_sql", "as_sqlite", "as_postgresql"):
            monkeypatch.setattr(Now, name, as_sql, raising=False)

    def is_off_by(self, off: timedelta) -> None:
        self.off = off

    def tick(self, beats: int = 1) -> None:
        """What the regular tasks do at this moment; `beats` of them."""
        for _ in range(beats):
            engine.plan(clock=self)
            engine.send(clock=self)

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)

    def ticks(
        self,
        *,
        every: timedelta = QUARTER,
        each: Callable[[], None] | None = None,
        **time: float,
    ) -> None:
        """Let so much time pass, with ticks all along."""
        end = self.now + timedelta(**time)
        while self.now < end:
            (each or self.tick)()
            self.now += every
