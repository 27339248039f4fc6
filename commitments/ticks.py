"""Asking for a tick before its time."""

import logging

from celery import current_app

logger = logging.getLogger(__name__)


def ask_for(task: str) -> None:
    """Ask for a tick now. A request that is lost costs time only: the next tick comes anyway."""
    try:
        current_app.send_task(task, expires=60, retry=False)
    except Exception:
        logger.warning("The broker cannot be reached; the next tick goes on.", exc_info=True)
