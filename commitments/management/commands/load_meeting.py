"""Load a meeting file into the register."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.choices import Via
from commitments.loading import load_meeting


class Command(BaseCommand):
    help = "Loads a meeting file (see fixtures/). Loading it twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--remind-backlog",
            action="store_true",
            help="remind about steps that are over already, once an administrator lets them go",
        )

    def handle(self, *, file: Path, remind_backlog: bool, **options: Any) -> None:
        try:
            meeting = load_meeting(
                file, now=timezone.now(), via=Via.COMMAND, remind_backlog=remind_backlog
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{meeting}: {meeting.commitments.count()} commitments in the register.")
