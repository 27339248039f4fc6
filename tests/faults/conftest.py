"""What a case of the fault list has: a mail server, workers, a world, and the counting afterwards.

`script/test` runs a short set, one case of each group; `script/bench faults` runs all of them
(TEST_FAULTS=whole). A case is marked `whole` when it belongs to the long list alone.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories import NOW
from tests.faults import oracle
from tests.faults.clock import Clock
from tests.faults.relay import Relay
from tests.faults.relay import relay as listening
from tests.faults.report import report
from tests.faults.size import WHOLE
from tests.faults.workers import Nursery
from tests.faults.workers import nursery as prepared
from tests.faults.world import World


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Outside of script/bench, leave the long list out."""
    if WHOLE:
        return
    long = [item for item in items if item.get_closest_marker("whole")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session")
def _nursery(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Nursery]:
    with prepared(tmp_path_factory.mktemp("workers")) as made:
        yield made


@pytest.fixture
def relay(settings: Any) -> Iterator[Relay]:
    """A mail server of the case's own; mail of this process goes there too."""
    with listening() as server:
        settings.EMAIL_RELAY = server.options
        settings.EMAIL_BACKEND = "reminders.backend.OutboxBackend"
        yield server


@pytest.fixture
def workers(
    _nursery: Nursery, transactional_db: None, relay: Relay, tmp_path: Path
) -> Iterator[Nursery]:
    """Starts processes that work on the same database and the same mail server."""
    _nursery.common |= {"EMAIL_RELAY": relay.options, "DATA_DIR": str(tmp_path)}
    yield _nursery
    _nursery.end_all()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Clock:
    """A clock that the case sets, for us and for the database. What runs by it runs in this process."""
    settings.DATA_DIR = tmp_path
    made = Clock(NOW)
    made.rule(monkeypatch)
    return made


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def proves(world: World, relay: Relay, request: pytest.FixtureRequest) -> Any:
    """Counts at the end of a case: `proves(extra=1)`. The counts go to script/bench faults, too."""

    def check(*, extra: int | None = 0, listed: int = 0) -> oracle.Tally:
        found = oracle.tally(world, relay)
        _report(request.node.nodeid, found)
        assert not found.lost, f"lost: {found.lost}"
        assert len(found.listed) == listed, f"refused: {found.listed}"
        assert not found.unflagged, f"twice without a flag: {found.unflagged}"
        assert extra is None or found.extra == extra, f"accepted twice: {found.twice}"
        oracle.assert_invariants(world, relay)
        return found

    return check


def _report(case: str, found: oracle.Tally) -> None:
    report(
        case=case,
        promised=found.promised,
        accepted=found.accepted,
        listed=len(found.listed),
        lost=len(found.lost),
        twice=found.extra,
        unflagged=len(found.unflagged),
    )
