"""For the last administrator, who lost the phone and the recovery codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.choices import Via
from accounts.models import User
from accounts.second_factor import take_away


class Command(BaseCommand):
    help = "Takes somebody's second factor away, so that the password alone signs in until another is set up."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="the e-mail address that the person signs in with")

    def handle(self, *, address: str, **options: Any) -> None:
        user = User.objects.by_address(address).first()
        if user is None:
            raise CommandError(f"Nobody has the address {address}.")
        taken = take_away(user=user, actor=None, now=timezone.now(), via=Via.COMMAND)
        self.stdout.write(f"{user}: {'removed.' if taken else 'has none.'}")
