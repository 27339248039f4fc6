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

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            meeting = load_meeting(file, now=timezone.now(), via=Via.COMMAND)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{meeting}: {meeting.commitments.count()} commitments in the register.")
