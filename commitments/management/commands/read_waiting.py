"""Read the reports that are stored and not read yet, as the worker does by itself."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.choices import Via
from commitments.intake import read_waiting


class Command(BaseCommand):
    help = "Reads the reports that are stored and not read yet; the worker does so by itself."

    def handle(self, **options: Any) -> None:
        done = read_waiting(clock=timezone.now, via=Via.COMMAND)
        self.stdout.write(f"Reports read: {done}")
