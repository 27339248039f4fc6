"""What the regular ticks do. Tasks take nothing and return nothing: the rows say what is to be done."""

from celery import shared_task
from django.utils import timezone

from . import engine
from .models import Pulse


@shared_task(name="reminders.plan", ignore_result=True)  # type: ignore[untyped-decorator]
def plan() -> None:
    Pulse.objects.ended("beat", timezone.now())
    engine.plan()


@shared_task(name="reminders.send", ignore_result=True)  # type: ignore[untyped-decorator]
def send() -> None:
    engine.send()


@shared_task(name="reminders.reconcile", ignore_result=True)  # type: ignore[untyped-decorator]
def reconcile() -> None:
    engine.reconcile()


@shared_task(name="reminders.purge", ignore_result=True)  # type: ignore[untyped-decorator]
def purge() -> None:
    engine.purge()


@shared_task(name="reminders.verify", ignore_result=True)  # type: ignore[untyped-decorator]
def verify() -> None:
    engine.verify()
