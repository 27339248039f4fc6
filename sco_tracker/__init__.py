"""The project: settings, addresses, processes and the pages that see every app."""

from .celery import app as celery_app

__all__ = ["celery_app"]
