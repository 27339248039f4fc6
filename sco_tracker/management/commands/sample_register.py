"""`manage.py sample_register`: a large register for trials. The same seed gives the same rows."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sco_tracker import large
from sco_tracker.sample import PASSWORD


def _from(least: int, most: int) -> Callable[[str], int]:
    """A whole number between two others."""

    def number(word: str) -> int:
        if not word.isdigit() or not least <= int(word) <= most:
            raise ArgumentTypeError(f"{word!r} is no whole number from {least} to {most}")
        return int(word)

    return number


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise ArgumentTypeError(f"{word!r} is no day, such as 2026-12-01") from None


class Command(BaseCommand):
    help = "Fills an empty register with made-up commitments, for trials and measurements."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--commitments", type=_from(1, 1_000_000), required=True, metavar="N")
        parser.add_argument("--lines", type=_from(1, 10), default=large.LINES, help="of each (2)")
        parser.add_argument("--parties", type=_from(2, 200), default=10, help="(10)")
        parser.add_argument("--people", type=_from(3, 10_000), default=200, help="(200)")
        parser.add_argument("--seed", type=_from(0, 2**31), default=1, help="of the dice (1)")
        parser.add_argument(
            "--day",
            type=_day,
            default=large.DAY,
            help=f"on which the register stands, YYYY-MM-DD ({large.DAY})",
        )
        parser.add_argument(
            "--anywhere",
            action="store_true",
            help="also where SITE_URL is no loopback address, although the password is public",
        )

    def handle(self, *, anywhere: bool, **options: Any) -> None:
        if not settings.ON_LOOPBACK and not anywhere:
            raise CommandError(
                f"SITE_URL is {settings.SITE_URL!r}, and the people of a made-up register have a public "
                "password. Use a loopback address, or say --anywhere."
            )
        if there := large.taken():
            raise CommandError(
                f"The register is not empty: it has {there._meta.verbose_name_plural}. Choose an "
                "empty one, for example DATA_DIR=/tmp/large, and run manage.py migrate there first."
            )
        names = ("commitments", "lines", "parties", "people", "seed", "day")
        large.fill(**{name: options[name] for name in names})
        self.stdout.write(
            f"{options['commitments']} commitments with {options['lines']} lines each, as of "
            f"{options['day']}. Sign in as officer@example.org with {PASSWORD!r}."
        )
