"""Everything on one machine, by one command: `manage.py start`, or `script/server` after a set-up."""

import signal
import sys
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.models import User
from sco_tracker import bootstrap
from sco_tracker.claim import claimed
from sco_tracker.processes import Children
from sco_tracker.stack import Fell, Stack, Stopped, StopSign


class Command(BaseCommand):
    help = "Runs all of SCO Tracker on this machine: broker, worker, beat, web and second clock. Ctrl-C ends it."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        bootstrap.add_arguments(parser)

    def handle(self, *, port: int, no_sample: bool, **options: Any) -> None:
        stop = _put_up_by_signals()
        logs = settings.DATA_DIR / "log"
        bootstrap.make_folder(logs)
        bootstrap.make_folder(settings.STATIC_ROOT)  # whitenoise warns where it is missing
        with claimed(settings.DATA_DIR, port) as folder:
            children = Children(logs=logs, numbers=settings.DATA_DIR / "run" / "children")
            stack = Stack(folder, port, children, stop)
            try:
                self.run(stack, sample=not no_sample)
            except Stopped:
                pass
            except Fell as fall:
                self.tell_fall(fall)
                sys.exit(1)
            finally:
                children.stop()

    def run(self, stack: Stack, *, sample: bool) -> None:
        stack.start_broker()
        self.prepare_database(now=timezone.now(), sample=sample)
        stack.start_worker_and_web()
        stack.wait_until_ready()
        stack.start_clock()
        self.tell_people()
        self.tell_mail()
        self.stdout.write(f"Ready: {bootstrap.address(stack.port)}")
        self.stdout.flush()
        stack.watch()

    def prepare_database(self, *, now: datetime, sample: bool) -> None:
        try:
            if _is_behind():
                self.stdout.write("Preparing the database ...")
                call_command("migrate", interactive=False, verbosity=0)
            self.fill_or_refuse(now=now, sample=sample)
        except DatabaseError as error:
            reason = str(error).partition("\n")[0]
            raise ImproperlyConfigured(
                f"DATABASE_URL names a database that does not work: {reason}."
            ) from error
        finally:
            connection.close()

    def fill_or_refuse(self, *, now: datetime, sample: bool) -> None:
        """Sample data have public passwords: they stay on this machine."""
        from sco_tracker.sample import has_accounts, load_sample

        if settings.ON_LOOPBACK:
            if sample:
                load_sample(now=now)
        elif has_accounts():
            raise ImproperlyConfigured(
                f"SITE_URL is {settings.SITE_URL!r}, but this data folder holds the sample register, whose "
                "passwords are public; choose a new folder with --data."
            )

    def tell_people(self) -> None:
        """Who can sign in: the sample accounts, or whoever opens the first address."""
        from sco_tracker.sample import ADDRESSES, PASSWORD, has_accounts
        from sco_tracker.setup import first_administrator_address

        if has_accounts():
            self.stdout.write(f"Sample accounts, each with the password {PASSWORD}:")
            for one in ADDRESSES:
                self.stdout.write(f"  {one}")
        elif not User.objects.people().exists():
            self.stdout.write(
                "Nobody has an account yet. This address makes the first administrator:"
            )
            self.stdout.write(f"  {first_administrator_address()}")

    def tell_mail(self) -> None:
        if host := settings.EMAIL_RELAY.get("host"):
            self.stdout.write(f"Mail goes out through {host}.")
        else:
            self.stdout.write(
                f"Mail stays here: files in {settings.MAIL_DIR}, pages at {settings.SITE_URL}/reminders/outbox/"
            )

    def tell_fall(self, fall: Fell) -> None:
        self.stderr.write(f"{fall}. The last lines of {fall.child.log}:")
        self.stderr.write(fall.child.last_lines())


def _put_up_by_signals() -> StopSign:
    """A sign that Ctrl-C, SIGTERM and a closed terminal put up."""
    stop = StopSign()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Under nohup a closed terminal means nothing.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, stop.put_up)
    return stop


def _is_behind() -> bool:
    """Whether a migration waits. Much quicker than `migrate` with nothing to do."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
