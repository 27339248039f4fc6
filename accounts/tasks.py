"""What the regular ticks do. Tasks take nothing and return nothing: the rows say what is to be done."""

from celery import shared_task
from django.utils import timezone

from . import seals, sessions


@shared_task(name="accounts.seal", ignore_result=True)
def seal() -> None:
    seals.seal(now=timezone.now())


@shared_task(name="accounts.sweep", ignore_result=True)
def sweep() -> None:
    sessions.sweep(timezone.now())
