"""What the regular ticks do. Tasks take nothing and return nothing: the rows say what is to be done."""

from celery import shared_task
from django.utils import timezone

from accounts.choices import Via

from . import intake
from .bulk import services, sweep
from .sheets import services as sheets


@shared_task(name="commitments.read", ignore_result=True)
def read() -> None:
    intake.read_waiting(clock=timezone.now)


@shared_task(name="commitments.bulk", ignore_result=True)
def bulk() -> None:
    """Some rows at a time: other ticks wait for the same workers. What is left asks for the next one."""
    services.forget_abandoned(now=timezone.now())
    if sweep.sweep(clock=timezone.now, via=Via.WORKER):
        sweep.nudge()


@shared_task(name="commitments.import", ignore_result=True)
def import_sheets() -> None:
    sheets.apply_waiting(clock=timezone.now)
