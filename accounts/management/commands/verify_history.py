"""`manage.py verify_history`: whether the log is as it was written."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from accounts import seals
from accounts.models import Event


class Command(BaseCommand):
    help = "Checks the seals of the event log and says where it breaks; exit code 1 if it does."

    def handle(self, *args: Any, **options: Any) -> None:
        found = seals.verify()
        for problem in found.problems:
            self.stdout.write(problem)
        if found.problems:
            sys.exit(1)
        self.stdout.write(
            f"{found.events} events in {found.seals} seals are as they were written; "
            f"{Event.objects.count() - found.events} newer ones are not sealed yet."
        )
