"""What the stories share: a mail server, and a clock that a story sets for pages, ticks and the database."""

from datetime import UTC, datetime

import pytest

from accounts import middleware
from tests.faults.clock import Clock
from tests.faults.relay import relay as listening

MONDAY = datetime(2026, 3, 9, 5, 0, tzinfo=UTC)


@pytest.fixture
def mails(settings):
    """What the mail server accepted."""
    with listening() as server:
        settings.EMAIL_RELAY = server.options
        settings.EMAIL_BACKEND = "reminders.backend.OutboxBackend"
        yield server


@pytest.fixture
def clock(monkeypatch, settings, tmp_path, mails):
    settings.DATA_DIR = tmp_path
    made = Clock(MONDAY)
    made.rule(monkeypatch)
    monkeypatch.setattr(middleware, "read_clock", made)
    return made
