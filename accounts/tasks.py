"""What the regular ticks do. Tasks take nothing and return nothing: the rows say what is to be done."""

from celery import shared_task
from django.utils import timezone

from . import seals, sessions


@shared_task(name="accounts.seal", ignore_result=True)
def seal() -> None:
    """Seal the events since the last seal (`seals.seal`). May run twice."""
    seals.seal(now=timezone.now())


@shared_task(name="accounts.sweep", ignore_result=True)
def sweep() -> None:
    """Remove the sessions that ended (`sessions.sweep`). Hourly; may run twice."""
    sessions.sweep(timezone.now())
