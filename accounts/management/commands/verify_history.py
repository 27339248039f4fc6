"""`manage.py verify_history`: whether the log is as it was written."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import seals
from accounts.choices import Via
from accounts.models import Event


class Command(BaseCommand):
    help = "Checks the seals of the event log and says where it breaks; exit code 1 if it does."

    def add_arguments(self, parser: CommandParser) -> None:
        one = parser.add_mutually_exclusive_group()
        one.add_argument(
            "--last-seal", action="store_true", help="print the last seal, to keep it elsewhere"
        )
        one.add_argument(
            "--against", metavar="FILE", help="also compare with a seal that was kept elsewhere"
        )

    def handle(self, *, last_seal: bool, against: str | None, **options: Any) -> None:
        if last_seal:
            return self.print_last_seal()
        problems = self.compare(against) if against else []
        found = seals.verify()
        for problem in problems + found.problems:
            self.stdout.write(problem)
        if problems or found.problems:
            sys.exit(1)
        self.stdout.write(
            f"{found.events} events in {found.seals} seals are as they were written; "
            f"{Event.objects.count() - found.events} newer ones are not sealed yet."
        )

    def print_last_seal(self) -> None:
        row = seals.last_seal()
        if row is None:
            raise CommandError("There is no seal yet.")
        kept = seals.take_away(row=row, actor=None, now=timezone.now(), via=Via.COMMAND)
        self.stdout.write(json.dumps(kept))

    def compare(self, against: str) -> list[str]:
        """A sentence when the seal in a file does not stand in the chain."""
        try:
            kept = json.loads(Path(against).read_text(encoding="utf-8"))
            stands = seals.stands(kept)
        except (OSError, ValueError, AttributeError) as error:
            raise CommandError(f"{against} holds no seal: {error}") from None
        if stands:
            return []
        return [f"Seal {kept.get('seal')} is not in the chain as it was kept in {against}."]
