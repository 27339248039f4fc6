"""The product's settings in a clean environment: nothing of the developer's own gets into a test."""

import os
import re
import tempfile
from pathlib import Path

_EXAMPLE = Path(__file__).parent.parent / ".env.example"
# Made and removed by conftest.py: type checks load these settings too.
_FOLDER = f"{tempfile.gettempdir()}/tracker-tests-{os.getpid()}"

# Every variable that is not set here has its default.
for _name in re.findall(r"^#? ?([A-Z_]+)=", _EXAMPLE.read_text(), re.MULTILINE):
    os.environ.pop(_name, None)
    os.environ.pop(f"{_name}_FILE", None)
os.environ |= {
    "SECRET_KEY": "for-tests-only-" * 4,
    "DATA_DIR": _FOLDER,
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", ""),
    "SITE_URL": "http://127.0.0.1:8000",
    "REQUIRE_SECOND_FACTOR": "off",
    # For whole processes that a test starts.
    "TICK_SECONDS": os.environ.get("TEST_TICK_SECONDS", "60"),
    "EMAIL_URL": os.environ.get("TEST_EMAIL_URL", ""),
}

from sco_tracker.settings import *  # noqa: E402, F403  the environment has to be set first
from sco_tracker.settings import DATABASES  # noqa: E402

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
# Quick; nothing here is secret.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Every client of a test would look through all static files again.
WHITENOISE_AUTOREFRESH = True
# A test asks faster than any person; those of the limits set them again (tests/accounts/test_limits.py).
LIMITS = {}
# Nothing listens here: a test that queues a task by mistake fails instead of waiting.
CELERY_BROKER_URL = os.environ.get("TEST_BROKER_URL", "memory://")

# Processes that a test starts may be told to run faster, and where to die.
REMINDER_SCALE = float(os.environ.get("TEST_REMINDER_SCALE", "1"))
FAIL_POINT = os.environ.get("TEST_FAIL_POINT", "")

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file and not memory: threads of one test need connections of their own, as in production.
    DATABASES["default"]["TEST"] = {"NAME": f"{_FOLDER}/test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    )
