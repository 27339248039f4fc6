"""What the regular ticks do. Tasks take nothing and return nothing: the rows say what is to be done."""

from celery import shared_task
from django.utils import timezone

from . import deliver
from . import plan as planner


@shared_task(name="reminders.plan", ignore_result=True)  # type: ignore[untyped-decorator]
def plan() -> None:
    planner.run(now=timezone.now())


@shared_task(name="reminders.send", ignore_result=True)  # type: ignore[untyped-decorator]
def send() -> None:
    deliver.run()
