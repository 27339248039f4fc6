"""What the regular ticks do. Tasks take nothing and return nothing: the rows say what is to be done."""

from celery import shared_task
from django.utils import timezone

from . import engine
from .models import Pulse


@shared_task(name="reminders.plan", ignore_result=True)  # type: ignore[untyped-decorator]
def plan() -> None:
    """Write every promise that is due (`engine.plan`), and note that the beat came."""
    Pulse.objects.ended("beat", timezone.now())
    engine.plan()


@shared_task(name="reminders.send", ignore_result=True)  # type: ignore[untyped-decorator]
def send() -> None:
    """Send what the outbox holds (`engine.send`)."""
    engine.send()


@shared_task(name="reminders.reconcile", ignore_result=True)  # type: ignore[untyped-decorator]
def reconcile() -> None:
    """Prove that nothing was forgotten (`engine.reconcile`). Reads only."""
    engine.reconcile()


@shared_task(name="reminders.purge", ignore_result=True)  # type: ignore[untyped-decorator]
def purge() -> None:
    """Forget the texts of mails that were settled long ago (`engine.purge`)."""
    engine.purge()


@shared_task(name="reminders.verify", ignore_result=True)  # type: ignore[untyped-decorator]
def verify() -> None:
    """Check the seals of the log, and alarm where they do not fit (`engine.verify`). Nightly."""
    engine.verify()
