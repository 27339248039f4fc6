"""What the regular ticks do. Tasks take nothing and return nothing: the rows say what is to be done."""

from celery import shared_task
from django.utils import timezone

from . import intake


@shared_task(name="commitments.read", ignore_result=True)
def read() -> None:
    intake.read_waiting(clock=timezone.now)
