"""`manage.py reminders`: the reminder engine without Celery. Calls what the tasks call."""

import json
import logging
import signal
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import Error, close_old_connections
from django.utils import timezone

from reminders import backend, deliver, forecast, plan
from reminders.models import Reminder
from reminders.words import detail_words, result_words, step_words

logger = logging.getLogger(__name__)

LEDGER_LINES = 100


class Command(BaseCommand):
    help = "Plans, sends and explains reminders. Any number may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for name, said in _ACTIONS.items():
            action = actions.add_parser(name, help=said)
            action.add_argument("--json", action="store_true", help="print JSON")
            if name == "run":
                action.add_argument("--loop", action="store_true", help="again every TICK_SECONDS")
            if name == "forecast":
                action.add_argument("--days", type=int, default=30, help="how far to look (30)")
            if name == "ledger":
                action.add_argument(
                    "--lines", type=int, default=LEDGER_LINES, help="how many (100)"
                )
            if name == "test-mail":
                action.add_argument("address", help="who gets it")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "run" and options["loop"]:
            return _loop()
        found = _DO[action](options)
        if options["json"]:
            self.stdout.write(json.dumps(found, default=str, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(_lines(found)))
        return None


def _plan(options: dict[str, Any]) -> dict[str, Any]:
    return plan.run(now=timezone.now())


def _send(options: dict[str, Any]) -> dict[str, Any]:
    return deliver.run()


def _run(options: dict[str, Any]) -> dict[str, Any]:
    return {"plan": _plan(options), "send": _send(options)}


def _loop() -> None:
    """Plan and send at every tick of a clock that nobody sets, until told to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        began = time.monotonic()
        try:
            _run({})
        except Error:
            logger.exception("The database is away: tried again at the next tick")
        close_old_connections()
        stop.wait(max(0.0, settings.TICK_SECONDS - (time.monotonic() - began)))


def _ledger(options: dict[str, Any]) -> list[dict[str, Any]]:
    rows = Reminder.objects.newest_first().select_related(
        "recipient", "email", "obligation__commitment", "obligation__party"
    )
    return [
        {
            "planned": row.planned_at.isoformat(timespec="seconds"),
            "recipient": row.recipient.name,
            "step": row.occasion,
            "line": str(row.obligation),
            "result": result_words(row),
            "detail": detail_words(row),
        }
        for row in rows[: options["lines"]]
    ]


def _forecast(options: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "day": row.step.day.isoformat(),
            "recipient": row.person.name,
            "capacity": row.capacity,
            "why": step_words(row.step.occasion),
            "line": str(row.line),
        }
        for row in forecast.run(now=timezone.now(), days=options["days"])
    ]


def _test_mail(options: dict[str, Any]) -> dict[str, Any]:
    try:
        validate_email(options["address"])
    except ValidationError as error:
        raise CommandError(f"{options['address']!r} is not an e-mail address.") from error
    message = EmailMessage(
        "A test of the mail of SCO Tracker",
        "This mail was asked for by hand. It went the way that reminders go.\n",
    )
    email = backend.put(message, options["address"])
    return {"mail": email.pk, "state": email.state, "to": email.to_address}


def _lines(found: Any) -> Iterator[str]:
    """What was found, for a person: "name: value" lines, or one line a row."""
    if isinstance(found, dict):
        yield from (f"{name}: {value}" for name, value in found.items())
    else:
        yield from ("  ".join(map(str, row.values())) for row in found)


_ACTIONS = {
    "plan": "write every promise that is due now",
    "send": "send what the outbox holds",
    "run": "plan, then send",
    "ledger": "what was told or held back, the newest first",
    "forecast": "what will be told next",
    "test-mail": "put a test mail into the outbox",
}
_DO = {
    "plan": _plan,
    "send": _send,
    "run": _run,
    "ledger": _ledger,
    "forecast": _forecast,
    "test-mail": _test_mail,
}
