"""The Celery application. Its messages carry no data: a tick only says "look into the database now"."""

import os
import warnings
from pathlib import Path
from typing import Any

from celery import Celery
from celery.platforms import SecurityWarning
from celery.signals import beat_embedded_init, worker_ready

from .processes import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sco_tracker.settings")

app = Celery("sco_tracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# In a container the worker is often root. The danger meant is a message that runs code: ours are JSON.
warnings.filterwarnings("ignore", category=SecurityWarning)

_MAIN_PROCESS = os.getpid()


@worker_ready.connect
def _worker_is_ready(**_kwargs: Any) -> None:
    _tell("worker")
    _tick()


def _tick() -> None:
    """A start is a tick: what fell due while nothing ran need not wait for the first one of the beat."""
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"], **entry.get("options", {}))


@beat_embedded_init.connect
def _beat_is_ready(**_kwargs: Any) -> None:
    """Runs in the beat's own process, which a killed worker must take along."""
    end_with_parent(_MAIN_PROCESS)
    _tell("beat")


def _tell(what: str) -> None:
    """Leave a file for `manage.py start`, which waits for it (stack.py)."""
    if folder := os.environ.get("READY_FOLDER"):
        Path(folder, what).touch()
