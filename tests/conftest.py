"""What every test shares."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.conf import settings as django_settings
from django.test import TransactionTestCase

from accounts import triggers
from reminders.models import Switch
from tests.smtp import MailServer, mail_server


def pytest_configure() -> None:
    # A killed run with the same process number may have left its own.
    shutil.rmtree(django_settings.DATA_DIR, ignore_errors=True)
    django_settings.DATA_DIR.mkdir(mode=0o700)
    django_settings.STATIC_ROOT.mkdir()  # whitenoise warns where it is missing


def pytest_unconfigure() -> None:
    shutil.rmtree(django_settings.DATA_DIR, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leave out what asks no database: it ran on SQLite, with the same outcome."""
    if django_settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return
    others = [item for item in items if not _asks_the_database(item)]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if _asks_the_database(item)]


def _asks_the_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db", "live_server"}
    return bool(
        item.get_closest_marker("django_db") or fixtures & set(getattr(item, "fixturenames", ()))
    )


@pytest.fixture(autouse=True, scope="session")
def flush_past_triggers() -> Iterator[None]:
    """Tests that commit are cleaned by emptying the tables, which insert-only tables forbid.

    So their triggers are away for that moment, and are there again for the next test; so is the one row
    that migrations write, without which the head of a page asks once more.
    """
    empty_tables = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        triggers.drop()
        try:
            empty_tables(self)
        finally:
            triggers.create()
        Switch.objects.now()

    with mock.patch.object(TransactionTestCase, "_fixture_teardown", teardown):
        yield


@pytest.fixture(autouse=True)
def forget_the_database_of_the_last_test() -> None:
    """What a test wrote is rolled back, which this machine would take for a backup that was put back."""
    (Path(django_settings.DATA_DIR) / "reminders.seen").unlink(missing_ok=True)


@pytest.fixture
def now() -> datetime:
    """The moment at which a test takes place: a day between the meeting and its first deadlines."""
    return datetime(2024, 9, 2, 6, 0, tzinfo=UTC)


@pytest.fixture
def relay(settings: Any) -> Iterator[MailServer]:
    """A mail server to which the product's mail goes for this test (see tests/smtp.py)."""
    with mail_server() as server:
        settings.EMAIL_RELAY = server.relay
        yield server
